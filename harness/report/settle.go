package report

import (
	"cmp"
	"fmt"
	"slices"

	"obconform/harness/contract"
)

// identity is what a planned spec and its result have in common.
type identity struct {
	suite         contract.API
	section, name string
	file          string
	line          int
}

func identify(s SpecResult) identity {
	return identity{s.Suite, s.Section, s.Name, s.File, s.Line}
}

// settle joins the plan with the results: every planned spec appears, as it
// ended or as not run with the reason, then every result that nobody planned.
// Names are made unique within their suite, because the consumers of JUnit
// files drop all but the first of a name.
func settle(run Run) []SpecResult {
	came := map[identity][]SpecResult{}
	for _, result := range run.Results {
		id := identify(result)
		came[id] = append(came[id], result)
	}
	specs := make([]SpecResult, 0, max(len(run.Planned), len(run.Results)))
	for _, planned := range run.Planned {
		id := identify(planned)
		if results := came[id]; len(results) > 0 {
			specs, came[id] = append(specs, results[0]), results[1:]
			continue
		}
		planned.State, planned.Reason = StateNotRun, whyNotRun(run, planned)
		specs = append(specs, planned)
	}
	for _, result := range run.Results {
		id := identify(result)
		if results := came[id]; len(results) > 0 {
			specs, came[id] = append(specs, results[0]), results[1:]
		}
	}
	slices.SortStableFunc(specs, func(a, b SpecResult) int { return cmp.Compare(place(a.Suite), place(b.Suite)) })
	makeNamesUnique(specs)
	return specs
}

// place is the position of a suite in the reports; an unknown one comes last.
func place(api contract.API) int {
	if i := slices.Index(contract.APIs(), api); i >= 0 {
		return i
	}
	return len(contract.APIs())
}

// whyNotRun prefers what is known of the spec, then of its suite, then of the run.
func whyNotRun(run Run, spec SpecResult) string {
	if spec.Reason != "" {
		return spec.Reason
	}
	for _, suite := range []contract.API{spec.Suite, ""} {
		for _, trouble := range run.Trouble {
			if trouble.Suite == suite {
				return trouble.What
			}
		}
	}
	if run.Interrupted != "" {
		return "the run was interrupted: " + run.Interrupted
	}
	return "the suite ended without a result for it"
}

func makeNamesUnique(specs []SpecResult) {
	type name struct {
		suite contract.API
		text  string
	}
	taken := map[name]bool{}
	for i := range specs {
		s := &specs[i]
		// Names are compared as the reports print them, shortened and all.
		s.Name = Line(s.Name, maxName)
		if s.Name == "" {
			s.Name = "a spec without a name"
		}
		plain := s.Name
		for n := 2; taken[name{s.Suite, s.Name}]; n++ {
			s.Name = fmt.Sprintf("%s (%d)", plain, n)
		}
		taken[name{s.Suite, s.Name}] = true
	}
}
