package config

import (
	"slices"

	"obconform/harness/contract"
)

// checkBudgets asks for operations that exist: a budget of a misspelt one would
// be kept by every target.
func (l *loader) checkBudgets() {
	const expected = "a duration that is not negative"
	budgets := l.cfg.Budgets
	if budgets.P95 < 0 {
		l.breach("budgets.p95", expected, budgets.P95.String())
	}
	var known []string
	for _, operation := range contract.Endpoints() {
		known = append(known, string(operation.ID))
	}
	for _, operation := range sortedKeys(budgets.Operations) {
		key := join("budgets.operations", string(operation))
		if !slices.Contains(known, string(operation)) {
			want := oneOf(known)
			if likely := didYouMean(string(operation), known); likely != "" {
				want = "an operation (did you mean " + likely + "?)"
			}
			l.breach(key, want, "an unknown one")
		} else if span := budgets.Operations[operation]; span < 0 {
			l.breach(key, expected, span.String())
		}
	}
}
