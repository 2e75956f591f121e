package mockbank_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// chapter is a part of a tour, walked through a bank of its own; a fault is
// looked for first in those with a name that its identifier begins with.
type chapter struct {
	names []string
	walk  func(*tourist)
}

var chapters = append([]chapter{
	{[]string{"dis-", "tok-", "com-401-expired"}, walkTokens},
	{[]string{"tok-code", "tok-idtoken", "tok-error", "com-json-cut"}, walkCodes},
	{[]string{"aac-", "com-", "com-datetime", "com-empty"}, walkAccountConsents},
	{[]string{"aac-400"}, walkWrongAccountConsents},
	{[]string{"acc-", "com-", "com-fapi", "com-retry", "com-allow", "com-www", "com-optional", "com-json", "com-links"}, walkAccounts},
	{[]string{"cof-consent", "com-"}, walkFundsConsents},
	{[]string{"cof-consent-400", "cof-consent-201-limits"}, walkWrongFundsConsents},
	{[]string{"cof-funds", "cof-consent-delete", "com-"}, walkFunds},
	{[]string{"com-", "com-4", "com-5"}, walkRefusals},
	{[]string{
		"dcr-201", "dcr-400-syntax", "dcr-400-signature", "com-signature", "com-body-client", "com-body-soft", "com-body-two",
		"com-secrets-reg", "com-status-reg", "com-415-type-reads-anything-as-jose",
	}, walkRegistration},
	{[]string{"dcr-400-"}, walkWrongRegistrations},
	{[]string{"dcr-"}, walkManagement},
}, claimChapters()...)

func walkTokens(v *tourist) {
	v.visit(get(discoveryPath))
	v.visit(get("/oauth2/jwks"))
	token := v.token("accounts")
	v.token("accounts payments")
	v.token("payments")
	v.tokenOf(v.creds.ClientID, "wrong", "accounts")
	v.tokenOf(uuid.NewString(), "wrong", "accounts")
	for _, form := range []url.Values{{}, {"grant_type": {"password"}}} {
		v.visit(basic(v.tokenRequest(form), v.creds.ClientID, v.creds.ClientSecret))
	}
	v.clock.advance(6 * time.Minute)
	v.visit(post(consentsPath, basicConsent).bearer(token))
}

func walkCodes(v *tourist) {
	own := v.creds.RedirectURIs[0]
	consent := v.visit(post(consentsPath, basicConsent).bearer(v.token("accounts"))).at("Data", "ConsentId")
	code := v.approved(consent, "accounts")
	v.exchange(code, v.creds.RedirectURIs[1])
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {own}}
	v.visit(basic(v.tokenRequest(form), v.creds.SecondClientID, v.creds.SecondClientSecret))
	code = v.approved(consent, "accounts")
	v.exchange(code, own)
	v.exchange(code, own)
	v.exchange("made-up", own)
}

func walkAccountConsents(v *tourist) {
	token, other := v.token("accounts"), v.tokenOf(v.creds.SecondClientID, v.creds.SecondClientSecret, "accounts")
	var first string
	for _, body := range []string{
		basicConsent, basicConsent,
		permitting("ReadAccountsDetail ReadParty", `"ExpirationDateTime":"2030-01-01T00:00:00.5Z"`, `"TransactionFromDateTime":"2024-01-01T00:00:00+01:00"`),
		permitting("ReadAccountsDetail ReadBeneficiariesBasic ReadBeneficiariesDetail"),
		permitting(`ReadAccountsBasic ReadAccountsDetail ReadBalances ReadBeneficiariesBasic ReadBeneficiariesDetail
			ReadDirectDebits ReadPAN ReadParty ReadPartyPSU ReadScheduledPaymentsBasic ReadScheduledPaymentsDetail
			ReadStandingOrdersBasic ReadStandingOrdersDetail ReadStatementsBasic ReadStatementsDetail
			ReadTransactionsBasic ReadTransactionsCredits ReadTransactionsDebits ReadTransactionsDetail`),
	} {
		first = v.visit(post(consentsPath, body).bearer(token)).at("Data", "ConsentId")
		v.visit(get(consentsPath + "/" + first).bearer(token))
	}
	v.postAll(consentsPath, token, basicConsent, basicConsent)
	v.visit(post(consentsPath, basicConsent).bearer(token).with("x-fapi-auth-date", "yesterday"))
	v.visit(get(consentsPath+"/"+first).bearer(token).with("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 UTC"))
	v.liveAndDie(consentsPath, first, token, other)
	consent := v.visit(post(consentsPath, basicConsent).bearer(token)).at("Data", "ConsentId")
	access := v.exchange(v.approved(consent, "accounts"), v.creds.RedirectURIs[0]).at("access_token")
	v.visit(drop(consentsPath+"/"+consent).bearer(token).with("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 GMT"))
	v.visit(drop(consentsPath + "/" + consent).bearer(token))
	v.visit(get(accountsPath).bearer(access))
}

