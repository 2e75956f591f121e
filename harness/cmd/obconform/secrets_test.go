package main_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"obconform/harness/mockbank"
)

// vault collects the secrets of a run, by what they are.
type vault struct {
	mu      sync.Mutex
	secrets map[string]string // value -> what it is
}

func (v *vault) keep(what, value string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if value != "" {
		v.secrets[value] = what
	}
}

// watch keeps the secrets that go over the wire.
func (v *vault) watch(x exchange) {
	for _, name := range []string{"access_token", "refresh_token", "id_token", "client_secret"} {
		v.keep("issued "+name, text(x.body, name))
	}
	if scheme, credential, found := strings.Cut(x.request.Header.Get("Authorization"), " "); found && x.status < 400 {
		v.keep(scheme+" credential", credential)
	}
	if location, err := url.Parse(x.header.Get("Location")); err == nil {
		fragment, _ := url.ParseQuery(location.EscapedFragment()) // what is no query has no code
		v.keep("code", location.Query().Get("code")+fragment.Get("code"))
	}
	v.keep("request object", x.request.URL.Query().Get("request"))
	if x.request.Method == http.MethodPost && x.request.URL.Path == registerPath && x.status == http.StatusCreated {
		v.keep("registration request", string(x.sent))
	}
}

// credentials keeps what the client was configured with.
func (v *vault) credentials(c mockbank.Credentials) {
	for value, what := range map[string]string{
		c.ClientSecret: "client secret", c.SecondClientSecret: "second client's secret",
		base64.StdEncoding.EncodeToString([]byte(c.ClientID + ":" + c.ClientSecret)): "Basic credential",
		c.SoftwareStatement: "software statement", c.ExpiredSoftwareStatement: "expired software statement",
		c.UntrustedSoftwareStatement: "untrusted software statement", c.ForeignSoftwareStatement: "foreign software statement",
		c.DebtorAccount.Identification: "account number", c.DebtorAccount.Name: "account name",
	} {
		v.keep(what, value)
	}
	for name, code := range c.Codes {
		v.keep("code "+name, code)
	}
	for _, line := range strings.Split(c.SigningKeyPEM, "\n") {
		if line != "" && !strings.HasPrefix(line, "-----") {
			v.keep("line of the signing key", line)
		}
	}
	v.keep("header of the signing key", "PRIVATE KEY")
}

// haystack is what to search for the secrets that were kept.
func (v *vault) haystack(t *testing.T) haystack {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	return lookFor(t, v.secrets)
}

// leaky puts what it was sent where nobody expects it, and breaks a header of
// every answer, so that each is shown in the reports in full.
func leaky(x exchange) {
	if x.request.Header.Get(interactionID) != "" {
		x.header.Set(interactionID, "none")
	}
	x.header.Set("X-Seen", x.request.Header.Get("Authorization"))
	if x.status == http.StatusBadRequest || x.status == http.StatusForbidden {
		x.edit(func(body map[string]any) {
			body["Message"] = "Refused for " + x.bearer() + " and " + url.QueryEscape(string(x.sent))
			body["Url"] = base64.StdEncoding.EncodeToString([]byte(x.bearer()))
		})
	}
	if x.to(http.MethodPost, consentsPath, http.StatusCreated) {
		x.body = x.body[:len(x.body)/2] // no JSON any more
	}
	if x.to(http.MethodPost, debtorsPath, http.StatusCreated) {
		x.body = x.body[:len(x.body)-1]
	}
}

// No report and no word of the program's holds a secret of the client's or a
// name of the customer's, whatever the bank does with them.
func TestSecrets(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(exchange){
		"a bank that leaks": leaky,
		"a bank that breaks a header alone": func(x exchange) {
			if x.request.Header.Get(interactionID) != "" {
				x.header.Set(interactionID, "none")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vault{secrets: map[string]string{}}
			bank := behind(t, func(x exchange) {
				v.watch(x)
				change(x)
			})
			v.credentials(bank.credentials)
			r := conform(t, "--config", bank.config, "--verbose")
			r.wantStatus(t, 1)
			if len(v.secrets) < 40 {
				t.Errorf("only %d secrets were seen", len(v.secrets))
			}
			h := v.haystack(t)
			h.search(t, "standard output", r.out)
			h.search(t, "standard error", r.errors)
			// The reports, the evidence, and what remembers that answers were cut off.
			if files := h.searchFiles(t, r.dir); files < 3 {
				t.Errorf("%d files", files)
			}
		})
	}
}
