package audit_test

import (
	"testing"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/profile"
)

// The profile standard tells part of a clause by the words of its findings: it
// is held here to findings that the audit makes, each excused one beside its
// nearest neighbour.
func TestTheStandardProfileKnowsTheAuditsWords(t *testing.T) {
	registered := func(name string, value any) audit.Exchange {
		return with(answer(t, contract.RegisterClient, 201), member(t, "/"+name, value))
	}
	limited := func(values ...string) audit.Exchange {
		return with(answer(t, contract.ListAccounts, 429), header("Retry-After", values...))
	}
	discovered := func(value any) audit.Exchange {
		return with(answer(t, contract.GetDiscovery, 200), member(t, "/registration_endpoint", value))
	}
	refused := func(id contract.OperationID, status int, text string) audit.Exchange {
		return with(answer(t, id, status), raw(t, text))
	}
	for name, tc := range map[string]struct {
		x     audit.Exchange
		fails bool
	}{
		"client_id of another form":      {registered("client_id", "c-1"), false},
		"client_id a number":             {registered("client_id", 42), true},
		"client_secret of another form":  {registered("client_secret", "s-e-c-r-e-t"), false},
		"client_secret a list":           {registered("client_secret", list{}), true},
		"software_id of another form":    {registered("software_id", "one two"), false},
		"software_id a number":           {registered("software_id", 7), true},
		"a 429 without Retry-After":      {limited(), false},
		"a 429 with a date":              {limited("Wed, 21 Oct 2026 07:28:00 GMT"), false},
		"a 429 with a word":              {limited("soon"), true},
		"a 429 with two":                 {limited("1", "2"), true},
		"no registration_endpoint":       {discovered(gone), false},
		"registration_endpoint null":     {discovered(nil), true},
		"registration_endpoint a number": {discovered(7), true},
		"no client_secret":               {registered("client_secret", gone), false},
		"no client_id":                   {registered("client_id", gone), true},
		"a 403 without a body":           {refused(contract.ListAccounts, 403, ""), false},
		"a 403 with an empty object":     {refused(contract.ListAccounts, 403, "{}"), true},
		"a 400 without a body":           {refused(contract.ListAccounts, 400, ""), true},
		"a 500 without a body":           {refused(contract.ListAccounts, 500, ""), true},
		"a 500 of registrations without": {refused(contract.GetClient, 500, ""), false},
		"a 500 of registrations with {}": {refused(contract.GetClient, 500, "{}"), true},
	} {
		t.Run(name, func(t *testing.T) {
			findings := newAuditor(t, audit.Options{}).Check(tc.x).Findings
			failing := func(p profile.Profile) (failing []evidence.Finding) {
				for _, f := range findings {
					if p.Fails(f, []contract.Level{contract.Doc, contract.Std}) {
						failing = append(failing, f)
					}
				}
				return failing
			}
			if len(failing(profile.Documented)) == 0 {
				t.Fatalf("nothing fails by the contract: %+v", findings)
			}
			if got := failing(profile.Standard); (len(got) > 0) != tc.fails {
				t.Errorf("by the standards alone %+v fail, want %t; all are %+v", got, tc.fails, findings)
			}
		})
	}
}
