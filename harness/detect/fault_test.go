package detect_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/detect"
	"obconform/harness/mockbank"
	"obconform/suites"
)

// trialsVariable makes a copy of this test binary run trials and print what it
// saw: Ginkgo allows one tree a process, and there are as many processes as
// processors.
const trialsVariable = "DETECT_TRIALS"

func TestMain(m *testing.M) {
	if ids := os.Getenv(trialsVariable); ids != "" {
		if err := trials(strings.Split(ids, ",")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func trials(ids []string) error {
	keys, err := mockbank.GenerateKeys()
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, fault := range mockbank.Faults() {
		if !slices.Contains(ids, fault.ID) {
			continue
		}
		seen, err := detect.See(fault, mockbank.Options{Keys: keys}, suites.All(), nil)
		if err != nil {
			return fmt.Errorf("%s: %w", fault.ID, err)
		}
		if err := out.Encode(seen); err != nil {
			return err
		}
	}
	return nil
}

// sightings runs the trials of the faults in parallel processes.
func sightings(t *testing.T, faults []mockbank.Fault) []detect.Sighting {
	t.Helper()
	parts := make([][]string, runtime.GOMAXPROCS(0))
	for i, fault := range faults {
		parts[i%len(parts)] = append(parts[i%len(parts)], fault.ID)
	}
	var mu sync.Mutex
	var all []detect.Sighting
	var wait sync.WaitGroup
	for _, ids := range parts {
		if len(ids) == 0 {
			continue
		}
		wait.Go(func() {
			seen, err := inProcess(ids)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, seen...)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	return all
}

func inProcess(ids []string) ([]detect.Sighting, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), trialsVariable+"="+strings.Join(ids, ","))
	var output, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &complaints
	err := cmd.Run()
	var all []detect.Sighting
	lines := bufio.NewScanner(&output)
	for lines.Scan() {
		var seen detect.Sighting
		if json.Unmarshal(lines.Bytes(), &seen) == nil {
			all = append(all, seen)
		}
	}
	if err != nil {
		err = fmt.Errorf("after %d of %d trials: %w\n%.2000s", len(all), len(ids), err, complaints.Bytes())
	}
	return all, err
}

// Named faults turn their own clause red, by name, and no clause of another
// subject. FAULTS=prefix,… takes all faults whose id begins so; without it the
// test takes a sample, for 'obconform prove' tries them all.
func TestFaultsAreCaughtByName(t *testing.T) {
	var chosen []mockbank.Fault
	for _, fault := range mockbank.Faults() {
		if only := os.Getenv("FAULTS"); only == "" || slices.ContainsFunc(strings.Split(only, ","), func(p string) bool { return strings.HasPrefix(fault.ID, p) }) {
			chosen = append(chosen, fault)
		}
	}
	if os.Getenv("FAULTS") == "" {
		var sample []mockbank.Fault
		for i := 0; i < len(chosen); i += 24 {
			sample = append(sample, chosen[i])
		}
		chosen = sample
	}
	began := time.Now()
	seen := sightings(t, chosen)
	if len(seen) != len(chosen) {
		t.Errorf("%d of %d faults were tried", len(seen), len(chosen))
	}
	for _, s := range seen {
		switch {
		case s.Fired == 0:
			t.Errorf("%s: never reached: %s", s.Fault.ID, s.Fault.Sentence)
		case !s.ByName:
			t.Errorf("%s: fired %d times, and %s was not found broken; red: %v, inconclusive: %v", s.Fault.ID, s.Fired, s.Fault.Clause, s.Others, s.Inconclusive)
		case len(s.OtherSubjects()) > 0:
			t.Errorf("%s: also reddens other subjects: %v", s.Fault.ID, s.Others)
		}
	}
	t.Logf("%d faults in %s", len(seen), time.Since(began).Round(time.Millisecond))
}

// Every clause that a bank can break has a fault.
func TestEveryClauseHasAFault(t *testing.T) {
	unbreakable := mockbank.Unbreakable()
	faulty := map[contract.ClauseID]bool{}
	for _, fault := range mockbank.Faults() {
		if _, known := contract.ClauseByID(contract.ClauseID(fault.Clause)); !known {
			t.Errorf("%s breaks the clause %q, which does not exist", fault.ID, fault.Clause)
		}
		if !strings.HasPrefix(fault.ID, strings.ToLower(fault.Clause)+"-") {
			t.Errorf("%s does not begin with its clause %s", fault.ID, fault.Clause)
		}
		faulty[contract.ClauseID(fault.Clause)] = true
	}
	for _, clause := range contract.Clauses() {
		if _, excused := unbreakable[string(clause.ID)]; faulty[clause.ID] == excused {
			t.Errorf("%s has a fault: %v; it is unbreakable: %v", clause.ID, faulty[clause.ID], excused)
		}
	}
}
