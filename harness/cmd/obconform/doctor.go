package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"obconform/harness/doctor"
	"obconform/harness/embedded"
	"obconform/harness/mockbank"
	"obconform/harness/runner"
)

type doctorCommand struct {
	ConfigFile string        `name:"config" placeholder:"FILE" help:"The target's configuration; without it the mock bank is started inside."`
	Deadline   time.Duration `default:"2m" placeholder:"2m" help:"Bound on the whole examination."`
	JSON       bool          `help:"Say it to programs."`
}

// Run takes every step and leaves the exit status of the worst.
func (d doctorCommand) Run(sh *shell, status *int) error {
	if d.Deadline <= 0 {
		return usageError{fmt.Errorf("--deadline: expected a positive duration, got %s", d.Deadline)}
	}
	file := d.ConfigFile
	if file == "" {
		bank, err := embedded.Start(mockbank.Options{})
		if err != nil {
			return err
		}
		defer bank.Close()
		file = bank.Config
	}
	stop, release := runner.Signals()
	defer release()
	ctx, cancel := context.WithTimeout(context.Background(), d.Deadline)
	defer cancel()
	ctx, interrupt := context.WithCancelCause(ctx)
	defer interrupt(nil)
	go func() {
		select {
		case word := <-stop:
			interrupt(errors.New(word))
		case <-ctx.Done():
		}
	}()
	print := func(result doctor.Result) { doctor.Print(sh.out, result) }
	if d.JSON {
		print = func(doctor.Result) {}
	}
	report := doctor.Examine(ctx, file, sh.environ, print)
	*status = doctorStatus(report.Worst())
	if cause := context.Cause(ctx); errors.Is(cause, context.DeadlineExceeded) && *status == exitOK {
		*status = exitUndecided // steps were left out
	} else if cause != nil && !errors.Is(cause, context.DeadlineExceeded) {
		*status = exitInterrupted
	}
	if d.JSON {
		return report.WriteJSON(sh.out, *status)
	}
	_, err := fmt.Fprintf(sh.out, "%s (exit status %d)\n", report.Counts(), *status)
	return err
}

// doctorStatus is the exit status for whose trouble it is.
func doctorStatus(blame doctor.Blame) int {
	return map[doctor.Blame]int{doctor.Configuration: exitUsage, doctor.Target: exitFailed, doctor.Environment: exitUndecided}[blame]
}
