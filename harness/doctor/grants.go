package doctor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/tpp"
)

func (e *examination) accountsScope() string { return e.cfg.Client.Scopes.Accounts }
func (e *examination) fundsScope() string    { return e.cfg.Client.Scopes.Funds }

// managementScope is empty where no management token is asked for.
func (e *examination) managementScope() string {
	registration := e.cfg.Registration
	if registration.ManagementAuth != "bearer" || !registration.Get && !registration.Put && !registration.Delete {
		return ""
	}
	return registration.ManagementScope
}

// token is the step of that name that asks for a client-credentials token of a
// scope, which stands under the key.
func token(name, key string, scopeOf func(*examination) string) func(*examination, context.Context) finding {
	return func(e *examination, ctx context.Context) finding {
		scope := scopeOf(e)
		if scope == "" {
			return skip("no registration is managed by a bearer token (registration.managementAuth, get, put, delete)")
		}
		if e.refusedAt != "" {
			return blocked("the client's proof was refused at the step %q, and is not shown again", e.refusedAt)
		}
		probe := e.prober.Token(ctx, scope)
		f := e.issued(probe, key)
		switch {
		case probe.Answer != nil && isProofRefused(probe.Answer):
			e.refusedAt = name
		case f.state != Failed:
			f = f.with("the client proved itself by %s", e.cfg.Client.AuthMethod)
		}
		granted, named := answerText(probe, "/scope")
		for _, word := range strings.Fields(scope) {
			if f.state != Failed && named && !slices.Contains(strings.Fields(granted), word) {
				f = f.worsen(Target, "have the client registered for that scope, or mend "+key, "the scope granted is %q, without %q", granted, word)
			}
		}
		return f
	}
}

// secondClient asks for a token of the other TPP: without it, what must be
// refused across clients would be refused for the wrong reason.
func (e *examination) secondClient(ctx context.Context) finding {
	second := e.cfg.SecondClient
	if !second.ID.IsSet() || !second.Secret.IsSet() {
		return skip("none is configured (secondClient.id and secondClient.secret)")
	}
	probe := e.prober.OtherToken(ctx, e.accountsScope())
	if f := e.issued(probe, "client.scopes.accounts"); f.state != Failed || f.blame != Target {
		return f
	}
	return fail(Target, "check secondClient.id and secondClient.secret, and that this client has the scope client.scopes.accounts; or take it out", "no token: %s", probe.Answer.Refused())
}

// isProofRefused tells a refusal of the client from one of what it asks for.
func isProofRefused(answer *tpp.Answer) bool {
	code, _ := answer.Text("/error")
	return answer.Status == http.StatusUnauthorized || code == "invalid_client"
}

func answerText(probe tpp.Probe, pointer string) (text string, ok bool) {
	if probe.Answer == nil {
		return "", false
	}
	return probe.Answer.Text(pointer)
}

// issued says whether the token endpoint gave a token. That is all that is made
// at the target: it ends by itself.
func (e *examination) issued(probe tpp.Probe, key string) finding {
	if f := unheard("the token endpoint", probe); f.state != "" {
		return f
	}
	value, _ := probe.Answer.Text("/access_token")
	created := probe.Answer.Status == http.StatusCreated && value != "" // a habit of the live bank's
	if value == "" || probe.Answer.Status != http.StatusOK && !created {
		return fail(Target, e.afterRefusal(probe, key), "no token: %s", probe.Answer.Refused())
	}
	f := fine("a token was given")
	if life, ok := probe.Answer.Number("/expires_in"); ok {
		f = f.with("it lives %g s", life)
	}
	return e.remarks(f, probe)
}

// afterRefusal says what to do by the error that came (RFC 6749, section 5.2).
func (e *examination) afterRefusal(probe tpp.Probe, key string) string {
	code, _ := probe.Answer.Text("/error")
	proof := map[string]string{
		"client_secret_basic": "client.id and client.secret",
		"client_secret_post":  "client.id and client.secret",
		"private_key_jwt":     "client.id, client.signingKeyFile and client.signingKeyId (are they those that the bank knows?), client.assertionAudience, and the clock",
		"tls_client_auth":     "client.id, and that the client is registered with the subject of this certificate",
	}[e.cfg.Client.AuthMethod]
	switch code {
	case "invalid_scope":
		return "check " + key + " against what this client is registered for"
	case "unauthorized_client", "unsupported_grant_type":
		return "have the client registered for this grant type"
	case "invalid_grant":
		return "get a new one for " + key + "; also check client.redirectUri: it has to be the one that the code was made for"
	}
	return "check " + proof + "; and that client.authMethod is what the client is registered for"
}

