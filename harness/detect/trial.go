// Package detect runs the suites against banks that are wrong in one way, many
// of them in one process, and says what was noticed: banks that are none, the
// mock bank's named faults, and mechanical mutations of any bank's answers. It
// knows the mock bank, the suites and the reports; how an answer is mutated is
// the business of package mutate, which knows none of these.
package detect

import (
	"io"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"

	"obconform/harness/contract"
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
	ground, err := newMockGround(options, nil)
	if err != nil {
		return Trial{}, err
	}
	defer ground.close()
	p := part{suites: suites}
	if options.Strain.RateLimit == 0 && ground.bank.Credentials().RateLimit > 0 {
		// A fault of the limit's. All other specs would only have to wait for it.
		p.labels = "clause:" + string(contract.Com429Burst)
	}
	results, err := p.run(ground)
	return Trial{Results: results, Fired: ground.bank.Fired()}, err
}

// requestTime bounds one request of a trial: what runs on loopback answers at
// once or not at all.
const requestTime = 5 * time.Second

// part is what a trial runs.
type part struct {
	suites []tpp.Suite
	// specs are the names of those to run, all when there are none.
	specs []string
	// labels is a filter of Ginkgo's, empty for none.
	labels string
	// failFast ends the trial at the first spec that does not succeed.
	failFast bool
	// observe hears which spec begins.
	observe func(suite, spec string)
	// tidy prepares for the deletion of what the specs shared; nil leaves it to
	// the end of the bank.
	tidy func()
}

// run runs the part as one Ginkgo suite and judges what it leaves.
func (p part) run(g *ground) (report.Results, error) {
	cfg := g.config
	client, err := tpp.New(cfg, g.options...)
	if err != nil {
		return report.Results{}, err
	}
	run := report.Run{Tool: "trial", Start: time.Now(), FailOn: cfg.FailOn}
	formatter.ColorableStdOut = io.Discard // Ginkgo's own report has no reader here
	globals.Reset()
	for _, suite := range p.suites {
		run.APIs = append(run.APIs, suite.API)
		suite.Register(client)
	}
	if p.observe != nil {
		ginkgo.ReportBeforeEach(func(spec ginkgo.SpecReport) {
			if described, isSpec := report.CataloguedFromGinkgo(spec); isSpec {
				p.observe(string(described.Suite), described.Name)
			}
		})
	}
	ginkgo.ReportAfterEach(func(spec ginkgo.SpecReport) {
		if result, ran := report.FromGinkgo(spec); ran {
			run.Results = append(run.Results, result)
		}
	})
	const description = "trial"
	runner.RunHere(description, runner.Selection{Seed: 1, LabelFilter: p.labels, Focus: runner.FocusOn(description, p.specs), FailFast: p.failFast})
	if p.tidy != nil {
		p.tidy()
		tidyUp(client)
	}
	run.End = time.Now()
	return report.Judge(run), nil
}

// tidyUp deletes what the specs shared, in a spec of its own as CleanUp asks for.
func tidyUp(client *tpp.Client) {
	for _, api := range client.Leftovers() {
		globals.Reset()
		ginkgo.Describe("", func() {
			client.Observe()
			ginkgo.It("What specs shared is deleted", func(ctx ginkgo.SpecContext) { client.CleanUp(ctx, api) },
				ginkgo.SpecTimeout(time.Minute))
		})
		runner.RunHere("tidying up", runner.Selection{Seed: 1})
	}
}
