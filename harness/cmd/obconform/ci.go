package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"

	"obconform/harness/report"
	"obconform/harness/report/annotations"
	"obconform/harness/report/folder"
)

// ciFlags are the reports that are made by themselves where a CI reads them.
type ciFlags struct {
	Markdown    string `enum:"auto,always,never" default:"auto" help:"Write summary.md, and GitHub's step summary: auto (on GitHub and GitLab), always or never."`
	Annotations string `enum:"auto,always,never" default:"auto" help:"Print GitHub's annotations: auto (on GitHub), always or never."`
	CodeQuality string `enum:"auto,always,never" default:"auto" help:"Write gl-code-quality-report.json: auto (on GitLab), always or never."`
}

// ci is the CI that a run is made in, as its variables say.
type ci struct {
	ciFlags
	github, gitlab bool
	// stepSummary is the file that GitHub shows with the step, empty for none.
	stepSummary string
	// token ends the time in which GitHub takes no commands from what we print.
	token string
}

func newCI(flags ciFlags, environ []string) ci {
	c := ci{ciFlags: flags, github: variable(environ, "GITHUB_ACTIONS") == "true", gitlab: variable(environ, "GITLAB_CI") == "true"}
	if c.github {
		c.stepSummary, c.token = variable(environ, "GITHUB_STEP_SUMMARY"), uuid.NewString()
	}
	return c
}

// variable is the value of an environment variable, of several the last one's.
func variable(environ []string, name string) string {
	for _, pair := range slices.Backward(environ) {
		if value, found := strings.CutPrefix(pair, name+"="); found {
			return value
		}
	}
	return ""
}

// wants tells whether a report is to be made, by itself or by the flag.
func wants(flag string, byItself bool) bool {
	return flag == "always" || flag == "auto" && byItself
}

// reports names the reports that are written on demand.
func (c ci) reports() []string {
	var names []string
	if wants(c.Markdown, c.github || c.gitlab) {
		names = append(names, folder.Markdown)
	}
	if wants(c.CodeQuality, c.gitlab) {
		names = append(names, folder.CodeQuality)
	}
	return names
}

// silence keeps GitHub from taking commands from what a bank has sent us.
func (c ci) silence(sh *shell) {
	if c.token != "" {
		fmt.Fprintf(sh.out, "::stop-commands::%s\n", c.token)
	}
}

// publish hands a run's results to the CI: annotations on standard output, and
// the summary of the step. What cannot be written changes no verdict.
func (c ci) publish(sh *shell, dir string, results report.Results) {
	if c.token != "" {
		fmt.Fprintf(sh.out, "::%s::\n", c.token)
	}
	if wants(c.Annotations, c.github) {
		for _, line := range annotations.Lines(results) {
			fmt.Fprintln(sh.out, line)
		}
	}
	if c.stepSummary == "" || !wants(c.Markdown, true) {
		return
	}
	summary, err := os.ReadFile(filepath.Join(dir, folder.Markdown))
	if err == nil {
		err = appendTo(c.stepSummary, summary)
	}
	if err != nil {
		fmt.Fprintf(sh.err, "obconform: GITHUB_STEP_SUMMARY: %v\n", err)
	}
}

// appendTo adds to a file that other steps' programs write to as well.
func appendTo(path string, data []byte) (err error) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(data, '\n'))
	return errors.Join(err, file.Close())
}
