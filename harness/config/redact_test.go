package config

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestRedactedShowsSourcesAndNoSecret(t *testing.T) {
	path, environ := exampleFolder(t)
	cfg, err := Load(path, environ)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Registration.Claims = map[string]any{"org_jwt": planted}
	cfg.Provoke[0].Headers["X-Key"] = planted
	report, err := json.MarshalIndent(cfg.Redacted(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	hidden := append(cfg.Secrets(), planted, cfg.Fixtures.DebtorAccount.Identification, cfg.Fixtures.DebtorAccount.Name)
	for _, secret := range hidden {
		if secret == "" || bytes.Contains(report, []byte(secret)) {
			t.Errorf("the report shows %q", secret)
		}
	}
	for _, shown := range []string{
		`"secret": "[env SANDBOX_CLIENT_SECRET]"`, `"softwareStatement": "[file secrets/software-statement.jwt]"`,
		`"baseUrl": "https://cb.sandbox-api-nc.cybservices.co.uk"`, `"settleTime": "30s"`, `"accounts": "/open-banking/v3.1/aisp"`,
		`"identification": "[14 characters]"`, `"org_jwt"`, `"X-Key"`, `"status": 429`, `"register": true`,
		`"CreateFundsConfirmation": "500ms"`,
	} {
		if !strings.Contains(string(report), shown) {
			t.Errorf("the report lacks %s:\n%s", shown, report)
		}
	}
	again, err := json.MarshalIndent(cfg.Redacted(), "", " ")
	if err != nil || !bytes.Equal(report, again) {
		t.Errorf("two reports differ, error %v", err)
	}
}

func TestRedactedHasEveryKey(t *testing.T) {
	data, err := json.Marshal(Default().Redacted())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range Keys() {
		var value any
		if err := json.Unmarshal(data, &value); err != nil {
			t.Fatal(err)
		}
		for name := range strings.SplitSeq(key, ".") {
			object, _ := value.(map[string]any)
			var exists bool
			if value, exists = object[name]; !exists {
				t.Errorf("no %s", key)
			}
		}
	}
}

func TestSecretsListsWhatIsSet(t *testing.T) {
	cfg := Default()
	if got := cfg.Secrets(); len(got) != 0 {
		t.Errorf("an empty configuration has secrets: %d", len(got))
	}
	cfg.Consents.Codes.Revoked = Literal("code", "r")
	cfg.Client.ID = Literal("id", "i")
	if got := cfg.Secrets(); !slices.Equal(got, []string{"i", "r"}) {
		t.Errorf("got %q", got)
	}
}
