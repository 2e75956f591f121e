package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"obconform/harness/gate"
	"obconform/harness/report"
	"obconform/harness/report/folder"
	"obconform/harness/runner"
	"obconform/harness/tap/control"
	"obconform/harness/tap/trail"
)

// servingFlags are those of commands that serve until they are ended, and then
// judge what went by.
type servingFlags struct {
	ReadyFile   string        `placeholder:"FILE" help:"Write the address to this file once requests are taken."`
	Grace       time.Duration `default:"5s" placeholder:"D" help:"How long requests that are being answered are waited for at the end."`
	RecordLimit int64         `default:"4096" placeholder:"MIB" help:"Record at most so much (exchanges.ndjson among the reports); 0 for nothing."`
}

func (f servingFlags) checkServing() error {
	var wrong []error
	if f.Grace < 0 {
		wrong = append(wrong, fmt.Errorf("--grace: expected a duration that is not negative, got %s", f.Grace))
	}
	const most = 1 << 20 // a TiB
	if f.RecordLimit < 0 || f.RecordLimit > most {
		wrong = append(wrong, fmt.Errorf("--record-limit: expected 0 to %d, got %d", most, f.RecordLimit))
	}
	return errors.Join(wrong...)
}

// record opens the recording among the reports; nil where there is to be none.
func (f servingFlags) record(reports string) (*trail.File, error) {
	if reports == "" || f.RecordLimit == 0 {
		return nil, nil
	}
	file, err := trail.Create(filepath.Join(reports, folder.Exchanges), f.RecordLimit<<20)
	if err != nil {
		return nil, fmt.Errorf("--reports: %w", err)
	}
	return file, nil
}

// orNothing is the recorder of a trail, which may be none.
func orNothing(file *trail.File) trail.Recorder {
	if file == nil {
		return nil
	}
	return file
}

// server is what serves.
type server interface {
	URL() string
	Judge() *gate.Judge
	Counts() trail.Counts
	Close(context.Context) error
}

// service is a server with all that its user sees of it.
type service struct {
	sh      *shell
	kind    string // "mock"
	title   string // "the mock bank"
	server  server
	judging judgingFlags
	serving servingFlags
	// record is nil where nothing is recorded.
	record *trail.File
	// remarks are for the reader of the reports, once all is over.
	remarks func() []string
}

// garbage is how much of it is let be, in percent of what is in use: that is little,
// and nearly all that a request takes is garbage soon.
const garbage = 400

// until serves until a signal or another process of the user's ends it, and
// answers the exit status. A second signal ends it at once.
func (s service) until() (status int, err error) {
	stop, release := runner.Signals()
	defer release()
	if variable(s.sh.environ, "GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if s.judging.Reports != "" {
		if err := s.placeholder(); err != nil {
			_ = s.end() // what is wrong is said already
			return 0, usageError{err}
		}
	}
	asked, told := s.found()
	defer func() { told(statusOf(status, err)) }()
	fmt.Fprintf(s.sh.out, "%s serves %s\n", s.title, s.server.URL())
	if s.serving.ReadyFile != "" {
		if err := report.WriteFile(s.serving.ReadyFile, []byte(s.server.URL()+"\n")); err != nil {
			return 0, errors.Join(usageError{fmt.Errorf("--ready-file: %w", err)}, s.end(), s.removeReports())
		}
		defer func() { _ = os.Remove(s.serving.ReadyFile) }() // nobody is ready any more
	}
	reason := ""
	select {
	case reason = <-stop:
	case <-asked:
		reason = "it was asked to"
	}
	fmt.Fprintf(s.sh.out, "%s ends: %s\n", s.title, reason)
	type ending struct {
		status int
		err    error
	}
	ended := make(chan ending, 1)
	go func() {
		status, err := s.conclude()
		ended <- ending{status, err}
	}()
	select {
	case e := <-ended:
		return e.status, e.err
	case reason := <-stop:
		fmt.Fprintf(s.sh.err, "obconform: %s ends at once (%s): what went by was not judged to its end\n", s.title, reason)
		return exitInterrupted, nil
	}
}

// placeholder writes reports that say that the end was never reported, for a
// process that is killed.
func (s service) placeholder() error {
	run := s.server.Judge().Run(time.Now())
	run.Planned, run.Results = run.Results, nil
	if _, err := folder.Write(s.judging.Reports, report.Placeholder(run), newCI(s.judging.ciFlags, s.sh.environ).reports()...); err != nil {
		return fmt.Errorf("--reports: %w", err)
	}
	return nil
}

