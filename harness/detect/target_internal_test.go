package detect

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// Before a configured target all traffic goes to the proxy, and the client still
// knows what kind of target it is.
func TestTargetScene(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Target.BaseURL, cfg.Target.AllowedHosts = "https://bank.example/sandbox", []string{"auth.bank.example", "bank.example"}
	cfg.Target.HTTPVersion, cfg.Proxy.URL = "2", "http://proxy.example:3128"
	for _, writes := range []bool{false, true} {
		g, err := TargetScene{Config: cfg, Writes: writes}.begin()
		if err != nil {
			t.Fatal(err)
		}
		got := g.config.Target
		if !strings.HasPrefix(got.BaseURL, "http://127.0.0.1:") || !strings.HasSuffix(got.BaseURL, "/sandbox") {
			t.Errorf("the base URL is %s", got.BaseURL)
		}
		if len(got.AllowedHosts) != 2 || slices.ContainsFunc(got.AllowedHosts, func(h string) bool { return !strings.HasPrefix(h, "127.0.0.1:") }) {
			t.Errorf("the client may call %v", got.AllowedHosts)
		}
		if got.Kind != config.Production || got.HTTPVersion != "1.1" || g.config.Proxy.URL != "" {
			t.Errorf("kind %q, version %q, proxy %q", got.Kind, got.HTTPVersion, g.config.Proxy.URL)
		}
		if g.proxy.ReadOnly == writes || (g.tidy() != nil) != writes {
			t.Errorf("writes %v: read-only %v, tidies %v", writes, g.proxy.ReadOnly, g.tidy() != nil)
		}
		for _, address := range []string{"https://bank.example/x", "https://bank.example:443/x", "https://auth.bank.example/x"} {
			if through := g.proxy.Through(address); !strings.HasPrefix(through, "http://127.0.0.1:") || !strings.HasSuffix(through, "/x") {
				t.Errorf("%s leads to %s", address, through)
			}
		}
		if other := g.proxy.Through("https://bank.example.invalid/x"); other != "https://bank.example.invalid/x" {
			t.Errorf("another host leads to %s", other)
		}
		g.close()
	}
}

// Processes that ask a configured target at once keep its rate together.
func TestTargetSceneSharesTheRate(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Target.BaseURL, cfg.Target.Rate = "https://bank.example", config.Rate{RequestsPerSecond: 6, Burst: 4}
	for share, want := range map[int]config.Rate{0: {RequestsPerSecond: 6, Burst: 4}, 1: {RequestsPerSecond: 6, Burst: 4}, 3: {RequestsPerSecond: 2, Burst: 1}} {
		g, err := TargetScene{Config: cfg, Share: share}.begin()
		if err != nil {
			t.Fatal(err)
		}
		if g.config.Target.Rate != want {
			t.Errorf("one of %d: %+v", share, g.config.Target.Rate)
		}
		g.close()
	}
}

// A configured target meets no burst: each trial would make one.
func TestTargetSceneWithoutBursts(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Target.BaseURL = "https://bank.example"
	burst := config.Burst{Operations: []contract.OperationID{contract.ListAccounts}, Requests: 100, Within: config.Duration(10 * time.Second)}
	headers := map[string]string{"Prefer": "code"}
	cfg.Provoke = []config.Provocation{{Status: 429, Burst: burst}, {Status: 429, Headers: headers, Burst: burst}, {Status: 500, Headers: headers}}
	g, err := TargetScene{Config: cfg}.begin()
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	want := []config.Provocation{{Status: 429, Headers: headers}, {Status: 500, Headers: headers}}
	if !reflect.DeepEqual(g.config.Provoke, want) || !cfg.Provoke[0].Burst.IsSet() {
		t.Errorf("it provokes %+v", g.config.Provoke)
	}
}
