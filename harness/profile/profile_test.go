package profile_test

import (
	"slices"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/profile"
)

var byDefault = []contract.Level{contract.Doc, contract.Std}

func finding(clause contract.ClauseID, habit contract.HabitID) evidence.Finding {
	known, _ := contract.ClauseByID(clause)
	return evidence.Finding{Clause: clause, Level: known.Level, Habit: habit}
}

func TestEveryHabitIsAWarningWhenObserved(t *testing.T) {
	for _, habit := range contract.Habits() {
		for _, clause := range habit.Clauses {
			f := finding(clause, habit.ID)
			if profile.Observed.Fails(f, contract.Levels()) {
				t.Errorf("%s of %s fails under observed", habit.ID, clause)
			}
			if profile.Documented.Fails(f, byDefault) != slices.Contains(byDefault, f.Level) {
				t.Errorf("%s of %s is weighed under documented", habit.ID, clause)
			}
			if f.Habit = ""; profile.Observed.Fails(f, byDefault) != slices.Contains(byDefault, f.Level) {
				t.Errorf("%s without the habit is excused", clause)
			}
		}
		for _, clause := range contract.Clauses() {
			if f := finding(clause.ID, habit.ID); !slices.Contains(habit.Clauses, clause.ID) && profile.Observed.Weigh(f).Excused {
				t.Errorf("%s excuses %s, which is not its clause", habit.ID, clause.ID)
			}
		}
	}
	if profile.Observed.Weigh(finding(contract.Tok200, "no-such-habit")).Excused {
		t.Error("an unknown habit is excused")
	}
}

// Documented, which an empty name is too, changes nothing whatever the finding.
func TestDocumentedWeighsAsTheContractDoes(t *testing.T) {
	for _, p := range []profile.Profile{profile.Documented, "", "no such profile"} {
		for _, clause := range contract.Clauses() {
			for _, habit := range contract.Habits() {
				f := finding(clause.ID, habit.ID)
				if weight := p.Weigh(f); weight != (profile.Weight{Level: clause.Level}) {
					t.Errorf("%q: %s with %s: %+v", p, clause.ID, habit.ID, weight)
				}
			}
		}
	}
}

func TestStandard(t *testing.T) {
	at := func(clause contract.ClauseID, level contract.Level, operation contract.OperationID, where, expected string) evidence.Finding {
		return evidence.Finding{Clause: clause, Level: level, Operation: operation, Where: where, Expected: expected}
	}
	const doc, std, adv = contract.Doc, contract.Std, contract.Adv
	const uuid = "a UUID (RFC 4122)"
	for name, tc := range map[string]struct {
		f     evidence.Finding
		fails bool
	}{
		"no Retry-After":                   {at(contract.ComRetryAfter, doc, contract.ListAccounts, "header Retry-After", ""), false},
		"no interaction id, registration":  {at(contract.ComFapiPresent, doc, contract.DeleteClient, "header x-fapi-interaction-id", ""), false},
		"no interaction id, consents":      {at(contract.ComFapiPresent, doc, contract.GetAccountAccessConsent, "header x-fapi-interaction-id", ""), true},
		"no registration_endpoint":         {at(contract.Dis200, doc, contract.GetDiscovery, "/registration_endpoint", "a URL"), false},
		"no token_endpoint":                {at(contract.Dis200, std, contract.GetDiscovery, "/token_endpoint", "a URL"), true},
		"client_id no UUID":                {at(contract.ComBody, doc, contract.RegisterClient, "/client_id", uuid), false},
		"client_id no string":              {at(contract.ComBody, doc, contract.RegisterClient, "/client_id", "a string"), true},
		"jti no UUID":                      {at(contract.ComBody, doc, contract.RegisterClient, "/jti", uuid), true},
		"software_id":                      {at(contract.ComBody, doc, contract.GetClient, "/software_id", "one of the forms"), false},
		"ConsentId":                        {at(contract.ComBody, doc, contract.CreateAccountAccessConsent, "/Data/ConsentId", "a string"), true},
		"ReadOffers taken":                 {at(contract.Aac400Unsupported, doc, contract.CreateAccountAccessConsent, "status", ""), false},
		"ReadParty refused":                {at(contract.Aac201EveryPermission, doc, contract.CreateAccountAccessConsent, "status", ""), false},
		"no 429":                           {at(contract.Com429Burst, doc, contract.ListAccounts, "status", ""), false},
		"milliseconds":                     {at(contract.ComBody, adv, contract.RegisterClient, "/iat", "seconds since 1970"), true},
		"other advice":                     {at(contract.ComBody, adv, contract.RegisterClient, "/responseTypes", "x"), false},
		"a token with 201":                 {finding(contract.Tok200, contract.TokenCreated), true},
		"a consent that is not authorised": {at(contract.Aac201, doc, contract.CreateAccountAccessConsent, "/Data/Status", ""), true},
	} {
		if got := profile.Standard.Fails(tc.f, byDefault); got != tc.fails {
			t.Errorf("%s: fails is %v", name, got)
		}
		weight := profile.Standard.Weigh(tc.f)
		if changed := weight.Excused || weight.Level != tc.f.Level; changed != (weight.Reason != "") {
			t.Errorf("%s: %+v has the wrong reason", name, weight)
		}
	}
}
