package audit_test

import (
	"testing"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

// Each habit is named in its finding, and its nearest neighbours have a finding
// of the same clause, or none, but never the habit's name.
func TestHabitsAreToldFromTheirNeighbours(t *testing.T) {
	registered := func(name string, value any) audit.Exchange {
		return with(answer(t, contract.RegisterClient, 201), member(t, "/"+name, value))
	}
	self := func(id contract.OperationID, status int, value string) audit.Exchange {
		return with(answer(t, id, status), member(t, "/Links/Self", value))
	}
	code := func(value string) audit.Exchange {
		return with(answer(t, contract.ListAccounts, 403), member(t, "/Errors/0/ErrorCode", value))
	}
	refusedRegistration := func(body string) audit.Exchange {
		return with(answer(t, contract.RegisterClient, 400), raw(t, body))
	}
	granted := object{"access_token": theToken, "token_type": "Bearer", "expires_in": 300}
	obie := object{"Code": "400", "Message": "no", "Errors": list{object{"ErrorCode": "UK.OBIE.Field.Invalid", "Message": "no"}}}
	without := func(body object, name string) object {
		copied := object{}
		for member, value := range body {
			if member != name {
				copied[member] = value
			}
		}
		return copied
	}
	consents := base + "/open-banking/account-access-consents"
	for name, tc := range map[string]struct {
		x      audit.Exchange
		habit  contract.HabitID
		clause contract.ClauseID
	}{
		"a token with 201":            {tokenAnswer(t, 201, granted), contract.TokenCreated, contract.Tok200},
		"201 without a token":         {tokenAnswer(t, 201, without(granted, "access_token")), "", ""},
		"a token with 202":            {tokenAnswer(t, 202, granted), "", ""},
		"a token with 200":            {tokenAnswer(t, 200, granted), "", ""},
		"milliseconds as text":        {registered("iat", "1767571200000"), contract.RegistrationMilliseconds, contract.ComBody},
		"milliseconds as a number":    {registered("exp", 1767571200000), contract.RegistrationMilliseconds, contract.ComBody},
		"microseconds":                {registered("iat", "1767571200000000"), "", contract.ComBody},
		"broken milliseconds":         {registered("iat", "1767571200000.5"), "", contract.ComBody},
		"seconds":                     {registered("iat", "1767571200"), "", ""},
		"Self is empty":               {self(contract.ListAccounts, 200, ""), contract.SelfEmpty, contract.ComLinksSelf},
		"Self is a blank":             {self(contract.ListAccounts, 200, " "), "", contract.ComLinksSelf},
		"Self is the collection":      {self(contract.GetAccountAccessConsent, 200, consents), contract.SelfCollection, contract.ComLinksSelf},
		"Self is above it":            {self(contract.GetAccountAccessConsent, 200, base+"/open-banking"), "", contract.ComLinksSelf},
		"Self is the collection, /":   {self(contract.GetAccountAccessConsent, 200, consents+"/"), "", contract.ComLinksSelf},
		"Self above a collection":     {self(contract.ListAccounts, 200, base+"/open-banking"), "", contract.ComLinksSelf},
		"Self relative":               {self(contract.GetAccountAccessConsent, 200, "/open-banking/account-access-consents"), "", contract.ComLinksSelf},
		"UK.OBIE.Forbidden":           {code("UK.OBIE.Forbidden"), contract.ErrorCodeForbidden, contract.ComErrorCode},
		"UK.OBIE.forbidden":           {code("UK.OBIE.forbidden"), "", contract.ComErrorCode},
		"UK.CYBG.Forbidden":           {code("UK.CYBG.Forbidden"), "", ""},
		"an RFC 7591 error":           {refusedRegistration(`{"error":"invalid_redirect_uri","error_description":"no"}`), contract.RegistrationErrorRFC7591, contract.ComBody},
		"an RFC 7591 error, bare":     {refusedRegistration(`{"error":"invalid_redirect_uri"}`), contract.RegistrationErrorRFC7591, contract.ComBody},
		"a code of nobody's":          {refusedRegistration(`{"error":"no_thanks"}`), "", contract.ComBody},
		"half of each":                {refusedRegistration(`{"error":"invalid_redirect_uri","Code":"400"}`), "", contract.ComBody},
		"a numeric description":       {refusedRegistration(`{"error":"invalid_redirect_uri","error_description":1}`), "", contract.ComBody},
		"a token error of OB":         {tokenAnswer(t, 400, obie), contract.TokenErrorOBIE, contract.TokError},
		"half a token error of OB":    {tokenAnswer(t, 400, without(obie, "Message")), "", contract.TokError},
		"a token error without Code":  {tokenAnswer(t, 401, without(obie, "Code")), "", contract.TokError},
		"an OAuth error":              {tokenAnswer(t, 400, object{"error": "invalid_request"}), "", ""},
		"a token error of both kinds": {tokenAnswer(t, 400, object{"error": "oops", "Code": "400", "Message": "no", "Errors": obie["Errors"]}), "", contract.TokError},
	} {
		t.Run(name, func(t *testing.T) {
			result := newAuditor(t, audit.Options{}).Check(tc.x)
			found := false
			for _, f := range result.Findings {
				found = found || f.Clause == tc.clause && f.Habit == tc.habit
				if f.Habit != tc.habit && f.Habit != "" {
					t.Errorf("taken for the habit %s: %+v", f.Habit, f)
				}
			}
			if found != (tc.clause != "") || tc.clause == "" && len(result.Findings) > 0 {
				t.Errorf("findings %+v, want one of %q, habit %q", result.Findings, tc.clause, tc.habit)
			}
			wellFormed(t, result)
		})
	}
}

// A habit is a finding at the clause's own level: no profile is known here.
func TestAHabitLosesNoWeightInTheAudit(t *testing.T) {
	x := with(answer(t, contract.ListAccounts, 200), member(t, "/Links/Self", ""))
	expectFinding(t, newAuditor(t, audit.Options{}).Check(x), want{contract.ComLinksSelf, contract.Std, "/Links/Self"})
}
