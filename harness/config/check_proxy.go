package config

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// checkProxy reads the proxy of the configuration, or that of the environment
// where it names none.
func (l *loader) checkProxy() {
	l.checkNoProxy()
	proxy := &l.cfg.Proxy
	if proxy.URL != "" {
		l.checkProxyURL("proxy.url", proxy.URL)
	} else {
		for _, beside := range []struct {
			key   string
			given bool
		}{{"proxy.user", proxy.User != ""}, {"proxy.password", proxy.Password.IsSet()}, {"proxy.noProxy", len(proxy.NoProxy) > 0}} {
			if beside.given && !l.faulty(beside.key) {
				l.breach("proxy.url", "the address of the proxy beside "+beside.key, "none")
			}
		}
		if !l.faulty("proxy.url") {
			l.proxyOfEnvironment()
		}
	}
	if proxy.Password.IsSet() && proxy.User == "" {
		l.breach("proxy.user", "a user name beside proxy.password", "none")
	}
	if strings.Contains(proxy.User, ":") { // RFC 7617 section 2
		l.breach("proxy.user", "a user name without a colon", "one with it")
	}
}

// checkNoProxy reports what no host can match.
func (l *loader) checkNoProxy() {
	for i, host := range l.cfg.Proxy.NoProxy {
		known := host == "*" || net.ParseIP(host) != nil || isRange(host) || isHost(strings.TrimPrefix(strings.TrimPrefix(host, "*"), "."))
		if !known {
			l.breach(index("proxy.noProxy", i), `a host, an address, a CIDR range or "*"`, quote(host))
		}
	}
}

// isRange says whether the text is a range of addresses (RFC 4632).
func isRange(text string) bool {
	_, err := netip.ParsePrefix(text)
	return err == nil
}

// checkProxyURL is the parsed address of a proxy; nil where it is none, which
// is reported without what may be a password in it.
func (l *loader) checkProxyURL(key, address string) *url.URL {
	const expected = "the address of an HTTP proxy such as http://proxy.example.com:3128"
	parsed, err := url.Parse(address)
	switch {
	case err != nil || !isHost(parsed.Host) || parsed.Opaque != "":
		l.breach(key, expected, "something else")
	case parsed.Scheme != "http":
		l.breach(key, expected+" (https and socks5 are not available in this version)", quote(parsed.Scheme+"://"+parsed.Host))
	case parsed.User != nil:
		l.breach(key, "an address without user name and password (proxy.user and proxy.password take them)", "one with them (not shown)")
	case strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "":
		l.breach(key, expected+", without path or query", "something else")
	default:
		return parsed
	}
	return nil
}

// proxyOfEnvironment takes HTTPS_PROXY and NO_PROXY, in capitals or small
// letters, as other clients do; targets over plain http are on loopback, and so
// have no proxy.
func (l *loader) proxyOfEnvironment() {
	base, err := url.Parse(l.cfg.Target.BaseURL)
	if err != nil || isLoopback(base.Hostname()) {
		return
	}
	name, address := l.variable("HTTPS_PROXY", "https_proxy")
	if address == "" {
		return
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	proxy := &l.cfg.Proxy
	l.origins["proxy"] = envSource(name)
	if parsed, err := url.Parse(address); err == nil && parsed.User != nil {
		password, _ := parsed.User.Password()
		proxy.User, proxy.Password = parsed.User.Username(), Literal("env "+name, password)
		parsed.User = nil
		address = parsed.String()
	}
	if l.checkProxyURL("proxy.url", address) == nil {
		return
	}
	proxy.URL = address
	_, exceptions := l.variable("NO_PROXY", "no_proxy")
	for host := range strings.FieldsFuncSeq(exceptions, func(c rune) bool { return c == ',' || c == ' ' }) {
		proxy.NoProxy = append(proxy.NoProxy, host)
	}
}

// variable is the first of those environment variables that is set.
func (l *loader) variable(names ...string) (name, value string) {
	for _, name := range names {
		if value := strings.TrimSpace(l.environ[name]); value != "" {
			return name, value
		}
	}
	return names[0], ""
}
