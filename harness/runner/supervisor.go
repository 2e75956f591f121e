package runner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"time"

	"obconform/harness/pace"
	"obconform/harness/report"
)

// stopGrace is how long workers may take to end their spec and to delete what
// they created, once they were asked to stop.
const stopGrace = 40 * time.Second

// Options say how a run goes.
type Options struct {
	Selection
	// Command makes a worker process, not started yet.
	Command func() *exec.Cmd
	// Procs is how many workers run at once, at least 1.
	Procs int
	// Deadline bounds the run, cleaning up left out.
	Deadline time.Duration
	// Budget is how fast the workers may ask the target, all together.
	Budget pace.Budget
	// Started is told the obligation of each spec as it begins, Progress each
	// result as it comes, both from one goroutine; nil for none.
	Started  func(spec string)
	Progress func(report.SpecResult)
}

// Outcome is what came of a run: every planned spec with a result, and the
// troubles of the tool's own.
type Outcome struct {
	Results []report.SpecResult
	Trouble []report.Trouble
	// Interrupted says what ended the run early, empty if nothing did.
	Interrupted string
	// Astray says that the run cannot go on with this configuration: the target
	// leads to a host that it does not name. Empty if it can.
	Astray string
}

// Run runs the units in worker processes. It ends early when stop says why
// (a signal's name; a second word kills the workers), when the deadline
// passes, or when the target is gone. What was planned and not run is part of
// the outcome, with the reason.
func Run(ctx context.Context, plan Plan, o Options, stop <-chan string) Outcome {
	s := &supervisor{options: o, queue: queue(plan, o), planned: plan.Specs,
		events: make(chan event), results: map[key]report.SpecResult{}, keeper: pace.NewKeeper(o.Budget)}
	s.fill(ctx)
	deadline := time.NewTimer(o.Deadline)
	defer deadline.Stop()
	for len(s.workers) > 0 {
		select {
		case e := <-s.events:
			s.handle(ctx, e)
		case reason := <-stop:
			s.stop(reason, true)
		case <-deadline.C:
			s.stop(fmt.Sprintf("the run's deadline of %s passed", o.Deadline), false)
		case <-s.kill:
			s.killAll()
		}
	}
	return s.outcome()
}

// queue is the order in which sections run: random, by the seed. Several
// workers begin with the largest sections, so that none of them is left with a
// long one at the end.
func queue(plan Plan, o Options) []Unit {
	units := slices.Clone(plan.Units)
	order := rand.New(rand.NewPCG(uint64(o.Seed), 0)) // #nosec G404 -- an order, not a secret
	order.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	if o.Procs > 1 {
		size := map[Unit]int{}
		for _, spec := range plan.Specs {
			size[Unit{spec.Suite, spec.Section}]++
		}
		slices.SortStableFunc(units, func(a, b Unit) int { return size[b] - size[a] })
	}
	return units
}

// key finds a spec's result by what it is planned as.
type key struct {
	unit Unit
	name string
}

func keyOf(spec report.SpecResult) key { return key{Unit{spec.Suite, spec.Section}, spec.Name} }

// crash is a worker that ended before its section did.
type crash struct {
	unit Unit
	spec string
	what string
}

type supervisor struct {
	options Options
	queue   []Unit
	planned []report.SpecResult
	events  chan event
	workers []*process
	results map[key]report.SpecResult
	extra   []report.SpecResult // of specs that were not planned: cleaning up
	trouble []report.Trouble
	crashes []crash
	keeper  *pace.Keeper

	stopped     string // why no more units are handed out
	interrupted string // set when a signal did it
	astray      string // why the configuration does not do
	kill        <-chan time.Time
}

// fill starts workers up to the number that there is work for.
func (s *supervisor) fill(ctx context.Context) {
	for len(s.workers) < s.options.Procs && len(s.workers) < len(s.queue) && s.stopped == "" {
		worker, err := start(ctx, s.options.Command(), s.events)
		if err != nil {
			s.trouble = append(s.trouble, report.Trouble{What: "a worker process did not start: " + err.Error()})
			s.stopped = "no worker process could be started"
			return
		}
		s.workers = append(s.workers, worker)
	}
}

// handle takes one worker's news.
func (s *supervisor) handle(ctx context.Context, e event) {
	switch {
	case e.ended:
		s.workerEnded(ctx, e)
	case e.news.Ready:
		e.from.ready = true
		state := s.keeper.State()
		e.from.order(order{Pace: &state})
		s.dispatch(e.from)
	case e.news.Started != "":
		e.from.spec = e.news.Started
		if s.options.Started != nil {
			s.options.Started(e.news.Started)
		}
	case e.news.Spec != nil:
		e.from.spec = ""
		s.keep(*e.news.Spec)
	case e.news.Done != nil:
		e.from.unit = Unit{}
		if astray := e.news.Done.Astray; astray != "" && s.astray == "" {
			s.astray = astray
			s.stop(astray, false)
		}
		s.dispatch(e.from)
	case e.news.Pace != nil:
		s.pace(e.from, *e.news.Pace)
	}
}

