package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"obconform/harness/contract"
	"obconform/harness/pace"
	"obconform/harness/report"
)

// specGrace is how long a spec that was interrupted may take to end.
const specGrace = 3 * time.Second

// Bench is what a worker works on: the suites with a client of its own.
type Bench struct {
	// Register registers the specs of a unit.
	Register Register
	// Leftovers names the APIs whose shared resources are to be deleted.
	Leftovers func() []contract.API
	// CleanUp deletes those of one API.
	CleanUp func(ctx context.Context, api contract.API)
	// Observe records and audits what CleanUp does, as for a spec.
	Observe func()
	// Astray says that the target leads where the configuration does not let us
	// go, empty if it does not.
	Astray func() string
}

// Link is a worker's end of the line to its supervisor, from which all workers
// of a run hear when the target may be asked.
type Link struct {
	in      io.Reader
	speaker *speaker
	Pace    *pace.Remote
}

// NewLink is a link over those streams, which are a worker's standard input and
// output, for a target with that budget.
func NewLink(in io.Reader, out io.Writer, budget pace.Budget) *Link {
	l := &Link{in: in, speaker: newSpeaker(out)}
	l.Pace = pace.NewRemote(budget, func(m pace.Message) {
		_ = l.speaker.say(news{Pace: &m}) // a supervisor that is gone is noticed by its orders' end
	})
	return l
}

// Work runs the units that come in as orders, one after the other, and streams
// each spec as it ends. It returns when there are no more orders, when the
// supervisor is gone (so that no orphan goes on asking the bank), or after an
// interrupt, and has then deleted what its specs shared. The error is a broken
// protocol, never a failed spec.
func (l *Link) Work(selection Selection, bench Bench) error {
	formatter.ColorableStdOut = io.Discard // Ginkgo's own report has no reader here
	// What a spec prints must not stand between the lines of the protocol.
	stdout := os.Stdout
	os.Stdout = os.Stderr
	defer func() { os.Stdout = stdout }()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(interrupts)
	// Without its supervisor a worker writes into a closed pipe; it must live to
	// delete what it created.
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	defer signal.Stop(pipes)
	signal.Ignore(syscall.SIGPIPE) // a supervisor that died must not keep us from cleaning up
	w := &worker{speaker: l.speaker, selection: selection, bench: bench}
	orders := make(chan order, 1) // the supervisor sends no second one before the first is done
	go l.listen(orders)
	if err := w.speaker.say(news{Ready: true}); err != nil {
		return err
	}
	err := w.loop(orders, interrupts)
	w.cleanUp()
	return err
}

// listen passes units on and has the remote hear what is said of the pace; the
// channel ends with the last unit. When the supervisor dies before it has said
// so the worker interrupts itself: no orphan goes on asking the bank.
func (l *Link) listen(orders chan<- order) {
	finished := false
	lines := bufio.NewScanner(l.in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var o order
		switch err := json.Unmarshal(lines.Bytes(), &o); {
		case err != nil: // no supervisor of ours says this
		case o.Pace != nil:
			l.Pace.Hear(*o.Pace)
		case o.Finish && !finished:
			finished = true
			close(orders)
		case o.Unit != nil && !finished:
			orders <- o
		}
	}
	l.Pace.Lost()
	if finished {
		return
	}
	close(orders)
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = interrupt(self)
	}
}

type worker struct {
	speaker   *speaker
	selection Selection
	bench     Bench
}

func (w *worker) loop(orders <-chan order, interrupts <-chan os.Signal) error {
	focus := w.selection.Focus
	for {
		select {
		case <-interrupts:
			return nil
		case next, more := <-orders:
			if !more {
				return nil
			}
			unit := *next.Unit
			description := fmt.Sprintf("obconform %s", unit)
			if w.selection.Focus = focus; len(next.Specs) > 0 {
				w.selection.Focus = FocusOn(description, next.Specs) // they have been held against the focus
			}
			w.run(description, func() { w.bench.Register(unit) })
			if err := w.speaker.say(news{Done: &done{Unit: unit, Astray: w.bench.Astray()}}); err != nil {
				return err
			}
		}
		select {
		case <-interrupts: // Ginkgo has seen the same signal and has ended the unit
			return nil
		default:
		}
	}
}

// cleanUp deletes what the specs shared, in specs of its own, so that it is
// recorded and audited like all else; it runs after an interrupt too.
func (w *worker) cleanUp() {
	w.selection = Selection{}
	for _, api := range w.bench.Leftovers() {
		w.run("obconform cleanup", func() {
			ginkgo.Describe("", ginkgo.Label("section:"+CleanupSection, "api:"+string(api), "clause:"+string(deletion(api))), func() {
				w.bench.Observe()
				ginkgo.It("What specs shared must be deleted at the end of the run", func(ctx ginkgo.SpecContext) {
					w.bench.CleanUp(ctx, api)
				}, ginkgo.SpecTimeout(time.Minute))
			})
		})
	}
}

// deletion is the clause that has a resource of the API deleted.
func deletion(api contract.API) contract.ClauseID {
	for _, op := range contract.Operations() {
		if op.API == api && op.Method == http.MethodDelete {
			return op.Accepted
		}
	}
	return contract.ComStatus // an API without deletions leaves nothing over
}

// run runs what register registers as one Ginkgo suite.
func (w *worker) run(name string, register func()) {
	globals.Reset()
	register()
	ginkgo.ReportBeforeEach(func(spec ginkgo.SpecReport) {
		if described, isSpec := report.CataloguedFromGinkgo(spec); isSpec && spec.State != types.SpecStateSkipped {
			_ = w.speaker.say(news{Started: described.Name})
		}
	})
	ginkgo.ReportAfterEach(func(spec ginkgo.SpecReport) {
		if result, ran := report.FromGinkgo(spec); ran {
			// A supervisor that is gone is noticed when orders end.
			_ = w.speaker.say(news{Spec: &result})
		}
	})
	RunHere(name, w.selection)
}

// RunHere runs what is registered with Ginkgo, in this process. The caller
// keeps the time.
func RunHere(name string, selection Selection) {
	suite, reporter := ginkgo.GinkgoConfiguration()
	selection.apply(&suite)
	suite.Timeout = 24 * time.Hour
	suite.GracePeriod = specGrace
	ginkgo.RunSpecs(verdict{}, name, suite, reporter)
}

// CleanupSection is the section of the specs that clean up; no plan has it.
const CleanupSection = "cleanup"

// verdict takes Ginkgo's word that a suite failed; ours is made from reports.
type verdict struct{}

// Fail implements Ginkgo's GinkgoTestingT.
func (verdict) Fail() {}
