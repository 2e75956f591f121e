package report

import (
	"slices"

	"obconform/harness/contract"
)

// Subject is whom a run judges.
type Subject string

// The subjects.
const (
	// SubjectBank is a bank that the suites have asked, or whose side of traffic
	// alone is judged.
	SubjectBank Subject = "bank"
	// SubjectClient is a client whose requests were judged.
	SubjectClient Subject = "client"
	// SubjectTraffic is both sides of exchanges that others made.
	SubjectTraffic Subject = "traffic"
)

// Subjects lists every subject.
func Subjects() []Subject { return []Subject{SubjectBank, SubjectClient, SubjectTraffic} }

// orBank is the subject, the bank where none is said.
func (s Subject) orBank() Subject {
	if s == "" {
		return SubjectBank
	}
	return s
}

// unlessBank is the subject as a results.json has it, where the bank's is left out.
func (s Subject) unlessBank() Subject {
	if s == SubjectBank {
		return ""
	}
	return s
}

// Sides are the parts of a table of clauses: for each side that was judged its
// title, empty where there is one alone, and its clauses by API, the common ones
// last.
func (r Results) Sides() []Side {
	bank, client := Side{Title: "the bank's clauses"}, Side{Title: "the client's clauses", Client: true}
	for _, clause := range r.Clauses {
		side := &bank
		if contract.IsClientClause(clause.ID) {
			side = &client
		}
		side.Clauses = append(side.Clauses, clause)
	}
	var sides []Side
	for _, side := range []Side{bank, client} {
		if len(side.Clauses) > 0 {
			sides = append(sides, side)
		}
	}
	return sides
}

// Side is the clauses that one side has to keep.
type Side struct {
	Title   string
	Client  bool
	Clauses []ClauseResult
}

// Count counts the clauses of an API by verdict.
func (s Side) Count(api contract.API) map[Verdict]int {
	counts := map[Verdict]int{}
	for _, clause := range s.Clauses {
		if clause.API == api {
			counts[clause.Verdict]++
		}
	}
	return counts
}

// clauses are those that the subject has to keep, the bank's first.
func (s Subject) clauses() []contract.Clause {
	switch s {
	case SubjectClient:
		return contract.ClientClauses()
	case SubjectTraffic:
		return slices.Concat(contract.Clauses(), contract.ClientClauses())
	}
	return contract.Clauses()
}

// HasBank tells whether the bank's answers were judged: only then do figures of
// documented answers mean anything.
func (s Subject) HasBank() bool { return s != SubjectClient }
