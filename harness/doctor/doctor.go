// Package doctor looks, step by step, for what usually keeps a configuration
// and a target from working together: files and keys, name, connection, TLS,
// certificates, clocks, discovery, keys, tokens, codes. Each step says what it
// found and what to do about it.
//
// It asks the target through harness/tpp, judges no clause of the contract, and
// creates, changes and deletes nothing there but tokens.
package doctor

import (
	"context"
	"net"
	"time"

	"obconform/harness/config"
	"obconform/harness/tpp"
)

// State is how a step ended.
type State string

// The states. What is a Warning hinders no run, or not this week's. Skipped is
// a step that could not be taken, because an earlier one failed, or that does
// not apply; it says which.
const (
	OK      State = "ok"
	Warning State = "warning"
	Failed  State = "failed"
	Skipped State = "skipped"
)

// Blame is whose trouble a failed step is.
type Blame string

// The blames: the configuration is wrong; the target cannot be reached, or is
// not fit to be spoken to (name, connection, TLS, clocks, time-outs); the target
// answers, and refuses or is at fault.
const (
	Configuration Blame = "configuration"
	Environment   Blame = "environment"
	Target        Blame = "target"
)

// Result is what a step has found.
type Result struct {
	// Step is its name, the same in every examination.
	Step  string `json:"step"`
	State State  `json:"state"`
	// Blame is set for a failed step alone.
	Blame Blame `json:"blame,omitempty"`
	// Found is what was seen, one line each; of a skipped step, why it was.
	Found []string `json:"found"`
	// Do is what to do about it, one line each; empty where there is nothing.
	Do []string `json:"do,omitempty"`
}

// Report is a whole examination.
type Report struct {
	// Target is the base URL, empty where the configuration cannot be read.
	Target string   `json:"target,omitempty"`
	Steps  []Result `json:"steps"`
}

// Count is how many steps ended like that.
func (r Report) Count(state State) (n int) {
	for _, step := range r.Steps {
		if step.State == state {
			n++
		}
	}
	return n
}

// Worst is the blame that decides: a wrong configuration before a target that
// fails, and that before an environment that does; empty where no step failed.
func (r Report) Worst() Blame {
	for _, blame := range []Blame{Configuration, Target, Environment} {
		for _, step := range r.Steps {
			if step.Blame == blame {
				return blame
			}
		}
	}
	return ""
}

// Examine takes every step for the configuration of a file, over which the
// environment is laid (os.Environ's form), and hands each result to the
// listener when the step ends. When the context ends, what is left is skipped.
func Examine(ctx context.Context, file string, environ []string, ended func(Result)) Report {
	return newExamination(file, environ).all(ctx, ended)
}

func newExamination(file string, environ []string) *examination {
	e := &examination{file: file, failed: map[string]bool{}, now: time.Now, lookup: net.DefaultResolver.LookupHost,
		connection: connection{asks: map[string]bool{}}}
	e.cfg, e.problems = load(file, environ)
	return e
}

func (e *examination) all(ctx context.Context, ended func(Result)) Report {
	report := Report{Target: e.cfg.Target.BaseURL}
	for _, step := range steps() {
		result := e.take(ctx, step)
		report.Steps = append(report.Steps, result)
		ended(result)
	}
	return report
}

// step is one line of the examination.
type step struct {
	name string
	// needs are the steps without which this one cannot be taken.
	needs []string
	// remote steps ask somebody; they are taken only when nothing is wrong with
	// the configuration.
	remote bool
	take   func(*examination, context.Context) finding
}

// finding is what one step makes of what it sees.
type finding struct {
	state State
	blame Blame
	found []string
	do    []string
	// hinders says of a skipped step that those which need it are skipped too:
	// it was not taken, though it applies.
	hinders bool
}

// examination is one configuration on its way through the steps.
type examination struct {
	file     string
	cfg      config.Config
	problems []config.Problem // nil where the configuration could be read
	prober   *tpp.Prober
	failed   map[string]bool // or not taken, though they apply
	// misconfigured says that a step has found the configuration wrong.
	misconfigured bool
	now           func() time.Time
	lookup        func(ctx context.Context, host string) ([]string, error)

	connection
	discovery tpp.Probe
	// refusedAt is the step at which the client's proof was refused, empty for
	// none: it is not shown again and again, which may lock a client out.
	refusedAt string
}

// take takes a step, or says why it cannot be taken.
func (e *examination) take(ctx context.Context, s step) Result {
	f := e.hindered(ctx, s)
	if f.state == "" {
		f = s.take(e, ctx)
	}
	if f.state == Failed {
		e.misconfigured = e.misconfigured || f.blame == Configuration
	} else {
		f.blame = ""
	}
	e.failed[s.name] = f.state == Failed || f.hinders
	return Result{Step: s.name, State: f.state, Blame: f.blame, Found: e.printable(f.found), Do: e.printable(f.do)}
}

// hindered is the finding of a step that cannot be taken; the zero finding where
// it can.
func (e *examination) hindered(ctx context.Context, s step) finding {
	if s.remote && e.misconfigured {
		return blocked("the configuration is wrong, and nobody is asked before it is mended")
	}
	if s.remote && ctx.Err() != nil {
		return blocked("%s", endOf(ctx))
	}
	for _, need := range s.needs {
		if e.failed[need] {
			return blocked("the step %q comes first", need)
		}
	}
	return finding{}
}

// endOf says why the context ended.
func endOf(ctx context.Context) string {
	if cause := context.Cause(ctx); cause != nil && cause != context.DeadlineExceeded && cause != context.Canceled {
		return cause.Error()
	}
	return "the examination's time is over"
}

// printable redacts every line. Before the configuration is read there is no
// secret: its problems hold none.
func (e *examination) printable(lines []string) []string {
	if e.prober == nil {
		return lines
	}
	redacted := make([]string, len(lines))
	for i, line := range lines {
		redacted[i] = e.prober.Redact(line)
	}
	return redacted
}
