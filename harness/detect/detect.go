// Package detect runs the suites against faulty banks, many of them in one
// process, and says what was noticed. It knows the mock bank and the suites;
// what a fault is, is the mock bank's business, and what a finding is, the
// reports'.
package detect

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"

	"obconform/harness/config"
	"obconform/harness/embedded"
	"obconform/harness/mockbank"
	"obconform/harness/report"
	"obconform/harness/runner"
	"obconform/harness/tpp"
)

// Trial is the suites run once against one bank.
type Trial struct {
	Results report.Results
	// Fired says how often each of the bank's faults showed.
	Fired map[string]int
}

// Try runs the suites against a bank with those options, in this process and
// over plain http. It uses the process's one Ginkgo tree, so that trials run
// one after the other. The error is trouble of ours, never a failed spec.
func Try(options mockbank.Options, suites []tpp.Suite) (Trial, error) {
	dir, err := os.MkdirTemp("", "obconform-trial-")
	if err != nil {
		return Trial{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bank, err := mockbank.New(options)
	if err != nil {
		return Trial{}, err
	}
	server, err := bank.Start("127.0.0.1:0")
	if err != nil {
		return Trial{}, err
	}
	defer func() { _ = server.Close() }()
	file, err := embedded.WriteCredentials(dir, "faulty mock bank", server.URL(), bank.Credentials())
	if err != nil {
		return Trial{}, err
	}
	loaded, err := config.Load(file, nil)
	if err != nil {
		return Trial{}, fmt.Errorf("the faulty bank's configuration: %w", err)
	}
	loaded.Timeouts.Request = config.Duration(5 * time.Second)
	run, err := run(loaded, suites)
	return Trial{Results: report.Judge(run), Fired: bank.Fired()}, err
}

// run runs the suites as one Ginkgo suite and gathers what they leave.
func run(cfg config.Config, suites []tpp.Suite) (report.Run, error) {
	client, err := tpp.New(cfg)
	if err != nil {
		return report.Run{}, err
	}
	run := report.Run{Tool: "trial", Start: time.Now(), FailOn: cfg.FailOn}
	formatter.ColorableStdOut = io.Discard // Ginkgo's own report has no reader here
	globals.Reset()
	for _, suite := range suites {
		run.APIs = append(run.APIs, suite.API)
		suite.Register(client)
	}
	ginkgo.ReportAfterEach(func(spec ginkgo.SpecReport) {
		if result, ran := report.FromGinkgo(spec); ran {
			run.Results = append(run.Results, result)
		}
	})
	runner.RunHere("trial", runner.Selection{Seed: 1})
	run.End = time.Now()
	return run, nil
}
