package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"obconform/harness/baseline"
	"obconform/harness/config"
	"obconform/harness/report"
	"obconform/harness/waiver"
)

// acceptFlags say which breaches a run accepts.
type acceptFlags struct {
	Waivers        string `placeholder:"FILE" help:"Breaches that are accepted for a time, in place of the configuration's waivers."`
	Baseline       string `placeholder:"FILE" help:"Fail only on breaches that this file does not hold."`
	UpdateBaseline bool   `help:"Write the breaches of this run to the file of --baseline; the run itself is judged by what it held before."`
}

// accepted are the breaches that a run accepts.
type accepted struct {
	waivers  waiver.List
	baseline *baseline.Baseline
	// notices are what the user should know of the files.
	notices []string
}

// load reads the files of the flags; the error is everything that is wrong with
// them.
func (f acceptFlags) load() (accepted, error) {
	var a accepted
	var waivers, held error
	if f.Waivers != "" {
		a.waivers, a.notices, waivers = config.LoadWaivers(f.Waivers)
	}
	switch {
	case f.Baseline != "":
		a.baseline, held = f.loadBaseline()
	case f.UpdateBaseline:
		held = errors.New("--update-baseline: expected --baseline FILE beside it, got none")
	}
	return a, errors.Join(waivers, held)
}

// longestBaseline bounds what is read of a baseline, in bytes.
const longestBaseline = 4 << 20

func (f acceptFlags) loadBaseline() (*baseline.Baseline, error) {
	info, err := os.Stat(f.Baseline)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.UpdateBaseline:
		if folder, err := os.Stat(filepath.Dir(f.Baseline)); err != nil || !folder.IsDir() {
			return nil, fmt.Errorf("--baseline: expected a file in a folder that exists, got %q", f.Baseline)
		}
		return &baseline.Baseline{}, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("--baseline: expected a file, got %q, which does not exist; --update-baseline writes it", f.Baseline)
	case err == nil && info.Size() > longestBaseline:
		return nil, fmt.Errorf("--baseline: expected a file of at most %d bytes, got one of %d", longestBaseline, info.Size())
	}
	data, err := os.ReadFile(f.Baseline)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	held, err := baseline.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %s:\n%w", f.Baseline, err)
	}
	return &held, nil
}

// withWaiversOf takes the configuration's waivers where the flags name none.
func (a accepted) withWaiversOf(cfg config.Config, flags acceptFlags) (accepted, error) {
	if flags.Waivers != "" || cfg.Waivers == "" {
		return a, nil
	}
	var err error
	a.waivers, _, err = config.LoadWaivers(cfg.Waivers) // the configuration has its warnings
	return a, err
}

// updateBaseline writes the baseline anew where the flags ask for it, and says
// what became of it.
func (f acceptFlags) updateBaseline(out io.Writer, run report.Run, results report.Results) error {
	if !f.UpdateBaseline {
		return nil
	}
	next, kept, ok := report.NextBaseline(run, results)
	if !ok {
		fmt.Fprintf(out, "baseline: %s is left as it was, since the run was interrupted\n", f.Baseline)
		return nil
	}
	data, err := next.Marshal()
	if err == nil {
		err = report.WriteFile(f.Baseline, data)
	}
	if err != nil {
		return fmt.Errorf("the baseline could not be written: %w", err)
	}
	entries := "entries"
	if len(next.Entries()) == 1 {
		entries = "entry"
	}
	fmt.Fprintf(out, "baseline: %s has %d %s now", f.Baseline, len(next.Entries()), entries)
	if kept > 0 {
		fmt.Fprintf(out, ", %d of them kept because this run cannot tell whether they are gone", kept)
	}
	fmt.Fprintln(out)
	return nil
}
