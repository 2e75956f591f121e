package mockbank

import (
	"net/http"
	"slices"
	"time"
)

// refusalFaults judge access tokens wrongly.
func refusalFaults() []fault {
	return []fault{
		{Fault{"com-401-missing-reads-accounts", "COM-401-MISSING", "The list of accounts is open to requests without a token."},
			deviation{misread: admitting(listAccounts, withoutCredentials)}},
		{Fault{"com-401-missing-creates-consents", "COM-401-MISSING", "Funds confirmation consents are made without a token."},
			deviation{misread: admitting(createFundsConsent, withoutCredentials)}},
		{Fault{"com-401-missing-answers-403", "COM-401-MISSING", "An account access consent without a token is forbidden."},
			deviation{misanswer: unauthorisedAs(403, withoutCredentials, createAccountConsent)}},
		{Fault{"com-401-missing-answers-400", "COM-401-MISSING", "A request for an account without a token is refused with 400."},
			deviation{misanswer: unauthorisedAs(400, withoutCredentials, getAccount)}},
		{Fault{"com-401-invalid-accepts-any-token", "COM-401-INVALID", "The list of accounts is open to tokens that were never issued."},
			deviation{misread: admitting(listAccounts, withUnknownToken)}},
		{Fault{"com-401-invalid-compares-loosely", "COM-401-INVALID", "A token with one character changed still makes account access consents."},
			deviation{misread: admitting(createAccountConsent, withAlteredToken)}},
		{Fault{"com-401-invalid-ignores-the-scheme", "COM-401-INVALID", "Funds confirmation consents are made with Digest credentials."},
			deviation{misread: admitting(createFundsConsent, withScheme("digest"))}},
		{Fault{"com-401-invalid-answers-403", "COM-401-INVALID", "An account access consent with an unknown token is forbidden."},
			deviation{misanswer: unauthorisedAs(403, withUnknownToken, createAccountConsent)}},
		{Fault{"com-401-expired-never", "COM-401-EXPIRED", "A token that says it lives two seconds opens everything for ever."},
			deviation{prepare: shortLives, misread: outlivingTokens}},
		{Fault{"com-401-expired-answers-403", "COM-401-EXPIRED", "A token that has expired is forbidden."},
			deviation{prepare: shortLives, misanswer: unauthorisedAs(403, (*Bank).presentsExpired)}},
		{Fault{"com-403-scope-not-looked-at", "COM-403-SCOPE", "Account access consents are made with tokens of any scope."},
			deviation{misread: admitting(createAccountConsent, withOtherScope)}},
		{Fault{"com-403-scope-reads-accounts", "COM-403-SCOPE", "Accounts are listed for tokens of any scope."},
			deviation{misread: admitting(listAccounts, withOtherScope)}},
		{Fault{"com-403-scope-answers-401", "COM-403-SCOPE", "A funds confirmation consent with a token of another scope is answered with 401."},
			deviation{misanswer: forbiddenAs(401, withOtherScope, createFundsConsent)}},
		{Fault{"com-403-grant-client-reads-accounts", "COM-403-GRANT", "Client credentials alone list accounts."},
			deviation{misread: admitting(listAccounts, withOtherGrant)}},
		{Fault{"com-403-grant-customer-makes-consents", "COM-403-GRANT", "A token of an authorisation code makes funds confirmation consents."},
			deviation{misread: admitting(createFundsConsent, withOtherGrant)}},
		{Fault{"com-403-grant-answers-404", "COM-403-GRANT", "Accounts are not found for client credentials."},
			deviation{misanswer: forbiddenAs(404, withOtherGrant, listAccounts, getAccount)}},
	}
}

// condition is what a request's credentials are like.
type condition func(b *Bank, c *call) bool

func withoutCredentials(_ *Bank, c *call) bool { return c.request.Header.Get("Authorization") == "" }

func withScheme(wanted string) condition {
	return func(_ *Bank, c *call) bool {
		scheme, _ := credentials(c.request)
		return scheme == wanted
	}
}

func withUnknownToken(b *Bank, c *call) bool {
	scheme, value := credentials(c.request)
	_, known := b.tokens.get(value)
	return scheme == "bearer" && !known && !withAlteredToken(b, c)
}

// withAlteredToken finds a token that differs from the one presented in a single
// character.
func withAlteredToken(b *Bank, c *call) bool {
	scheme, value := credentials(c.request)
	if _, known := b.tokens.get(value); known || scheme != "bearer" {
		return false
	}
	for issued := range b.tokens.entries {
		if differences(issued, value) == 1 {
			return true
		}
	}
	return false
}

func differences(a, b string) int {
	count := max(len(a), len(b)) - min(len(a), len(b))
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			count++
		}
	}
	return count
}

func (b *Bank) presentsExpired(c *call) bool {
	_, value := credentials(c.request)
	known, ok := b.tokens.get(value)
	return ok && !b.now().Before(known.expires)
}

func withOtherScope(b *Bank, c *call) bool {
	known, ok := b.presented(c)
	return ok && c.op != nil && known.grant == c.op.auth && !slices.Contains(known.scopes, c.op.scope)
}

func withOtherGrant(b *Bank, c *call) bool {
	known, ok := b.presented(c)
	return ok && c.op != nil && known.grant != c.op.auth
}

// admitting opens an operation to requests that should be refused.
func admitting(name string, when condition) misreading {
	return before(name, func(b *Bank, c *call) bool {
		if !when(b, c) {
			return false
		}
		b.admit(c)
		return true
	})
}

func unauthorisedAs(status int, when condition, names ...string) misanswering {
	return refusedAs(at(http.StatusUnauthorized, names...), status, when)
}

func forbiddenAs(status int, when condition, names ...string) misanswering {
	return refusedAs(at(http.StatusForbidden, names...), status, when)
}

// refusedAs answers another status where a request's credentials are refused.
func refusedAs(where spot, status int, when condition) misanswering {
	instead := saying(where, status)
	return func(b *Bank, c *call, a *answer) bool { return when(b, c) && instead(b, c, a) }
}

// shortLives makes tokens expire soon enough to be waited for.
func shortLives(b *Bank) { b.options.TokenLifetime = 2 * time.Second }

// outlivingTokens renews a token that has expired.
func outlivingTokens(b *Bank, c *call) bool {
	if !b.presentsExpired(c) {
		return false
	}
	_, value := credentials(c.request)
	expired, _ := b.tokens.get(value)
	renewed := b.newToken(expired.clientID, expired.grant, expired.scopes, expired.consentID)
	c.setHeader("Authorization", "Bearer "+renewed.value)
	return true
}
