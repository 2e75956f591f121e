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
	got := func(f evidence.Finding, status int, actual string) evidence.Finding {
		f.Status, f.Actual = status, actual
		return f
	}
	retryAfter := at(contract.ComRetryAfter, contract.Doc, contract.ListAccounts, "header Retry-After", "a whole number of seconds, not negative")
	endpoint := at(contract.Dis200, contract.Doc, contract.GetDiscovery, "/registration_endpoint", "a URL")
	clientID := at(contract.ComBody, contract.Doc, contract.RegisterClient, "/client_id", "a UUID (RFC 4122)")
	secret := at(contract.ComBody, contract.Doc, contract.RegisterClient, "/client_secret", "a UUID (RFC 4122)")
	softwareID := at(contract.ComBody, contract.Doc, contract.GetClient, "/software_id", "a string matching that")
	offers := at(contract.Aac400Unsupported, contract.Doc, contract.CreateAccountAccessConsent, "status", "status 400")
	permissions := func(codes string) evidence.Finding {
		return at(contract.Aac201EveryPermission, contract.Doc, contract.CreateAccountAccessConsent, "status", "status 201 to "+codes)
	}
	party := permissions("ReadAccountsBasic, ReadParty")
	accept := func(operation contract.OperationID) evidence.Finding {
		return at(contract.Com406Accept, contract.Doc, operation, "status", "status 406")
	}
	body := func(operation contract.OperationID) evidence.Finding {
		return at(contract.ComBody, contract.Doc, operation, "body", "the documented body, OBErrorResponse1")
	}
	noSecret := at(contract.ComBody, contract.Doc, contract.RegisterClient, "/client_secret", "a member, since the authentication method uses a secret")
	const doc, std, adv = contract.Doc, contract.Std, contract.Adv
	for name, tc := range map[string]struct {
		f     evidence.Finding
		fails bool
	}{
		"no Retry-After":                   {got(retryAfter, 429, "no such header"), false},
		"Retry-After with a date":          {got(retryAfter, 429, `"Wed, 21 Oct 2026 07:28:00 GMT"`), false},
		"Retry-After with a word":          {got(retryAfter, 429, `"soon"`), true},
		"Retry-After below nought":         {got(retryAfter, 429, `"-1"`), true},
		"Retry-After twice":                {got(retryAfter, 429, `2 headers of this name, the first "1"`), true},
		"no interaction id, registration":  {at(contract.ComFapiPresent, doc, contract.DeleteClient, "header x-fapi-interaction-id", ""), false},
		"no interaction id, consents":      {at(contract.ComFapiPresent, doc, contract.GetAccountAccessConsent, "header x-fapi-interaction-id", ""), true},
		"no registration_endpoint":         {got(endpoint, 200, "no such member"), false},
		"registration_endpoint a number":   {got(endpoint, 200, "7"), true},
		"no token_endpoint":                {at(contract.Dis200, std, contract.GetDiscovery, "/token_endpoint", "a URL"), true},
		"client_id no UUID":                {got(clientID, 201, `"c-1"`), false},
		"client_id a number":               {got(clientID, 201, "42"), true},
		"client_id empty":                  {got(clientID, 201, `""`), true},
		"secret no UUID":                   {got(secret, 201, "a string of 9 characters, not shown"), false},
		"secret a number":                  {got(secret, 201, "a number, not shown"), true},
		"secret empty":                     {got(secret, 201, "a string of 0 characters, not shown"), true},
		"jti no UUID":                      {got(at(contract.ComBody, doc, contract.RegisterClient, "/jti", "a UUID (RFC 4122)"), 201, `"1"`), true},
		"software_id of another form":      {got(softwareID, 200, `"a b"`), false},
		"software_id a number":             {got(softwareID, 200, "7"), true},
		"ConsentId":                        {at(contract.ComBody, doc, contract.CreateAccountAccessConsent, "/Data/ConsentId", "a string"), true},
		"ReadOffers taken":                 {got(offers, 201, "status 201"), false},
		"ReadOffers answered with 500":     {got(offers, 500, "status 500"), true},
		"ReadParty refused":                {got(party, 400, "status 400"), false},
		"ReadParty answered with 500":      {got(party, 500, "status 500"), true},
		"ReadParty answered with 401":      {got(party, 401, "status 401"), true},
		"balances refused":                 {got(permissions("ReadAccountsBasic, ReadBalances"), 400, "status 400"), true},
		"accounts refused":                 {got(permissions("ReadAccountsDetail"), 400, "status 400"), true},
		"transactions refused":             {got(permissions("ReadAccountsBasic, ReadTransactionsDetail, ReadTransactionsDebits"), 400, "status 400"), true},
		"all permissions refused":          {got(permissions("ReadAccountsBasic, ReadBalances, ReadPAN"), 400, "status 400"), false},
		"permissions not told":             {got(permissions(""), 400, "status 400"), true},
		"another clause with ReadParty":    {got(at(contract.Aac201Duplicate, doc, contract.CreateAccountAccessConsent, "status", "status 201 to ReadParty"), 400, "status 400"), true},
		"Accept ignored, registration":     {got(accept(contract.GetClient), 200, "status 200"), false},
		"Accept ignored, a new one":        {got(accept(contract.RegisterClient), 201, "status 201"), false},
		"Accept refused with 400":          {got(accept(contract.GetClient), 400, "status 400"), true},
		"Accept ignored, accounts":         {got(accept(contract.ListAccounts), 200, "status 200"), true},
		"Accept ignored, consents":         {got(accept(contract.CreateAccountAccessConsent), 201, "status 201"), true},
		"403 without a body":               {got(body(contract.ListAccounts), 403, "no body"), false},
		"403 without, registration":        {got(body(contract.DeleteClient), 403, "no body"), false},
		"403 with a wrong body":            {got(body(contract.ListAccounts), 403, "an array"), true},
		"400 without a body":               {got(body(contract.RegisterClient), 400, "no body"), true},
		"500 without, registration":        {got(body(contract.GetClient), 500, "no body"), false},
		"500 without, accounts":            {got(body(contract.ListAccounts), 500, "no body"), true},
		"500 with a wrong body":            {got(body(contract.GetClient), 500, "an array"), true},
		"200 without a body":               {got(body(contract.GetClient), 200, "no body"), true},
		"no secret":                        {got(noSecret, 201, "no such member"), false},
		"a secret that is null":            {got(noSecret, 201, "null"), true},
		"no secret, DCR-201":               {got(at(contract.Dcr201, doc, contract.RegisterClient, "/client_secret", "a secret"), 201, `""`), true},
		"no client_id":                     {got(at(contract.ComBody, doc, contract.RegisterClient, "/client_id", "a member"), 201, "no such member"), true},
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
