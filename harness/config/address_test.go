package config

import (
	"testing"

	"obconform/harness/contract"
)

func TestURL(t *testing.T) {
	for _, c := range []struct{ base, path, want string }{
		{"https://bank.example.com", "/open-banking/v3.1/aisp", "https://bank.example.com/open-banking/v3.1/aisp"},
		{"https://bank.example.com/", "/a", "https://bank.example.com/a"},
		{"https://bank.example.com:8443/mock", "/a", "https://bank.example.com:8443/mock/a"},
		{"https://bank.example.com", "/", "https://bank.example.com"},
	} {
		cfg := Default()
		cfg.Target.BaseURL, cfg.Target.Paths[contract.AccountsPath] = c.base, c.path
		if got := cfg.URL(contract.AccountsPath); got != c.want {
			t.Errorf("%s and %s: got %s, want %s", c.base, c.path, got, c.want)
		}
	}
}

func TestHostAllowed(t *testing.T) {
	for _, c := range []struct {
		base    string
		allowed []string
		host    string
		want    bool
	}{
		{"https://bank.example.com", nil, "bank.example.com", true},
		{"https://bank.example.com", nil, "BANK.example.com", true},
		{"https://bank.example.com", nil, "bank.example.com.", true},
		{"https://bank.example.com", nil, "bank.example.com:443", true},
		{"https://bank.example.com:443", nil, "bank.example.com", true},
		{"https://bank.example.com", nil, "bank.example.com:8443", false},
		{"https://bank.example.com", nil, "bank.example.com:80", false},
		{"https://bank.example.com:8443", nil, "bank.example.com:8443", true},
		{"https://bank.example.com:8443", nil, "bank.example.com", false},
		{"https://bank.example.com", nil, "evil-bank.example.com", false},
		{"https://bank.example.com", nil, "bank.example.com.evil.com", false},
		{"https://bank.example.com", nil, "example.com", false},
		{"https://bank.example.com", nil, "", false},
		{"", nil, "", false},
		{"https://bank.example.com", []string{"keys.example.com"}, "keys.example.com", true},
		{"https://bank.example.com", []string{"keys.example.com"}, "keys.example.com:443", true},
		{"https://bank.example.com", []string{"keys.example.com"}, "keys.example.com:9", false},
		{"https://bank.example.com", []string{"keys.example.com:9"}, "keys.example.com:9", true},
		{"https://bank.example.com", []string{"keys.example.com:9"}, "keys.example.com", false},
		{"http://127.0.0.1:8080", nil, "127.0.0.1:8080", true},
		{"http://127.0.0.1:8080", nil, "127.0.0.1:8081", false},
		{"http://127.0.0.1", nil, "127.0.0.1", true},
		{"http://127.0.0.1", nil, "127.0.0.1:80", true},
		{"http://[::1]:8080", nil, "[::1]:8080", true},
		{"https://[::1]", nil, "[::1]:443", true},
		{"http://[::1]:8080", nil, "[::2]:8080", false},
	} {
		cfg := Default()
		cfg.Target.BaseURL, cfg.Target.AllowedHosts = c.base, c.allowed
		if got := cfg.HostAllowed(c.host); got != c.want {
			t.Errorf("%s with %v: %q allowed is %t, want %t", c.base, c.allowed, c.host, got, c.want)
		}
	}
}
