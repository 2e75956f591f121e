package mockbank_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

const basicConsent = `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}}`

func (f *fixture) createAccountConsent(body string) got {
	f.t.Helper()
	return f.send(post(consentsPath, body).bearer(f.clientToken("accounts")))
}

// permitting is a consent body with these permissions and, after them, more
// members of Data.
func permitting(permissions string, more ...string) string {
	var quoted []string
	for permission := range strings.FieldsSeq(permissions) {
		quoted = append(quoted, `"`+permission+`"`)
	}
	members := append([]string{`"Permissions":[` + strings.Join(quoted, ",") + `]`}, more...)
	return `{"Data":{` + strings.Join(members, ",") + `},"Risk":{}}`
}

func TestAccountConsentEchoes(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	const from, to = "2017-04-05T10:43:07+01:00", "2018-02-28T00:00:00.123Z"
	expires := f.clock.Now().Add(48 * time.Hour).Format(time.RFC3339Nano)
	body := permitting("ReadAccountsDetail ReadAccountsBasic ReadBalances ReadBalances",
		`"TransactionFromDateTime":"`+from+`"`, `"TransactionToDateTime":"`+to+`"`, `"ExpirationDateTime":"`+expires+`"`, `"Unknown":1`)
	before := f.clock.Now()
	answer := f.createAccountConsent(body).must(201)
	if answer.text("Data", "Status") != "AwaitingAuthorisation" || compactJSON(t, answer.at("Risk")) != "{}\n" {
		t.Errorf("%s", answer.body)
	}
	if got := fmt.Sprint(answer.at("Data", "Permissions")); got != "[ReadAccountsDetail ReadAccountsBasic ReadBalances]" {
		t.Errorf("Permissions %s", got)
	}
	for name, sent := range map[string]string{"TransactionFromDateTime": from, "TransactionToDateTime": to, "ExpirationDateTime": expires} {
		sameInstant(t, name, answer.text("Data", name), sent)
	}
	for _, name := range []string{"CreationDateTime", "StatusUpdateDateTime"} {
		when, err := time.Parse(time.RFC3339, answer.text("Data", name))
		if err != nil || when.Sub(before).Abs() > time.Second {
			t.Errorf("%s is %s", name, answer.text("Data", name))
		}
	}
	again := f.send(get(consentsPath + "/" + answer.text("Data", "ConsentId")).bearer(f.clientToken("accounts"))).must(200)
	if string(again.body) != string(answer.body) {
		t.Errorf("GET says %s\nPOST said %s", again.body, answer.body)
	}
	plain := f.createAccountConsent(basicConsent).must(201)
	for _, name := range []string{"TransactionFromDateTime", "TransactionToDateTime", "ExpirationDateTime"} {
		if plain.at("Data", name) != nil {
			t.Errorf("%s was not sent, and came back", name)
		}
	}
	if plain.text("Data", "ConsentId") == answer.text("Data", "ConsentId") {
		t.Error("two consents with one identifier")
	}
}

func sameInstant(t *testing.T, name, got, want string) {
	t.Helper()
	a, errA := time.Parse(time.RFC3339, got)
	b, errB := time.Parse(time.RFC3339, want)
	if errA != nil || errB != nil || !a.Equal(b) {
		t.Errorf("%s came back as %s, sent as %s", name, got, want)
	}
}

func TestAccountConsentAcceptsPermissions(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	alone := strings.Fields(`ReadAccountsDetail ReadBalances ReadBeneficiariesBasic ReadBeneficiariesDetail ReadDirectDebits
		ReadPAN ReadParty ReadPartyPSU ReadScheduledPaymentsBasic ReadScheduledPaymentsDetail ReadStandingOrdersBasic
		ReadStandingOrdersDetail ReadStatementsBasic ReadStatementsDetail`)
	transactions := "ReadTransactionsBasic ReadTransactionsDetail ReadTransactionsCredits ReadTransactionsDebits"
	for _, permission := range alone {
		f.createAccountConsent(permitting("ReadAccountsBasic " + permission)).must(201)
	}
	for _, permissions := range []string{
		"ReadAccountsBasic", "ReadAccountsDetail",
		"ReadAccountsBasic ReadTransactionsBasic ReadTransactionsCredits",
		"ReadAccountsBasic ReadTransactionsBasic ReadTransactionsDebits",
		"ReadAccountsBasic ReadTransactionsDetail ReadTransactionsCredits ReadTransactionsDebits",
		"ReadAccountsBasic ReadBeneficiariesBasic ReadBeneficiariesDetail",
		"ReadAccountsBasic " + strings.Join(alone, " ") + " " + transactions,
	} {
		f.createAccountConsent(permitting(permissions)).must(201)
	}
}

