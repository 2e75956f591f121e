package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"obconform/harness/report"
)

// readResults reads one results.json, never more of a file than can be one.
// The error names the file and is a mistake on the command line.
func readResults(path string) (report.Results, error) {
	file, err := os.Open(path)
	if err != nil {
		return report.Results{}, usageError{err}
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, report.MaxResultsBytes+1))
	if err != nil {
		return report.Results{}, usageError{err}
	}
	results, err := report.ReadResults(data)
	if err != nil {
		return report.Results{}, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return results, nil
}

// readAll reads several, and finds what is wrong with each of them.
func readAll(paths []string) ([]report.Results, error) {
	var all []report.Results
	var wrong []error
	for _, path := range paths {
		results, err := readResults(path)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, results)
	}
	return all, errors.Join(wrong...)
}
