// The tests of this package run the program as its users do: as a process,
// against banks on loopback, and look at what it prints, writes and ends with.
package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program is the path of the binary; TestMain sets it once.
var program string

func TestMain(m *testing.M) {
	status, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// buildAndRun builds the program, with the race detector where the tests have
// it, and runs the tests.
func buildAndRun(m *testing.M) (status int, err error) {
	dir, err := os.MkdirTemp("", "obconform-program-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program = filepath.Join(dir, "obconform")
	args := []string{"build", "-o", program}
	if underRace {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		return 1, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return m.Run(), nil
}

// patience bounds every process, far above what one takes.
const patience = 90 * time.Second

// process is the program while it runs.
type process struct {
	t           *testing.T
	cmd         *exec.Cmd
	out, errors bytes.Buffer
	ended       chan struct{}
	started     time.Time
}

// ended is what a process left behind.
type ended struct {
	status      int
	out, errors string
	took        time.Duration
}

// begin starts the program in a folder of its own, without the variables that
// configure it; it is killed at the end of the test if it still runs.
func begin(t *testing.T, args ...string) *process {
	t.Helper()
	return beginWith(t, nil, args...)
}

// beginWith is begin with more variables.
func beginWith(t *testing.T, environ []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, args...), ended: make(chan struct{}), started: time.Now()}
	p.cmd.Dir = t.TempDir()
	p.cmd.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "OBCONFORM_") || strings.HasPrefix(pair, "GITHUB_") || strings.HasPrefix(pair, "GITLAB_")
	})
	p.cmd.Env = append(append(p.cmd.Env, "GORACE=atexit_sleep_ms=0"), environ...) // it need not linger when it ends
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.errors
	p.cmd.WaitDelay = 5 * time.Second
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // the state says how it ended
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // fails only for one that has ended
		<-p.ended
	})
	return p
}

// signal sends one to the program alone.
func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits for the end; the test fails when that does not come in time.
func (p *process) wait(limit time.Duration) ended {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Fatalf("%q still ran after %s", p.cmd.Args[1:], limit)
	}
	return ended{status: p.cmd.ProcessState.ExitCode(), out: p.out.String(), errors: p.errors.String(), took: time.Since(p.started)}
}

// obconform runs the program to its end.
func obconform(t *testing.T, args ...string) ended {
	t.Helper()
	return begin(t, args...).wait(patience)
}

// wantStatus fails the test, with all that was printed, for another status.
func (e ended) wantStatus(t *testing.T, want int) {
	t.Helper()
	if e.status != want {
		t.Errorf("exit status %d, expected %d\nstdout:\n%s\nstderr:\n%s", e.status, want, e.out, e.errors)
	}
}

// wantText fails the test for each text that the printed lacks.
func wantText(t *testing.T, printed string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(printed, text) {
			t.Errorf("expected %q in:\n%s", text, printed)
		}
	}
}

// sample is how many of n like cases to run: all of them, or, since the race
// detector makes a run ten times as slow and one shows what many show, a few.
func sample(n int) int {
	if underRace {
		return max(n/8, 2)
	}
	return n
}

// eventually waits until the condition holds.
func eventually(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}
