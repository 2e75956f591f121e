package report

import (
	"fmt"
	"slices"
	"strings"
)

// tellsOfAcceptance tells whether there is anything for acceptanceCases.
func (r Results) tellsOfAcceptance() bool {
	return slices.ContainsFunc(r.Waivers, func(w WaiverResult) bool { return w.State != WaiverUsed }) ||
		r.Baseline != nil && len(r.Baseline.Gone) > 0
}

// acceptanceCases are the test cases of what a user has accepted: a failure for
// each waiver that holds no longer, and, so that they are seen, a passed case for
// each that met nothing and one for a baseline that can be made smaller.
func (w *junitWriter) acceptanceCases() []junitCase {
	var cases []junitCase
	for _, one := range w.results.Waivers {
		test := junitCase{Name: "waiver: " + Line(one.waives(), maxShort), Time: seconds(0)}
		switch one.State {
		case WaiverExpired:
			test.Failure = w.detail("waiver", "expired: "+one.String(), "The waiver has expired: renew it, or take it away.\n"+one.String())
		case WaiverUnused:
			test.Output = &junitText{w.take("The waiver met no finding.\n" + one.String())}
		default:
			continue
		}
		cases = append(cases, test)
	}
	if b := w.results.Baseline; b != nil && len(b.Gone) > 0 {
		var text strings.Builder
		for _, entry := range b.Gone {
			fmt.Fprintf(&text, "%s\n", Line(entry.String(), maxValue))
		}
		cases = append(cases, junitCase{Name: "baseline: " + "entries that no longer occur", Time: seconds(0),
			Output: &junitText{w.take(text.String())}})
	}
	return cases
}
