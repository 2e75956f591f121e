package conform

import (
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
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
	results := report.Judge(report.Run{Subject: report.SubjectTraffic, FailOn: first.options.FailOn, Profile: first.options.Profile, Results: []report.SpecResult{
		{Suite: op.API, Section: "exchange", Name: string(first.Operation), State: report.StatePassed, Record: record}}})
	return strings.TrimSpace(results.Ticket(results.Specs[0])) + "\n"
}

// failingOf are the findings that fail a test.
func failingOf(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return !f.Fails })
}
