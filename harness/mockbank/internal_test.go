package mockbank

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

func TestBoundedForgetsTheOldest(t *testing.T) {
	store := newBounded[int](3)
	for i := range 5 {
		store.put(fmt.Sprint(i), i)
	}
	for i := range 5 {
		value, found := store.get(fmt.Sprint(i))
		if found != (i >= 2) || found && value != i {
			t.Errorf("entry %d: %d, %v", i, value, found)
		}
	}
}

func TestBoundedDoesNotGrow(t *testing.T) {
	store := newBounded[int](10)
	store.put("kept", 1)
	for i := range 1000 {
		key := fmt.Sprint(i)
		store.put(key, i)
		store.remove(key)
	}
	if len(store.order) > 21 {
		t.Errorf("%d keys remembered for %d entries", len(store.order), len(store.entries))
	}
	if _, found := store.get("kept"); !found {
		t.Error("an entry was dropped below the limit")
	}
}

func TestReachableAddress(t *testing.T) {
	for ip, want := range map[string]string{"127.0.0.1": "127.0.0.1:80", "0.0.0.0": "localhost:80", "::": "localhost:80", "::1": "[::1]:80"} {
		if got := reachable(&net.TCPAddr{IP: net.ParseIP(ip), Port: 80}); got != want {
			t.Errorf("%s: %s, want %s", ip, got, want)
		}
	}
}

func TestKeySetSkipsWhatItCannotUse(t *testing.T) {
	keys := readKeySet(map[string]any{"keys": []any{
		1, map[string]any{"kty": "new"}, map[string]any{"kty": "oct", "kid": "x", "k": "AAAA"},
		map[string]any{"kty": "RSA", "kid": "a", "n": strings.Repeat("sS", 171), "e": "AQAB"},
		map[string]any{"kty": "RSA", "n": strings.Repeat("sS", 171), "e": "AQAB"},
	}})
	if len(keys) != 1 || keys["a"] == nil {
		t.Errorf("%d keys", len(keys))
	}
}

func TestRedirectURIs(t *testing.T) {
	for address, want := range map[string]bool{
		"https://tpp.example/callback":   true,
		"https://tpp.example/cb?a=b":     true,
		"https://192.0.2.1/callback":     true,
		"http://tpp.example/callback":    false,
		"https://tpp.example/callback#":  false,
		"https://tpp.example/callback#a": false,
		"https://localhost/callback":     false,
		"https://LOCALHOST.:8443/":       false,
		"https://app.localhost/":         false,
		"https://127.0.0.1/":             false,
		"https://[::1]/":                 false,
		"https://0.0.0.0/":               false,
		"https:///callback":              false,
		"/callback":                      false,
		"com.example.app:/callback":      false,
		"https://%zz/":                   false,
	} {
		if got := isRedirectURI(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestGrantedRedirectURIsAreCheckedToo(t *testing.T) {
	for address, want := range map[string]int{"https://tpp.example/cb": 0, "http://tpp.example/cb": 1} {
		rd := &reading{}
		asked := &metadata{}
		rd.readRedirects(map[string]any{"redirect_uris": []any{address}}, &softwareStatement{redirectURIs: []string{address}}, asked)
		if len(rd.problems) != want {
			t.Errorf("%s: %v", address, rd.problems)
		}
	}
}

// A change that is to show seldom shows in every n-th answer of its sort, or
// once another sort of answer was given, and in no other.
func TestSeldomChanges(t *testing.T) {
	shown := func(change misanswering, statuses ...int) string {
		var seen strings.Builder
		for _, status := range statuses {
			a := reply(status, nil)
			if change(nil, &call{}, &a) != (a.header.Get("Changed") != "") {
				t.Error("it does not say what it does")
			}
			seen.WriteString(map[bool]string{true: "x", false: "."}[a.header.Get("Changed") != ""])
		}
		return seen.String()
	}
	change := func() misanswering { return heading(at(200), "Changed", "yes") }
	if got := shown(change().every(3, at(200)), 200, 200, 404, 200, 200, 200, 404, 200, 200); got != "...x...x." {
		t.Errorf("every third 200: %s", got)
	}
	if got := shown(change().after(at(204)), 200, 200, 204, 200, 404, 200); got != "...x.x" {
		t.Errorf("after a 204: %s", got)
	}
	count := 0
	distort := distortion(func(_ *Bank, _ *call, _ *response) bool { count++; return true }).every(2, at(200))
	for range 5 {
		distort(nil, &call{}, &response{status: 200})
	}
	if count != 2 {
		t.Errorf("every second of five: %d", count)
	}
}