// liveAndDie reads and deletes a consent, as its owner and as others.
func (v *tourist) liveAndDie(path, consent, owner, other string) {
	v.t.Helper()
	unknown := path + "/" + uuid.NewString()
	v.visit(get(unknown).bearer(owner))
	v.visit(drop(unknown).bearer(owner))
	v.visit(get(path + "/" + consent).bearer(other))
	v.visit(drop(path + "/" + consent).bearer(other))
	v.visit(get(path + "/" + consent).bearer(owner))
	v.visit(drop(path + "/" + consent).bearer(owner))
	v.visit(get(path + "/" + consent).bearer(owner))
	v.visit(drop(path + "/" + consent).bearer(owner))
}

// wrongBodies break the syntax of a valid body.
func wrongBodies(valid string) []string {
	return []string{"", valid[:len(valid)-1], "[" + valid + "]", `"text"`}
}

func (v *tourist) postAll(path, token string, bodies ...string) {
	v.t.Helper()
	for _, body := range bodies {
		v.visit(post(path, body).bearer(token))
	}
}

func wrongDates(member string) []string {
	var dates []string
	for _, value := range []string{`"soon"`, `"2030-02-30T00:00:00Z"`, `1`, `"2030-01-01T00:00:00"`, `"2030-01-01T00:00:00Z"`, `"2030-01-01T00:00:00.5+00:00"`} {
		dates = append(dates, `"`+member+`":`+value)
	}
	return dates
}

func walkWrongAccountConsents(v *tourist) {
	token := v.token("accounts")
	v.postAll(consentsPath, token, wrongBodies(basicConsent)...)
	v.postAll(consentsPath, token,
		`{"Risk":{}}`, `{"Data":{"Permissions":["ReadAccountsBasic"]}}`, `{"Data":{},"Risk":{}}`, `{"Data":[],"Risk":{}}`,
		`{"Data":{"Permissions":"ReadAccountsBasic"},"Risk":{}}`, `{"Data":{"Permissions":[1]},"Risk":{}}`,
		`{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":"none"}`, `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{"a":1}}`,
		permitting(""), permitting("ReadAccountsBasic ReadEverything"), permitting("readaccountsbasic"),
		permitting("ReadAccountsBasic ReadOffers"), permitting("ReadAccountsBasic ReadProducts"), permitting("ReadBalances"),
		permitting("ReadAccountsBasic ReadTransactionsBasic"), permitting("ReadAccountsBasic ReadTransactionsCredits"),
		permitting("ReadAccountsBasic", `"ExpirationDateTime":"2020-01-01T00:00:00Z"`),
		permitting("ReadAccountsBasic", `"TransactionFromDateTime":"2025-01-01T00:00:00Z"`, `"TransactionToDateTime":"2024-01-01T00:00:00Z"`),
	)
	for _, date := range wrongDates("ExpirationDateTime") {
		v.postAll(consentsPath, token, permitting("ReadAccountsBasic", date))
	}
}

func walkAccounts(v *tourist) {
	for _, kind := range []string{"basic", "detail", "accounts", "rejected", "revoked", "expired", "nopermission"} {
		token := v.customerToken(kind)
		for _, page := range []string{"", "?page=2", "?page=3"} {
			v.visit(get(accountsPath + page).bearer(token))
		}
	}
	token := v.customerToken("detail")
	full := func(s sent) sent {
		return s.bearer(token).with("x-fapi-customer-ip-address", "192.0.2.7").with("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 GMT")
	}
	v.visit(full(get(accountsPath)))
	v.visit(full(get(accountsPath)))
	listed := "6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a01"
	for _, id := range []string{listed, "alt-" + listed, v.creds.ForeignAccountID, "unknown", "unknown", strings.Repeat("9", 41), "'%20or%201=1"} {
		v.visit(full(get(accountsPath + "/" + id)))
	}
	v.unidentified(get(accountsPath).bearer(token))
	v.unidentified(get(accountsPath).bearer(token))
	v.unidentified(get(accountsPath + "/" + listed).bearer(token))
	for _, status := range []string{"401", "403", "405", "429", "500"} {
		v.visit(full(get(accountsPath).with("X-Mockbank-Answer", status)))
	}
}

