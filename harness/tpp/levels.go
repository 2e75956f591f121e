package tpp

import "obconform/harness/contract"

// IsAt is Is with a finding at another level than the clause's own, for the
// single situation in which the contract says so.
func (a *Answer) IsAt(level contract.Level, clause contract.ClauseID, statuses ...int) bool {
	before := len(a.client.spec.Findings)
	met := a.Is(clause, statuses...)
	for i := range a.client.spec.Findings[before:] {
		a.client.spec.Findings[before+i].Level = level
	}
	return met
}
