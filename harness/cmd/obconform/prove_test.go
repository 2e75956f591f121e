package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// detection is what these tests read of detection.json.
type detection struct {
	Possible int `json:"possibleMutations"`
	Figures  struct {
		Faults, Mutations map[string]int
		Trials            int
	}
	NullBanks []struct{ Passed []string }
	Mutations []mutated
	Faults    []struct {
		Outcome string
		Fault   struct{ ID string }
	}
	Interrupted       string
	Problems, Trouble []string
	NotUsable         []string
}

// mutated is one mutation of it.
type mutated struct {
	ID, Place, At, Kind, Outcome, Notice, Allowed string
	Fired                                         int
}

func readDetection(t *testing.T, dir string) detection {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "detection.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d detection
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"detection.html", "detection.md"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || len(data) < 500 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	return d
}

// A named fault is caught by name, and the matrix says so.
func TestProveFault(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := obconform(t, "prove", "--fault", "acc-get-200-other-nickname,com-meta-without-meta", "--reports", dir)
	if strings.Contains(e.errors, "there is no fault") {
		t.Fatal(e.errors)
	}
	e.wantStatus(t, 0)
	wantText(t, e.out, "caught by name 2", "detection.json")
	d := readDetection(t, dir)
	if len(d.Faults) != 2 || len(d.NullBanks)+len(d.Mutations) != 0 || d.Faults[0].Outcome != "caught by name" {
		t.Errorf("got %+v", d)
	}
}

// A proof that reached nothing is no proof.
func TestProveNothing(t *testing.T) {
	t.Parallel()
	e := obconform(t, "prove", "--suite", "accounts", "--fault", "com-status-registration-is-200", "--reports", t.TempDir())
	e.wantStatus(t, 3)
	wantText(t, e.out, "never reached 1")
}

// A sample of mutations of one suite: each was reached, and what nobody notices
// is allowed by the contract.
func TestProveMutations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := obconform(t, "prove", "--no-faults", "--suite", "accounts", "--mutate", strconv.Itoa(sample(40)), "--seed", "7", "--procs", "2", "--reports", dir)
	if e.status != 0 && e.status != 1 { // one suite alone may not notice what all four do
		e.wantStatus(t, 0)
	}
	d := readDetection(t, dir)
	if len(d.Mutations) != sample(40) || d.Possible < 1000 || len(d.Trouble) > 0 {
		t.Errorf("%d of %d mutations, trouble %q", len(d.Mutations), d.Possible, d.Trouble)
	}
	caught := 0
	for _, m := range d.Mutations {
		if m.Fired == 0 && m.Allowed == "" {
			t.Errorf("never reached: %+v", m)
		}
		if m.Notice != "" {
			caught++
		}
	}
	if caught < sample(40)/2 {
		t.Errorf("%d of %d were caught", caught, sample(40))
	}
	one := d.Mutations[len(d.Mutations)-1]
	e = obconform(t, "prove", "--fault", one.ID, "--suite", "accounts", "--reports", dir)
	e.wantStatus(t, 0)
	if d := readDetection(t, dir); len(d.Mutations) != 1 || d.Mutations[0].Outcome != one.Outcome {
		t.Errorf("alone the mutation gives %+v, expected %+v", d.Mutations, one)
	}
}

// A wrong command line names everything that is wrong with it, and no report is
// left.
func TestProveUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := obconform(t, "prove", "--fault", "no-such-fault", "--mutate", "many", "--suite", "nothing", "--procs", "99", "--allow-changes-on", "bank.example",
		"--no-faults", "--reports", dir)
	e.wantStatus(t, 2)
	wantText(t, e.errors, `no fault "no-such-fault"`, "--mutate: expected a number or 'all'", `no suite "nothing"`, "--procs: expected 1 to 64",
		"--allow-changes-on is for a target", "--no-faults and --fault")
	if _, err := os.Stat(filepath.Join(dir, "detection.json")); err == nil {
		t.Error("there is a report of a proof that never began")
	}
	e = obconform(t, "prove", "--suite", "accounts", "--fault", "aac-201-echo-drops-a-permission", "--reports", dir)
	e.wantStatus(t, 2)
	wantText(t, e.errors, `"aac-201-echo-drops-a-permission" shows in a suite that --suite leaves out`)
	obconform(t, "prove", "--config", filepath.Join(dir, "missing.json"), "--reports", dir).wantStatus(t, 2)
}

// A proof that is interrupted leaves what it has seen.
func TestProveInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := begin(t, "prove", "--reports", dir, "--mutate", "0", "--procs", "1")
	eventually(t, patience, "a report of a proof without an end", func() bool {
		data, err := os.ReadFile(filepath.Join(dir, "detection.json"))
		return err == nil && strings.Contains(string(data), "never reported its end")
	})
	time.Sleep(500 * time.Millisecond) // into the first trials
	p.signal(syscall.SIGTERM)
	p.wait(patience).wantStatus(t, 130)
	if d := readDetection(t, dir); !strings.Contains(d.Interrupted, "interrupted by") {
		t.Errorf("interrupted: %q", d.Interrupted)
	}
}

// A configured target is proved against by reading alone: nothing is created or
// deleted there, and specs that would are left out.
func TestProveTargetIsOnlyRead(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var writes []string
	asked := map[string]int{}
	bank := behind(t, func(exchange) {}, func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path]++
		form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
		if r.Method != http.MethodGet && r.Method != http.MethodOptions && !(r.Method == http.MethodPost && form) {
			writes = append(writes, r.Method+" "+r.URL.Path)
		}
	})
	config := reconfigured(t, bank.config, "consents", consents(t, bank.credentials, "codes"))
	dir := t.TempDir()
	e := obconform(t, "prove", "--config", config, "--suite", "accounts", "--mutate", strconv.Itoa(sample(25)), "--reports", dir)
	d := readDetection(t, dir)
	if e.status != 0 && e.status != 1 {
		e.wantStatus(t, 0)
	}
	if len(d.Mutations) != sample(25) || len(d.Trouble) > 0 || len(d.Faults)+len(d.NullBanks) > 0 {
		t.Errorf("%d mutations, trouble %q", len(d.Mutations), d.Trouble)
	}
	caught := len(slices.DeleteFunc(slices.Clone(d.Mutations), func(m mutated) bool { return m.Notice == "" }))
	if caught < sample(25)/3 {
		t.Errorf("%d of %d were caught", caught, sample(25))
	}
	if !slices.ContainsFunc(d.NotUsable, func(s string) bool { return strings.Contains(s, "it does more than read") }) {
		t.Errorf("no spec was left out for writing: %q", d.NotUsable)
	}
	for _, name := range []string{"detection.json", "detection.html", "detection.md"} {
		report := string(readFile(t, filepath.Join(dir, name)))
		for _, secret := range []string{bank.credentials.ClientID, bank.credentials.ClientSecret, bank.credentials.Codes["accounts"]} {
			if strings.Contains(report, secret) || strings.Contains(e.out+e.errors, secret) {
				t.Errorf("%s, or the output, holds a secret", name)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(writes) > 0 {
		t.Errorf("the bank was written to: %q", writes)
	}
	if asked["/open-banking/v3.1/aisp/accounts"] == 0 {
		t.Errorf("the accounts were never read: %v", asked)
	}
}

// reconfigured gives one key of a configuration another value.
func reconfigured(t *testing.T, path, key string, value any) string {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(readFile(t, path), &document); err != nil {
		t.Fatal(err)
	}
	document[key] = value
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
