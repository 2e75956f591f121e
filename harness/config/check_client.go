package config

import (
	"net/url"
	"regexp"
	"unicode/utf8"
)

// The client authentication methods (OpenID Connect Core 1.0 section 9, RFC
// 8705 section 2.1.1) and the ways to an authorised consent (R12).
const (
	clientSecretBasic = "client_secret_basic"
	clientSecretPost  = "client_secret_post"
	privateKeyJWT     = "private_key_jwt"
	tlsClientAuth     = "tls_client_auth"

	wayHeadless = "headless"
	wayCodes    = "codes"
	wayToken    = "token"
)

// usesSecret says whether the authentication method sends the client's secret.
func usesSecret(method string) bool {
	return method == clientSecretBasic || method == clientSecretPost
}

// scopeForm is RFC 6749 section 3.3's scope.
var scopeForm = regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$`)

const aSecret = `{"env": "NAME"} or {"file": "path"}`

func (l *loader) checkClient() {
	client := l.cfg.Client
	if !client.ID.IsSet() {
		l.breach("client.id", aSecret, "none")
	}
	if usesSecret(client.AuthMethod) && !client.Secret.IsSet() {
		l.breach("client.secret", aSecret+", which client.authMethod "+client.AuthMethod+" asks for", "none")
	}
	if client.AuthMethod == tlsClientAuth && l.cfg.TLS.CertificateFile == "" && l.cfg.TLS.PKCS12File == "" {
		l.breach("tls.certificateFile", "a client certificate (or tls.pkcs12File), which client.authMethod "+tlsClientAuth+" asks for", "none")
	}
	l.checkSendScopeOn()
	for _, scope := range [][2]string{
		{"client.scopes.accounts", client.Scopes.Accounts},
		{"client.scopes.fundsConfirmations", client.Scopes.Funds},
		{"registration.managementScope", l.cfg.Registration.ManagementScope},
	} {
		if !scopeForm.MatchString(scope[1]) {
			l.breach(scope[0], "scope values with single blanks between them", quote(scope[1]))
		}
	}
	l.checkRedirectURI(client.RedirectURI)
}

// checkRedirectURI: Open Banking registers https addresses alone, and RFC 6749
// section 3.1.2 forbids the fragment.
func (l *loader) checkRedirectURI(uri string) {
	const key = "client.redirectUri"
	asking := ""
	switch {
	case l.registers():
		asking = "registration.register"
	case l.cfg.Consents.Way == wayHeadless || l.cfg.Consents.Way == wayCodes:
		asking = "consents.way " + l.cfg.Consents.Way
	case l.hasCodesOfStates():
		asking = "consents.codes"
	}
	if uri == "" && asking == "" {
		return
	}
	if uri == "" {
		l.breach(key, "an absolute https address, which "+asking+" asks for", "none")
		return
	}
	if parsed := l.checkAddress(key, uri); parsed != nil && parsed.Scheme != "https" {
		l.breach(key, "an absolute https address", quote((&url.URL{Scheme: parsed.Scheme, Host: parsed.Host}).String()))
	}
}

// hasCodesOfStates says whether there are codes that are traded whatever the way
// to a consent is.
func (l *loader) hasCodesOfStates() bool {
	codes := l.cfg.Consents.Codes
	return codes.Rejected.IsSet() || codes.Revoked.IsSet() || codes.Expired.IsSet() || codes.NoPermission.IsSet()
}

func (l *loader) checkSecondClient() {
	first, second := l.cfg.Client, l.cfg.SecondClient
	if second.Secret.IsSet() && !second.ID.IsSet() {
		l.breach("secondClient.id", aSecret+" beside secondClient.secret", "none")
	}
	if second.ID.IsSet() && usesSecret(first.AuthMethod) && !second.Secret.IsSet() {
		l.breach("secondClient.secret", aSecret+" beside secondClient.id", "none")
	}
	if second.ID.IsSet() && second.ID.Reveal() == first.ID.Reveal() {
		l.breach("secondClient.id", "another client than client.id", "the same (not shown)")
	}
}

// registers says whether the run is known to register clients.
func (l *loader) registers() bool {
	return l.cfg.Registration.Register && !l.faulty("registration.register")
}

func (l *loader) checkRegistration() {
	registration := l.cfg.Registration
	if !l.registers() {
		if registration.ManagementAuth == "basic" && registration.Get && !l.cfg.Client.Secret.IsSet() {
			l.breach("client.secret", aSecret+", which registration.managementAuth basic asks for", "none")
		}
		return
	}
	const because = ", which registration.register asks for (false where the target registers nobody)"
	if registration.Audience == "" {
		l.breach("registration.audience", "the bank's identifier for the aud claim"+because, "none")
	}
	if !registration.SoftwareStatement.IsSet() {
		l.breach("registration.softwareStatement", aSecret+because, "none")
	}
	if registration.SoftwareID == "" {
		l.breach("registration.softwareId", "the directory's identifier of the software"+because, "none")
	}
	if mayRegister := l.cfg.Kind() == Mock || l.cfg.Target.AllowDestructive; mayRegister && !registration.Delete {
		l.warn("registration.delete", "the registrations that a run makes stay behind, since it is false and registration.register is true")
	}
}

func (l *loader) checkConsents() {
	consents := l.cfg.Consents
	if consents.IntentClaim == "" {
		l.breach("consents.intentClaim", "the name of an ID token's claim", "none")
	}
	if consents.Way == wayCodes && !consents.Codes.Accounts.IsSet() && !consents.Codes.Funds.IsSet() {
		l.breach("consents.codes", "accounts or fundsConfirmations, which consents.way codes asks for", "neither")
	}
	if consents.Way == wayToken && !consents.Tokens.Accounts.IsSet() && !consents.Tokens.Funds.IsSet() {
		l.breach("consents.tokens", "accounts or fundsConfirmations, which consents.way token asks for", "neither")
	}
	for _, id := range [][2]string{
		{"consents.consentIds.accounts", consents.ConsentIDs.Accounts},
		{"consents.consentIds.fundsConfirmations", consents.ConsentIDs.Funds},
	} {
		if utf8.RuneCountInString(id[1]) > 128 {
			l.breach(id[0], "at most 128 characters", quote(id[1]))
		}
	}
	l.checkResponseMode()
}

// checkResponseMode: OAuth 2.0 Multiple Response Type Encoding Practices,
// section 3.0, keeps tokens out of the query.
func (l *loader) checkResponseMode() {
	const key = "consents.responseMode"
	switch mode := l.cfg.Consents.ResponseMode; {
	case mode == "form_post":
		l.breach(key, "query or fragment", quote(mode)+", which is not available in this version")
	case mode != "" && mode != "query" && mode != "fragment":
		l.breach(key, "query or fragment", quote(mode))
	case mode == "query" && l.cfg.Consents.ResponseType == "code id_token":
		l.breach(key, "fragment, since consents.responseType is code id_token", quote(mode))
	}
}

// checkSendScopeOn takes an empty list: most targets want the scope in requests
// for client credentials alone.
func (l *loader) checkSendScopeOn() {
	if len(l.cfg.Client.SendScopeOn) > 0 {
		l.subset("client.sendScopeOn", l.cfg.Client.SendScopeOn, []string{"authorization_code", "refresh_token"})
	}
}
