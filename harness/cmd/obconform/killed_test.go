//go:build linux

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// workersOf lists the processes that a process has started.
func workersOf(t *testing.T, parent int) []int {
	t.Helper()
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for _, folder := range folders {
		id, err := strconv.Atoi(filepath.Base(folder))
		if fields := status(id); err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			children = append(children, id)
		}
	}
	return children
}

// status is what follows a process's name in its status line: its state, its
// parent, and more; empty when there is no such process.
func status(id int) []string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	if err != nil {
		return nil
	}
	return strings.Fields(string(line[strings.LastIndexByte(string(line), ')')+1:]))
}

// runs tells whether the process has not ended; one that nobody has waited for
// has.
func runs(id int) bool {
	fields := status(id)
	return len(fields) > 0 && fields[0] != "Z" && fields[0] != "X"
}

// When the program itself is killed, the reports say so and are green nowhere,
// and its workers stop asking the bank and delete what they created.
func TestKilledSupervisor(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	bank, asked := slow(t, 30*time.Millisecond)
	dir := t.TempDir()
	p := begin(t, "run", "--config", bank.config, "--reports", dir, "--procs", "2")
	eventually(t, 30*time.Second, "40 requests", func() bool { return asked.requests() >= 40 })
	workers := workersOf(t, p.cmd.Process.Pid)
	if len(workers) != 2 {
		t.Fatalf("%d workers, expected 2", len(workers))
	}
	p.signal(syscall.SIGKILL)
	p.wait(5 * time.Second)
	r := readReports(t, dir)
	r.wantComplete(t, plan)
	if n := len(r.inState("not run")); n != len(r.Specs) || r.Outcome == "passed" {
		t.Errorf("outcome %q with %d of %d specs not run", r.Outcome, n, len(r.Specs))
	}
	for _, test := range r.cases {
		if test.Result != "error" {
			t.Errorf("the test case %q is %q", test.Name, test.Result)
		}
	}
	for _, id := range workers {
		eventually(t, 10*time.Second, fmt.Sprintf("the end of the orphan %d", id), func() bool { return !runs(id) })
	}
	asked.wantTidy(t)
}

// A worker that is killed takes its section with it and nothing else.
func TestKilledWorker(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	bank, asked := slow(t, time.Millisecond)
	dir := t.TempDir()
	p := begin(t, "run", "--config", bank.config, "--reports", dir)
	eventually(t, 30*time.Second, "60 requests", func() bool { return asked.requests() >= 60 })
	workers := workersOf(t, p.cmd.Process.Pid)
	if len(workers) != 1 {
		t.Fatalf("%d workers, expected 1", len(workers))
	}
	if err := syscall.Kill(workers[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	e := p.wait(patience)
	e.wantStatus(t, 3)
	wantText(t, e.out, "a worker process ended in", "signal: killed")
	r := readReports(t, dir)
	r.wantComplete(t, plan)
	crashed := r.crashedSection(t)
	for _, spec := range r.Specs {
		lost := spec.State == "errored" || spec.State == "not run"
		if inside := spec.Suite+"/"+spec.Section == crashed; lost && !inside || inside && lost && !strings.Contains(spec.Reason, "killed") {
			t.Errorf("%s/%s: %q is %q because %q; the worker was killed in %s",
				spec.Suite, spec.Section, spec.Name, spec.State, spec.Reason, crashed)
		}
	}
	if len(r.inState("passed")) < len(plan)/2 {
		t.Errorf("only %d of %d specs passed after a worker was killed", len(r.inState("passed")), len(plan))
	}
}

// crashedSection is the one section that a worker was lost in.
func (r reports) crashedSection(t *testing.T) string {
	t.Helper()
	sections := map[string]bool{}
	for _, spec := range r.Specs {
		if spec.State == "errored" {
			sections[spec.Suite+"/"+spec.Section] = true
		}
	}
	if len(r.Trouble) != 1 || len(sections) > 1 {
		t.Fatalf("trouble %+v, specs that were lost in %v", r.Trouble, sections)
	}
	what := strings.TrimPrefix(r.Trouble[0].What, "a worker process ended in ")
	section, _, _ := strings.Cut(strings.SplitN(what, ":", 2)[0], ",")
	return section
}
