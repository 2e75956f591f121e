package config

import (
	"strings"
	"testing"
)

func TestProblemString(t *testing.T) {
	for _, c := range []struct {
		problem Problem
		want    string
	}{
		{Problem{"c.json", "client.authMethod", "one of a, b", `"c"`}, `c.json: client.authMethod: expected one of a, b, got "c"`},
		{Problem{"c.json", "", "JSON", "x"}, "c.json: expected JSON, got x"},
		{Problem{"c.json", "a", "b", ""}, "c.json: a: expected b"},
	} {
		if got := c.problem.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for value, want := range map[string]string{
		"": "an empty string", "basic": `"basic"`, `a"b`: `"a\"b"`,
		strings.Repeat("é", 80): `"` + strings.Repeat("é", 80) + `"`, strings.Repeat("é", 81): "a text of 81 characters",
		"eyJhbGciOi": "a text of 10 characters", "a\x1b[31m": "a text of 6 characters", "-----BEGIN X": "a text of 12 characters",
	} {
		if got := quote(value); got != want {
			t.Errorf("quote(%q) = %s, want %s", value, got, want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"get", "put", "delete", "baseUrl", "settleTime"}
	for wrong, want := range map[string]string{
		"baseUrl": "baseUrl", "BASEURL": "baseUrl", "baseurl": "baseUrl", "baseUri": "baseUrl", "bsaeUrl": "baseUrl",
		"settletimes": "settleTime", "setleTimes": "settleTime", "settleTimer2x": "", "del": "", "colour": "", "": "",
		"gets": "get", "pit": "put", "delte": "delete",
	} {
		if got := didYouMean(wrong, known); got != want {
			t.Errorf("didYouMean(%q) = %q, want %q", wrong, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "axc", 1}, {"abc", "ac", 1},
		{"abc", "abxc", 1}, {"ab", "ba", 2}, {"abcd", "badc", 3}, {"a", "abcd", longestMiss + 1},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
