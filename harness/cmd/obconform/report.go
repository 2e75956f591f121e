package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/report"
	"obconform/harness/report/markdown"
	"obconform/harness/report/page"
)

// reportCommand makes reports of the results of earlier runs.
type reportCommand struct {
	From        []string `placeholder:"FILE,..." help:"The results.json of each run. Runs at one target are merged, different targets are kept apart."`
	Files       []string `arg:"" optional:"" name:"file" help:"More of them."`
	HTML        string   `name:"html" placeholder:"FILE" help:"Write the page that people read."`
	JUnit       string   `name:"junit" placeholder:"FILE" help:"Write the JUnit file."`
	Markdown    string   `name:"markdown" placeholder:"FILE" help:"Write the summary for pull requests."`
	JSON        string   `name:"json" placeholder:"FILE" help:"Write the results.json of the whole."`
	MinCoverage string   `placeholder:"FIGURES" help:"Least coverage of the whole in percent, as for run."`
	Verbose     bool     `short:"v" help:"Print every clause, and every finding in full."`
}

// Run writes the reports asked for, prints a summary of each target, and leaves
// the exit status that the gravest of them has.
func (r reportCommand) Run(sh *shell, status *int) error {
	floors, err := report.ParseFloors(r.MinCoverage)
	if err != nil {
		err = fmt.Errorf("--min-coverage: %w", err)
	}
	paths := slices.Concat(r.From, r.Files)
	all, unreadable := readAll(paths)
	switch {
	case len(paths) == 0:
		unreadable = errors.New("--from: expected the results.json of at least one run, got none")
	case unreadable == nil:
		unreadable = twice(paths, all)
	}
	if err := errors.Join(err, unreadable); err != nil {
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

// twice refuses a run that is given twice, under one name or as a copy: it
// would be counted twice. A spec's exchanges have ids that no other run has.
func twice(paths []string, all []report.Results) error {
	var wrong []error
	for i, results := range all {
		for j, earlier := range all[:i] {
			if report.TargetName(results) == report.TargetName(earlier) && results.Start.Equal(earlier.Start) && results.End.Equal(earlier.End) && firstID(results) == firstID(earlier) {
				wrong = append(wrong, fmt.Errorf("--from: %s and %s are the same run", paths[j], paths[i]))
			}
		}
	}
	return errors.Join(wrong...)
}

// firstID is the interaction id of a run's first exchange, empty for none.
func firstID(results report.Results) string {
	for _, spec := range results.Specs {
		for _, x := range spec.Record.Exchanges {
			return x.InteractionID
		}
	}
	return ""
}

// merge makes one run of those at each target; where there are several targets
// each has its name.
func merge(all []report.Results, floors report.Floors) ([]report.Results, error) {
	names, parts := report.ByTarget(all)
	labels := labels(names)
	var wholes []report.Results
	for i, name := range names {
		whole, err := report.Merge(parts[name], floors)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if len(names) > 1 {
			whole.Label = labels[i]
		}
		wholes = append(wholes, whole)
	}
	return wholes, nil
}

// unfit is what file names and the names of test suites had better not hold.
var unfit = regexp.MustCompile(`[^A-Za-z0-9]+`)

// maxLabel bounds a label, in bytes: a file's name has 255 for it and the rest.
const maxLabel = 80

// labels are the targets' names in file names and names of test suites. No two
// are the same, even where a file system does not tell small letters from
// capitals: one target's files would replace another's.
func labels(names []string) []string {
	labels, taken := make([]string, len(names)), map[string]int{}
	for i, name := range names {
		name = strings.Replace(strings.Replace(name, "https://", "", 1), "http://", "", 1)
		name = strings.Trim(unfit.ReplaceAllString(name, "-"), "-")
		labels[i] = strings.Trim(name[:min(len(name), maxLabel)], "-")
		taken[strings.ToLower(labels[i])]++
	}
	for i, name := range names {
		if labels[i] == "" || taken[strings.ToLower(labels[i])] > 1 {
			sum := sha256.Sum256([]byte(name))
			labels[i] = strings.Trim(fmt.Sprintf("%s-%x", labels[i], sum[:4]), "-")
		}
	}
	return labels
}

// write writes the reports asked for, those of one target of several under a
// name of its own, and answers their paths.
func (r reportCommand) write(whole report.Results) ([]string, error) {
	var files []string
	for _, one := range []struct {
		path   string
		render func(report.Results) ([]byte, error)
	}{{r.JUnit, report.JUnit}, {r.JSON, report.ResultsJSON}, {r.HTML, page.Render}, {r.Markdown, markdown.Render}} {
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