// pace answers a worker, and tells the others what they need to know. When the
// target is gone no more units are handed out.
func (s *supervisor) pace(from *process, m pace.Message) {
	reply, all := s.keeper.Handle(m)
	if reply.Reply {
		from.order(order{Pace: &reply})
	}
	if all != (pace.Word{}) {
		for _, worker := range s.workers {
			worker.order(order{Pace: &all})
		}
	}
	if gone := s.keeper.Gone(); gone != "" && s.stopped == "" {
		s.stopped = "the target is gone: " + gone
		s.trouble = append(s.trouble, report.Trouble{What: s.stopped + ": it was not asked any more"})
	}
}

// keep takes a result in.
func (s *supervisor) keep(result report.SpecResult) {
	if result.Section == CleanupSection {
		s.extra = append(s.extra, result)
	} else {
		s.results[keyOf(result)] = result
	}
	if s.options.Progress != nil {
		s.options.Progress(result)
	}
}

// dispatch hands the next unit to a worker, or tells it that there is none.
func (s *supervisor) dispatch(worker *process) {
	if len(s.queue) == 0 || s.stopped != "" {
		worker.finish()
		return
	}
	worker.unit, s.queue = s.queue[0], s.queue[1:]
	worker.order(order{Unit: &worker.unit, Specs: s.named(worker.unit)})
}

// named are the specs of a unit by name, where the selection names any.
func (s *supervisor) named(unit Unit) []string {
	var names []string
	for _, spec := range s.planned {
		if s.options.Names != nil && (Unit{spec.Suite, spec.Section}) == unit {
			names = append(names, spec.Name)
		}
	}
	return names
}

// stop ends the run early: workers are asked to end, and killed when they do
// not, or when they are asked a second time.
func (s *supervisor) stop(reason string, signal bool) {
	if signal && s.interrupted != "" {
		s.killAll()
		return
	}
	if s.stopped == "" {
		s.stopped = reason
	}
	if signal {
		s.interrupted = reason
	}
	for _, worker := range s.workers {
		worker.interrupt()
	}
	s.kill = time.After(stopGrace)
}

func (s *supervisor) killAll() {
	for _, worker := range s.workers {
		worker.kill()
	}
}

// workerEnded notes a crash: the spec that ran has no result but this, the
// rest of its section was not run, and the other sections go on.
func (s *supervisor) workerEnded(ctx context.Context, e event) {
	s.workers = slices.DeleteFunc(s.workers, func(p *process) bool { return p == e.from })
	if crashed := e.err != nil || e.from.unit != (Unit{}) || !e.from.ready; crashed && !(s.stopped != "" && e.from.asked) {
		c := crash{unit: e.from.unit, spec: e.from.spec, what: "a worker process ended " + where(e.from)}
		if e.err != nil {
			c.what += ": " + e.err.Error()
		}
		s.crashes = append(s.crashes, c)
		s.trouble = append(s.trouble, report.Trouble{Suite: c.unit.Suite, What: c.what, Detail: e.from.stderr.text()})
	}
	if !e.from.ready && s.stopped == "" {
		// Another one would end in the same way, again and again.
		s.stopped = "a worker process ended before it began"
	}
	s.fill(ctx)
}

func where(p *process) string {
	switch {
	case !p.ready:
		return "before it began"
	case p.spec != "":
		return fmt.Sprintf("in %s, in the spec %q", p.unit, p.spec)
	case p.unit != (Unit{}):
		return "in " + p.unit.String()
	}
	return "cleaning up"
}

// outcome gives every planned spec a result.
func (s *supervisor) outcome() Outcome {
	out := Outcome{Trouble: s.trouble, Interrupted: s.interrupted, Astray: s.astray}
	for _, spec := range s.planned {
		result, ran := s.results[keyOf(spec)]
		if !ran {
			result = spec
			result.State, result.Reason = s.whyNotRun(spec)
		}
		out.Results = append(out.Results, result)
	}
	out.Results = append(out.Results, s.extra...)
	return out
}

func (s *supervisor) whyNotRun(spec report.SpecResult) (report.State, string) {
	for _, c := range s.crashes {
		if c.unit == (Unit{spec.Suite, spec.Section}) {
			if c.spec == spec.Name {
				return report.StateErrored, c.what
			}
			return report.StateNotRun, c.what
		}
	}
	if s.stopped != "" {
		return report.StateNotRun, s.stopped
	}
	return report.StateNotRun, "the run ended before its turn"
}
