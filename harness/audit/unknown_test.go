package audit_test

import (
	"slices"
	"testing"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// What is not known of an exchange is neither exercised nor breached; known and
// wrong, the same fails.
func TestWhatIsNotKnownIsNotJudged(t *testing.T) {
	t.Parallel()
	unknown := func(what audit.Unknown) edit { return func(x *audit.Exchange) { x.Unknown = what } }
	lost := func(x *audit.Exchange) { setRaw(x, nil) }
	const aac = contract.CreateAccountAccessConsent
	placeholders, redacted := audit.Unknown{Placeholders: true}, audit.Unknown{Placeholders: true, Redacted: true}
	id, signature := header(contract.HeaderInteractionID, "[withheld]"), header(contract.HeaderSignature, "<redacted>")
	grant := tokenAnswer(t, 200, object{"access_token": theToken, "token_type": "Bearer", "expires_in": 300})
	a := newAuditor(t, audit.Options{})
	for _, c := range []struct {
		name   string
		x      audit.Exchange
		edits  []edit
		what   audit.Unknown
		clause contract.ClauseID
	}{
		{"no body", answer(t, aac, 201), []edit{lost}, audit.Unknown{Body: true}, contract.ComBody},
		{"no body to be signed", answer(t, contract.RegisterClient, 400), []edit{lost}, audit.Unknown{Body: true}, contract.ComSignature},
		{"a body cut off", answer(t, aac, 201), []edit{raw(t, `{"Data":`)}, audit.Unknown{Body: true}, contract.ComJSON},
		{"a body of the wrong type", answer(t, aac, 201), []edit{header("Content-Type", "text/plain")}, audit.Unknown{Header: true}, contract.ComContentType},
		{"no fields", answer(t, aac, 201), []edit{header(contract.HeaderInteractionID)}, audit.Unknown{Header: true}, contract.ComFapiPresent},
		{"no id of the answer", answer(t, aac, 201), []edit{id}, placeholders, contract.ComFapiPresent},
		{"no id of the request", answer(t, aac, 201), []edit{header(contract.HeaderInteractionID, clientID)}, audit.Unknown{RequestHeader: true}, contract.ComFapiEcho},
		{"an id of the request that was withheld", answer(t, aac, 201), []edit{header(contract.HeaderInteractionID, clientID),
			func(x *audit.Exchange) { x.Request.Header.Set(contract.HeaderInteractionID, "***") }}, placeholders, contract.ComFapiEcho},
		{"a signature that was withheld", answer(t, contract.RegisterClient, 400), []edit{signature}, placeholders, contract.ComSignature},
		{"a signature of a text that was replaced", answer(t, contract.RegisterClient, 400), []edit{func(x *audit.Exchange) { setRaw(x, append([]byte(" "), x.Response.Body...)) }}, redacted, contract.ComSignature},
		{"no signature, and no fields", answer(t, contract.RegisterClient, 400), []edit{header(contract.HeaderSignature)}, audit.Unknown{Header: true}, contract.ComSignaturePresent},
		{"no time", answer(t, contract.RegisterClient, 400), []edit{header(contract.HeaderSignature, "a..b")}, audit.Unknown{Time: true}, contract.ComSignature},
		{"no Retry-After", answer(t, contract.ListAccounts, 429), []edit{header(contract.HeaderRetryAfter)}, audit.Unknown{Header: true}, contract.ComRetryAfter},
		{"a Retry-After that was withheld", answer(t, contract.ListAccounts, 429), []edit{header(contract.HeaderRetryAfter, "xxxxx")}, placeholders, contract.ComRetryAfter},
		{"a challenge", answer(t, contract.ListAccounts, 401), []edit{header("WWW-Authenticate")}, audit.Unknown{Header: true}, contract.ComWWWAuthenticate},
		{"no body of a token's answer", grant, []edit{lost}, audit.Unknown{Body: true}, contract.Tok200},
		{"no body of a refused token", tokenAnswer(t, 400, object{"error": "invalid_grant"}), []edit{lost}, audit.Unknown{Body: true}, contract.TokError},
		{"no discovery document", answer(t, contract.GetDiscovery, 200), []edit{lost}, audit.Unknown{Body: true}, contract.Dis200},
		{"no key set", answer(t, contract.GetJWKS, 200), []edit{lost}, audit.Unknown{Body: true}, contract.DisJWKS},
		{"a body spoilt by redaction", answer(t, aac, 201), []edit{func(x *audit.Exchange) { setRaw(x, []byte(`{"Data":[token]}`)) }}, redacted, contract.ComJSON},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found := func(f evidence.Finding) bool { return f.Clause == c.clause }
			known := a.Check(with(c.x, c.edits...))
			if known.Inconclusive != "" || !slices.ContainsFunc(known.Findings, found) {
				t.Errorf("known, it does not breach %s: %+v, %s", c.clause, known.Findings, known.Inconclusive)
			}
			result := a.Check(with(c.x, append(slices.Clone(c.edits), unknown(c.what))...))
			if slices.Contains(result.Exercised, c.clause) || slices.ContainsFunc(result.Findings, found) {
				t.Errorf("not known, it decides %s: %+v", c.clause, result.Findings)
			}
		})
	}
}

