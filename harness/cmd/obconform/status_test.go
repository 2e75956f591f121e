package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// A sound bank is green: nothing failed, nothing warned, nothing undecided.
func TestASoundBankPasses(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	r := conform(t)
	r.wantStatus(t, 0)
	for _, verdict := range []string{"failed", "warned", "inconclusive"} {
		if clauses := r.withVerdict(verdict); len(clauses) > 0 {
			t.Errorf("%s: %q", verdict, clauses)
		}
	}
	if odd := r.inState("failed", "errored", "inconclusive", "interrupted", "not run"); len(odd) > 0 {
		t.Errorf("specs without a verdict, or a bad one: %q", odd)
	}
	if passed := r.inState("passed"); len(passed) < len(plan)/2 {
		t.Errorf("only %d of %d specs passed", len(passed), len(plan))
	}
	if len(r.Trouble) > 0 {
		t.Errorf("trouble: %+v", r.Trouble)
	}
	r.wantComplete(t, plan)
	wantText(t, r.out, "PASSED", "exit status 0", filepath.Join(r.dir, "junit.xml"), filepath.Join(r.dir, "results.json"), filepath.Join(r.dir, "report.html"))
	t.Logf("%d specs, %d exchanges, %s", len(r.Specs), r.Exchanges, r.took.Round(time.Millisecond))
}

// Wrong usage ends with 2, says what was wrong, and runs nothing.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []struct {
		name string
		args []string
		says []string
	}{
		{"an unknown command", []string{"conform"}, []string{"conform", "obconform help"}},
		{"an unknown flag", []string{"run", "--no-such-flag"}, []string{"--no-such-flag"}},
		{"a flag without its value", []string{"run", "--suite"}, []string{"--suite"}},
		{"a number that is none", []string{"run", "--procs", "many"}, []string{"--procs"}},
		{"no process at all", []string{"run", "--procs", "0"}, []string{"--procs", "1 to 64"}},
		{"a deadline in the past", []string{"run", "--deadline=-1s"}, []string{"--deadline"}},
		{"a coverage of nothing known", []string{"run", "--min-coverage", "lines=80"}, []string{"--min-coverage", "answers, clauses or schema"}},
		{"an unknown suite", []string{"run", "--suite", "payments"}, []string{"payments", "accounts, confirmationoffunds"}},
		{"a label filter that is none", []string{"run", "--label-filter", "(clause"}, []string{"--label-filter"}},
		{"a focus that is no expression", []string{"run", "--focus", "("}, []string{"--focus"}},
		{"an unknown level", []string{"run", "--fail-on", "may"}, []string{"--fail-on", "may"}},
		{"several mistakes at once", []string{"run", "--procs", "0", "--fail-on", "may", "--suite", "payments"},
			[]string{"--procs", "--fail-on", "payments"}},
		{"reports where nothing can be written", []string{"run", "--reports", filepath.Join(file, "reports")}, []string{"--reports"}},
		{"a configuration that does not exist", []string{"run", "--config", "nowhere.json"}, []string{"nowhere.json", "does not exist"}},
		{"list with an unknown suite", []string{"list", "--suite", "payments"}, []string{"payments"}},
		{"list with a label filter that is none", []string{"list", "--label-filter", "(clause"}, []string{"--label-filter"}},
		{"explain of nothing", []string{"explain"}, []string{"--all"}},
		{"explain of an unknown clause", []string{"explain", "AAC-999"}, []string{"AAC-999"}},
		{"mock at no address", []string{"mock", "--addr", "nowhere"}, []string{"--addr"}},
		{"mock with a negative latency", []string{"mock", "--latency=-1s"}, []string{"--latency"}},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			t.Parallel()
			e := obconform(t, wrong.args...)
			e.wantStatus(t, 2)
			wantText(t, e.errors, wrong.says...)
			if strings.ContainsAny(e.errors, "\x1b") || strings.Contains(e.errors, "goroutine") {
				t.Errorf("neither colours nor a stack trace are for a user's log: %q", e.errors)
			}
		})
	}
}

// A configuration's problems come all at once, each with the file, the key and
// what was expected, and nobody is called before they are solved.
func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	address, connections := countingListener(t)
	credentials := newBank(t, address, mockbank.Options{}).Credentials()
	config := configure(t, address, credentials, map[string]any{
		"timeouts": map[string]any{"request": "soon"},
		"consents": map[string]any{"way": "pigeon"},
		"tragets":  map[string]any{},
	})
	dir := t.TempDir()
	for _, args := range [][]string{{"run", "--reports", dir, "--config", config}, {"config", "check", config}} {
		e := obconform(t, args...)
		e.wantStatus(t, 2)
		wantText(t, e.errors, config, "timeouts.request", "consents.way", "headless", "tragets")
	}
	if n := connections.Load(); n > 0 {
		t.Errorf("%d connections were made, expected none", n)
	}
	for _, name := range []string{"junit.xml", "results.json", "report.html"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was written for a run that never was", name)
		}
	}
	// The same target with a configuration that is right is called.
	r := conform(t, "--config", configure(t, address, credentials, nil), "--suite", "accounts")
	r.wantStatus(t, 3)
	if connections.Load() == 0 {
		t.Error("the listener counts nothing")
	}
}

// countingListener counts the connections that are made to it and closes them.
func countingListener(t *testing.T) (address string, connections *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connections = &atomic.Int64{}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String(), connections
}

// A run that put nothing to the test is no pass.
func TestNothingExercised(t *testing.T) {
	t.Parallel()
	r := conform(t, "--label-filter", "clause:NO-SUCH-CLAUSE")
	r.wantStatus(t, 3)
	if len(r.Specs) > 0 || r.Outcome != "nothing exercised" {
		t.Errorf("outcome %q with %d specs", r.Outcome, len(r.Specs))
	}
	for _, test := range r.cases {
		if test.Result != "error" {
			t.Errorf("the test case %q is %q in a run that tested nothing", test.Name, test.Result)
		}
	}
	if len(r.cases) == 0 {
		t.Error("junit.xml has no test case, which is green at most of its readers")
	}
}

// A target that is gone decides nothing, and soon.
func TestRefusedConnection(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	r := conform(t, "--config", configure(t, address, newBank(t, address, mockbank.Options{}).Credentials(), nil))
	r.wantStatus(t, 3)
	wantText(t, r.out, "the connection was refused")
	if r.took > 30*time.Second {
		t.Errorf("it took %s", r.took)
	}
	if r.Exchanges != 1 {
		t.Errorf("%d exchanges, expected the first contact alone", r.Exchanges)
	}
	if judged := r.inState("passed", "failed"); len(judged) > 0 {
		t.Errorf("judged without a bank: %q", judged)
	}
	r.wantComplete(t, plan)
}

// Levels fail a run where the user says so.
func TestFailOn(t *testing.T) {
	t.Parallel()
	bank := behind(t, func(x exchange) { x.header.Del("WWW-Authenticate") })
	for flag, status := range map[string]int{"doc,std": 0, "doc,std,adv": 1} {
		r := conform(t, "--config", bank.config, "--suite", "accounts", "--fail-on", flag)
		r.wantStatus(t, status)
		verdict := map[int]string{0: "warned", 1: "failed"}[status]
		if got := r.withVerdict(verdict); len(got) != 1 || got[0] != "COM-WWW-AUTHENTICATE" {
			t.Errorf("--fail-on %s: %s %q, expected COM-WWW-AUTHENTICATE alone", flag, verdict, got)
		}
	}
}
