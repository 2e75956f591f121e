package ledger_test

import (
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/ledger"
	"obconform/harness/report"
)

// everything is a plan that tests every clause and every documented answer.
func everything() []report.SpecResult {
	var specs []report.SpecResult
	for _, clause := range contract.Clauses() {
		specs = append(specs, report.SpecResult{Suite: clause.API, Section: "all", Name: "It must keep " + string(clause.ID),
			Clauses: []contract.ClauseID{clause.ID}})
	}
	for _, op := range contract.Operations() {
		for _, answer := range op.Answers[1:] {
			specs = append(specs, report.SpecResult{Suite: op.API, Section: "all", Name: "It must answer",
				Labels: []string{label(op.ID, answer.Status)}})
		}
	}
	return specs
}

func label(op contract.OperationID, status int) string {
	return ledger.AnswerLabel + string(op) + "=" + string([]byte{byte('0' + status/100), byte('0' + status/10%10), byte('0' + status%10)})
}

func TestAPlanThatTestsEverythingHasNoGap(t *testing.T) {
	book, err := ledger.New(everything(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(book.Clauses) != len(contract.Clauses()) || len(book.Answers) != 118 {
		t.Errorf("%d clauses and %d answers", len(book.Clauses), len(book.Answers))
	}
	if len(book.Client) != len(contract.ClientClauses()) || book.Client[0] != (ledger.ClientClause{ID: contract.CliMethod, Basis: "request"}) {
		t.Errorf("%d obligations of a client, the first %+v", len(book.Client), book.Client[0])
	}
	if got := book.Clauses[0].Specs; len(got) != 1 || got[0] != "common/all: It must keep COM-STATUS" {
		t.Errorf("the first clause is tested by %q", got)
	}
}

// without drops the specs that test a clause or an answer.
func without(clause contract.ClauseID, answer string) []report.SpecResult {
	var rest []report.SpecResult
	for _, spec := range everything() {
		hasClause := len(spec.Clauses) > 0 && spec.Clauses[0] == clause
		hasAnswer := len(spec.Labels) > 0 && spec.Labels[0] == answer
		if !hasClause && !hasAnswer {
			rest = append(rest, spec)
		}
	}
	return rest
}

func TestGapsAndIdleExcusesAreErrors(t *testing.T) {
	for _, one := range []struct {
		name    string
		planned []report.SpecResult
		excuses []ledger.Untested
		want    string
	}{
		{"a clause", without(contract.AacGetUnknown, ""), nil, "AAC-GET-UNKNOWN is tested by no spec"},
		{"an answer", without("", label(contract.ListAccounts, 429)), nil, "ListAccounts 429 is tested by no spec"},
		{"a success, whose clause nobody proves", without(contract.AacGet200, ""), []ledger.Untested{{What: "AAC-GET-200", Reason: "r"}}, "GetAccountAccessConsent 200 is tested by no spec"},
		{"an idle excuse", everything(), []ledger.Untested{{What: "AAC-201", Reason: "r"}}, "AAC-201 is excused, and is tested"},
		{"an excuse for nothing", everything(), []ledger.Untested{{What: "AAC-999", Reason: "r"}}, "AAC-999 is excused, and is tested or does not exist"},
		{"an excuse without a reason", without(contract.AacGetUnknown, ""), []ledger.Untested{{What: "AAC-GET-UNKNOWN"}}, "without a reason"},
	} {
		_, err := ledger.New(one.planned, one.excuses)
		if err == nil || !strings.Contains(err.Error(), one.want) {
			t.Errorf("%s: got %v, want %q", one.name, err, one.want)
		}
	}
}

func TestAnExcusedClauseIsUntestedWithItsReason(t *testing.T) {
	book, err := ledger.New(without(contract.AacGetUnknown, ""), []ledger.Untested{{What: "AAC-GET-UNKNOWN", Reason: "there is none"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, clause := range book.Clauses {
		if want := map[bool]string{true: "there is none"}[clause.ID == contract.AacGetUnknown]; clause.Untested != want {
			t.Errorf("%s: untested because %q", clause.ID, clause.Untested)
		}
	}
}

func TestAnAuditedClauseNeedsNoSpec(t *testing.T) {
	if _, err := ledger.New(without(contract.ComBody, ""), nil); err != nil {
		t.Error(err)
	}
}
