package conduct_test

import (
	"slices"
	"testing"

	"obconform/harness/contract"
)

// breach is the smallest departure from one clause: a valid life with one thing
// changed, and where that has to be found. Its valid twin is the life itself, and
// what the twins below allow.
type breach struct {
	clause contract.ClauseID
	what   string
	// step and where say where it is found.
	step, where string
	change      func(s *story)
	// level is the level of the finding, empty for the clause's own.
	level contract.Level
}

func breaches() []breach {
	return slices.Concat(requestBreaches(), bodyBreaches(), registrationBreaches(), authorizationBreaches(), tokenRequestBreaches(),
		tokenUseBreaches(), consentBreaches(), paceBreaches())
}

func TestEveryBreachIsFoundByItsClauseAlone(t *testing.T) {
	t.Parallel()
	for _, b := range breaches() {
		t.Run(string(b.clause)+"/"+b.what, func(t *testing.T) {
			t.Parallel()
			s := wholeLife(t)
			b.change(s)
			if b.level == "" {
				known, _ := contract.ClauseByID(b.clause)
				b.level = known.Level
			}
			findings := s.tell().findings
			if len(findings) == 0 {
				t.Fatalf("nothing was found")
			}
			for _, f := range findings {
				if f.Clause != b.clause || f.Level != b.level || f.Where != b.where || f.step != b.step {
					t.Errorf("%s; want %s (%s) in %q at %q", f, b.clause, b.level, b.where, b.step)
				}
			}
		})
	}
}

func TestEveryClauseHasABreach(t *testing.T) {
	t.Parallel()
	all := breaches()
	for _, clause := range contract.ClientClauses() {
		if !slices.ContainsFunc(all, func(b breach) bool { return b.clause == clause.ID }) {
			t.Errorf("%s has no test of its breach", clause.ID)
		}
	}
}

// twin is a change that a client may make: nothing is found.
type twin struct {
	what   string
	change func(s *story)
}

func TestNoTwinIsFound(t *testing.T) {
	t.Parallel()
	for _, one := range slices.Concat(requestTwins(), bodyTwins(), registrationTwins(), authorizationTwins(), tokenTwins(), consentTwins(), paceTwins()) {
		t.Run(one.what, func(t *testing.T) {
			t.Parallel()
			s := wholeLife(t)
			one.change(s)
			for _, f := range s.tell().findings {
				t.Error(f)
			}
		})
	}
}
