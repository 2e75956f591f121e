package sights_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/sights"
)

func newBook(t *testing.T) *sights.Book {
	t.Helper()
	book, err := sights.NewBook("https://bank.example/")
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func body(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func pointsOf(t *testing.T, name string) []string {
	t.Helper()
	models, err := sights.Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range models {
		if model.Name == name {
			return model.Points
		}
	}
	t.Fatalf("no model %s", name)
	return nil
}

const account = "accounts/OBReadAccount4"

func TestModelsHaveTheirMembersAndValues(t *testing.T) {
	points := pointsOf(t, account)
	for _, want := range []string{"/Data", "/Data/Account", "/Data/Account/*/Nickname", "/Data/Account/*/AccountType=Business",
		"/Data/Account/*/Account/*/SchemeName", "/Links/Self", "/Meta/TotalPages"} {
		if !slices.Contains(points, want) {
			t.Errorf("no %s in %q", want, points)
		}
	}
	if len(points) != 32 || !slices.IsSorted(points) {
		t.Errorf("%d points, sorted %t: %q", len(points), slices.IsSorted(points), points)
	}
	// One member, whichever way it is spelt (R2).
	points = pointsOf(t, "dynamicregistration/OBClientRegistration1")
	if !slices.Contains(points, "/tokenEndpointAuthMethod") || slices.Contains(points, "/token_endpoint_auth_method") {
		t.Errorf("%q", points)
	}
}

func TestWhatIsSeenOfABody(t *testing.T) {
	book := newBook(t)
	book.Note(contract.ListAccounts, 200, body(t, `{"Data":{"Account":[{"AccountType":"Personal"},{"AccountType":"Business","Nickname":"Bob's"}]}}`))
	want := []string{"/Data", "/Data/Account", "/Data/Account/*/AccountType", "/Data/Account/*/AccountType=Business",
		"/Data/Account/*/AccountType=Personal", "/Data/Account/*/Nickname"}
	if got := book.Fresh(); !slices.Equal(got[account], want) || len(got) != 1 {
		t.Errorf("%q", got)
	}
	book.Note(contract.ListAccounts, 200, body(t, `{"Data":{"Account":[{"AccountType":"Personal","Currency":"GBP"}]}}`))
	if got := book.Fresh(); !slices.Equal(got[account], []string{"/Data/Account/*/Currency"}) {
		t.Errorf("what was seen before is seen again: %q", got)
	}
	if got := book.Fresh(); len(got) != 0 {
		t.Errorf("nothing new: %q", got)
	}
	book.Note(contract.RegisterClient, 201, body(t, `{"token_endpoint_auth_method":"tls_client_auth"}`))
	if got := book.Fresh(); !slices.Equal(got["dynamicregistration/OBClientRegistration1"], []string{"/tokenEndpointAuthMethod"}) ||
		!slices.Equal(got[sights.Registration], []string{"token_endpoint_auth_method = tls_client_auth"}) {
		t.Errorf("%q", got)
	}
}

// Answers that no model is documented for, and values of the wrong kind, show
// nothing.
func TestWhatIsNotSeen(t *testing.T) {
	book := newBook(t)
	book.Note(contract.ListAccounts, 401, body(t, `{"Data":{}}`))
	book.Note(contract.ListAccounts, 200, nil)
	book.Note(contract.ListAccounts, 200, body(t, `["Data"]`))
	book.Note("NoSuchOperation", 200, body(t, `{"Data":{}}`))
	book.Note(contract.DeleteAccountAccessConsent, 204, body(t, `{"Data":{}}`))
	book.Note(contract.GetDiscovery, 404, body(t, `{"issuer":"https://bank.example"}`))
	book.Note(contract.GetJWKS, 200, body(t, `{"keys":[1,{"n":"abc"}]}`))
	if got := book.Fresh(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestWhatIsUndocumented(t *testing.T) {
	book := newBook(t)
	book.Note(contract.ListAccounts, 200, body(t, `{"Data":{"Account":[{"AccountType":"Trust","OpeningDate":"2020-01-01","Account 12345678":1}],"12-34-56":true},
		"Meta":{"TotalPages":1},"Risk":{"Anything":1}}`))
	got := book.Fresh()[account]
	for _, want := range []string{"/Data/Account/*/AccountType=Trust", "/Data/Account/*/OpeningDate", "/Risk"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if text := fmt.Sprint(got); strings.ContainsAny(text, "0123456789") || strings.Contains(text, "Anything") {
		t.Errorf("something of a customer may be in %q", got)
	}
}

// No value of a customer's or a client's is kept, whatever member it stands in.
func TestNoValueIsKept(t *testing.T) {
	book := newBook(t)
	book.Note(contract.RegisterClient, 201, body(t, `{"client_id":"SECRET-a","client_secret":"SECRET-b","software_statement":"SECRET-c","jti":"SECRET-d",
		"redirect_uris":["https://SECRET-e"],"scope":"openid","unknown":"SECRET-f"}`))
	book.Note(contract.ListAccounts, 200, body(t, `{"Data":{"Account":[{"AccountId":"SECRET","Nickname":"SECRET","Account":[{"Identification":"SECRET","Name":"SECRET"}]}]},"Links":{"Self":"SECRET"}}`))
	book.Note(contract.CreateFundsConfirmationConsent, 201, body(t, `{"Data":{"DebtorAccount":{"Identification":"SECRET","SchemeName":"SECRET"},"ConsentId":"SECRET"}}`))
	if text := fmt.Sprint(book.Fresh()); strings.Contains(text, "SECRET") || !strings.Contains(text, "/Data/DebtorAccount/Identification") {
		t.Error(text)
	}
}

func TestDiscoveryAndKeys(t *testing.T) {
	book := newBook(t)
	book.Note(contract.GetDiscovery, 200, body(t, `{"issuer":"https://bank.example/v3","token_endpoint":"https://elsewhere.example/token",
		"scopes_supported":["openid","accounts"],"claims_supported":[],"flag":true,"mtls_endpoint_aliases":{"a":1},"odd":[[1]],"number":12,"none":null}`))
	want := []string{"claims_supported = (empty)", "flag = true", "issuer = {baseUrl}/v3", "mtls_endpoint_aliases = (object)", "none = null", "number = 12",
		"odd = (list)", "scopes_supported = accounts", "scopes_supported = openid", "token_endpoint = https://elsewhere.example/token"}
	if got := book.Fresh()[sights.Discovery]; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	book.Note(contract.GetJWKS, 200, body(t, `{"keys":[{"kid":"a1","kty":"RSA","alg":"PS256","n":"xyz"},{"kid":"b2","kty":"RSA","use":"sig"}]}`))
	if got := book.Fresh()[sights.Keys]; !slices.Equal(got, []string{"kid a1, kty RSA, alg PS256", "kid b2, kty RSA, use sig"}) {
		t.Errorf("%q", got)
	}
}

// A target that invents names for ever fills nothing.
func TestAHostileTargetIsBounded(t *testing.T) {
	book := newBook(t)
	object, deep := map[string]any{}, any("x")
	for i := range 5000 {
		name := strings.Repeat("a", i%50) + strings.Repeat("b", i/100+1)
		object[name] = strings.Repeat("v", 10000)
		deep = map[string]any{"Data": deep}
	}
	book.Note(contract.GetDiscovery, 200, object)
	book.Note(contract.ListAccounts, 200, object)
	book.Note(contract.ListAccounts, 200, deep)
	for group, facts := range book.Fresh() {
		if len(facts) > 500 {
			t.Errorf("%s: %d facts", group, len(facts))
		}
		for _, fact := range facts {
			if len(fact) > 210 {
				t.Fatalf("%s: a fact of %d bytes", group, len(fact))
			}
		}
	}
}

func BenchmarkNote(b *testing.B) {
	book, err := sights.NewBook("https://bank.example")
	if err != nil {
		b.Fatal(err)
	}
	entry := map[string]any{"AccountId": "1", "Currency": "GBP", "AccountType": "Personal", "AccountSubType": "Savings", "Nickname": "n"}
	accounts := map[string]any{"Data": map[string]any{"Account": []any{entry, entry, entry, entry, entry}}, "Links": map[string]any{"Self": "x"}, "Meta": map[string]any{}}
	for b.Loop() {
		book.Note(contract.ListAccounts, 200, accounts)
	}
}
