package config

import (
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// NotOffered are clauses that a target does not offer to keep, with the reason
// that the reports give: they are not exercised, which is no pass.
type NotOffered struct {
	Clauses []contract.ClauseID `json:"clauses"`
	Reason  string              `json:"reason"`
}

// ClausesNotOffered is the reason of each clause of target.notOffered.
func (c Config) ClausesNotOffered() map[contract.ClauseID]string {
	reasons := map[contract.ClauseID]string{}
	for _, entry := range c.Target.NotOffered {
		for _, clause := range entry.Clauses {
			reasons[clause] = entry.Reason
		}
	}
	return reasons
}

// checkNotOffered lets only a target on loopback be excused: a bank has made
// its promises to everybody.
func (l *loader) checkNotOffered() {
	const key = "target.notOffered"
	entries := l.cfg.Target.NotOffered
	base, err := url.Parse(l.cfg.Target.BaseURL)
	if len(entries) > 0 && err == nil && base.Host != "" && (!isLoopback(base.Hostname()) || l.cfg.Kind() != Mock) {
		l.breach(key, "an empty list, since only a mock on loopback may leave out clauses", "a target at "+quote(base.Host)+", and "+l.cfg.KindWords())
	}
	seen := map[contract.ClauseID]bool{}
	for i, entry := range entries {
		if strings.TrimSpace(entry.Reason) == "" {
			l.breach(index(key, i)+".reason", "why the target does not offer it", "none")
		}
		if len(entry.Clauses) == 0 {
			l.breach(index(key, i)+".clauses", "at least one clause", "an empty list")
		}
		for j, clause := range entry.Clauses {
			at := index(index(key, i)+".clauses", j)
			known := slices.ContainsFunc(contract.Clauses(), func(c contract.Clause) bool { return c.ID == clause })
			switch {
			case !known:
				l.breach(at, "a clause of the contract", quote(string(clause)))
			case seen[clause]:
				l.breach(at, "each clause once", quote(string(clause))+" again")
			}
			seen[clause] = true
		}
	}
}
