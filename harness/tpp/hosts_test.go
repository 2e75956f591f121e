package tpp

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
)

func TestOnlyAllowedHostsAreCalled(t *testing.T) {
	var strangers atomic.Int32
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer stranger.Close()
	host := strings.TrimPrefix(stranger.URL, "http://")
	for name, tc := range map[string]struct {
		member string // of the discovery document, which leads to the stranger
		call   func(c *Client)
	}{
		"token endpoint": {"token_endpoint", func(c *Client) { c.Token(t.Context(), contract.ScopeAccounts) }},
		"key set":        {"jwks_uri", func(c *Client) { c.Discovery(t.Context()) }},
		"a link":         {"", func(c *Client) { c.Call(t.Context(), contract.ListAccounts, "", Bearer("t"), At(stranger.URL+"/next")) }},
		"a deletion":     {"", func(c *Client) { c.Call(t.Context(), contract.DeleteClient, "x", At(stranger.URL+"/x")) }},
	} {
		b := newBank(t)
		members := map[string]string{"token_endpoint": b.URL + "/token", "jwks_uri": b.URL + "/jwks"}
		if tc.member != "" {
			members[tc.member] = stranger.URL + "/there"
		}
		document, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		b.on("GET "+discoveryPath, reply(200, string(document)))
		c := testClient(t, b.URL)
		mustEnd(t, "failed", []string{"inconclusive", host, "target.allowedHosts"}, func() { tc.call(c) })
		if n := strangers.Swap(0); n > 0 {
			t.Errorf("%s: the stranger was called %d times", name, n)
		}
		if !strings.Contains(c.spec.Inconclusive, host) {
			t.Errorf("%s: the spec is inconclusive for %q", name, c.spec.Inconclusive)
		}
		allowed := testClient(t, b.URL, func(cfg *config.Config) { cfg.Target.AllowedHosts = []string{host} })
		ends(func() { tc.call(allowed) })
		if n := strangers.Swap(0); n != 1 {
			t.Errorf("%s: an allowed host was called %d times", name, n)
		}
	}
}

func TestForbiddenAddresses(t *testing.T) {
	c := testClient(t, "https://bank.example", func(cfg *config.Config) {
		cfg.Target.AllowedHosts = []string{"keys.example:8443", "127.0.0.1:8080", "127.0.0.2:80"}
	})
	for address, want := range map[string]string{
		"https://bank.example/x":         "",
		"https://bank.example:443/x":     "",
		"https://BANK.example/x":         "",
		"https://keys.example:8443/x":    "",
		"http://127.0.0.1:8080/x":        "",
		"http://127.0.0.2/x":             "",
		"https://bank.example:8443/x":    "target.allowedHosts",
		"https://keys.example/x":         "target.allowedHosts",
		"https://bank.example.evil/x":    "target.allowedHosts",
		"https://bank.example@evil/x":    "target.allowedHosts",
		"https:///x":                     "target.allowedHosts",
		"http://127.0.0.1/x":             "target.allowedHosts",
		"http://bank.example/x":          "not https",
		"http://bank.example:443/x":      "not https",
		"http://127.0.0.1.bank.example/": "not https",
		"ftp://bank.example/x":           "not https",
		"file:///etc/passwd":             "not https",
		"relative/x":                     "not https",
	} {
		target, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.forbidden(target); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	mustEnd(t, "failed", []string{"cannot be read"}, func() { c.Call(t.Context(), contract.ListAccounts, "", At("https://bank.example/%zz")) })
}
