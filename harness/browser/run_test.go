package browser_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// results is results.json, as far as the page repeats it.
type results struct {
	Outcome   string
	Exchanges int
	Totals    struct {
		Clauses, Answers map[string]int
		Findings         int
	}
	Clauses []struct{ ID, Verdict string }
	Specs   []struct {
		Name, State string
		Exchanges   []struct{}
	}
	Timings []struct {
		Operation string
		Count     int
	}
}

func readResults(t *testing.T, dir string) results {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r results
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// faultyBank serves a mock bank with faults, and answers a client's
// configuration; stop ends it.
func faultyBank(t *testing.T, faults ...string) (config string, stop func()) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(program, "mock", "--addr", "127.0.0.1:0", "--credentials", dir, "--fault", strings.Join(faults, ","))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill() // fails only for one that has ended
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), " serves http") {
			return filepath.Join(dir, "config.json"), stop
		}
	}
	t.Fatal("the mock bank did not start")
	return "", nil
}

// conform runs the suites and answers the folder of the reports.
func conform(t *testing.T, status int, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(program, append([]string{"run", "--reports", dir}, args...)...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() != status {
		t.Fatalf("exit status %d, expected %d\n%s", cmd.ProcessState.ExitCode(), status, out)
	}
	return dir
}

// The pages of real runs say what results.json says.
func TestThePageAgreesWithTheResults(t *testing.T) {
	config, stop := faultyBank(t, "acc-list-pages-miscounted", "com-meta-without-links", "aac-201-echo-shifts-a-date", "com-fapi-present-missing-on-refusal")
	dirs := map[string]string{
		"passed": conform(t, 0),
		"failed": conform(t, 1, "--config", config),
	}
	stop()
	dirs["inconclusive"] = conform(t, 3, "--config", config)
	for outcome, dir := range dirs {
		t.Run(outcome, func(t *testing.T) {
			want := readResults(t, dir)
			if want.Outcome != outcome {
				t.Fatalf("the run %s", want.Outcome)
			}
			p := newTab(t)
			p.look(1280, 800, "light")
			p.open(filepath.Join(dir, "report.html"))
			p.wantTotals(want)
			p.wantQuiet()
		})
	}
}

func (p *tab) wantTotals(want results) {
	p.t.Helper()
	counts := func(expression string) map[string]int {
		return evaluate[map[string]int](p, `(() => {
			const counts = {};
			for (const verdict of `+expression+`) counts[verdict] = (counts[verdict] || 0) + 1;
			return counts;
		})()`)
	}
	equal := func(what string, got, want map[string]int) {
		for name := range want {
			if want[name] == 0 {
				delete(want, name)
			}
		}
		if !maps.Equal(got, want) {
			p.t.Errorf("%s: the page has %v, results.json %v", what, got, want)
		}
	}
	tiles := evaluate[map[string]int](p, `Object.fromEntries(Array.from(document.querySelectorAll('.tiles a'), a => [a.dataset.filter, Number(a.querySelector('.number').textContent)]).filter(e => e[1]))`)
	equal("tiles", tiles, maps.Clone(want.Totals.Clauses))
	equal("rows of clauses", counts(`Array.from(document.querySelectorAll('[data-item=clause]'), e => e.dataset.verdict)`), maps.Clone(want.Totals.Clauses))
	equal("cells of the matrix", counts(`Array.from(document.querySelectorAll('.matrix td:not(.gap):not(.others) .sr'), e => e.textContent.split(',')[0])`), want.Totals.Answers)
	states, timings, verdicts := map[string]int{}, map[string]int{}, map[string]string{}
	exchanges := 0
	for _, spec := range want.Specs {
		states[spec.State]++
		exchanges += len(spec.Exchanges)
	}
	for _, clause := range want.Clauses {
		verdicts[clause.ID] = clause.Verdict
	}
	for _, timing := range want.Timings {
		timings[timing.Operation] = timing.Count
	}
	equal("specs", counts(`Array.from(document.querySelectorAll('.spec > summary .times'), e => e.textContent.split(',')[0])`), states)
	equal("timings", evaluate[map[string]int](p, `Object.fromEntries(Array.from(document.querySelectorAll('.timing tbody tr'), e => [e.cells[0].textContent, Number(e.cells[1].textContent)]))`), timings)
	if got := evaluate[map[string]string](p, `Object.fromEntries(Array.from(document.querySelectorAll('[data-item=clause]'), e => [e.id, e.dataset.verdict]))`); !maps.Equal(got, verdicts) {
		p.t.Error("the verdicts of the clauses are not those of results.json")
	}
	if got := p.visible(".exchanges li"); got != exchanges || got != want.Exchanges {
		p.t.Errorf("%d exchanges are listed, results.json has %d and counts %d", got, exchanges, want.Exchanges)
	}
	facts := strings.Join(p.texts(".facts dd"), "\n")
	if text := fmt.Sprintf("%d spec", len(want.Specs)); !strings.Contains(facts, text) {
		p.t.Errorf("no %q among %q", text, facts)
	}
	failed := slices.Sorted(maps.Keys(verdicts))
	failed = slices.DeleteFunc(failed, func(id string) bool { return verdicts[id] != "failed" })
	shown := evaluate[[]string](p, `Array.from(document.querySelectorAll('#failures article'), e => e.id.slice('found-'.length))`)
	slices.Sort(shown)
	if !slices.Equal(shown, failed) {
		p.t.Errorf("shown as failures are %q, failed %q", shown, failed)
	}
}
