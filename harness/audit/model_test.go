package audit_test

import (
	"strings"
	"testing"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

func TestBodyClause(t *testing.T) {
	ok := func(edits ...edit) audit.Exchange { return with(answer(t, contract.ListAccounts, 200), edits...) }
	refused := func(edits ...edit) audit.Exchange { return with(answer(t, contract.ListAccounts, 400), edits...) }
	bare := func(status int, body string) audit.Exchange {
		x := with(answer(t, contract.ListAccounts, status), raw(t, body))
		if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			x.Response.Header.Set("Content-Type", "application/json")
		}
		return x
	}
	const c, doc, std, adv = contract.ComBody, contract.Doc, contract.Std, contract.Adv
	const obError = `{"Code":"401","Message":"No.","Errors":[{"ErrorCode":"x","Message":"y"}]}`
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "whole", x: ok(), clause: c},
		{name: "an unknown member", x: ok(member(t, "/Data/Account/0/Colour", "red")), clause: c},
		{name: "none", x: ok(raw(t, "")), clause: c, level: doc, where: "body"},
		{name: "none on an error", x: refused(raw(t, "")), clause: c, level: doc, where: "body"},
		{name: "a list", x: ok(raw(t, "[]")), clause: c, level: doc, where: "body"},
		{name: "a missing member", x: ok(member(t, "/Data/Account/0/AccountId", gone)), clause: c, level: doc, where: "/Data/Account/0/AccountId"},
		{name: "a member of another type", x: ok(member(t, "/Data/Account/0/AccountId", 1)), clause: c, level: doc, where: "/Data/Account/0/AccountId"},
		{name: "a value that is none of the list", x: ok(member(t, "/Data/Account/0/AccountType", "Private")), clause: c, level: doc, where: "/Data/Account/0/AccountType"},
		{name: "a standard's length", x: ok(member(t, "/Data/Account/0/Nickname", strings.Repeat("n", 71))), clause: c, level: std, where: "/Data/Account/0/Nickname"},
		{name: "a standard's pattern", x: ok(member(t, "/Data/Account/0/Currency", "gbp")), clause: c, level: std, where: "/Data/Account/0/Currency"},
		{name: "a closed object", x: refused(member(t, "/Colour", "red")), clause: c, level: adv, where: "/Colour"},
		{name: "a member with members in Risk", x: with(answer(t, contract.GetAccountAccessConsent, 200), member(t, "/Risk/Code", nil)), clause: c, level: std, where: "/Risk/Code"},
		{name: "an account that is a number", x: ok(member(t, "/Data/Account/0/Account", "82604312345678")), clause: c, level: doc, where: "/Data/Account/0/Account"},
		{name: "an account without scheme", x: ok(member(t, "/Data/Account/0/Account/0/SchemeName", gone)), clause: c, level: doc, where: "/Data/Account/0/Account/0/SchemeName"},

		{name: "nothing on 401", x: bare(401, ""), clause: c, undecided: true},
		{name: "a text on 404", x: bare(404, "lost"), clause: c, undecided: true},
		{name: "an error object on 401", x: bare(401, obError), clause: c},
		{name: "an OAuth error on 401", x: bare(401, `{"error":"invalid_token"}`), clause: c},
		{name: "another object on 429", x: bare(429, `{"message":"slow down"}`), clause: c, level: adv, where: "body"},
		{name: "an empty OAuth error on 404", x: bare(404, `{"error":""}`), clause: c, level: adv, where: "body"},
		{name: "a list on 405", x: bare(405, `[]`), clause: c, level: adv, where: "body"},
	})
}