// found makes the process one that can be asked to end.
func (s service) found() (asked <-chan struct{}, told func(status int)) {
	listening, err := control.Listen(control.Dir(variable(s.sh.environ, "XDG_RUNTIME_DIR")), s.kind, s.server.URL())
	if err != nil {
		fmt.Fprintf(s.sh.err, "obconform: 'obconform %s stop' will not find this process: %v\n", s.kind, err)
		return nil, func(int) {}
	}
	return listening.Stop(), listening.End
}

// end takes no more requests, and has all that went by judged.
func (s service) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.serving.Grace)
	defer cancel()
	err := s.server.Close(ctx)
	if s.record != nil {
		err = errors.Join(err, s.record.Close())
	}
	return err
}

func (s service) removeReports() error { return removeReports(s.judging.Reports) }

// conclude ends the server and says what came of it.
func (s service) conclude() (int, error) {
	unrecorded := s.end()
	if unrecorded != nil {
		fmt.Fprintf(s.sh.err, "obconform: %v\n", unrecorded)
	}
	counts := s.server.Counts()
	if s.judging.Reports == "" {
		_, err := fmt.Fprintf(s.sh.out, "%d exchanges, %d findings about the client (with --reports DIR they are reported, and decide the exit status)\n", counts.Exchanges, counts.Findings)
		return exitOK, err
	}
	run := s.server.Judge().Run(time.Now())
	run.Warnings = slices.Concat(run.Warnings, s.remarks())
	if unrecorded != nil {
		run.Warnings = append(run.Warnings, folder.Exchanges+" is not whole: "+unrecorded.Error())
	}
	return s.judging.publish(s.sh, run)
}

// prepareReports makes an empty folder of reports where there are to be any.
func (f judgingFlags) prepareReports() error {
	if f.Reports == "" {
		return nil
	}
	return f.clearReports()
}

// line is a command as a report repeats it: what shapes the verdict, no path that
// means nothing elsewhere.
func (f judgingFlags) line(command string, flags ...string) []string {
	line := []string{"obconform", command}
	all := append(flags, "--require", strings.Join(f.Require, ","), "--fail-on", strings.Join(f.FailOn, ","), "--profile", f.Profile)
	for i := 0; i < len(all); i += 2 {
		if all[i+1] != "" {
			line = append(line, all[i], all[i+1])
		}
	}
	return line
}

// stopCommand ends a process that serves.
type stopCommand struct {
	Addr    string        `placeholder:"HOST:PORT" help:"The one that serves there, where several do."`
	All     bool          `help:"All of them; the exit status is that of the worst."`
	Timeout time.Duration `default:"5m" placeholder:"D" help:"How long to wait for the reports."`
}

// stop ends processes of a kind and leaves their exit status.
func (c stopCommand) stop(sh *shell, kind, title string, status *int) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	dir := control.Dir(variable(sh.environ, "XDG_RUNTIME_DIR"))
	running, silent := control.Running(ctx, dir, kind)
	if silent != nil && (len(running) == 0 || c.Addr == "" && !c.All) {
		return silent // which of them is meant is not known
	}
	if c.Addr != "" {
		running = slices.DeleteFunc(running, func(p control.Process) bool { return !strings.HasSuffix(p.Address, "://"+c.Addr) })
	}
	switch {
	case len(running) == 0 && c.Addr != "":
		return usageError{errors.Join(fmt.Errorf("--addr: no %s of yours serves %s (looked in %s)", title, c.Addr, dir), silent)}
	case len(running) == 0:
		return usageError{fmt.Errorf("no %s of yours serves (looked in %s)", title, dir)}
	case len(running) > 1 && !c.All:
		return usageError{fmt.Errorf("%d of them serve: expected --addr with one of %s, or --all", len(running), strings.Join(addresses(running), ", "))}
	}
	*status = exitOK
	var failures []error
	if c.All {
		failures = append(failures, silent)
	}
	for _, process := range running {
		ended, err := process.Stop(ctx)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		if _, err := fmt.Fprintf(sh.out, "the %s at %s ended with status %d\n", title, process.Address, ended); err != nil {
			return err
		}
		*status = worse(*status, ended)
	}
	return errors.Join(failures...)
}

// worse is the status of two that says more: a breach, then trouble.
func worse(a, b int) int {
	order := []int{exitOK, exitUndecided, exitInterrupted, exitUsage, exitFailed}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

func addresses(processes []control.Process) []string {
	var all []string
	for _, p := range processes {
		_, host, _ := strings.Cut(p.Address, "://")
		all = append(all, host)
	}
	return all
}
