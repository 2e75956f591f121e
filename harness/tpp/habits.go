package tpp

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/jose"
)

// The habits that only an actor can recognise, who knows what was asked for and
// when. A check that meets one names it in the finding and goes on where it can:
// what the finding counts for is the profile's decision.

// findHabit keeps a finding of the spec's about this answer, which is that habit
// where one is named.
func (a *Answer) findHabit(habit contract.HabitID, clause contract.ClauseID, where, expected, actual string) {
	f := a.finding(clause, where, expected, actual)
	f.Habit = habit
	a.client.find(f)
}

// hasHabit tells whether the audit has recognised the habit in the answer.
func (a *Answer) hasHabit(habit contract.HabitID) bool {
	return slices.ContainsFunc(a.findings, func(f evidence.Finding) bool { return f.Habit == habit })
}

// granted tells whether the token endpoint has given a token, be it with 201.
func (a *Answer) granted() bool {
	return a.Status == http.StatusOK || a.hasHabit(contract.TokenCreated)
}

// idTokenHabit recognises that the nonce is missing, not that it is another.
func idTokenHabit(claims map[string]any, problem jose.Problem) contract.HabitID {
	if _, present := claims["nonce"]; claims != nil && !present && problem.Where == "claim nonce" {
		return contract.IDTokenWithoutNonce
	}
	return ""
}

// expandedHabit recognises a set that has all that was asked for, each once, and
// beside it codes that the bank supports and that are not merely implied.
func expandedHabit(got, asked, implied []string) contract.HabitID {
	more := false
	for i, code := range got {
		if slices.Index(got, code) != i || !slices.Contains(contract.SupportedPermissions(), code) {
			return ""
		}
		more = more || !slices.Contains(asked, code) && !slices.Contains(implied, code)
	}
	if !more {
		return ""
	}
	if slices.ContainsFunc(asked, func(code string) bool { return !slices.Contains(got, code) }) {
		return ""
	}
	return contract.PermissionsExpanded
}

// accountsWindow is how long after the exchange of the code the live bank lets
// accounts be read.
const accountsWindow = 5 * time.Minute

// statusHabit recognises that a read of accounts is refused to a token that the
// bank says is alive, since its window is over. The grant is then forgotten, so
// that the next spec that needs one takes it anew; one of a code that can be
// exchanged once only is kept.
func (a *Answer) statusHabit(clause contract.ClauseID, accepted []int) contract.HabitID {
	habit, _ := contract.HabitByID(contract.AccountsFiveMinutes)
	reads := a.operation.ID == contract.ListAccounts || a.operation.ID == contract.GetAccount
	refused := slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, a.Status)
	if !reads || !refused || !slices.Contains(accepted, http.StatusOK) || !slices.Contains(habit.Clauses, clause) {
		return ""
	}
	for key, known := range a.client.memo {
		grant, ok := known.value.(Grant)
		if !ok || !strings.HasPrefix(key, "grant ") || grant.Token != a.bearer || grant.Answer == nil {
			continue
		}
		old := !a.Started.Before(grant.Answer.Ended.Add(accountsWindow))
		if alive := a.Ended.Before(grant.lasts); old && alive {
			a.client.renew(key, grant)
			return habit.ID
		}
	}
	return ""
}

// renew forgets a grant that can be had again, and what the spec was about to
// share with others.
func (c *Client) renew(key string, grant Grant) {
	if c.canHaveAgain(grant) {
		delete(c.memo, key)
		c.spec.renewed = true
	}
}
