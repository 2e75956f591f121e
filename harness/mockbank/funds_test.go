package mockbank_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

func (f *fixture) createFundsConsent(body string) got {
	f.t.Helper()
	return f.send(post(fundsConsentsPath, body).bearer(f.clientToken("fundsconfirmations")))
}

func (f *fixture) fundsConsentBody() string {
	return debtorBody(f.creds.DebtorAccount.SchemeName, f.creds.DebtorAccount.Identification)
}

func debtorBody(scheme, identification string, more ...string) string {
	members := append([]string{`"SchemeName":"` + scheme + `"`, `"Identification":"` + identification + `"`}, more...)
	return `{"Data":{"DebtorAccount":{` + strings.Join(members, ",") + `}}}`
}

func TestFundsConsentEchoes(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	expires := f.clock.Now().Add(time.Hour).Format("2006-01-02T15:04:05.000-07:00")
	body := debtorBody("UK.OBIE.Paym", "+447700900000", `"Name":"Ada"`, `"SecondaryIdentification":"roll 1"`)
	body = strings.Replace(body, `"Data":{`, `"Data":{"ExpirationDateTime":"`+expires+`",`, 1)
	answer := f.createFundsConsent(body).must(201)
	if answer.text("Data", "Status") != "AwaitingAuthorisation" {
		t.Errorf("Status %s", answer.text("Data", "Status"))
	}
	sameInstant(t, "ExpirationDateTime", answer.text("Data", "ExpirationDateTime"), expires)
	for name, want := range map[string]string{"SchemeName": "UK.OBIE.Paym", "Identification": "+447700900000", "Name": "Ada", "SecondaryIdentification": "roll 1"} {
		if got := answer.text("Data", "DebtorAccount", name); got != want {
			t.Errorf("%s came back as %q", name, got)
		}
	}
	plain := f.createFundsConsent(f.fundsConsentBody()).must(201)
	if plain.at("Data", "ExpirationDateTime") != nil || plain.at("Data", "DebtorAccount", "Name") != nil {
		t.Errorf("members not sent came back: %s", plain.body)
	}
	again := f.send(get(fundsConsentsPath + "/" + answer.text("Data", "ConsentId")).bearer(f.clientToken("fundsconfirmations"))).must(200)
	if string(again.body) != string(answer.body) {
		t.Errorf("GET says %s\nPOST said %s", again.body, answer.body)
	}
}