// ready is one code or token of the configuration.
type ready struct {
	key    string // under consents.codes or consents.tokens
	secret config.Secret
}

// consent is the step that tries what the configuration holds ready in place of
// a consent of a scope. It makes no consent.
func consent(scope string) func(*examination, context.Context) finding {
	return func(e *examination, ctx context.Context) finding {
		consents := e.cfg.Consents
		switch consents.Way {
		case "codes":
			if !consents.CodesReusable {
				return skip("a code that is good only once is not tried: it would be used up (consents.codesReusable)")
			}
			return e.each("consents.codes.", codesOf(consents.Codes, scope), func(one ready) tpp.Probe {
				return e.prober.Code(ctx, one.secret, one.key, scope)
			}, e.issued)
		case "token":
			return e.tokens(ctx, scope)
		case "headless":
			return skip("nothing is tried: a consent would have to be created, which a run does")
		}
		return skip("consents.way is %s: what needs an authorised consent is not exercised in a run", consents.Way)
	}
}

func codesOf(codes config.Codes, scope string) []ready {
	if scope == contract.ScopeFunds {
		return []ready{{"fundsConfirmations", codes.Funds}}
	}
	return []ready{{"accounts", codes.Accounts}, {"basic", codes.Basic}, {"detail", codes.Detail}}
}

func tokensOf(tokens config.Tokens, scope string) []ready {
	if scope == contract.ScopeFunds {
		return []ready{{"fundsConfirmations", tokens.Funds}}
	}
	return []ready{{"accounts", tokens.Accounts}, {"basic", tokens.Basic}, {"detail", tokens.Detail}}
}

// tokens tries ready tokens: refresh tokens at the token endpoint, access tokens
// by reading accounts.
func (e *examination) tokens(ctx context.Context, scope string) finding {
	list := tokensOf(e.cfg.Consents.Tokens, scope)
	if e.cfg.Consents.TokenKind == "refresh" {
		return e.each("consents.tokens.", list, func(one ready) tpp.Probe { return e.prober.Refresh(ctx, one.secret, scope) }, e.refreshed)
	}
	if scope == contract.ScopeFunds {
		return skip("an access token for funds confirmations is not tried: it opens nothing but a confirmation, which would be created")
	}
	return e.each("consents.tokens.", list, func(one ready) tpp.Probe { return e.prober.Accounts(ctx, one.secret) }, e.opened)
}

// each tries those that are configured.
func (e *examination) each(under string, list []ready, try func(ready) tpp.Probe, judge func(tpp.Probe, string) finding) finding {
	f := finding{state: OK}
	for _, one := range list {
		if !one.secret.IsSet() {
			continue
		}
		tried := judge(try(one), under+one.key)
		for i, found := range tried.found {
			tried.found[i] = under + one.key + ": " + found
		}
		f = f.join(tried)
	}
	if len(f.found) == 0 {
		return skip("%s%s is not configured", under, list[0].key)
	}
	return f
}

// refreshed warns of a target that gives a new refresh token with each use.
func (e *examination) refreshed(probe tpp.Probe, key string) finding {
	f := e.issued(probe, key)
	if next, ok := answerText(probe, "/refresh_token"); ok && next != "" && f.state != Failed && !e.isConfigured(next) {
		f = f.warn("get a new refresh token before a run, and do not try it here: this target replaces it whenever it is used", "the target replaced it: the configured one may be used up")
	}
	return f
}

// isConfigured tells whether a token is one of the configuration's own.
func (e *examination) isConfigured(value string) bool {
	tokens := e.cfg.Consents.Tokens
	return slices.ContainsFunc([]config.Secret{tokens.Accounts, tokens.Funds, tokens.Basic, tokens.Detail}, func(s config.Secret) bool { return s.Reveal() == value })
}

// opened says whether an access token opens accounts. What they hold is nobody's
// business here.
func (e *examination) opened(probe tpp.Probe, key string) finding {
	if f := unheard("the accounts", probe); f.state != "" {
		return f
	}
	if probe.Answer.Status != http.StatusOK {
		do := fmt.Sprintf("get a new access token for %s: it may have expired, or be for another consent", key)
		if probe.Answer.Status == http.StatusNotFound {
			do = "check target.paths.accounts"
		}
		return fail(Target, do, "the accounts cannot be read: %s", probe.Answer.Refused())
	}
	value, _ := probe.Answer.Value("/Data/Account")
	list, _ := value.([]any)
	return e.remarks(fine("it opens %d accounts", len(list)), probe)
}
