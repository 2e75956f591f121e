package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/tpp"
)

// unheard is the finding of a question that got no answer of the API's own; the
// zero finding where it did.
func unheard(what string, probe tpp.Probe) finding {
	switch {
	case probe.Ended != "":
		return fail(Environment, "nothing was sent: mend what the reason names, or wait until the target may be asked again", "%s: %s", what, probe.Ended)
	case probe.Inconclusive != "":
		return fail(Environment, "look whether the target is up, and what stands before it (gateway, firewall, rate limit); timeouts.request is how long an answer may take",
			"%s: %s", what, probe.Inconclusive)
	}
	return finding{}
}

func (e *examination) readDiscovery(ctx context.Context) finding {
	e.discovery = e.prober.Discovery(ctx)
	if f := unheard("the discovery document", e.discovery); f.state != "" {
		return f
	}
	answer := e.discovery.Answer
	if answer.Status != http.StatusOK {
		return fail(Target, "check target.baseUrl and target.paths.discovery against the bank's documentation",
			"%s was answered with %s", e.cfg.URL(contract.DiscoveryPath)+"/.well-known/openid-configuration", answer.Refused())
	}
	if _, isObject := answer.Body.(map[string]any); !isObject {
		return fail(Target, "check target.baseUrl and target.paths.discovery: something else answers there", "the discovery document is no JSON object%s", firstOf(e.discovery.Findings))
	}
	f := fine("it was read")
	for _, member := range e.prober.EndpointsInUse() {
		text, _ := answer.Text("/" + member)
		switch address, err := url.Parse(text); {
		case text == "" && strings.Contains(member, "/"): // an alias that need not be
		case text == "":
			f = f.worsen(Target, "ask the bank", "it names no %s", member)
		case err != nil || address.Host == "":
			f = f.worsen(Target, "ask the bank", "its %s is no absolute address", member)
		case address.Scheme != "https" && (address.Scheme != "http" || e.base.Scheme != "http"):
			f = f.worsen(Target, "ask the bank", "its %s is not https", member)
		}
	}
	return e.remarks(e.methodOffered(f), e.discovery)
}

// methodOffered warns where discovery does not list how we prove ourselves.
func (e *examination) methodOffered(f finding) finding {
	offered, ok := e.discovery.Answer.Texts("/token_endpoint_auth_methods_supported")
	if method := e.cfg.Client.AuthMethod; ok && !slices.Contains(offered, method) {
		f = f.warn("set client.authMethod to what this client is registered for",
			"client.authMethod is %s, and token_endpoint_auth_methods_supported has %s", method, strings.Join(offered, ", "))
	}
	return f
}

// remarks adds what else there is to say of an answer: that it took more than
// one request, and that a run will find it at fault. What the contract makes of
// it is the run's to judge.
func (e *examination) remarks(f finding, probe tpp.Probe) finding {
	f.found = slices.Concat(f.found, probe.Notes)
	failing := slices.DeleteFunc(slices.Clone(probe.Findings), func(found evidence.Finding) bool { return !e.cfg.Profile.Fails(found, e.cfg.FailOn) })
	if len(failing) > 0 {
		f = f.warn("nothing now: 'obconform run' judges it", "a run will find %d breaches of the contract in it%s", len(failing), firstOf(failing))
	}
	return f
}

// firstOf is the first finding in words, empty for none.
func firstOf(findings []evidence.Finding) string {
	if len(findings) == 0 {
		return ""
	}
	first := findings[0]
	return fmt.Sprintf(": %s at %s, expected %s, got %s", first.Clause, first.Where, first.Expected, first.Actual)
}

