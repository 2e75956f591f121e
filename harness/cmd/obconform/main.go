// Command obconform holds a bank's Open Banking APIs against their contract;
// see the README. This package is thin: it reads the command line, joins the
// parts, and turns what came of it into an exit status.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// The exit statuses, as the README documents them.
const (
	exitOK          = 0
	exitFailed      = 1 // at least one clause failed
	exitUsage       = 2 // wrong usage or configuration
	exitUndecided   = 3 // inconclusive, or nothing was exercised
	exitInterrupted = 130
)

// grammar is the command line.
type grammar struct {
	Run     runCommand     `cmd:"" help:"Run the suites against a target, or against the embedded mock bank."`
	Prove   proveCommand   `cmd:"" help:"Prove that the suites notice what is wrong: null banks, named faults, mutated answers."`
	Check   checkCommand   `cmd:"" help:"Judge recorded exchanges: what the client sent, and what the bank answered."`
	Mock    mockCommand    `cmd:"" help:"Serve the mock bank on its own, and audit its client; or end one that serves. 'mock serve --help' lists the flags."`
	Proxy   proxyCommand   `cmd:"" help:"Stand between a client and a bank, record and judge both; or end one that does. 'proxy serve --help' lists the flags."`
	Report  reportCommand  `cmd:"" help:"Make the reports of earlier runs anew, merging those at one target."`
	Diff    diffCommand    `cmd:"" help:"Compare two runs: what broke, what was mended, what became slower, what changed of the target."`
	List    listCommand    `cmd:"" help:"List every spec with its suite and clauses."`
	Doctor  doctorCommand  `cmd:"" help:"Look, step by step, for what keeps a configuration and a target from working together."`
	Cleanup cleanupCommand `cmd:"" help:"Delete what a run has left behind at its target."`
	Matrix  matrixCommand  `cmd:"" help:"Print the job definitions of an engine for brands, environments and configurations."`
	Explain explainCommand `cmd:"" help:"Explain a clause of the contract, and where it is checked."`
	Config  configCommand  `cmd:"" help:"Look at a configuration."`
	OpenAPI openAPICommand `cmd:"" name:"openapi" help:"Write the contract as an OpenAPI 3.1 document."`
	Schema  schemaCommand  `cmd:"" help:"Print the JSON Schema of what the program writes and reads."`
	Version versionCommand `cmd:"" help:"Print the version."`
	Help    helpCommand    `cmd:"" help:"Print this help."`
	Worker  workerCommand  `cmd:"" hidden:""`

	ProveWorker proveWorkerCommand `cmd:"" hidden:""`
}

// shell is what a command may use of the process.
type shell struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
}

// usageError is a mistake on the command line or in the configuration.
type usageError struct{ error }

func main() {
	os.Exit(execute(os.Args[1:], &shell{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}))
}

// helpShown ends parsing where --help has printed what was asked for.
type helpShown struct{}

// execute runs one command and answers its exit status.
func execute(args []string, sh *shell) (status int) {
	defer func() {
		switch caught := recover().(type) {
		case nil:
		case helpShown:
			status = exitOK
		default:
			panic(caught)
		}
	}()
	var cli grammar
	parser, err := newParser(&cli, sh)
	if err != nil {
		return fail(sh, err)
	}
	if len(args) == 0 {
		args = []string{"help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		err = fmt.Errorf("%w; 'obconform help' lists commands and options", err)
		return fail(sh, usageError{errors.Join(err, removeReports(reportsOf(args)))})
	}
	for _, notice := range noticesOf(parsed, deprecatedFlags()) {
		fmt.Fprintf(sh.err, "obconform: warning: %s\n", notice)
	}
	parsed.Bind(sh, parser)
	if err := parsed.Run(&status); err != nil {
		return fail(sh, err)
	}
	return status
}

// newParser reads command lines into the grammar.
func newParser(cli *grammar, sh *shell) (*kong.Kong, error) {
	return kong.New(cli, kong.Name("obconform"),
		kong.Description("A conformance suite for Virgin Money's Open Banking APIs."),
		kong.Vars{"reports": defaultReports}, kong.Writers(sh.out, sh.err), kong.Exit(func(int) { panic(helpShown{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.UsageOnError())
}

// fail says what went wrong: a mistake of the user's is 2, trouble of the
// tool's or the machine's 3.
func fail(sh *shell, err error) int {
	fmt.Fprintf(sh.err, "obconform: %v\n", err)
	return statusOf(exitOK, err)
}

// statusOf is the exit status of a command that ends with a status, or an error.
func statusOf(status int, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return status
	case errors.As(err, &usage):
		return exitUsage
	}
	return exitUndecided
}

type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command to explain."`
}

// Run prints the help of the command, or of all.
func (h helpCommand) Run(parser *kong.Kong) error {
	_, err := parser.Parse(append(h.Command, "--help"))
	if err != nil {
		return usageError{err}
	}
	return nil
}
