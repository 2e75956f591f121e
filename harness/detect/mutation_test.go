package detect_test

import (
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/detect"
	"obconform/harness/detect/mutate"
	"obconform/harness/mockbank"
	"obconform/harness/tpp"
	"obconform/suites"
)

// accounts is the suite of the accounts, less the sections named.
func accounts(t *testing.T, without ...string) []tpp.Suite {
	t.Helper()
	all := suites.All()
	i := slices.IndexFunc(all, func(s tpp.Suite) bool { return s.API == contract.Accounts })
	suite := all[i]
	suite.Sections = slices.DeleteFunc(slices.Clone(suite.Sections), func(s tpp.Section) bool { return slices.Contains(without, s.Name) })
	if len(suite.Sections) != len(all[i].Sections)-len(without) {
		t.Fatalf("the suite has no sections %v", without)
	}
	return []tpp.Suite{suite}
}

// A suite that is weaker than the contract lets a mutation survive that the
// whole suite catches: prove can fail. Here the weakness is that nobody compares
// an account with its entry in the list.
func TestAWeakenedSuiteShowsAsASurvivor(t *testing.T) {
	keys, err := mockbank.GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	scene := detect.MockScene{Keys: keys}
	learned, err := detect.Learn(scene, accounts(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(learned.Red) > 0 || len(learned.Known.All()) > 0 {
		t.Fatalf("the learning pass is not green: %q, %v", learned.Red, learned.Known)
	}
	const name = "GET /open-banking/v3.1/aisp/accounts/{} 200 /Data/Account/*/Nickname: replace word"
	see := func(suite []tpp.Suite) detect.MutationSighting {
		t.Helper()
		learned, err := detect.Learn(scene, suite)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range learned.Entries {
			if entry.Name() == name {
				seen, err := detect.SeeMutation(detect.MutationTrial{Entry: entry, Templates: learned.Templates}, scene, suite)
				if err != nil {
					t.Fatal(err)
				}
				return seen
			}
		}
		t.Fatalf("the traffic does not allow %s", name)
		return detect.MutationSighting{}
	}
	if seen := see(accounts(t)); seen.Outcome != detect.CaughtOtherwise || !slices.Contains(seen.Clauses, contract.AccGet200) || seen.Fired == 0 {
		t.Errorf("the whole suite: %+v", seen)
	}
	if seen := see(accounts(t, "get")); seen.Outcome != detect.NotSeen || seen.Notice != "" || seen.Fired == 0 {
		t.Errorf("the weakened suite: %+v", seen)
	}
}

// No spec passes on a server that is no bank.
func TestNullBanks(t *testing.T) {
	if len(detect.NullBanks()) < 9 {
		t.Errorf("there are %d null banks", len(detect.NullBanks()))
	}
	keys, err := mockbank.GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	behind := 0
	for _, null := range detect.NullBanks() {
		for _, way := range detect.Ways() {
			seen, err := detect.SeeNull(null, way, keys, accounts(t))
			if err != nil {
				t.Fatal(err)
			}
			if len(seen.Passed)+len(seen.Clauses) > 0 || seen.Specs == 0 || seen.Exchanges == 0 || seen.Outcome == "passed" {
				t.Errorf("%s: %+v", null.Name, seen)
			}
			if strings.Contains(null.Name, "behind the right discovery") && way == "codes" {
				behind++
				if seen.Exchanges < 25 { // each spec's own request, and not discovery alone
					t.Errorf("%s: %d exchanges", null.Name, seen.Exchanges)
				}
			}
		}
	}
	if behind < 5 {
		t.Errorf("%d null banks let a client in", behind)
	}
}

// What the bank itself does not answer proves nothing of a mutation; what is
// found all the same does.
func TestABankThatIsAway(t *testing.T) {
	keys, err := mockbank.GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	scene := detect.MockScene{Keys: keys}
	learned, err := detect.Learn(scene, accounts(t))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(learned.Entries, func(e mutate.Entry) bool {
		return e.Name() == "POST /oauth2/token 200 /expires_in: increase"
	})
	if i < 0 {
		t.Fatal("the traffic does not allow the mutation")
	}
	trial := detect.MutationTrial{Entry: learned.Entries[i], Templates: learned.Templates}
	if seen, err := detect.SeeMutation(trial, scene, accounts(t)); err != nil || seen.Outcome != detect.NotSeen || seen.Trouble != "" {
		t.Fatalf("a bank that is there: %+v, %v", seen, err)
	}
	seen, err := detect.SeeMutation(trial, detect.Away(scene), accounts(t))
	if err != nil {
		t.Fatal(err)
	}
	if seen.Notice != "" || !strings.Contains(seen.Trouble, "did not answer") || seen.Fired == 0 {
		t.Errorf("a bank that is away: %+v", seen)
	}
}
