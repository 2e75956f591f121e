package evidence_test

import (
	"slices"
	"testing"

	"obconform/harness/evidence"
)

func TestAnyIndex(t *testing.T) {
	for where, want := range map[string][2]string{
		"/Data/Account/3/AccountType":     {"/Data/Account/*/AccountType", "accounts"},
		"/Data/Account/10/Account/0/Name": {"/Data/Account/*/Account/*/Name", "accounts"},
		"/Data/Permissions/1":             {"/Data/Permissions/*", "permissions"},
		"/Errors/0":                       {"/Errors/*", "errors"},
		"/0/1/2":                          {"/*/*/*", "elements"},
		"/Data/Status":                    {"/Data/Status", ""},
		"/Data/2FA/x1/1x":                 {"/Data/2FA/x1/1x", ""},
		"header x-fapi-interaction-id":    {"header x-fapi-interaction-id", ""},
		"status":                          {"status", ""},
		"header /1/":                      {"header /1/", ""},
	} {
		if got := evidence.AnyIndex(where); got != want[0] || evidence.Elements(got) != want[1] {
			t.Errorf("%s: %s, %q; expected %q", where, got, evidence.Elements(got), want)
		}
	}
}

func TestParts(t *testing.T) {
	for text, want := range map[string][]evidence.Part{
		"":                      {{}},
		"Bearer [access token]": {{Text: "Bearer "}, {Redacted: "access token"}},
		`{"Name":"[Name]"}`:     {{Text: `{"Name":"`}, {Redacted: "Name"}, {Text: `"}`}},
		"[JWT]":                 {{Redacted: "JWT"}},
		"[secret][secret]x":     {{Redacted: "secret"}, {Redacted: "secret"}, {Text: "x"}},
		"[true] [] [a secret]":  {{Text: "[true] [] [a secret]"}},
	} {
		if got := evidence.Parts(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, expected %q", text, got, want)
		}
	}
}
