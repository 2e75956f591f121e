package runner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"obconform/harness/report"
	"obconform/harness/shard"
)

// The labels that decide where a spec may run.
const (
	// labelFlow names a flow of specs that depend on each other without being in
	// one ordered container.
	labelFlow = "flow:"
	// labelDestructive marks what must not happen on two machines at once.
	labelDestructive = "destructive"
)

// flowOf is the name of the larger flow that a spec is part of, within its
// section; empty for a spec that stands for itself. Of an ordered container
// Ginkgo tells that a spec is in one, and not which of the containers around it
// that is: the outermost one of the section is never wrong.
func flowOf(spec types.SpecReport) string {
	for _, label := range spec.Labels() {
		if name, ok := strings.CutPrefix(label, labelFlow); ok {
			return labelFlow + strings.TrimSpace(name)
		}
	}
	if !spec.IsInOrderedContainer {
		return ""
	}
	for _, text := range spec.ContainerHierarchyTexts {
		if text != "" { // those of the suite and of the section have none
			return "container " + text // no location: a name must not depend on who built this
		}
	}
	return "container"
}

// Sharding is how a plan is divided among machines.
type Sharding struct {
	// Weigh says what a spec takes.
	Weigh func(report.SpecResult) int64
	// Apart says that each machine has a target of its own: then destructive
	// flows need not keep to one of them.
	Apart bool
}

// Shard is the part of the plan that one machine runs, and how the whole was
// cut. A flow is never cut: the specs of an ordered container, and those that
// carry one label "flow:…" within a section.
func (p Plan) Shard(part shard.Part, how Sharding) (Plan, shard.Cut) {
	flows, of := p.gather(how)
	cut := shard.Divide(flows, part.Count)
	mine := Plan{LeftOut: p.LeftOut, flows: p.flows}
	for i, spec := range p.Specs {
		if cut.Of[of[i]] == part.Index {
			mine.Specs = append(mine.Specs, spec)
		} else {
			mine.Elsewhere = append(mine.Elsewhere, spec)
		}
	}
	mine.Units = unitsOf(mine.Specs)
	return mine, cut
}

// gather makes flows of the specs; of has the index of each spec's flow.
func (p Plan) gather(how Sharding) (flows []shard.Flow, of []int) {
	index := map[string]int{}
	for _, spec := range p.Specs {
		name := p.flows[keyOf(spec)]
		if name == "" {
			name = "spec " + spec.Name
		}
		section := Unit{spec.Suite, spec.Section}.String()
		name = section + " " + name
		at, known := index[name]
		if !known {
			at = len(flows)
			index[name] = at
			flows = append(flows, shard.Flow{Name: name, Group: section})
		}
		of = append(of, at)
		flows[at].Weight += how.Weigh(spec)
		flows[at].Alone = flows[at].Alone || !how.Apart && slices.Contains(spec.Labels, labelDestructive)
	}
	return flows, of
}

// names are those of the plan's specs, none where it has none.
func (p Plan) names() map[SpecName]bool {
	names := map[SpecName]bool{}
	for _, spec := range p.Specs {
		names[SpecName{spec.Suite, spec.Name}] = true
	}
	return names
}

// Narrow is the selection that takes the plan's specs and no others.
func (s Selection) Narrow(plan Plan) Selection {
	s.Names = plan.names()
	return s
}

// What a request takes where no run has told, and what a spec takes that makes
// none and has its turn all the same, in microseconds.
const (
	weightRequest = 50_000
	weightIdle    = weightRequest / 50
)

// Weights says what a spec takes: as long as in an earlier run, of which those
// are the results, or else by its requests, which are 0 for one that the
// target's configuration does not let run. A spec that did not run there takes
// as long as the one in the middle. The unit is microseconds.
func Weights(timings []report.SpecVerdict, requests func(report.SpecResult) int) func(report.SpecResult) int64 {
	took := map[SpecName]int64{}
	var all []int64
	for _, spec := range timings {
		if spec.State == report.StateNotRun || spec.Section == CleanupSection {
			continue
		}
		time := max(1, min(spec.Duration, longestSpec).Microseconds())
		took[SpecName{spec.Suite, spec.Name}] = time
		all = append(all, time)
	}
	slices.SortFunc(all, cmp.Compare[int64])
	return func(spec report.SpecResult) int64 {
		switch time, known := took[SpecName{spec.Suite, spec.Name}]; {
		case requests(spec) == 0:
			return weightIdle
		case known:
			return time
		case len(all) > 0:
			return all[len(all)/2]
		}
		return int64(requests(spec)) * weightRequest
	}
}

// longestSpec bounds what a file may say, so that sums do not overflow.
const longestSpec = 24 * time.Hour
