package config

import (
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// URL is where the operations of a path group live: the target's base URL and
// the group's path, without a slash at the end.
func (c Config) URL(group contract.PathGroup) string {
	return strings.TrimRight(c.Target.BaseURL, "/") + strings.TrimRight(c.Target.Paths[group], "/")
}

// HostAllowed says whether a host (url.URL's Host: with a port or without) is
// the base URL's own or one of Target.AllowedHosts; only such hosts are ever
// called (R14). No port means 443.
func (c Config) HostAllowed(host string) bool {
	var allowed []string
	for _, name := range c.Target.AllowedHosts {
		allowed = append(allowed, canonicalHost(name))
	}
	if base, err := url.Parse(c.Target.BaseURL); err == nil && base.Host != "" {
		allowed = append(allowed, canonicalHost(base.Host))
		if base.Scheme == "http" && base.Port() == "" {
			allowed = append(allowed, canonicalHost(base.Host+":80"))
		}
	}
	return slices.Contains(allowed, canonicalHost(host))
}

// canonicalHost is the host in lower case without the dot of a fully qualified
// name and without https' own port.
func canonicalHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ":443")
	name, port, hasPort := strings.Cut(host, ":")
	if strings.HasPrefix(host, "[") || !hasPort {
		return strings.TrimSuffix(host, ".")
	}
	return strings.TrimSuffix(name, ".") + ":" + port
}
