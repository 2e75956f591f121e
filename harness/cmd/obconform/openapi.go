package main

import (
	"fmt"
	"os"

	"obconform/harness/openapi"
	"obconform/harness/report"
)

type openAPICommand struct {
	Output    string `placeholder:"FILE" help:"Where to write it (default: standard output)."`
	Server    string `placeholder:"URL" help:"The address that the paths are below (default: the bank's sandbox)."`
	Endpoints bool   `help:"Add the token endpoint and the key set that the discovery example names, for a mock made from the document alone."`
}

// Run writes the contract as an OpenAPI 3.1 document.
func (o openAPICommand) Run(sh *shell) error {
	document, err := openapi.Document(openapi.Options{Server: o.Server, Endpoints: o.Endpoints})
	if err != nil {
		return usageError{fmt.Errorf("--server: %w", err)}
	}
	if o.Output == "" {
		_, err := sh.out.Write(document)
		return err
	}
	if info, err := os.Stat(o.Output); err == nil && !info.Mode().IsRegular() {
		return usageError{fmt.Errorf("--output: %s is no file", o.Output)}
	}
	if err := report.WriteFile(o.Output, document); err != nil {
		return usageError{fmt.Errorf("--output: %w", err)}
	}
	return nil
}
