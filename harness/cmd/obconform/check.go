package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/gate"
	"obconform/harness/recording"
	"obconform/harness/report/folder"
	"obconform/harness/runner"
	"obconform/harness/traffic"
)

// checkCommand judges recordings.
type checkCommand struct {
	Files         []string `arg:"" placeholder:"FILE" help:"Recordings, in the order in which they were made: HAR 1.2, or one exchange a line; either may be packed by gzip. - is standard input."`
	Format        string   `enum:"auto,har,ndjson" default:"auto" help:"How they are written: auto, har or ndjson."`
	Sides         string   `enum:"both,client,bank" default:"both" help:"Whose obligations are judged: both, client or bank."`
	Whole         bool     `help:"The recordings hold all that the client ever has with the bank: what it leaves behind counts."`
	TokenEndpoint string   `placeholder:"URL" help:"The bank's token endpoint, where no discovery document is among the exchanges."`
	judgingFlags
}

// Run judges the recordings and leaves the exit status of the verdict.
func (c checkCommand) Run(sh *shell, status *int) error {
	if err := c.checkFolder(); err != nil {
		return usageError{err} // and nothing is removed
	}
	options, wrong := c.judging(sh, gate.Sides(c.Sides), c.names(), c.line())
	if err := errors.Join(wrong, options.Check(), c.checkFiles(), c.checkEndpoint()); err != nil {
		return usageError{errors.Join(err, removeReports(c.Reports))}
	}
	options.Conduct.Whole = c.Whole
	if c.TokenEndpoint != "" {
		options.Addresses.Name(contract.RequestToken, c.TokenEndpoint)
	}
	judge, err := gate.New(options)
	if err != nil {
		return usageError{errors.Join(err, removeReports(c.Reports))}
	}
	if err := c.clearReports(); err != nil {
		return usageError{err}
	}
	if err := c.read(sh, judge); err != nil {
		return err
	}
	*status, err = c.publish(sh, judge.Run(time.Now()))
	return err
}

// checkFolder refuses a recording that stands where the reports go: it would be
// removed with those of an earlier run.
func (c checkCommand) checkFolder() error {
	var wrong []error
	for _, file := range c.Files {
		if folder.Owns(c.Reports, file) {
			wrong = append(wrong, fmt.Errorf("--reports: expected another folder than %q, which %s is a report of: it would be removed", c.Reports, file))
		}
	}
	return errors.Join(wrong...)
}

// names are what the recordings are called.
func (c checkCommand) names() []string {
	names := make([]string, len(c.Files))
	for i, file := range c.Files {
		if names[i] = file; file == standardInput {
			names[i] = "standard input"
		}
	}
	return names
}

// standardInput is the name of a file that is none.
const standardInput = "-"

// checkFiles names every file that is none.
func (c checkCommand) checkFiles() error {
	var wrong []error
	for i, file := range c.Files {
		if file == standardInput {
			if slices.Contains(c.Files[:i], file) {
				wrong = append(wrong, errors.New("standard input can be read once; - is given twice"))
			}
			continue
		}
		switch info, err := os.Stat(file); {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("expected a recording: %w", err))
		case info.IsDir():
			wrong = append(wrong, fmt.Errorf("expected a recording, got the folder %q", file))
		}
	}
	return errors.Join(wrong...)
}

func (c checkCommand) checkEndpoint() error {
	if c.TokenEndpoint != "" && !strings.HasPrefix(c.TokenEndpoint, "https://") && !strings.HasPrefix(c.TokenEndpoint, "http://") {
		return fmt.Errorf("--token-endpoint: expected an absolute URL, got %q", c.TokenEndpoint)
	}
	return nil
}

// line is the command as a report repeats it.
func (c checkCommand) line() []string {
	line := []string{"obconform", "check"}
	for _, flag := range []struct{ name, value string }{
		{"--sides", c.Sides}, {"--fail-on", strings.Join(c.FailOn, ",")}, {"--profile", c.Profile}, {"--require", strings.Join(c.Require, ",")},
		{"--token-endpoint", c.TokenEndpoint},
	} {
		if flag.value != "" && flag.value != string(gate.Both) {
			line = append(line, flag.name, flag.value)
		}
	}
	if c.Whole {
		line = append(line, "--whole")
	}
	for _, file := range c.Files {
		line = append(line, filepath.Base(file))
	}
	return line
}

// read has all recordings judged, each up to its damage, until it is interrupted.
func (c checkCommand) read(sh *shell, judge *gate.Judge) error {
	defer spendMemory(sh.environ)()
	stop, release := runner.Signals()
	defer release()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	go func() {
		select {
		case word := <-stop:
			cancel(errors.New(word))
		case <-ctx.Done():
		}
	}()
	shown := newTicker(sh, c.screenFlags)
	defer shown.end()
	for i, file := range c.Files {
		err := c.readOne(ctx, sh, file, c.names()[i], judge, shown)
		var damage *recording.Damage
		switch {
		case errors.As(err, &damage):
			judge.Damage(damage.Error())
			shown.end()
			fmt.Fprintf(sh.err, "obconform: %v\n", damage)
		case ctx.Err() != nil:
			judge.Interrupt(context.Cause(ctx).Error())
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// spendMemory has garbage collected more seldom, as long as there is room below a
// limit: that is a fifth of what judging costs. A user who says so otherwise has
// the last word. It answers what undoes it.
func spendMemory(environ []string) (undo func()) {
	const percent, room = 400, 112 << 20
	if variable(environ, "GOGC")+variable(environ, "GOMEMLIMIT") != "" {
		return func() {}
	}
	before, limit := debug.SetGCPercent(percent), debug.SetMemoryLimit(room)
	return func() {
		debug.SetGCPercent(before)
		debug.SetMemoryLimit(limit)
	}
}

// readOne has one recording judged.
func (c checkCommand) readOne(ctx context.Context, sh *shell, file, name string, judge *gate.Judge, shown *ticker) error {
	in := sh.in
	if file != standardInput {
		opened, err := os.Open(file) // #nosec G304 -- the user's own
		if err != nil {
			return usageError{err}
		}
		defer func() { _ = opened.Close() }()
		in = opened
	}
	workers := runtime.GOMAXPROCS(0)
	summary, err := recording.Read(ctx, in, recording.Options{Name: name, Format: recording.Format(c.Format), Workers: workers}, func(exchanges []traffic.Exchange) error {
		judge.AddAll(exchanges, workers)
		shown.add(len(exchanges))
		return nil
	})
	for _, entry := range summary.Oversized {
		judge.Warn(entry)
	}
	if err != nil && !errors.As(err, new(*recording.Damage)) && ctx.Err() == nil {
		return usageError{fmt.Errorf("%s: %w", name, err)}
	}
	return err
}

// ticker shows on a terminal how many exchanges were judged so far.
type ticker struct {
	out     io.Writer
	count   int
	written time.Time
}

func newTicker(sh *shell, flags screenFlags) *ticker {
	if _, is := terminalOf(sh.err); !is || flags.Quiet {
		return &ticker{}
	}
	return &ticker{out: sh.err}
}

func (t *ticker) add(n int) {
	t.count += n
	if t.out == nil || time.Since(t.written) < time.Second/4 {
		return
	}
	t.written = time.Now()
	fmt.Fprintf(t.out, "\r%d exchanges judged", t.count)
}

// end takes the line away.
func (t *ticker) end() {
	if t.out != nil && !t.written.IsZero() {
		fmt.Fprintf(t.out, "\r%40s\r", "")
		t.written = time.Time{}
	}
}