func TestAccountConsentRefuses(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	date := func(name, value string) string { return permitting("ReadAccountsBasic", `"`+name+`":`+value) }
	past := f.clock.Now().Add(-time.Hour).Format(time.RFC3339)
	for _, one := range []struct{ name, body, path string }{
		{"truncated", basicConsent[:20], ""},
		{"an array", "[" + basicConsent + "]", ""},
		{"a string", `"x"`, ""},
		{"two documents", basicConsent + basicConsent, ""},
		{"a member twice", `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{},"Risk":{}}`, ""},
		{"bad UTF-8", permitting("ReadAccountsBasic", "\"x\":\"\xff\""), ""},
		{"a byte-order mark", "\ufeff" + basicConsent, ""},
		{"deep nesting", permitting("ReadAccountsBasic", `"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)), ""},
		{"too long", permitting("ReadAccountsBasic") + strings.Repeat(" ", 64<<10), ""},
		{"no Data", `{"Risk":{}}`, "Data"},
		{"no Risk", `{"Data":{"Permissions":["ReadAccountsBasic"]}}`, "Risk"},
		{"no Permissions", `{"Data":{},"Risk":{}}`, "Data.Permissions"},
		{"Permissions a string", `{"Data":{"Permissions":"ReadAccountsBasic"},"Risk":{}}`, "Data.Permissions"},
		{"Permissions null", `{"Data":{"Permissions":null},"Risk":{}}`, "Data.Permissions"},
		{"Permissions numbers", `{"Data":{"Permissions":[1]},"Risk":{}}`, "Data.Permissions"},
		{"Permissions empty", permitting(""), "Data.Permissions"},
		{"Data an array", `{"Data":[],"Risk":{}}`, "Data"},
		{"Risk a string", strings.Replace(basicConsent, `"Risk":{}`, `"Risk":"x"`, 1), "Risk"},
		{"Risk null", strings.Replace(basicConsent, `"Risk":{}`, `"Risk":null`, 1), "Risk"},
		{"Risk with members", strings.Replace(basicConsent, `"Risk":{}`, `"Risk":{"a":1}`, 1), "Risk"},
		{"unknown code", permitting("ReadAccountsBasic ReadMinds"), "Data.Permissions"},
		{"code in lower case", permitting("ReadAccountsBasic readbalances"), "Data.Permissions"},
		{"offers", permitting("ReadAccountsBasic ReadOffers"), "Data.Permissions"},
		{"products alone", permitting("ReadProducts"), "Data.Permissions"},
		{"no accounts", permitting("ReadBalances"), "Data.Permissions"},
		{"transactions without direction", permitting("ReadAccountsBasic ReadTransactionsBasic"), "Data.Permissions"},
		{"transactions in detail without direction", permitting("ReadAccountsBasic ReadTransactionsDetail"), "Data.Permissions"},
		{"credits without detail", permitting("ReadAccountsBasic ReadTransactionsCredits"), "Data.Permissions"},
		{"debits without detail", permitting("ReadAccountsBasic ReadTransactionsDebits"), "Data.Permissions"},
		{"no date", date("ExpirationDateTime", `"soon"`), "Data.ExpirationDateTime"},
		{"impossible date", date("TransactionFromDateTime", `"2030-02-30T00:00:00Z"`), "Data.TransactionFromDateTime"},
		{"no zone", date("TransactionToDateTime", `"2030-01-01T00:00:00"`), "Data.TransactionToDateTime"},
		{"date alone", date("TransactionToDateTime", `"2030-01-01"`), "Data.TransactionToDateTime"},
		{"comma fraction", date("TransactionToDateTime", `"2030-01-01T00:00:00,5Z"`), "Data.TransactionToDateTime"},
		{"number as date", date("ExpirationDateTime", `1893456000`), "Data.ExpirationDateTime"},
		{"null as date", date("ExpirationDateTime", `null`), "Data.ExpirationDateTime"},
		{"expired", date("ExpirationDateTime", `"`+past+`"`), "Data.ExpirationDateTime"},
		{"period backwards", permitting("ReadAccountsBasic", `"TransactionFromDateTime":"2020-01-02T00:00:00Z"`, `"TransactionToDateTime":"2020-01-01T00:00:00Z"`), "Data.TransactionToDateTime"},
	} {
		t.Run(one.name, func(t *testing.T) {
			answer := f.createAccountConsent(one.body).must(400)
			if one.path != "" {
				answer.blames(one.path)
			}
		})
	}
}

func TestLongBodiesAreAcceptedUpToTheLimit(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	f.createAccountConsent(basicConsent + strings.Repeat(" ", 64<<10-len(basicConsent))).must(201)
}

func TestUnsupportedPermissionsAreToldFromUnknownOnes(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for permission, code := range map[string]string{
		"ReadOffers": "UK.OBIE.Field.Unexpected", "ReadProducts": "UK.OBIE.Field.Unexpected", "ReadMinds": "UK.OBIE.Field.Invalid",
	} {
		answer := f.createAccountConsent(permitting("ReadAccountsBasic " + permission)).must(400)
		if got := answer.at("Errors").([]any)[0].(map[string]any)["ErrorCode"]; got != code {
			t.Errorf("%s: %v", permission, got)
		}
	}
}

func TestErrorDetailsAreBounded(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("P%d", i))
	}
	answer := f.createAccountConsent(permitting(strings.Join(many, " "))).must(400)
	if count := len(answer.at("Errors").([]any)); count != 20 {
		t.Errorf("%d error details", count)
	}
}

func TestAccountConsentTakesAnyZone(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, value := range []string{"2099-01-01T00:00:00Z", "2099-01-01T00:00:00.000001+05:45", "9999-12-31T23:59:59-12:00", "2099-06-30T12:00:00+14:00"} {
		answer := f.createAccountConsent(permitting("ReadAccountsBasic", `"ExpirationDateTime":"`+value+`"`)).must(201)
		sameInstant(t, "ExpirationDateTime", answer.text("Data", "ExpirationDateTime"), value)
	}
}

// consentKind lets the rules for reading and deleting run for both kinds.
type consentKind struct {
	path, scope string
	create      func(*fixture) got
	use         func(f *fixture, token, consentID string) got
}

var consentKinds = []consentKind{
	{
		path: consentsPath, scope: "accounts",
		create: func(f *fixture) got { return f.createAccountConsent(basicConsent) },
		use:    func(f *fixture, token, _ string) got { return f.send(get(accountsPath).bearer(token)) },
	},
	{
		path: fundsConsentsPath, scope: "fundsconfirmations",
		create: func(f *fixture) got { return f.createFundsConsent(f.fundsConsentBody()) },
		use: func(f *fixture, token, consentID string) got {
			return f.send(post(fundsPath, fundsBody(consentID)).bearer(token))
		},
	},
}

func TestConsentsAreReadAndDeletedByTheirOwner(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, kind := range consentKinds {
		t.Run(kind.scope, func(t *testing.T) {
			token, other := f.clientToken(kind.scope), f.secondClientToken(kind.scope)
			path := kind.path + "/" + kind.create(f).must(201).text("Data", "ConsentId")
			for _, unknown := range []string{uuid.NewString(), "x", "a%2Fb", "%27%20OR%201%3D1", strings.Repeat("9", 200)} {
				f.send(get(kind.path + "/" + unknown).bearer(token)).must(400)
				f.send(drop(kind.path + "/" + unknown).bearer(token)).must(400)
			}
			f.send(get(path).bearer(other)).must(403)
			f.send(drop(path).bearer(other)).must(403)
			f.send(get(path).bearer(token)).must(200)
			f.send(drop(path).bearer(token)).must(204)
			f.send(get(path).bearer(token)).must(400)
			f.send(drop(path).bearer(token)).must(400)
		})
	}
}

func TestDeletedConsentTakesItsTokensAlong(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, kind := range consentKinds {
		t.Run(kind.scope, func(t *testing.T) {
			first, second := f.redeem(f.creds.Codes[kind.scope]).must(200), f.redeem(f.creds.Codes[kind.scope]).must(200)
			consent, kept := f.consentOf(first), f.consentOf(second)
			if consent == kept {
				t.Fatal("two exchanges share a consent")
			}
			token := first.text("access_token")
			if status := kind.use(f, token, consent).status; status > 201 {
				t.Fatalf("the token does not work: %d", status)
			}
			f.send(drop(kind.path + "/" + consent).bearer(f.clientToken(kind.scope))).must(204)
			kind.use(f, token, consent).must(403)
			f.ask(form("refresh_token", "refresh_token", first.text("refresh_token"))).must(400)
			if status := kind.use(f, second.text("access_token"), kept).status; status > 201 {
				t.Errorf("another consent's token suffers: %d", status)
			}
		})
	}
}

func TestStrictJSONNumbers(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	body := strings.Replace(basicConsent, `"Data":{`, `"Data":{"x":1e999999,`, 1)
	if !json.Valid([]byte(body)) {
		t.Fatal("the case is not about numbers")
	}
	f.createAccountConsent(body).must(201)
}
