package tpp

import (
	"fmt"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/sights"
)

// A bank that publishes a secret in its metadata puts it into no report.
func TestWhatWasSeenIsRedacted(t *testing.T) {
	const secret = "a-token-that-nobody-must-see"
	c := testClient(t, "http://127.0.0.1:1")
	c.redactor.Learn("access token", secret)
	c.book.Note(contract.GetDiscovery, 200, map[string]any{"issuer": "https://bank.example/" + secret, "scopes_supported": []any{secret}})
	c.book.Note(contract.GetJWKS, 200, map[string]any{"keys": []any{map[string]any{"kid": secret}}})
	seen := c.seen()
	if text := fmt.Sprint(seen); strings.Contains(text, secret) || len(seen[sights.Discovery]) != 2 || seen[sights.Keys][0] != "kid [access token]" {
		t.Errorf("%q", seen)
	}
	if again := c.seen(); len(again) != 0 {
		t.Errorf("what was handed over is handed over again: %q", again)
	}
}
