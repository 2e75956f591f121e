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