func TestOptionalClause(t *testing.T) {
	ok := func(pointer string, value any) audit.Exchange {
		return with(answer(t, contract.ListAccounts, 200), member(t, pointer, value))
	}
	consent := func(pointer string, value any) audit.Exchange {
		return with(answer(t, contract.GetAccountAccessConsent, 200), member(t, pointer, value))
	}
	const c, body, adv, doc = contract.ComOptional, contract.ComBody, contract.Adv, contract.Doc
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "with a value", x: answer(t, contract.ListAccounts, 200), clause: c},
		{name: "left out", x: ok("/Data/Account/0/Nickname", gone), clause: c},
		{name: "null", x: ok("/Data/Account/0/Nickname", nil), clause: c, level: adv, where: "/Data/Account/0/Nickname"},
		{name: "an empty string", x: ok("/Data/Account/0/Nickname", ""), clause: c, level: adv, where: "/Data/Account/0/Nickname"},
		{name: "an empty date-time", x: consent("/Data/ExpirationDateTime", ""), clause: c, level: adv, where: "/Data/ExpirationDateTime"},
		{name: "empty Links", x: ok("/Links", object{}), clause: c, level: adv, where: "/Links"},
		{name: "an unknown member of null", x: ok("/Data/Account/0/Colour", nil), clause: c, level: adv, where: "/Data/Account/0/Colour"},
		{name: "empty Meta", x: ok("/Meta", object{}), clause: c},
		{name: "empty Risk", x: consent("/Risk", object{}), clause: c},
		{name: "an empty array", x: ok("/Data/Account", list{}), clause: c},
		{name: "Meta of null", x: ok("/Meta", nil), clause: c, level: adv, where: "/Meta"},
		{name: "a required member of null", x: ok("/Data/Account/0/AccountId", nil), clause: body, level: doc, where: "/Data/Account/0/AccountId"},
		{name: "a required member of null, Data", x: ok("/Data", nil), clause: body, level: doc, where: "/Data"},
		{name: "a required empty string", x: ok("/Data/Account/0/AccountType", ""), clause: body, level: doc, where: "/Data/Account/0/AccountType"},
		{name: "a required empty string of a standard's length", x: ok("/Data/Account/0/AccountId", ""), clause: body, level: contract.Std, where: "/Data/Account/0/AccountId"},
		{name: "right", x: answer(t, contract.ListAccounts, 200), clause: body},
		{name: "no body", x: answer(t, contract.ListAccounts, 404), clause: c, undecided: true},
	})
}

func TestMemberClauses(t *testing.T) {
	consent := func(pointer string, value any) audit.Exchange {
		return with(answer(t, contract.GetAccountAccessConsent, 200), member(t, pointer, value))
	}
	created := func(pointer string, value any) audit.Exchange {
		return with(answer(t, contract.CreateAccountAccessConsent, 201), member(t, pointer, value))
	}
	const path = base + "/open-banking/account-access-consents"
	const dates, links, doc, std = contract.ComDateTime, contract.ComLinksSelf, contract.Doc, contract.Std
	const at, self = "/Data/CreationDateTime", "/Links/Self"
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "an offset", x: consent(at, "2026-03-04T05:06:07.123-05:30"), clause: dates},
		{name: "UTC", x: consent(at, "2026-03-04T05:06:07Z"), clause: dates},
		{name: "no timezone", x: consent(at, "2026-03-04T05:06:07"), clause: dates, level: doc, where: at},
		{name: "no timezone, a fraction", x: consent(at, "2026-03-04T05:06:07.5"), clause: dates, level: doc, where: at},
		{name: "no timezone, a leap second", x: consent(at, "2016-12-31T23:59:60"), clause: dates, level: doc, where: at},
		{name: "no timezone in Meta", x: consent("/Meta", object{"FirstAvailableDateTime": "2026-03-04T05:06:07"}), clause: dates, level: doc, where: "/Meta/FirstAvailableDateTime"},
		{name: "no date-time at all", x: consent(at, "2026-03-04"), clause: contract.ComBody, level: doc, where: at},
		{name: "an impossible date", x: consent(at, "2026-02-30T05:06:07Z"), clause: contract.ComBody, level: doc, where: at},
		{name: "right", x: consent(at, "2026-02-28T05:06:07Z"), clause: contract.ComBody},
		{name: "no date-times", x: answer(t, contract.ListAccounts, 200), clause: dates, undecided: true},

		{name: "the resource", x: consent(self, path+"/"+consentID), clause: links},
		{name: "a query", x: consent(self, path+"/"+consentID+"?page=2"), clause: links},
		{name: "percent-encoded", x: consent(self, path+"/urn%2Dvm-intent-88379"), clause: links},
		{name: "another host", x: consent(self, "https://other.example/open-banking/account-access-consents/"+consentID), clause: links},
		{name: "another resource", x: consent(self, path+"/"+consentID+"0"), clause: links, level: std, where: self},
		{name: "the collection of a resource", x: consent(self, path), clause: links, level: std, where: self},
		{name: "a relative URI", x: consent(self, "/open-banking/account-access-consents/"+consentID), clause: links, level: std, where: self},
		{name: "no URI", x: consent(self, "%"), clause: links, level: std, where: self},
		{name: "an empty text", x: consent(self, ""), clause: links, level: std, where: self},
		{name: "the collection of a POST", x: created(self, path), clause: links},
		{name: "the new resource of a POST", x: created(self, path+"/"+consentID), clause: links},
		{name: "another resource of a POST", x: created(self, path+"/other"), clause: links, level: std, where: self},
		{name: "the new funds confirmation", x: with(answer(t, contract.CreateFundsConfirmation, 201), member(t, self, base+"/open-banking/funds-confirmations/"+fundsID)), clause: links},
		{name: "the consent of a funds confirmation", x: with(answer(t, contract.CreateFundsConfirmation, 201), member(t, self, base+"/open-banking/funds-confirmations/"+consentID)), clause: links, level: std, where: self},
		{name: "a Self that is a number", x: consent(self, 1), clause: contract.ComBody, level: doc, where: self},
		{name: "a First that is no URI", x: consent("/Links/First", "first"), clause: contract.ComBody, level: std, where: "/Links/First"},

		{name: "both", x: answer(t, contract.ListAccounts, 200), clause: contract.ComMeta},
		{name: "no Links", x: consent("/Links", gone), clause: contract.ComMeta, level: contract.Adv, where: "/Links"},
		{name: "no Meta", x: consent("/Meta", gone), clause: contract.ComMeta, level: contract.Adv, where: "/Meta"},
		{name: "no Data", x: answer(t, contract.GetClient, 200), clause: contract.ComMeta, undecided: true},
	})
	both := newAuditor(t, audit.Options{}).Check(consent(at, "2026-02-30T05:06:07"))
	if len(both.Findings) != 2 || both.Findings[0].Clause != contract.ComBody || both.Findings[1].Clause != dates {
		t.Errorf("an impossible date without a timezone has two faults: %+v", both.Findings)
	}
}

