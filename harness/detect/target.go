package detect

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"obconform/harness/config"
	"obconform/harness/detect/mutate"
	"obconform/harness/tpp"
)

// TargetScene tries mutations on the answers of a configured bank: the proxy
// goes in front of each of its hosts, and nothing else is called.
type TargetScene struct {
	Config config.Config
	// Writes lets requests through that create, change or delete something;
	// without it the bank is only read.
	Writes bool
	// Share is how many processes ask the bank at once, and so share its rate.
	Share int
	// Options are what the command line settles for the client.
	Options []tpp.Option
}

// signer is nil: nobody but the bank signs in its name.
func (s TargetScene) signer() mutate.Signer { return nil }

func (s TargetScene) begin() (*ground, error) {
	transport, err := tpp.NewTransport(s.Config)
	if err != nil {
		return nil, err
	}
	origins, err := originsOf(s.Config)
	if err != nil {
		return nil, err
	}
	g := &ground{config: s.Config, options: s.Options, tidies: s.Writes,
		proxy: &mutate.Proxy{Upstream: transport, Rewrite: map[string]string{}, ReadOnly: !s.Writes}}
	g.closes = append(g.closes, transport.CloseIdleConnections)
	g.config.Target.Kind = s.Config.Kind() // the proxy's address must not make a mock of it
	g.config.Target.AllowedHosts = nil     // whatever an answer says, the client stays with the proxy
	rate := tpp.PaceOf(s.Config).Divided(max(1, s.Share))
	g.config.Target.Rate = config.Rate{RequestsPerSecond: rate.PerSecond, Burst: rate.Burst}
	g.config.Provoke = withoutBursts(s.Config.Provoke)
	// What lies between us and the target is the proxy's to pass.
	g.config.Target.HTTPVersion, g.config.Proxy = "1.1", config.Proxy{}
	for i, origin := range origins {
		server, err := mutate.Serve(func(string) (http.Handler, error) { return g.proxy.For(origin), nil })
		if err != nil {
			g.close()
			return nil, err
		}
		g.closes = append(g.closes, server.Close)
		for _, spelling := range spellings(origin) {
			g.proxy.Rewrite[spelling] = server.URL
		}
		if i == 0 {
			g.config.Target.BaseURL = server.URL + strings.TrimSuffix(origin.Path, "/")
		}
		g.config.Target.AllowedHosts = append(g.config.Target.AllowedHosts, strings.TrimPrefix(server.URL, "http://"))
	}
	g.config.Target.SignatureJWKSURL = g.proxy.Through(g.config.Target.SignatureJWKSURL)
	return g, nil
}

// withoutBursts leaves out what would burden the bank anew in each of hundreds of
// trials.
func withoutBursts(provocations []config.Provocation) []config.Provocation {
	var kept []config.Provocation
	for _, one := range provocations {
		if one.Burst = (config.Burst{}); len(one.Headers) > 0 {
			kept = append(kept, one)
		}
	}
	return kept
}

// originsOf are the base URL, first, and the origins of the other hosts that
// may be called.
func originsOf(cfg config.Config) ([]*url.URL, error) {
	base, err := url.Parse(cfg.Target.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("target.baseUrl: %w", err)
	}
	origins := []*url.URL{base}
	for _, host := range cfg.Target.AllowedHosts {
		if host != base.Host {
			origins = append(origins, &url.URL{Scheme: "https", Host: host})
		}
	}
	return origins, nil
}

// spellings are the ways in which an answer may write an origin: with and
// without the port that its scheme has anyway.
func spellings(origin *url.URL) []string {
	host := strings.TrimSuffix(origin.Host, ":443")
	if origin.Scheme != "https" || strings.Contains(host, ":") {
		return []string{origin.Scheme + "://" + origin.Host}
	}
	return []string{"https://" + host, "https://" + host + ":443"}
}
