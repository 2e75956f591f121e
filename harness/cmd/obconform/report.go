package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/report"
	"obconform/harness/report/page"
)

// reportCommand makes reports of the results of earlier runs.
type reportCommand struct {
	From        []string `required:"" placeholder:"FILE,..." help:"The results.json of each run. Runs at one target are merged, different targets are kept apart."`
	HTML        string   `name:"html" placeholder:"FILE" help:"Write the page that people read."`
	JUnit       string   `name:"junit" placeholder:"FILE" help:"Write the JUnit file."`
	JSON        string   `name:"json" placeholder:"FILE" help:"Write the results.json of the whole."`
	MinCoverage string   `placeholder:"FIGURES" help:"Least coverage of the whole in percent, as for run."`
	Verbose     bool     `short:"v" help:"Print every clause."`
}

// Run writes the reports asked for, prints a summary of each target, and leaves
// the exit status that the gravest of them has.
func (r reportCommand) Run(sh *shell, status *int) error {
	floors, err := report.ParseFloors(r.MinCoverage)
	if err != nil {
		err = fmt.Errorf("--min-coverage: %w", err)
	}
	all, unreadable := readAll(r.From)
	if err := errors.Join(err, unreadable, r.twice()); err != nil {
		return usageError{err}
	}
	wholes, err := merge(all, floors)
	if err != nil {
		return usageError{fmt.Errorf("--from: %w", err)}
	}
	for _, whole := range wholes {
		files, err := r.write(whole)
		if err != nil {
			return err
		}
		if err := report.Terminal(sh.out, whole, report.TerminalOptions{Verbose: r.Verbose, Files: files}); err != nil {
			return err
		}
		*status = graver(*status, report.ExitStatus(whole))
	}
	return nil
}

// twice refuses a run that is given twice: it would be counted twice.
func (r reportCommand) twice() error {
	var wrong []error
	for i, path := range r.From {
		info, err := os.Stat(path)
		if err != nil {
			continue // reading it has said so
		}
		for _, earlier := range r.From[:i] {
			if other, err := os.Stat(earlier); err == nil && os.SameFile(info, other) {
				wrong = append(wrong, fmt.Errorf("--from: %s and %s are one file", earlier, path))
			}
		}
	}
	return errors.Join(wrong...)
}

// merge makes one run of those at each target; where there are several targets
// each has its name.
func merge(all []report.Results, floors report.Floors) ([]report.Results, error) {
	names, parts := report.ByTarget(all)
	var wholes []report.Results
	for _, name := range names {
		whole, err := report.Merge(parts[name], floors)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if len(names) > 1 {
			whole.Label = label(name)
		}
		wholes = append(wholes, whole)
	}
	return wholes, nil
}

// unfit is what file names and the names of test suites had better not hold.
var unfit = regexp.MustCompile(`[^A-Za-z0-9]+`)

// label is a target's name in file names and names of test suites.
func label(name string) string {
	name = strings.Replace(strings.Replace(name, "https://", "", 1), "http://", "", 1)
	return strings.Trim(unfit.ReplaceAllString(name, "-"), "-")
}

// write writes the reports asked for, those of one target of several under a
// name of its own, and answers their paths.
func (r reportCommand) write(whole report.Results) ([]string, error) {
	var files []string
	for _, one := range []struct {
		path   string
		render func(report.Results) ([]byte, error)
	}{{r.JUnit, report.JUnit}, {r.JSON, report.ResultsJSON}, {r.HTML, page.Render}} {
		if one.path == "" {
			continue
		}
		data, err := one.render(whole)
		if err != nil {
			return nil, err
		}
		path := one.path
		if whole.Label != "" {
			extension := filepath.Ext(path)
			path = strings.TrimSuffix(path, extension) + "-" + whole.Label + extension
		}
		if err := report.WriteFile(path, data); err != nil {
			return nil, usageError{err}
		}
		files = append(files, path)
	}
	return files, nil
}

// graver is the exit status of two targets: interrupted over failed over
// undecided over passed.
func graver(a, b int) int {
	order := []int{exitInterrupted, exitFailed, exitUndecided, exitOK}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}