func TestErrorCodeClause(t *testing.T) {
	refused := func(pointer string, value any) audit.Exchange {
		return with(answer(t, contract.ListAccounts, 400), member(t, pointer, value))
	}
	const c, code = contract.ComErrorCode, "/Errors/0/ErrorCode"
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "listed", x: refused(code, "UK.OBIE.Rules.DuplicateReference"), clause: c},
		{name: "of another namespace", x: refused(code, "UK.VM.Anything"), clause: c},
		{name: "of none", x: refused(code, "anything"), clause: c},
		{name: "not listed", x: refused(code, "UK.OBIE.Field.Wrong"), clause: c, level: contract.Adv, where: code},
		{name: "in the wrong case", x: refused(code, "UK.OBIE.Field.missing"), clause: c, level: contract.Adv, where: code},
		{name: "with the namespace in small letters", x: refused(code, "uk.obie.Field.Missing"), clause: c, level: contract.Adv, where: code},
		{name: "empty", x: refused(code, ""), clause: c, level: contract.Adv, where: code},
		{name: "not listed as Code", x: refused("/Code", "UK.OBIE.Nothing"), clause: c, level: contract.Adv, where: "/Code"},
		{name: "no error", x: answer(t, contract.ListAccounts, 200), clause: c, undecided: true},
	})
	// Where the model gives the code a length, an empty one is the model's alone.
	model := newAuditor(t, audit.Options{}).Check(with(answer(t, contract.CreateFundsConfirmation, 400), member(t, code, "")))
	if len(model.Findings) != 1 || model.Findings[0].Clause != contract.ComBody {
		t.Errorf("an empty code has two owners: %+v", model.Findings)
	}
}

