package config

import (
	"slices"
	"strings"
	"testing"
)

func TestProxyOfTheEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		edits   edits
		environ []string
		url     string
		user    string
		except  []string
		problem string
	}{
		"none":                 {},
		"capitals":             {environ: []string{"HTTPS_PROXY=http://p.example.com:3128", "NO_PROXY=a.example.com, .b.example.com"}, url: "http://p.example.com:3128", except: []string{"a.example.com", ".b.example.com"}},
		"small letters":        {environ: []string{"https_proxy=http://p.example.com:3128", "no_proxy=*"}, url: "http://p.example.com:3128", except: []string{"*"}},
		"without a scheme":     {environ: []string{"HTTPS_PROXY=p.example.com:3128"}, url: "http://p.example.com:3128"},
		"with credentials":     {environ: []string{"HTTPS_PROXY=http://me:" + planted + "@p.example.com:3128"}, url: "http://p.example.com:3128", user: "me"},
		"of http alone":        {environ: []string{"HTTP_PROXY=http://p.example.com:3128"}},
		"empty":                {environ: []string{"HTTPS_PROXY="}},
		"the configured first": {edits: withProxy, environ: []string{"HTTPS_PROXY=http://p.example.com:3128", "NO_PROXY=*"}, url: "http://proxy.example.com:3128"},
		"a loopback target":    {edits: edits{"target.baseUrl": "https://127.0.0.1:8443"}, environ: []string{"HTTPS_PROXY=socks5://p.example.com"}},
		"one of another kind":  {environ: []string{"HTTPS_PROXY=socks5://me:" + planted + "@p.example.com"}, problem: "environment variable HTTPS_PROXY: proxy.url: expected the address of an HTTP proxy"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := Parse("c.json", edited(t, c.edits), t.TempDir(), testEnviron(c.environ...))
			if c.problem != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.problem) || strings.Contains(err.Error(), planted) {
					t.Errorf("got %v, want %s", err, c.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			proxy := cfg.Proxy
			if proxy.URL != c.url || proxy.User != c.user || !slices.Equal(proxy.NoProxy, c.except) || (proxy.Password.Reveal() == planted) != (c.user != "") {
				t.Errorf("got %+v", proxy)
			}
		})
	}
}
