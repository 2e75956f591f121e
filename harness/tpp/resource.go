package tpp

import (
	"fmt"

	"github.com/google/uuid"

	"obconform/harness/contract"
)

// UnknownID is an identifier that no resource has.
func (c *Client) UnknownID() string { return uuid.NewString() }

// MustBeUnknown ends the spec unless the resource is refused as R6 decides:
// 400, 403 or 404, of which 404 is advised against.
func (a *Answer) MustBeUnknown(clause contract.ClauseID) *Answer {
	a.Must(clause, 400, 403, 404)
	if a.Status == 404 {
		a.advise(clause, "status", "400 or 403: Open Banking keeps 404 for paths", "status 404")
	}
	return a
}

// advise keeps a finding that is advice only, whatever the clause's level.
func (a *Answer) advise(clause contract.ClauseID, where, expected, actual string) {
	f := a.finding(clause, where, expected, actual)
	f.Level = contract.Adv
	a.client.find(f)
}

// CheckStatus holds that a new consent has a status that the target is
// configured to give: AwaitingAuthorisation, unless consents are authorised in
// advance there.
func (a *Answer) CheckStatus(clause contract.ClauseID) {
	status, _ := a.Text("/Data/Status")
	wanted := a.client.cfg.Target.InitialConsentStatus
	a.Check(clause, "/Data/Status", contains(wanted, status), fmt.Sprintf("one of %q", wanted))
}

// CheckEmptyObject holds that the member is an object without members.
func (a *Answer) CheckEmptyObject(clause contract.ClauseID, pointer string) {
	value, _ := a.Value(pointer)
	object, ok := value.(map[string]any)
	a.Check(clause, pointer, ok && len(object) == 0, "an object without members")
}

// CheckNotBefore holds that one instant of the answer is not before another.
func (a *Answer) CheckNotBefore(clause contract.ClauseID, later, earlier string) {
	if a.owned(earlier) {
		return // there is nothing sound to compare with
	}
	last, ok := a.Instant(later)
	first, known := a.Instant(earlier)
	a.Check(clause, later, ok && known && !last.Before(first), "an instant not before "+earlier)
}

// CheckBoolean holds the member against a boolean.
func (a *Answer) CheckBoolean(clause contract.ClauseID, pointer string, want bool) {
	got, present := a.Value(pointer)
	a.Check(clause, pointer, present && got == want, fmt.Sprint(want))
}

func contains(list []string, text string) bool {
	for _, item := range list {
		if item == text {
			return true
		}
	}
	return false
}