func TestRegistrationModel(t *testing.T) {
	registered := func(edits ...edit) audit.Exchange {
		return with(answer(t, contract.RegisterClient, 201), edits...)
	}
	asks := func(method string) edit {
		return func(x *audit.Exchange) {
			x.Request.Body = []byte("e30." + strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(encode(`{"token_endpoint_auth_method":"`+method+`"}`)) + ".")
		}
	}
	const secret, method, c, doc, std, adv = "/client_secret", "/token_endpoint_auth_method", contract.ComBody, contract.Doc, contract.Std, contract.Adv
	vectors := []vector{
		{name: "whole", x: registered(), clause: c},
		{name: "no client id", x: registered(member(t, "/client_id", gone)), clause: c, level: doc, where: "/client_id"},
		{name: "no secret", x: registered(member(t, secret, gone)), clause: c, level: doc, where: secret},
		{name: "a secret of null", x: registered(member(t, secret, nil)), clause: c, level: doc, where: secret},
		{name: "an empty secret", x: registered(member(t, secret, "")), clause: c, level: doc, where: secret},
		{name: "a secret that is no UUID", x: registered(member(t, secret, "not-a-uuid")), clause: c, level: doc, where: secret},
		{name: "no secret for a method without one", x: registered(member(t, secret, gone), member(t, method, "private_key_jwt")), clause: c},
		{name: "no secret, method by the other spelling", x: registered(member(t, secret, gone), member(t, method, gone), member(t, "/tokenEndpointAuthMethod", "client_secret_post")), clause: c, level: doc, where: secret},
		{name: "no secret, method by the request", x: registered(member(t, secret, gone), member(t, method, gone), asks("client_secret_jwt")), clause: c, level: doc, where: secret},
		{name: "no secret, no method", x: registered(member(t, secret, gone), member(t, method, gone), asks("tls_client_auth")), clause: c},
		{name: "no secret, method by the target", x: registered(member(t, secret, gone), member(t, method, gone)), clause: c, level: doc, where: secret},
		{name: "no secret on reading", x: with(answer(t, contract.GetClient, 200), member(t, secret, gone)), clause: c},
		{name: "a masked secret on updating", x: with(answer(t, contract.UpdateClient, 200), member(t, secret, "*****")), clause: c},

		{name: "both spellings, one value", x: registered(member(t, "/tokenEndpointAuthMethod", "client_secret_basic")), clause: c},
		{name: "both spellings, two values", x: registered(member(t, "/tokenEndpointAuthMethod", "client_secret_post")), clause: c, level: std, where: method},
		{name: "both spellings, one set", x: registered(member(t, "/responseTypes", list{"code", "code id_token"}), member(t, "/response_types", list{"code id_token", "code"})), clause: c},
		{name: "both spellings, two sets", x: registered(member(t, "/responseTypes", list{"code"}), member(t, "/response_types", list{"code", "code id_token"})), clause: c, level: std, where: "/response_types"},
		{name: "both spellings, one without value", x: registered(member(t, "/tokenEndpointAuthMethod", nil)), clause: contract.ComOptional, level: adv, where: "/tokenEndpointAuthMethod"},
		{name: "right", x: registered(), clause: contract.ComOptional},
		{name: "a response type of its own", x: registered(member(t, "/response_types", list{"token"})), clause: c, level: adv, where: "/response_types/0"},
		{name: "seconds as text", x: registered(member(t, "/iat", "1772000000")), clause: c},
		{name: "milliseconds", x: registered(member(t, "/iat", 1772000000000)), clause: c, level: adv, where: "/iat"},
		{name: "milliseconds as text", x: registered(member(t, "/exp", "1772000000000")), clause: c, level: adv, where: "/exp"},
		{name: "a word for a time", x: registered(member(t, "/exp", "infinity")), clause: c},
	}
	run(t, newAuditor(t, audit.Options{RegistrationMethod: "client_secret_basic"}), vectors)

	rfc := with(answer(t, contract.RegisterClient, 400), raw(t, `{"error":"invalid_redirect_uri","error_description":"No."}`))
	if result := newAuditor(t, audit.Options{RFC7591Errors: true}).Check(rfc); len(result.Findings) > 0 {
		t.Errorf("RFC 7591's object where it is configured: %+v", result.Findings)
	}
	if result := newAuditor(t, audit.Options{}).Check(rfc); len(result.Findings) == 0 {
		t.Error("RFC 7591's object is accepted where it is not configured")
	}
	for _, broken := range []string{`{"error":""}`, `{"error":"x","error_description":1}`, `{}`} {
		x := with(answer(t, contract.RegisterClient, 400), raw(t, broken))
		if result := newAuditor(t, audit.Options{RFC7591Errors: true}).Check(x); len(result.Findings) == 0 {
			t.Errorf("%s is accepted", broken)
		}
	}
	elsewhere := with(answer(t, contract.ListAccounts, 400), raw(t, `{"error":"invalid_redirect_uri"}`))
	if result := newAuditor(t, audit.Options{RFC7591Errors: true}).Check(elsewhere); len(result.Findings) == 0 {
		t.Error("RFC 7591's object is accepted outside registration")
	}
}

// What names a person or opens a door is described, whatever is wrong with it.
func TestFindingsShowNothingConfidential(t *testing.T) {
	a := newAuditor(t, audit.Options{})
	const number = "82604312345678"
	for name, x := range map[string]audit.Exchange{
		"a list for a name": with(answer(t, contract.ListAccounts, 200), member(t, "/Data/Account/0/Account/0/Identification", list{number})),
		"too long a name":   with(answer(t, contract.ListAccounts, 200), member(t, "/Data/Account/0/Nickname", strings.Repeat(number, 9))),
		"a bare account":    with(answer(t, contract.CreateFundsConfirmationConsent, 201), member(t, "/Data/DebtorAccount", number)),
		"an unknown member": with(answer(t, contract.GetAccountAccessConsent, 200), member(t, "/Risk/Name", number)),
		"a token as status": with(answer(t, contract.GetAccountAccessConsent, 200), member(t, "/Data/Status", "eyJ9.eyJ9."+number)),
		"a learned secret":  with(answer(t, contract.GetAccountAccessConsent, 200), member(t, "/Data/Status", theToken)),
	} {
		result := a.Check(x)
		if len(result.Findings) == 0 {
			t.Errorf("%s: nothing found", name)
		}
		wellFormed(t, result)
		for _, f := range result.Findings {
			if strings.Contains(f.Expected+f.Actual, number) {
				t.Errorf("%s: shown in %+v", name, f)
			}
		}
	}
}