// hosts looks where discovery leads: only to hosts that may be called, and each
// of those can be reached and takes our certificate.
func (e *examination) hosts(ctx context.Context) finding {
	if astray := e.prober.Astray(); astray != "" {
		return fail(Configuration, "if the host is the bank's, add it to target.allowedHosts; if not, tell the bank. No credential was sent there", "%s", astray)
	}
	f := fine("discovery leads to %s", e.base.Host)
	seen := []string{e.base.Host}
	for _, member := range e.prober.EndpointsInUse() {
		text, _ := e.discovery.Answer.Text("/" + member)
		address, err := url.Parse(text)
		if err != nil || address.Host == "" || slices.Contains(seen, address.Host) {
			continue
		}
		seen = append(seen, address.Host)
		f = e.otherHost(ctx, f, address)
	}
	if host := e.tokenHost(); e.cfg.Client.AuthMethod == "tls_client_auth" && host != "" && f.state != Failed && !e.asks[host] {
		f = f.warn("ask the bank which host token requests with a certificate go to: discovery's mtls_endpoint_aliases should name it",
			"client.authMethod is tls_client_auth, and %s does not ask for a certificate", host)
	}
	return f
}

// tokenHost is where token requests go: the alias for mutual TLS, where there is
// one (RFC 8705, section 5).
func (e *examination) tokenHost() string {
	host := ""
	for _, member := range e.prober.EndpointsInUse() {
		text, _ := e.discovery.Answer.Text("/" + member)
		if address, err := url.Parse(text); err == nil && address.Host != "" && strings.HasSuffix(member, "token_endpoint") {
			host = address.Host // the alias comes later
		}
	}
	return host
}

// otherHost adds what the connection to another host of the target's is like.
func (e *examination) otherHost(ctx context.Context, f finding, address *url.URL) finding {
	conn, err := e.prober.Dial(ctx, address)
	if err != nil {
		return f.join(dialFailed(address, e.prober.Proxy(address), err))
	}
	defer func() { _ = conn.Close() }()
	if address.Scheme != "https" {
		return f.with("%s accepts connections", address.Host)
	}
	shaken := e.prober.Shake(ctx, conn, address)
	if shaken.State == nil || shaken.Err != nil && !aboutCertificate(shaken) {
		return f.join(tlsFailed(address.Hostname(), shaken.Err))
	}
	return f.join(e.presented(address.Host, shaken))
}

// join adds another finding, and is as bad as the worse of the two.
func (f finding) join(other finding) finding {
	f.found, f.do = slices.Concat(f.found, other.found), also(f.do, other.do...)
	if other.state == Failed || other.state == Warning && f.state == OK {
		f.state, f.blame = other.state, other.blame
	}
	return f
}

func (e *examination) keySet(ctx context.Context) finding {
	f := finding{state: OK}
	address, _ := e.discovery.Answer.Text("/jwks_uri")
	for _, source := range []struct{ name, address string }{{"jwks_uri", address}, {"target.signatureJwksUrl", e.cfg.Target.SignatureJWKSURL}} {
		if source.address != "" {
			f = f.join(e.keysAt(ctx, source.name, source.address))
		}
	}
	return f
}

// keysAt reads one key set.
func (e *examination) keysAt(ctx context.Context, name, address string) finding {
	probe := e.prober.Keys(ctx, address)
	if f := unheard("the keys of "+name, probe); f.state != "" {
		return f
	}
	answer := probe.Answer
	if answer.Status != http.StatusOK {
		return fail(Target, "ask the bank where its keys are", "%s was answered with %s", name, answer.Refused())
	}
	f := finding{state: OK}
	for _, found := range probe.Findings {
		if found.Clause == contract.DisJWKS || found.Clause == contract.ComJSON {
			f = f.worsen(Target, "ask the bank to mend its key set: what it signs cannot be verified", "%s at %s: expected %s, got %s", name, found.Where, found.Expected, found.Actual)
		}
	}
	if f.state == OK {
		keys, _ := answer.Value("/keys")
		list, _ := keys.([]any)
		f = f.with("%s has %d keys, one at least fit for PS256", name, len(list))
	}
	f.found = slices.Concat(f.found, probe.Notes)
	return f
}