func TestFundsConsentLimits(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	long := func(n int) string { return strings.Repeat("9", n) }
	for _, one := range []struct {
		name, body, path string
		status           int
	}{
		{"shortest identification", debtorBody("UK.OBIE.BBAN", "1"), "", 201},
		{"longest identification", debtorBody("UK.OBIE.Paym", long(256)), "", 201},
		{"PAN", debtorBody("UK.OBIE.PAN", "4000000000000002"), "", 201},
		{"IBAN", debtorBody("UK.OBIE.IBAN", "GB82WEST12345698765432"), "", 201},
		{"shortest name", debtorBody("UK.OBIE.BBAN", "1", `"Name":"x"`), "", 201},
		{"longest name", debtorBody("UK.OBIE.BBAN", "1", `"Name":"`+long(70)+`"`), "", 201},
		{"longest name beyond ASCII", debtorBody("UK.OBIE.BBAN", "1", `"Name":"`+strings.Repeat("ü", 70)+`"`), "", 201},
		{"shortest secondary", debtorBody("UK.OBIE.BBAN", "1", `"SecondaryIdentification":"x"`), "", 201},
		{"longest secondary", debtorBody("UK.OBIE.BBAN", "1", `"SecondaryIdentification":"`+long(34)+`"`), "", 201},

		{"no body member", `{}`, "Data", 400},
		{"truncated", `{"Data":`, "", 400},
		{"no debtor", `{"Data":{}}`, "Data.DebtorAccount", 400},
		{"debtor a string", `{"Data":{"DebtorAccount":"x"}}`, "Data.DebtorAccount", 400},
		{"no scheme", `{"Data":{"DebtorAccount":{"Identification":"1"}}}`, "Data.DebtorAccount.SchemeName", 400},
		{"scheme a number", `{"Data":{"DebtorAccount":{"SchemeName":1,"Identification":"1"}}}`, "Data.DebtorAccount.SchemeName", 400},
		{"no identification", `{"Data":{"DebtorAccount":{"SchemeName":"UK.OBIE.BBAN"}}}`, "Data.DebtorAccount.Identification", 400},
		{"identification a number", `{"Data":{"DebtorAccount":{"SchemeName":"UK.OBIE.BBAN","Identification":1}}}`, "Data.DebtorAccount.Identification", 400},
		{"empty identification", debtorBody("UK.OBIE.BBAN", ""), "Data.DebtorAccount.Identification", 400},
		{"identification too long", debtorBody("UK.OBIE.BBAN", long(257)), "Data.DebtorAccount.Identification", 400},
		{"empty name", debtorBody("UK.OBIE.BBAN", "1", `"Name":""`), "Data.DebtorAccount.Name", 400},
		{"name too long", debtorBody("UK.OBIE.BBAN", "1", `"Name":"`+long(71)+`"`), "Data.DebtorAccount.Name", 400},
		{"name null", debtorBody("UK.OBIE.BBAN", "1", `"Name":null`), "Data.DebtorAccount.Name", 400},
		{"secondary too long", debtorBody("UK.OBIE.BBAN", "1", `"SecondaryIdentification":"`+long(35)+`"`), "Data.DebtorAccount.SecondaryIdentification", 400},
		{"bad date", strings.Replace(debtorBody("UK.OBIE.BBAN", "1"), `"Data":{`, `"Data":{"ExpirationDateTime":"x",`, 1), "Data.ExpirationDateTime", 400},
		{"expired", strings.Replace(debtorBody("UK.OBIE.BBAN", "1"), `"Data":{`, `"Data":{"ExpirationDateTime":"2001-01-01T00:00:00Z",`, 1), "Data.ExpirationDateTime", 400},
		{"invented scheme", debtorBody("UK.OBIE.Invented", "1"), "Data.DebtorAccount.SchemeName", 400},
		{"empty scheme", debtorBody("", "1"), "Data.DebtorAccount.SchemeName", 400},
		{"sort code of 13 digits", debtorBody("UK.OBIE.SortCodeAccountNumber", long(13)), "Data.DebtorAccount.Identification", 400},
		{"sort code with letters", debtorBody("UK.OBIE.SortCodeAccountNumber", "0400041000000A"), "Data.DebtorAccount.Identification", 400},
		{"IBAN with wrong digits", debtorBody("UK.OBIE.IBAN", "GB83WEST12345698765432"), "Data.DebtorAccount.Identification", 400},
		{"IBAN too short", debtorBody("UK.OBIE.IBAN", "GB8"), "Data.DebtorAccount.Identification", 400},
	} {
		t.Run(one.name, func(t *testing.T) {
			answer := f.createFundsConsent(one.body).must(one.status)
			if one.path != "" {
				answer.blames(one.path)
			}
		})
	}
}

// question is a funds confirmation; empty fields get valid values.
type question struct{ reference, amount, currency string }

func (q question) body(consentID string) string {
	quoted := func(value, standard string) string {
		if value == "" {
			return `"` + standard + `"`
		}
		return value
	}
	return `{"Data":{"ConsentId":"` + consentID + `","Reference":` + quoted(q.reference, "ref") +
		`,"InstructedAmount":{"Amount":` + quoted(q.amount, "1.00") + `,"Currency":` + quoted(q.currency, "GBP") + `}}}`
}

func fundsBody(consentID string) string { return question{}.body(consentID) }

func (f *fixture) fundsAccess() (token, consentID string) {
	f.t.Helper()
	answer := f.redeem(f.creds.Codes["fundsconfirmations"]).must(200)
	return answer.text("access_token"), f.consentOf(answer)
}

