// Package runner runs suites in processes of their own: a supervisor hands
// sections to workers, gathers what they stream back, bounds the whole in time,
// passes signals on, and leaves complete reports whatever happens: a worker
// that crashes or hangs loses nothing but the section it was in.
//
// It knows Ginkgo and the reports; what the suites do is none of its business.
package runner

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"obconform/harness/contract"
	"obconform/harness/report"
)

// Unit is what a worker runs in one go: one section of one suite.
type Unit struct {
	Suite   contract.API `json:"suite"`
	Section string       `json:"section"`
}

func (u Unit) String() string { return string(u.Suite) + "/" + u.Section }

// Selection says which specs a run takes; the zero value takes all.
type Selection struct {
	Suites []contract.API
	// LabelFilter is an expression of Ginkgo's, as in "clause:AAC-201 || !destructive".
	LabelFilter string
	// Focus is a regular expression on the obligation's sentence.
	Focus string
	// Names are the only specs to take; nil takes all. Workers learn them from
	// their orders.
	Names map[SpecName]bool `json:"-"`
	// Seed decides the order of sections and of specs.
	Seed int64
	// FailFast ends the run at the first spec that does not succeed.
	FailFast bool
}

// SpecName is the name of one spec, as reports give it.
type SpecName struct {
	Suite contract.API
	Name  string
}

// Register registers the specs of a unit with Ginkgo, in the calling process.
type Register func(Unit)

// Plan is what a run is going to do.
type Plan struct {
	// Specs are those that the selection takes, LeftOut all others, in the
	// suites' own order, none of them run.
	Specs, LeftOut []report.SpecResult
	// Units are the sections that hold Specs.
	Units []Unit
	// Elsewhere are the specs that the selection takes and another shard runs.
	Elsewhere []report.SpecResult

	// flows has the name of the flow of each spec that is part of a larger one.
	flows map[key]string
}

// NewPlan plans a run. It uses the process's one Ginkgo tree and leaves it
// empty. The error is Ginkgo's word on a filter that it cannot read.
func NewPlan(units []Unit, selection Selection, register Register) (Plan, error) {
	if err := selection.check(); err != nil {
		return Plan{}, err
	}
	globals.Reset()
	defer globals.Reset()
	for _, unit := range units {
		register(unit)
	}
	plan := Plan{flows: map[key]string{}}
	suite, reporter := ginkgo.GinkgoConfiguration()
	selection.apply(&suite)
	suite.RandomizeAllSpecs = false
	for _, spec := range ginkgo.PreviewSpecs("obconform", suite, reporter).SpecReports {
		described, isSpec := report.CataloguedFromGinkgo(spec)
		if !isSpec {
			continue
		}
		if _, selected := report.PlannedFromGinkgo(spec); !selected || !selection.takes(described) {
			plan.LeftOut = append(plan.LeftOut, described)
			continue
		}
		plan.Specs = append(plan.Specs, described)
		if name := flowOf(spec); name != "" {
			plan.flows[keyOf(described)] = name
		}
	}
	// Ginkgo shuffles top-level containers, and a plan reads like the suites.
	place := func(spec report.SpecResult) int { return slices.Index(units, Unit{spec.Suite, spec.Section}) }
	slices.SortStableFunc(plan.Specs, func(a, b report.SpecResult) int { return place(a) - place(b) })
	plan.Units = unitsOf(plan.Specs)
	return plan, nil
}

// unitsOf are the sections that hold the specs, in their order.
func unitsOf(specs []report.SpecResult) []Unit {
	var units []Unit
	for _, spec := range specs {
		if unit := (Unit{spec.Suite, spec.Section}); !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	return units
}

func (s Selection) takes(spec report.SpecResult) bool {
	return (len(s.Suites) == 0 || slices.Contains(s.Suites, spec.Suite)) && (s.Names == nil || s.Names[SpecName{spec.Suite, spec.Name}])
}

// FocusOn is the Focus that takes just the specs of those names in the Ginkgo
// suite of that description, which Ginkgo has before them. Of no names it takes
// all.
func FocusOn(description string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	spaced := func(text string) string { return strings.ReplaceAll(regexp.QuoteMeta(text), " ", `\s+`) }
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = spaced(name)
	}
	return `^` + spaced(description) + `\s+(?:` + strings.Join(quoted, "|") + `)\s*$`
}

// check reads the filters as Ginkgo will.
func (s Selection) check() error {
	if _, err := types.ParseLabelFilter(s.LabelFilter); err != nil {
		return fmt.Errorf("--label-filter: %s", plain(err))
	}
	if _, err := regexp.Compile(s.Focus); err != nil {
		return fmt.Errorf("--focus: %w", err)
	}
	return nil
}

// plain is Ginkgo's word on a label filter in one line, without its colours and
// its link.
func plain(err error) string {
	text := err.Error()
	var syntax types.GinkgoError
	if errors.As(err, &syntax) {
		text = formatter.New(formatter.ColorModeNone).F("%s: %s", syntax.Heading, formatter.New(formatter.ColorModeNone).F(syntax.Message))
	}
	return strings.Join(strings.Fields(text), " ")
}

// apply puts the selection into Ginkgo's configuration.
func (s Selection) apply(suite *types.SuiteConfig) {
	suite.LabelFilter = s.LabelFilter
	suite.FocusStrings = nil // Ginkgo remembers those of the last suite
	if s.Focus != "" {
		suite.FocusStrings = []string{s.Focus}
	}
	suite.FailFast = s.FailFast
	suite.RandomSeed = s.Seed
	suite.RandomizeAllSpecs = true
	suite.FlakeAttempts = 0
	suite.ParallelTotal, suite.ParallelProcess = 1, 1
}
