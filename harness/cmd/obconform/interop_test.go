package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// interop is the folder of the servers that others have made.
const interop = "../../interop"

// installed answers where node and what npm has installed are. Without them the
// test is skipped, unless INTEROP=required: then it fails.
func installed(t *testing.T) (node, modules string) {
	t.Helper()
	if underRace {
		t.Skip("the other servers show nothing more under the race detector")
	}
	missing := t.Skipf
	if os.Getenv("INTEROP") == "required" {
		missing = t.Fatalf
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing("servers made by others need Node.js: %v", err)
	}
	modules, err = filepath.Abs(filepath.Join(interop, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(modules); err != nil {
		missing("servers made by others are not installed, 'make interop' does it: %v", err)
	}
	return node, modules
}

// output keeps what a process prints while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serve starts a server of node's and waits until it answers there; the server
// ends with the test.
func serve(t *testing.T, address string, node string, args ...string) *output {
	t.Helper()
	printed := &output{}
	cmd := exec.Command(node, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), printed, printed
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // what it printed says why
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // fails only for one that has ended
		<-ended
		if t.Failed() {
			said := printed.String()
			t.Logf("%s printed at its end:\n%s", filepath.Base(args[0]), said[max(0, len(said)-4000):])
		}
	})
	client := &http.Client{Timeout: time.Second}
	eventually(t, time.Minute, "the server at "+address+" answers", func() bool {
		select {
		case <-ended:
			t.Fatalf("the server ended:\n%s", printed)
		default:
		}
		answer, err := client.Get(address)
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return true
	})
	return printed
}

// freePort is a port of loopback that nobody listened on a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

// settings reads the part of a configuration that stands beside a server, for
// its address.
func settings(t *testing.T, name, address string) map[string]any {
	t.Helper()
	var parts map[string]any
	if err := json.Unmarshal(readFile(t, filepath.Join(interop, name)), &parts); err != nil {
		t.Fatal(err)
	}
	parts["target"].(map[string]any)["baseUrl"] = address
	return parts
}

// overlay lays the parts over a configuration, object by object.
func overlay(t *testing.T, file string, parts map[string]any) {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(readFile(t, file), &document); err != nil {
		t.Fatal(err)
	}
	for key, part := range parts {
		below, isObject := document[key].(map[string]any)
		if over, ok := part.(map[string]any); ok && isObject {
			maps.Copy(below, over)
			continue
		}
		document[key] = part
	}
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantVerdicts fails the test unless just these clauses have one of the verdicts,
// each with its own; of a breach with the number of its findings too.
func (r reports) wantVerdicts(t *testing.T, want map[string]string, verdicts ...string) {
	t.Helper()
	got := map[string]string{}
	for _, clause := range r.Clauses {
		if slices.Contains(verdicts, clause.Verdict) {
			got[clause.ID] = clause.Verdict
			if len(clause.Findings) > 0 {
				got[clause.ID] += ", " + clause.Reason
			}
		}
	}
	all := maps.Clone(got)
	maps.Copy(all, want)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if got[id] == want[id] {
			continue
		}
		t.Errorf("%s: %q, expected %q", id, got[id], want[id])
		for _, clause := range r.Clauses {
			if clause.ID != id {
				continue
			}
			t.Logf("  %s %s", clause.Verdict, clause.Reason)
			for _, f := range clause.Findings {
				t.Logf("  %s: expected %s, actual %s, in %q", f.Where, f.Expected, f.Actual, f.Spec)
			}
		}
	}
}

// loopback is the address of a port.
func loopback(port int) string { return fmt.Sprintf("http://127.0.0.1:%s", strconv.Itoa(port)) }
