package config

import (
	"net"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

func (l *loader) checkTarget() {
	target := &l.cfg.Target
	base := l.checkBaseURL(target)
	for _, group := range pathGroups() {
		l.checkPath(join("target.paths", string(group)), target.Paths[group])
	}
	for i, host := range target.AllowedHosts {
		if !isHost(host) {
			l.breach(index("target.allowedHosts", i), `a host such as "name" or "name:port", without scheme or path`, quote(host))
		}
	}
	if base && target.HTTPVersion == "2" && strings.HasPrefix(target.BaseURL, "http:") {
		l.breach("target.httpVersion", "auto or 1.1, since target.baseUrl is plain http", quote(target.HTTPVersion))
	}
	l.subset("target.initialConsentStatus", target.InitialConsentStatus, []string{"AwaitingAuthorisation", "Authorised"})
	if target.SignatureJWKSURL != "" {
		keys := l.checkAddress("target.signatureJwksUrl", target.SignatureJWKSURL)
		if keys != nil && base && !l.cfg.HostAllowed(keys.Host) {
			l.breach("target.signatureJwksUrl", "an address on target.baseUrl's host or on one of target.allowedHosts", quote(keys.Host))
		}
	}
}

// checkBaseURL says whether the base URL can be relied on, brings it into the
// form that paths are appended to, and names the target after it.
func (l *loader) checkBaseURL(target *Target) bool {
	const key = "target.baseUrl"
	base := l.checkAddress(key, target.BaseURL)
	if base == nil {
		return false
	}
	if base.RawQuery != "" || base.ForceQuery {
		l.breach(key, "an address without a query", "one with it")
		return false
	}
	target.BaseURL = strings.TrimRight(target.BaseURL, "/")
	if target.Name == "" {
		target.Name = base.Host
	}
	return true
}

// checkAddress is the parsed address where it is absolute, https (http on
// loopback alone), and without credentials and fragment; else nil. What it
// reports leaves out everything but scheme and host, the rest may be secret.
func (l *loader) checkAddress(key, address string) *url.URL {
	const expected = "an absolute https address (http for a loopback host alone)"
	parsed, err := url.Parse(address)
	switch {
	case address == "":
		l.breach(key, expected, "none")
	case err != nil || parsed.Opaque != "" || !isHost(parsed.Host):
		l.breach(key, expected, "something else")
	case parsed.Scheme != "https" && (parsed.Scheme != "http" || !isLoopback(parsed.Hostname())):
		l.breach(key, expected, quote(parsed.Scheme+"://"+parsed.Host))
	case parsed.User != nil:
		l.breach(key, "an address without user name and password", "one with them (not shown)")
	case strings.Contains(address, "#"):
		l.breach(key, "an address without a fragment", "one with it")
	default:
		return parsed
	}
	return nil
}

// checkPath asks for a clean path, so that an address is read by the bank as it
// stands in the reports.
func (l *loader) checkPath(key, given string) {
	parsed, err := url.Parse(given)
	clean := err == nil && parsed.Host == "" && strings.HasPrefix(given, "/") &&
		!strings.ContainsAny(given, "?#") && path.Clean(parsed.Path) == parsed.Path
	if !clean {
		l.breach(key, `a path such as "/open-banking/v3.1", with neither a slash at its end nor a query`, quote(given))
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// hostName is a DNS name or an IPv4 address; underscores occur in the names of
// container networks.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$`)

// isHost says whether the text is "host" or "host:port", IPv6 in brackets.
func isHost(host string) bool {
	parsed, err := url.Parse("https://" + host)
	if err != nil || parsed.Host != host || strings.HasSuffix(host, ":") {
		return false
	}
	name := parsed.Hostname()
	if strings.HasPrefix(host, "[") {
		return net.ParseIP(name) != nil
	}
	if _, err := strconv.ParseUint(parsed.Port(), 10, 16); parsed.Port() != "" && err != nil {
		return false
	}
	return hostName.MatchString(name)
}
