package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/redact"
	"obconform/harness/redact/redacttest"
)

func TestRedactorFindsJWTs(t *testing.T) {
	r := redact.New()
	const header, payload = "eyJhbGciOiJQUzI1NiJ9", "eyJzdWIiOiJtZSJ9"
	for _, token := range []string{header + "." + payload + ".c2ln", header + ".." + "c2ln", header + "." + payload, header + "." + payload[:9],
		header + ".a.b.c.d"} {
		if got := r.Text("a " + token + " b"); got != "a [JWT] b" {
			t.Errorf("%s became %q", token, got)
		}
	}
	for _, text := range []string{"eyJ.x", "hey. J", "https://eyes.example/eyJ"} {
		if got := r.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestRedactorOverlapsAndCutOffs(t *testing.T) {
	r := redact.New()
	r.Learn("first", "abcdefgh-12345678")
	r.Learn("second", "12345678-ABCDEFGH")
	r.Learn("longer", "abcdefgh-12345678-and-more")
	for _, tc := range []struct{ name, text, want string }{
		{"the longer of two", "x abcdefgh-12345678-and-more y", "x [longer] y"},
		{"the shorter of two", "x abcdefgh-12345678, y", "x [first], y"},
		{"overlapping", "x abcdefgh-12345678-ABCDEFGH y", "x [first] y"},
		{"side by side", "abcdefgh-1234567812345678-ABCDEFGH", "[first][second]"},
		{"cut off at the end", "x abcdefgh-123", "x [first]"},
		{"cut off in the middle", `"abcdefgh-12"...`, `"[first]"...`},
		{"an innocent beginning", "x abcdefg y", "x abcdefg y"},
	} {
		if got := r.Text(tc.text); got != tc.want {
			t.Errorf("%s: %q became %q, want %q", tc.name, tc.text, got, tc.want)
		}
	}
}

// A credential that stands in the answer of a resource is one all the same,
// known or not; Code and code there are an error's.
func TestCredentialsInTheAnswersOfResources(t *testing.T) {
	r := redact.New()
	for _, operation := range []contract.OperationID{contract.GetAccountAccessConsent, contract.ListAccounts, contract.CreateFundsConfirmation, contract.RequestToken} {
		for body, want := range map[string]string{
			`{"access_token":"never-seen-before-1"}`:            `{"access_token":"[access_token]"}`,
			`{"a":{"Refresh_Token" : "never seen \" 2","b":1}}`: `{"a":{"Refresh_Token" : "[Refresh_Token]","b":1}}`,
			`{"client_secret":"never-seen-bef`:                  `{"client_secret":"[client_secret]"`,
			`{"Code":"UK.OBIE.Field.Invalid","Message":"no"}`:   `{"Code":"UK.OBIE.Field.Invalid","Message":"no"}`,
		} {
			if got := r.Body(operation, []byte(body)); got != want {
				t.Errorf("%s: %s became %s", operation, body, got)
			}
		}
	}
	const plain = `{"code":"E42"}`
	if got := r.Body(contract.ListAccounts, []byte(plain)); got != plain {
		t.Errorf("an error's code became %s", got)
	}
	if got := r.Body(contract.RequestToken, []byte(plain)); strings.Contains(got, "E42") {
		t.Errorf("a code at the token endpoint became %s", got)
	}
}

// A credential whose value nobody knows is found by the place that people put it
// in, also where the request is for nothing that the contract has.
func TestCredentialsInPlacesOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := redact.New()
	for _, name := range []string{"X-Api-Key", "apikey", "X-Auth-Token", "x-authorization", "X-Client-Secret"} {
		if got := r.Header(name, "never-seen-1"); got != "[credential]" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, name := range []string{"X-Fapi-Interaction-Id", "Retry-After", "WWW-Authenticate", "Accept"} {
		if got := r.Header(name, "never-seen-1"); got != "never-seen-1" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for text, want := range map[string]string{
		"https://a/b?ACCESS_TOKEN=never-seen&x=1": "https://a/b?ACCESS_TOKEN=[access_token]&x=1",
		"https://a/b?token=never-seen":            "https://a/b?token=[token]",
		"https://a/b?tokens=3":                    "https://a/b?tokens=3",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%s became %s", text, got)
		}
	}
	for _, operation := range []contract.OperationID{"", contract.RequestToken} {
		const form = "grant_type=password&username=u&password=never-seen&client_secret=never-seen&code=never-seen&Client_Secret=never-seen"
		if got := r.Body(operation, []byte(form)); strings.Contains(got, "never-seen") || !strings.Contains(got, "grant_type=password&username=u&") {
			t.Errorf("%q: %s", operation, got)
		}
		if got := r.Body(operation, []byte(`{"password":"never-seen"}`)); strings.Contains(got, "never-seen") {
			t.Errorf("%q: %s", operation, got)
		}
	}
	if got := r.Body("", []byte(`{"code":"E42"}`)); got != `{"code":"E42"}` {
		t.Errorf("the code of an error elsewhere became %s", got)
	}
}

// FuzzRedactor plants a secret, in every form, in a text.
func FuzzRedactor(f *testing.F) {
	f.Add("s3cr/et+ \"val\"&", `{"a":"`, `"}`)
	f.Add("1234567890", "Bearer ", "")
	f.Add("é-\\-ü-ß", "eyJhbGciOiJQUzI1NiJ9.", "\xff")
	f.Add("abcabcabc", "abcab", "%61")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		if len(secret) < 4 || !json.Valid([]byte(`"`+secret+`"`)) && strings.ToValidUTF8(secret, "") != secret ||
			strings.ContainsAny(secret, "[]\uFFFD%") || strings.Contains("[secret] [JWT] [credential]", secret) || redacttest.Shown(before, secret) || redacttest.Shown(after, secret) {
			t.Skip("no secret that can be told from its surroundings")
		}
		r := redact.New()
		r.Learn("secret", secret)
		for way, form := range redacttest.Ways(secret) {
			text := before + form + after
			for place, got := range map[string]string{
				"text": r.Text(text), "header": r.Header("X-Test", text), "authorization": r.Header("Authorization", text),
				"body": r.Body(contract.GetAccount, []byte(text)), "registration": r.Body(contract.RegisterClient, []byte(text)),
			} {
				if strings.Contains(got, form) && strings.Contains(form, secret) || strings.Contains(got, secret) {
					t.Errorf("%s in %s: %q became %q", way, place, text, got)
				}
			}
		}
	})
}