// A value that a placeholder stands for breaches nothing; its neighbours do.
func TestPlaceholdersBreachNothing(t *testing.T) {
	t.Parallel()
	a := newAuditor(t, audit.Options{})
	redacted := func(x *audit.Exchange) { x.Unknown = audit.Unknown{Placeholders: true, Redacted: true} }
	for _, c := range []struct {
		name  string
		x     audit.Exchange
		edit  edit
		where string
	}{
		{"a status", answer(t, contract.CreateAccountAccessConsent, 201), member(t, "/Data/Status", "[redacted]"), "/Data/Status"},
		{"a token", tokenAnswer(t, 200, object{"access_token": theToken, "token_type": "Bearer", "expires_in": 300}), member(t, "/access_token", "[access_token]"), "/access_token"},
		{"a part of an address", answer(t, contract.CreateAccountAccessConsent, 201), member(t, "/Links/Self", base+"/[account number]"), "/Links/Self"},
		{"a part of an address, encoded", answer(t, contract.CreateAccountAccessConsent, 201), member(t, "/Links/Self", base+"/%5Bclient%20secret%5D"), "/Links/Self"},
	} {
		at := func(f evidence.Finding) bool { return f.Where == c.where }
		if result := a.Check(with(c.x, c.edit)); !slices.ContainsFunc(result.Findings, at) {
			t.Errorf("%s: sent so, it breaches nothing: %+v", c.name, result.Findings)
		}
		if result := a.Check(with(c.x, c.edit, redacted)); len(result.Findings) > 0 {
			t.Errorf("%s: replaced, it breaches %+v", c.name, result.Findings)
		}
		if result := a.Check(with(c.x, c.edit, header(contract.HeaderInteractionID, "none"), redacted)); c.x.Operation != contract.RequestToken && len(result.Findings) != 1 {
			t.Errorf("%s: another fault of the answer is not found: %+v", c.name, result.Findings)
		}
	}
	// A 415 for a body that may have been of any type is none that R7 forbids.
	refused := answer(t, contract.CreateAccountAccessConsent, 415)
	if result := a.Check(with(refused)); len(result.Findings) != 1 {
		t.Errorf("a 415 for JSON: %+v", result.Findings)
	}
	if result := a.Check(with(refused, func(x *audit.Exchange) { x.Unknown.RequestHeader = true })); len(result.Findings) > 0 {
		t.Errorf("a 415 for who knows what: %+v", result.Findings)
	}
	// A content coding that may have been asked for.
	coded := with(answer(t, contract.ListAccounts, 200), header("Content-Encoding", "br"))
	if result := a.Check(coded); result.Inconclusive == "" {
		t.Error("a coding that was not asked for is taken")
	}
	if result := a.Check(with(coded, func(x *audit.Exchange) { x.Unknown.RequestHeader = true })); result.Inconclusive != "" {
		t.Errorf("a coding that may have been asked for: %s", result.Inconclusive)
	}
}

// Of a bounded number of secrets the latest are looked for.
func TestSecretsOfOldAreForgotten(t *testing.T) {
	t.Parallel()
	a := newAuditor(t, audit.Options{MaxSecrets: 3})
	names := []string{"secret-number-one", "secret-number-two", "secret-number-three", "secret-number-four", "secret-number-five", "secret-number-six", "secret-number-seven"}
	leaks := func(secret string) bool {
		result := a.Check(with(answer(t, contract.ListAccounts, 200), header("X-Told", "a "+secret+" in it")))
		return slices.ContainsFunc(result.Findings, func(f evidence.Finding) bool { return f.Clause == contract.ComSecrets })
	}
	for i, name := range names {
		a.Learn(audit.AccessToken, name)
		for back := range min(i+1, 3) {
			if !leaks(names[i-back]) {
				t.Errorf("after %d: %s is not found", i, names[i-back])
			}
		}
	}
	if leaks(names[0]) {
		t.Error("the oldest is remembered")
	}
}
