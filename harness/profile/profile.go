// Package profile decides what a finding counts for: which departures of a bank
// a run takes as failures and which as warnings. It owns the profiles and the
// tables behind them, and judges findings that the checks have made; it makes
// and drops none. It imports the vocabulary of contract and evidence alone.
package profile

import (
	"slices"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// Profile names a way to weigh findings.
type Profile string

// The profiles.
const (
	// Documented weighs every finding as the contract does. It is the default.
	Documented Profile = "documented"
	// Standard holds the bank to Open Banking and the RFCs alone: what only its
	// own documentation asks for is a warning.
	Standard Profile = "standard"
	// Observed takes the known habits of the live bank as warnings.
	Observed Profile = "observed"
)

// All lists the profiles.
func All() []Profile { return []Profile{Documented, Standard, Observed} }

// Weight is what a finding counts for.
type Weight struct {
	// Level is the finding's level under the profile.
	Level contract.Level
	// Excused says that the finding is a warning, whatever its level.
	Excused bool
	// Reason says why the profile weighs it otherwise than the contract, empty
	// where it does not.
	Reason string
}

// Weigh weighs a finding. One that claims a habit which the habit's row does
// not cover is weighed as any other. An empty or unknown profile is Documented.
func (p Profile) Weigh(f evidence.Finding) Weight {
	weight := Weight{Level: f.Level}
	switch p {
	case Observed:
		if habit, known := contract.HabitByID(f.Habit); known && slices.Contains(habit.Clauses, f.Clause) {
			weight.Excused, weight.Reason = true, "a known habit of the bank"
		}
	case Standard:
		for _, rule := range departures {
			if rule.covers(f) {
				weight.Excused, weight.Reason = rule.raised == "", rule.reason
				if rule.raised != "" {
					weight.Level = rule.raised
				}
				break
			}
		}
	}
	return weight
}

// Fails tells whether the finding fails a run whose failing levels are those.
func (p Profile) Fails(f evidence.Finding, failOn []contract.Level) bool {
	weight := p.Weigh(f)
	return !weight.Excused && slices.Contains(failOn, weight.Level)
}

// AcceptsRFC7591Errors tells whether the error object of RFC 7591 is as good as
// OBErrorResponse1 for a refused registration: by the standards it is the right
// one, and the documentation departs from it (R2).
func (p Profile) AcceptsRFC7591Errors() bool { return p == Standard }
