package clients_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program is the path of obconform; TestMain sets it once.
var program string

func TestMain(m *testing.M) {
	status, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func buildAndRun(m *testing.M) (status int, err error) {
	if underRace {
		return m.Run(), nil // every test skips itself
	}
	dir, err := os.MkdirTemp("", "obconform-clients-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program = filepath.Join(dir, "obconform")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/obconform").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return m.Run(), nil
}

// gate is a process of obconform that serves and judges who calls.
type gate struct {
	process *exec.Cmd
	output  *bytes.Buffer
	address string
	// credentials is the folder with what a client needs, reports that of the
	// verdict.
	credentials, reports string
}

// serve starts a command of obconform that serves, and waits until it does.
func serve(t *testing.T, command ...string) *gate {
	t.Helper()
	g := &gate{output: &bytes.Buffer{}, credentials: t.TempDir(), reports: filepath.Join(t.TempDir(), "reports")}
	ready := filepath.Join(t.TempDir(), "ready")
	g.process = exec.Command(program, append(command, "--addr", "127.0.0.1:0", "--tls", "--ready-file", ready,
		"--credentials", g.credentials, "--reports", g.reports)...)
	g.process.Stdout, g.process.Stderr = g.output, g.output
	if err := g.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = g.process.Process.Kill() // fails only for one that has ended
		_ = g.process.Wait()
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for g.address == "" {
		select {
		case <-ctx.Done():
			t.Fatalf("%q does not serve", command)
		case <-time.After(20 * time.Millisecond):
		}
		text, err := os.ReadFile(ready)
		if err == nil {
			g.address = strings.TrimSpace(string(text))
		}
	}
	return g
}

// mock starts the mock bank over mutual TLS, whose client must do all that.
func mock(t *testing.T, require []string) *gate {
	t.Helper()
	return serve(t, "mock", "--require-client-cert", "--require", strings.Join(require, ","))
}

// end ends the process as its user does, and answers its exit status with what
// failed: the clauses, and the requirements that were not met, by results.json;
// junit.xml must name the same.
func (g *gate) end(t *testing.T) (status int, failed []string) {
	t.Helper()
	if err := g.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := g.process.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	failed = failures(t, g.reports)
	if t.Failed() {
		t.Log(g.output)
	}
	return g.process.ProcessState.ExitCode(), failed
}

// failures reads what failed from the reports.
func failures(t *testing.T, reports string) (failed []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(reports, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var results struct {
		Clauses []struct{ ID, Verdict string }
		Traffic struct{ Unmet []string }
	}
	if err := json.Unmarshal(data, &results); err != nil {
		t.Fatal(err)
	}
	for _, clause := range results.Clauses {
		if clause.Verdict == "failed" {
			failed = append(failed, clause.ID)
		}
	}
	failed = append(failed, results.Traffic.Unmet...)
	junit, err := os.ReadFile(filepath.Join(reports, "junit.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if hasFailure := bytes.Contains(junit, []byte("<failure")); hasFailure != (len(failed) > 0) {
		t.Errorf("junit.xml has a failure: %t, results.json has %q", hasFailure, failed)
	}
	for _, name := range failed {
		if !bytes.Contains(junit, []byte(name)) {
			t.Errorf("junit.xml does not name %s", name)
		}
	}
	return failed
}
