package config

import "testing"

// What does not say what it is counts as production, unless it runs here.
func TestKindOfATarget(t *testing.T) {
	for _, c := range []struct{ given, baseURL, kind, words string }{
		{"", "https://bank.example.com", Production, "target.kind is not set, which counts as production"},
		{"", "https://localhost.example.com", Production, "target.kind is not set, which counts as production"},
		{"", "https://10.0.0.1:8443", Production, "target.kind is not set, which counts as production"},
		{"", "", Production, "target.kind is not set, which counts as production"},
		{"", "http://127.0.0.1:8080", Mock, "target.kind is not set, which counts as mock"},
		{"", "https://localhost", Mock, "target.kind is not set, which counts as mock"},
		{"", "https://[::1]:1", Mock, "target.kind is not set, which counts as mock"},
		{Sandbox, "http://127.0.0.1:8080", Sandbox, "target.kind is sandbox"},
		{Production, "http://127.0.0.1:8080", Production, "target.kind is production"},
		{Mock, "https://mock:8443", Mock, "target.kind is mock"},
	} {
		cfg := Config{Target: Target{Kind: c.given, BaseURL: c.baseURL}}
		if got, words := cfg.Kind(), cfg.KindWords(); got != c.kind || words != c.words {
			t.Errorf("%q at %q is %q (%q), want %q (%q)", c.given, c.baseURL, got, words, c.kind, c.words)
		}
	}
}

func TestTypedHost(t *testing.T) {
	for _, c := range []struct {
		typed, baseURL string
		is             bool
	}{
		{"bank.example.com", "https://bank.example.com/ob", true},
		{"BANK.example.com:443", "https://bank.example.com", true},
		{"bank.example.com", "https://bank.example.com:443", true},
		{"127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"bank.example.com", "https://bank.example.com:8443", false},
		{"bank.example.co", "https://bank.example.com", false},
		{"https://bank.example.com", "https://bank.example.com", false},
		{"", "https://bank.example.com", false},
		{"", "", false},
	} {
		if got := (Config{Target: Target{BaseURL: c.baseURL}}).IsTargetHost(c.typed); got != c.is {
			t.Errorf("%q typed for %q: %t, want %t", c.typed, c.baseURL, got, c.is)
		}
	}
}
