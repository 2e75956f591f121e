package conform

import (
	"fmt"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/redact"
	"obconform/harness/report"
)

// Finding is one departure from the contract.
type Finding struct {
	// Clause is the obligation, with its rule and where that comes from.
	Clause contract.Clause
	// Level is the weight of what was breached; it can be less than the clause's.
	Level contract.Level
	// Fails says whether the level, under the judge's Options, fails a test.
	Fails     bool
	Operation contract.OperationID
	// Where is a JSON pointer (/Data/Status), "header NAME", "status" or "body".
	Where            string
	Expected, Actual string
	// Exchange is the request and its answer, redacted.
	Exchange evidence.Exchange

	found   evidence.Finding
	options Options
}

// String is the finding as a ticket to the bank needs it, in several lines.
func (f Finding) String() string { return ticket([]Finding{f}) }

// judge has the exchange audited, and redacts what is found.
func (j *Judge) judge(operation contract.OperationID, x seen) ([]Finding, error) {
	if _, known := contract.Lookup(operation); !known {
		return nil, fmt.Errorf("conform: the contract has no operation %q", operation)
	}
	exchange := x.audited(operation)
	result := j.auditor.Check(exchange)
	clean := redact.New()
	learn(clean, x, operation)
	if result.Inconclusive != "" {
		return nil, fmt.Errorf("conform: the answer of %s could not be judged: %s", operation, clean.Text(result.Inconclusive))
	}
	if len(result.Findings) == 0 {
		return nil, nil
	}
	shown := redacted(clean, operation, x)
	shown.Exercised = result.Exercised
	findings := make([]Finding, 0, len(result.Findings))
	for _, found := range result.Findings {
		found.Where, found.Expected, found.Actual = clean.Text(found.Where), clean.Text(found.Expected), clean.Text(found.Actual)
		found.Exchange = 0
		clause, _ := contract.ClauseByID(found.Clause)
		findings = append(findings, Finding{Clause: clause, Level: found.Level, Fails: j.options.Profile.Fails(found, j.failOn()),
			Operation: operation, Where: found.Where, Expected: found.Expected, Actual: found.Actual, Exchange: shown,
			found: found, options: j.options})
	}
	return findings, nil
}

// failOn are the levels that fail; the default is the contract's.
func (j *Judge) failOn() []contract.Level {
	if len(j.options.FailOn) == 0 {
		return []contract.Level{contract.Doc, contract.Std}
	}
	return j.options.FailOn
}

// ticket is what a report of a run says of such findings.
func ticket(findings []Finding) string {
	if len(findings) == 0 {
		return ""
	}
	first := findings[0]
	record := evidence.Record{Exchanges: []evidence.Exchange{first.Exchange}}
	for _, f := range findings {
		record.Findings = append(record.Findings, f.found)
	}
	op, _ := contract.Lookup(first.Operation)
	results := report.Judge(report.Run{FailOn: first.options.FailOn, Profile: first.options.Profile, Results: []report.SpecResult{
		{Suite: op.API, Section: "exchange", Name: string(first.Operation), State: report.StatePassed, Record: record}}})
	return strings.TrimSpace(results.Ticket(results.Specs[0])) + "\n"
}

// failing are the findings that fail a test.
func failingOf(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return !f.Fails })
}