// unidentified sends a request without an interaction id.
func (v *tourist) unidentified(s sent) {
	v.t.Helper()
	s.header = s.header.Clone()
	s.header["X-Fapi-Interaction-Id"] = nil
	v.visit(s)
}

func walkFundsConsents(v *tourist) {
	token, other := v.token("fundsconfirmations"), v.tokenOf(v.creds.SecondClientID, v.creds.SecondClientSecret, "fundsconfirmations")
	var first string
	for _, body := range []string{
		v.fundsConsentBody(), v.fundsConsentBody(), debtorBody("UK.OBIE.BBAN", "123456", `"Name":"A Debtor"`, `"SecondaryIdentification":"roll"`),
		strings.Replace(v.fundsConsentBody(), `"Data":{`, `"Data":{"ExpirationDateTime":"2030-01-01T00:00:00Z",`, 1),
	} {
		first = v.visit(post(fundsConsentsPath, body).bearer(token)).at("Data", "ConsentId")
		v.visit(get(fundsConsentsPath + "/" + first).bearer(token))
	}
	v.postAll(fundsConsentsPath, token, v.fundsConsentBody(), v.fundsConsentBody())
	v.liveAndDie(fundsConsentsPath, first, token, other)
}

func walkWrongFundsConsents(v *tourist) {
	token := v.token("fundsconfirmations")
	v.postAll(fundsConsentsPath, token, wrongBodies(v.fundsConsentBody())...)
	long := func(n int) string { return strings.Repeat("1", n) }
	v.postAll(fundsConsentsPath, token,
		debtorBody("UK.OBIE.BBAN", long(256)), debtorBody("UK.OBIE.BBAN", "1", `"Name":"`+long(70)+`"`), debtorBody("UK.OBIE.BBAN", "1", `"SecondaryIdentification":"x"`),
		debtorBody("UK.OBIE.BBAN", long(257)), debtorBody("UK.OBIE.BBAN", "1", `"Name":"`+long(71)+`"`), debtorBody("UK.OBIE.BBAN", "1", `"SecondaryIdentification":"`+long(35)+`"`),
		debtorBody("UK.OBIE.BBAN", "1", `"Name":""`), debtorBody("UK.OBIE.Invented", "1"), debtorBody("UK.OBIE.SortCodeAccountNumber", "1"),
		`{}`, `{"Data":{}}`, `{"Data":{"DebtorAccount":{"Identification":"04000410000001"}}}`, `{"Data":{"DebtorAccount":{"SchemeName":"UK.OBIE.BBAN"}}}`,
		`{"Data":{"DebtorAccount":{"SchemeName":1,"Identification":"1"}}}`, `{"Data":{"DebtorAccount":{"SchemeName":"UK.OBIE.BBAN","Identification":1}}}`,
		debtorBody("UK.OBIE.BBAN", "1", `"Name":1`), debtorBody("UK.OBIE.BBAN", "1", `"SecondaryIdentification":1`),
	)
	for _, date := range wrongDates("ExpirationDateTime") {
		v.postAll(fundsConsentsPath, token, strings.Replace(v.fundsConsentBody(), `"Data":{`, `"Data":{`+date+`,`, 1))
	}
}

