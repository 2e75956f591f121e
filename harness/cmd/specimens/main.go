// Command specimens writes the page and the results.json of every made-up run
// to a folder of its own in the folder that it is given: what the tests in the
// browser look at.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"obconform/harness/report"
	"obconform/harness/report/page"
	"obconform/harness/report/specimen"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: specimens FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "specimens:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	runs := map[string]report.Results{"large": specimen.Large(5001), "medium": specimen.Large(900)}
	for name, results := range specimen.Kinds() {
		runs[filepath.Join("kinds", name)] = results
	}
	for name, text := range specimen.HostileTexts() {
		runs[filepath.Join("hostile", name)] = specimen.Hostile(text)
	}
	for name, results := range runs {
		if err := writeRun(filepath.Join(folder, name), results); err != nil {
			return err
		}
	}
	return nil
}

func writeRun(folder string, results report.Results) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, render := range map[string]func(report.Results) ([]byte, error){"report.html": page.Render, "results.json": report.ResultsJSON} {
		data, err := render(results)
		if err != nil {
			return err
		}
		if err := report.WriteFile(filepath.Join(folder, name), data); err != nil {
			return err
		}
	}
	return nil
}
