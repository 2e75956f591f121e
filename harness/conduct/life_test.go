package conduct_test

import (
	"slices"
	"testing"

	"obconform/harness/conduct"
	"obconform/harness/contract"
)

// A client that does everything right is found nothing of, whether all of its
// traffic is seen or a part.
func TestAWholeValidLife(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		life := wholeLife(t)
		life.options.Whole, life.end = whole, true
		result := life.tell()
		for _, f := range result.findings {
			t.Error(f)
		}
		// What only a client that meets refusals comes to.
		elsewhere := []contract.ClauseID{contract.CliRetryAfter, contract.CliTokenRefused, contract.CliRepeatedPost, contract.CliRepeatedRefusal}
		for _, clause := range contract.ClientClauses() {
			if result.exercised[clause.ID] == slices.Contains(elsewhere, clause.ID) {
				t.Errorf("%s: exercised is %v", clause.ID, result.exercised[clause.ID])
			}
		}
	}
}

// Who joins late knows less, and makes nothing up.
func TestAPartOfAValidLife(t *testing.T) {
	t.Parallel()
	whole := wholeLife(t)
	for from := range whole.steps {
		part := &story{t: t, steps: whole.steps[from:], end: true}
		// Without discovery the endpoints are nobody's; they are named by others then.
		for _, f := range part.tell().findings {
			t.Errorf("from step %d on: %s", from, f)
		}
	}
	for i, one := range whole.steps {
		if one.name == "delete consent" || one.name == "delete funds consent" {
			continue // without it the client does leave a consent behind
		}
		part := &story{t: t, steps: slices.Delete(slices.Clone(whole.steps), i, i+1), end: true}
		for _, f := range part.tell().findings {
			t.Errorf("without step %q: %s", whole.steps[i].name, f)
		}
	}
}

// Every clause has one rule, and every rule a clause.
func TestEveryClauseHasItsRule(t *testing.T) {
	t.Parallel()
	rules := conduct.Rules()
	for _, clause := range contract.ClientClauses() {
		n := 0
		for _, rule := range rules {
			if rule.Clause == clause.ID {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s has %d rules", clause.ID, n)
		}
	}
	if len(rules) != len(contract.ClientClauses()) {
		t.Errorf("%d rules for %d clauses", len(rules), len(contract.ClientClauses()))
	}
}
