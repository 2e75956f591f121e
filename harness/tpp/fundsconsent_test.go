package tpp

import (
	"net/http"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

const fundsConsentBody = `{"Data":{"ConsentId":"c","CreationDateTime":"2026-01-01T00:00:00Z","Status":"AwaitingAuthorisation",
	"StatusUpdateDateTime":"2026-01-01T00:00:00Z","ExpirationDateTime":"2026-02-01T00:00:00Z",
	"DebtorAccount":{"SchemeName":"s","Identification":"i","Name":"n","SecondaryIdentification":"x"}}}`

func TestCheckSameFundsConsent(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	earlier := c.testAnswer(t, contract.CreateFundsConfirmationConsent, 201, fundsConsentBody)
	for name, now := range map[string]string{
		"":                     fundsConsentBody,
		"/Data/ConsentId":      strings.Replace(fundsConsentBody, `"c"`, `"d"`, 1),
		"/Data/Status":         strings.Replace(fundsConsentBody, "Awaiting", "Forgotten", 1),
		"/Data/DebtorAccount/": strings.Replace(fundsConsentBody, `,"Name":"n"`, "", 1),
		"/Data/ExpirationDate": strings.Replace(fundsConsentBody, "2026-02-01T00:00:00Z", "2026-02-01T00:00:00+01:00", 1),
		"/Data/CreationDateTi": strings.Replace(fundsConsentBody, `"CreationDateTime":"2026-01-01T00:00:00Z",`, "", 1),
		"/Data/StatusUpdateDa": strings.Replace(fundsConsentBody, `UpdateDateTime":"2026-01-01`, `UpdateDateTime":"2026-01-02`, 1),
	} {
		wantFinding(t, c, name, func() {
			c.testAnswer(t, contract.GetFundsConfirmationConsent, 200, now).CheckSameFundsConsent(contract.CofConsentGet200, earlier)
		})
	}
}

func TestCheckConfirmed(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	request := Document{"Data": map[string]any{"ConsentId": "c", "Reference": "r",
		"InstructedAmount": map[string]any{"Amount": "1.50", "Currency": "GBP"}}}
	const right = `{"Data":{"ConsentId":"c","Reference":"r","InstructedAmount":{"Amount":"1.50","Currency":"GBP"}}}`
	for where, body := range map[string]string{
		"":                                right,
		"/Data/ConsentId":                 strings.Replace(right, `"c"`, `"C"`, 1),
		"/Data/Reference":                 strings.Replace(right, `"Reference":"r",`, "", 1),
		"/Data/InstructedAmount/Amount":   strings.Replace(right, "1.50", "1.5", 1),
		"/Data/InstructedAmount/Currency": strings.Replace(right, "GBP", "EUR", 1),
	} {
		wantFinding(t, c, where, func() {
			c.testAnswer(t, contract.CreateFundsConfirmation, 201, body).CheckConfirmed(contract.CofFunds201Echo, request)
		})
	}
}

func TestCheckOtherThan(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	answer := func(body string) *Answer { return c.testAnswer(t, contract.CreateFundsConfirmation, 201, body) }
	check := func(first, second string) func() {
		return func() { answer(second).CheckOtherThan(contract.CofFundsNotStored, "/id", answer(first)) }
	}
	wantFinding(t, c, "", check(`{"id":"a"}`, `{"id":"b"}`))
	wantFinding(t, c, "/id", check(`{"id":"a"}`, `{"id":"a"}`))
	wantFinding(t, c, "/id", check(`{"id":"a"}`, `{}`))
}

func TestCheckMinted(t *testing.T) {
	const place = "header " + contract.HeaderInteractionID
	c := testClient(t, "http://127.0.0.1:1")
	with := func(id string, findings ...evidence.Finding) *Answer {
		a := c.testAnswer(t, contract.ListAccounts, 200, "", findings...)
		if id != "" {
			a.Header = http.Header{http.CanonicalHeaderKey(contract.HeaderInteractionID): {id}}
		}
		return a
	}
	wantFinding(t, c, "", func() { with("b").CheckMinted(contract.ComFapiMint, with("a")) })
	wantFinding(t, c, place, func() { with("a").CheckMinted(contract.ComFapiMint, with("a")) })
	found := evidence.Finding{Clause: contract.ComFapiMint, Where: place}
	wantFinding(t, c, "", func() { with("", found).CheckMinted(contract.ComFapiMint, with("", found)) })
}

func TestMustBeTaken(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	answer := func(status int) *Answer {
		return c.testAnswer(t, contract.CreateFundsConfirmationConsent, status, "")
	}
	mustRun(t, func() { answer(201).MustBeTaken(contract.CofConsent201, "an IBAN") })
	mustEnd(t, "skipped", []string{"does not take an IBAN"}, func() { answer(400).MustBeTaken(contract.CofConsent201, "an IBAN") })
}

func TestMalformedBodies(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	c.Call(t.Context(), contract.CreateFundsConfirmationConsent, "", JSON(Document{"a": 1}), NoBody())
	c.Call(t.Context(), contract.CreateFundsConfirmationConsent, "", CutOff(Document{"a": 1}))
	sent := b.got("POST", fundsPath)
	if _, typed := sent[0].Header["Content-Type"]; typed || sent[0].body != "" {
		t.Errorf("no body was sent as %v %q", sent[0].Header["Content-Type"], sent[0].body)
	}
	if sent[1].body != `{"a":1` || sent[1].Header.Get("Content-Type") != "application/json" {
		t.Errorf("a body that is cut off was sent as %q", sent[1].body)
	}
}

// wantFinding fails the test unless the body leaves just one finding, whose
// place begins like that, or none where the place is empty.
func wantFinding(t *testing.T, c *Client, where string, body func()) {
	t.Helper()
	c.spec = newRecorder()
	mustRun(t, body)
	findings := c.spec.Findings
	switch {
	case where == "" && len(findings) > 0:
		t.Errorf("found %s: %s", findings[0].Where, findings[0].Actual)
	case where != "" && (len(findings) != 1 || !strings.HasPrefix(findings[0].Where, where)):
		t.Errorf("want one finding at %s, got %v", where, findings)
	}
}