func TestFundsAreConfirmed(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	token, consent := f.fundsAccess()
	ask := func(q question) got { return f.send(post(fundsPath, q.body(consent)).bearer(token)).must(201) }
	seen := map[string]bool{}
	for amount, available := range map[string]bool{
		"0.00001": true, f.creds.DebtorAccount.Balance: true, f.creds.DebtorAccount.Balance + "001": false,
		"0001.0": true, "9999999999999.99999": false, "0.0": true,
	} {
		answer := ask(question{amount: `"` + amount + `"`})
		if answer.at("Data", "FundsAvailable") != available {
			t.Errorf("%s: FundsAvailable %v", amount, answer.at("Data", "FundsAvailable"))
		}
		if answer.text("Data", "InstructedAmount", "Amount") != amount || answer.text("Data", "InstructedAmount", "Currency") != "GBP" ||
			answer.text("Data", "ConsentId") != consent || answer.text("Data", "Reference") != "ref" {
			t.Errorf("not echoed: %s", answer.body)
		}
		seen[answer.text("Data", "FundsConfirmationId")] = true
	}
	long := strings.Repeat("r", 35)
	for _, reference := range []string{"a", long} {
		answer := ask(question{reference: `"` + reference + `"`})
		if answer.text("Data", "Reference") != reference {
			t.Errorf("Reference %s", answer.body)
		}
		seen[answer.text("Data", "FundsConfirmationId")] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d identifiers for 8 confirmations", len(seen))
	}
}

func TestFundsAreRefused(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	token, consent := f.fundsAccess()
	const amountPath, currencyPath = "Data.InstructedAmount.Amount", "Data.InstructedAmount.Currency"
	cases := map[string]struct{ body, path string }{
		"no Data":            {`{}`, "Data"},
		"an array":           {`[]`, ""},
		"no ConsentId":       {strings.Replace(fundsBody(consent), "ConsentId", "X", 1), "Data.ConsentId"},
		"no Reference":       {strings.Replace(fundsBody(consent), "Reference", "X", 1), "Data.Reference"},
		"no amount object":   {strings.Replace(fundsBody(consent), "InstructedAmount", "X", 1), "Data.InstructedAmount"},
		"no Amount":          {strings.Replace(fundsBody(consent), `"Amount"`, `"X"`, 1), amountPath},
		"no Currency":        {strings.Replace(fundsBody(consent), "Currency", "X", 1), currencyPath},
		"Reference number":   {question{reference: `1`}.body(consent), "Data.Reference"},
		"Reference empty":    {question{reference: `""`}.body(consent), "Data.Reference"},
		"Reference long":     {question{reference: `"` + strings.Repeat("r", 36) + `"`}.body(consent), "Data.Reference"},
		"Amount number":      {question{amount: `1.00`}.body(consent), amountPath},
		"other currency":     {question{currency: `"EUR"`}.body(consent), currencyPath},
		"unknown consent":    {fundsBody(uuid.NewString()), "Data.ConsentId"},
		"ConsentId too long": {fundsBody(strings.Repeat("x", 129)), "Data.ConsentId"},
		"ConsentId empty":    {fundsBody(""), "Data.ConsentId"},
	}
	for _, amount := range []string{"1", "1.", ".5", "-1.00", "+1.00", "1,00", "1.000000", "12345678901234.0", "1e3", "", "1.00\\n", "١.٠"} {
		cases["Amount "+amount] = struct{ body, path string }{question{amount: `"` + amount + `"`}.body(consent), amountPath}
	}
	for _, currency := range []string{"GB", "gbp", "GBPP", "", "G1P"} {
		cases["Currency "+currency] = struct{ body, path string }{question{currency: `"` + currency + `"`}.body(consent), currencyPath}
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			answer := f.send(post(fundsPath, one.body).bearer(token)).must(400)
			if one.path != "" {
				answer.blames(one.path)
			}
		})
	}
}

func TestFundsNeedTheTokensConsent(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	token, consent := f.fundsAccess()
	_, another := f.fundsAccess()
	waiting := f.createFundsConsent(f.fundsConsentBody()).must(201).text("Data", "ConsentId")
	f.send(post(fundsPath, fundsBody(another)).bearer(token)).must(400)
	f.send(post(fundsPath, fundsBody(waiting)).bearer(token)).must(400)
	f.send(post(fundsPath, fundsBody(consent)).bearer(token)).must(201)
}