func walkFunds(v *tourist) {
	clientToken := v.token("fundsconfirmations")
	consent := v.visit(post(fundsConsentsPath, v.fundsConsentBody()).bearer(clientToken)).at("Data", "ConsentId")
	waiting := v.visit(post(fundsConsentsPath, v.fundsConsentBody()).bearer(clientToken)).at("Data", "ConsentId")
	other := v.visit(post(fundsConsentsPath, v.fundsConsentBody()).bearer(clientToken)).at("Data", "ConsentId")
	token := v.exchange(v.approved(consent, "fundsconfirmations"), v.creds.RedirectURIs[0]).at("access_token")
	v.approved(other, "fundsconfirmations")
	valid := fundsBody(consent)
	v.postAll(fundsPath, token, wrongBodies(valid)...)
	v.postAll(fundsPath, token, valid, question{reference: `"another"`}.body(consent), question{amount: `"9999999999999.99"`}.body(consent),
		fundsBody(uuid.NewString()), fundsBody(waiting), fundsBody(other), fundsBody(strings.Repeat("1", 129)))
	v.postAll(fundsPath, token, `{}`,
		`{"Data":{"Reference":"r","InstructedAmount":{"Amount":"1.00","Currency":"GBP"}}}`,
		`{"Data":{"ConsentId":"`+consent+`","InstructedAmount":{"Amount":"1.00","Currency":"GBP"}}}`,
		`{"Data":{"ConsentId":"`+consent+`","Reference":"r"}}`, `{"Data":{"ConsentId":"`+consent+`","Reference":"r","InstructedAmount":1}}`,
		`{"Data":{"ConsentId":"`+consent+`","Reference":"r","InstructedAmount":{"Currency":"GBP"}}}`,
		`{"Data":{"ConsentId":"`+consent+`","Reference":"r","InstructedAmount":{"Amount":"1.00"}}}`)
	for _, reference := range []string{`1`, `""`, `"` + strings.Repeat("r", 35) + `"`, `"` + strings.Repeat("r", 36) + `"`} {
		v.postAll(fundsPath, token, question{reference: reference}.body(consent))
	}
	for _, amount := range []string{`1.00`, `"1"`, `".5"`, `"-1.00"`, `"1,00"`, `"1.000000"`, `"12345678901234.00"`, `"1e3"`, `"1.0"`, `"1.00000"`} {
		v.postAll(fundsPath, token, question{amount: amount}.body(consent))
	}
	for _, currency := range []string{`1`, `"GB"`, `"gbp"`, `"GBPP"`, `""`, `"EUR"`} {
		v.postAll(fundsPath, token, question{currency: currency}.body(consent))
	}
	v.visit(drop(fundsConsentsPath + "/" + consent).bearer(clientToken))
	v.postAll(fundsPath, token, valid)
}

// altered is a token with its first character changed.
func altered(token string) string {
	if strings.HasPrefix(token, "x") {
		return "y" + token[1:]
	}
	return "x" + token[1:]
}

func walkRefusals(v *tourist) {
	scopes := map[string]string{consentsPath: "accounts", accountsPath: "accounts", fundsConsentsPath: "fundsconfirmations", fundsPath: "fundsconfirmations"}
	byCode := []string{accountsPath, fundsPath}
	requests := []sent{
		post(consentsPath, basicConsent), get(consentsPath + "/x"), get(accountsPath), get(accountsPath + "/6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a01"),
		post(fundsConsentsPath, v.fundsConsentBody()), get(fundsConsentsPath + "/x"), post(fundsPath, "{}"),
	}
	client := map[string]string{"accounts": v.token("accounts"), "fundsconfirmations": v.token("fundsconfirmations")}
	customer := map[string]string{"accounts": v.customerToken("accounts"), "fundsconfirmations": v.customerToken("fundsconfirmations")}
	for _, request := range requests {
		base := strings.TrimSuffix(strings.TrimSuffix(request.path, "/x"), "/6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a01")
		scope := scopes[base]
		other := map[string]string{"accounts": "fundsconfirmations", "fundsconfirmations": "accounts"}[scope]
		right, wrong := client, customer
		if slices.Contains(byCode, base) {
			right, wrong = customer, client
		}
		v.visit(request)
		v.visit(request.bearer("made-up"))
		v.visit(request.bearer(altered(right[scope])))
		v.visit(request.with("Authorization", "Digest username=x"))
		v.visit(request.bearer(right[other]))
		v.visit(request.bearer(wrong[scope]))
		v.visit(request.bearer(right[scope]).with("Accept", "application/xml"))
		v.visit(request.bearer(right[scope]).with("Content-Type", "text/plain"))
		for _, method := range []string{http.MethodPatch, http.MethodPut} {
			other := request.bearer(right[scope])
			other.method = method
			v.visit(other)
		}
		v.visit(request.bearer(right[scope]).with("X-Mockbank-Answer", "429"))
		v.visit(request.bearer(right[scope]).with("X-Mockbank-Answer", "500"))
	}
	v.visit(get(accountsPath + "/x/y"))
	v.visit(v.registration(v.claims()).with("Content-Type", "text/plain"))
}
