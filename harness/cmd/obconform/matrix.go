package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"obconform/harness/matrix"
)

type matrixCommand struct {
	File   string `arg:"" placeholder:"FILE" help:"The matrix file: brands, environments, configurations, shards."`
	Format string `required:"" enum:"github,gitlab,kubernetes" help:"Whose job definitions: github (a strategy matrix for fromJSON), gitlab (jobs with parallel:matrix) or kubernetes (Indexed Jobs)."`
}

// Run prints the job definitions of the engine.
func (m matrixCommand) Run(sh *shell) error {
	file, err := os.Open(m.File)
	if err != nil {
		return usageError{err}
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, matrix.MaxBytes+1))
	if err != nil {
		return usageError{err}
	}
	parsed, problems := matrix.Parse(data)
	if len(problems) > 0 {
		var wrong []error
		for _, problem := range problems {
			wrong = append(wrong, fmt.Errorf("%s: %s", m.File, problem))
		}
		return usageError{errors.Join(wrong...)}
	}
	write := map[string]func() ([]byte, error){"github": parsed.GitHub, "gitlab": parsed.GitLab, "kubernetes": parsed.Kubernetes}[m.Format]
	text, err := write()
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", m.File, err)}
	}
	_, err = sh.out.Write(text)
	return err
}
