package mockbank

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// tokenFaults break the client credentials grant and the errors of the token
// endpoint.
func tokenFaults() []fault {
	return []fault{
		{Fault{"tok-200-type-mac", "TOK-200", "A token of client credentials is of the type mac."},
			deviation{misanswer: clientTokens(func(body object) bool { body["token_type"] = "mac"; return true })}},
		{Fault{"tok-200-lifetime-as-text", "TOK-200", "The lifetime of a token is a string."},
			deviation{misanswer: clientTokens(func(body object) bool { body["expires_in"] = "300"; return true })}},
		{Fault{"tok-200-lifetime-missing", "TOK-200", "The lifetime of a token is not said."},
			deviation{misanswer: clientTokens(func(body object) bool { return drop(body, "expires_in") })}},
		{Fault{"tok-200-scope-as-list", "TOK-200", "The scope of a token is a list."},
			deviation{misanswer: clientTokens(func(body object) bool { body["scope"] = []string{scopeAccounts, scopeFunds}; return true })}},
		{Fault{"tok-200-scope-another", "TOK-200", "A token of the bank's first client for accounts says that it is for payments."},
			deviation{misanswer: answering(at(200, issueToken), func(b *Bank, c *call, a *answer) bool {
				accounts := c.client.id == b.tpp.clientID && c.form().Get("scope") == scopeAccounts
				return accounts && setting(at(0), "scope", "payments")(b, c, a)
			})}},
		{Fault{"tok-200-token-with-a-space", "TOK-200", "An access token that no consent is behind ends with a space."},
			deviation{misanswer: clientTokens(func(body object) bool {
				text, _ := body["access_token"].(string)
				body["access_token"] = text + " "
				return true
			})}},
		{Fault{"tok-200-may-be-stored", "TOK-200", "A token answer may be stored by caches."},
			deviation{misanswer: heading(at(200, issueToken), "Cache-Control")}},
		{Fault{"tok-200-with-refresh-token", "TOK-200", "Client credentials get a refresh token."},
			deviation{misanswer: clientTokens(func(body object) bool { body["refresh_token"] = uuid.NewString(); return true })}},
		{Fault{"tok-200-with-id-token", "TOK-200", "Client credentials get an ID token."},
			deviation{misanswer: answering(at(200, issueToken), func(b *Bank, c *call, a *answer) bool {
				if c.form().Get("grant_type") != grantClientCredentials {
					return false
				}
				signed, err := b.signJWT(b.idTokenClaims(c.client.id, uuid.NewString(), ""))
				a.object()["id_token"] = signed
				return err == nil
			})}},
		{Fault{"tok-secret-not-looked-at", "TOK-SECRET", "A client gets a token with a wrong secret."},
			deviation{misread: before(issueToken, func(b *Bank, c *call) bool {
				id, secret, ok := basicCredentials(c.request)
				known, found := b.clients.get(id)
				return ok && found && known.secret != secret && c.authenticateAs(known)
			})}},
		{Fault{"tok-secret-unknown-client", "TOK-SECRET", "A client that the bank does not know gets a token."},
			deviation{misread: before(issueToken, func(b *Bank, c *call) bool {
				id, _, ok := basicCredentials(c.request)
				_, found := b.clients.get(id)
				known, _ := b.clients.get(b.tpp.clientID)
				return ok && !found && b.deviations.memory["deleted "+id] == nil && c.authenticateAs(known)
			}), misanswer: noteDeletion}},
		{Fault{"tok-secret-answers-403", "TOK-SECRET", "A client with a wrong secret is forbidden."},
			deviation{misanswer: answering(at(401, issueToken), func(b *Bank, c *call, a *answer) bool {
				id, _, _ := basicCredentials(c.request)
				_, known := b.clients.get(id)
				return known && relabelling(at(0), 403)(b, c, a)
			})}},
		{Fault{"tok-secret-says-unauthorized-client", "TOK-SECRET", "A client with a wrong secret is told that it may not use the grant."},
			deviation{misanswer: setting(at(401, issueToken), "error", "unauthorized_client")}},
		{Fault{"tok-secret-without-challenge", "TOK-SECRET", "The refusal of wrong Basic credentials has no challenge."},
			deviation{misanswer: heading(at(401, issueToken), "WWW-Authenticate")}},
		{Fault{"tok-grant-unknown-is-invalid-request", "TOK-GRANT", "An unknown grant is called an invalid request."},
			deviation{misanswer: recalling("unsupported_grant_type", "invalid_request")}},
		{Fault{"tok-grant-unknown-is-401", "TOK-GRANT", "An unknown grant is answered with 401."},
			deviation{misanswer: refusedWith("unsupported_grant_type", relabelling(at(400), http.StatusUnauthorized))}},
		{Fault{"tok-grant-missing-is-client-credentials", "TOK-GRANT", "A token request without a grant gets a token."},
			deviation{misread: reforming(func(_ *Bank, _ *call, form url.Values) bool {
				missing := form.Get("grant_type") == ""
				form.Set("grant_type", grantClientCredentials)
				return missing
			})}},
		{Fault{"tok-scope-grants-anything", "TOK-SCOPE", "A scope that was never registered is granted."},
			deviation{misread: reforming(knownScopesOnly), misanswer: answering(at(200, issueToken), func(_ *Bank, c *call, a *answer) bool {
				asked := scopeAsSent(c)
				if asked == "" || slices.Equal(strings.Fields(asked), strings.Fields(c.form().Get("scope"))) {
					return false
				}
				a.object()["scope"] = asked
				return true
			})}},
		{Fault{"tok-scope-is-invalid-request", "TOK-SCOPE", "A scope that was never registered is called an invalid request."},
			deviation{misanswer: recalling("invalid_scope", "invalid_request")}},
		{Fault{"tok-error-unregistered", "TOK-ERROR", "A wrong authorisation code is refused with an error that no one has registered."},
			deviation{misanswer: recalling("invalid_grant", "wrong_code")}},
		{Fault{"tok-error-as-object", "TOK-ERROR", "The error of a wrong authorisation code is an object."},
			deviation{misanswer: refusedWith("invalid_grant", editing(at(400), func(body object) bool {
				body["error"] = object{"code": body["error"]}
				return true
			}))}},
		{Fault{"tok-error-description-empty", "TOK-ERROR", "The description of the error of a wrong authorisation code is empty."},
			deviation{misanswer: refusedWith("invalid_grant", setting(at(400), "error_description", ""))}},
		{Fault{"tok-error-as-open-banking-error", "TOK-ERROR", "A missing grant is refused with the error object of the other APIs."},
			deviation{misanswer: refusedWith("invalid_request", answering(at(400), func(_ *Bank, _ *call, a *answer) bool {
				a.body = refusal(400, "400 BadRequest", problem{code: fieldMissing, message: "grant_type is missing."}).body
				return true
			}))}},
	}
}

// clientTokens changes the answers to the client credentials grant.
func clientTokens(change func(body object) bool) misanswering {
	return answering(at(200, issueToken), func(_ *Bank, c *call, a *answer) bool {
		return c.form().Get("grant_type") == grantClientCredentials && change(a.object())
	})
}

// authenticateAs gives a token request the credentials that its client has.
func (c *call) authenticateAs(known *client) bool {
	request := c.request.Clone(c.request.Context())
	request.SetBasicAuth(url.QueryEscape(known.id), url.QueryEscape(known.secret))
	c.request = request
	return true
}

// refusedWith runs a change on token answers that refuse with an error code.
func refusedWith(code string, change misanswering) misanswering {
	return func(b *Bank, c *call, a *answer) bool {
		refused, ok := a.body.(oauthError)
		return ok && c.is(issueToken) && refused.Error == code && change(b, c, a)
	}
}

// recalling replaces one error code by another.
func recalling(code, other string) misanswering {
	return refusedWith(code, setting(at(0), "error", other))
}

func scopeAsSent(c *call) string {
	values, err := url.ParseQuery(string(c.asSent))
	if err != nil || values.Get("grant_type") != grantClientCredentials {
		return ""
	}
	return values.Get("scope")
}

// knownScopesOnly drops scopes that the bank does not have from a token request.
func knownScopesOnly(_ *Bank, _ *call, form url.Values) bool {
	asked := strings.Fields(form.Get("scope"))
	known := slices.DeleteFunc(slices.Clone(asked), func(scope string) bool {
		return !slices.Contains([]string{scopeOpenID, scopeAccounts, scopeFunds}, scope)
	})
	if form.Get("grant_type") != grantClientCredentials || len(known) == len(asked) {
		return false
	}
	if len(known) == 0 {
		known = []string{scopeAccounts}
	}
	form.Set("scope", strings.Join(known, " "))
	return true
}

// codeFaults break the authorisation code grant.
func codeFaults() []fault {
	return []fault{
		{Fault{"tok-code-without-id-token", "TOK-CODE", "An authorisation code gets no ID token."},
			deviation{misanswer: dropping(at(200, issueToken), "id_token")}},
		{Fault{"tok-code-refuses", "TOK-CODE", "Every authorisation code is refused."},
			deviation{misanswer: answering(at(200, issueToken), func(_ *Bank, c *call, a *answer) bool {
				if c.form().Get("grant_type") != grantAuthorizationCode {
					return false
				}
				*a = invalidGrant()
				return true
			})}},
		{Fault{"tok-code-once-never-used-up", "TOK-CODE-ONCE", "An authorisation code can be used again and again."},
			deviation{misread: redeeming(func(b *Bank, _ url.Values, issued *code) bool {
				again := issued.used
				issued.used = false
				return again
			})}},
		{Fault{"tok-code-once-answers-401", "TOK-CODE-ONCE", "A used authorisation code is refused with 401."},
			deviation{misanswer: refusedWith("invalid_grant", func(b *Bank, c *call, a *answer) bool {
				issued, found := b.codes.get(c.form().Get("code"))
				if !found || !issued.used {
					return false
				}
				a.status = http.StatusUnauthorized
				return true
			})}},
		{Fault{"tok-code-redirect-not-compared", "TOK-CODE-REDIRECT", "An authorisation code is exchanged with another redirect URI than it was issued for."},
			deviation{misread: redeeming(func(_ *Bank, form url.Values, issued *code) bool {
				other := form.Get("redirect_uri") != "" && form.Get("redirect_uri") != issued.redirectURI
				form.Set("redirect_uri", issued.redirectURI)
				return other
			})}},
		{Fault{"tok-code-redirect-made-up-code", "TOK-CODE-REDIRECT", "A made-up authorisation code gets a token."},
			deviation{misread: reforming(func(b *Bank, c *call, form url.Values) bool {
				value := form.Get("code")
				_, issued := b.codes.get(value)
				_, ready := b.predefined[value]
				form.Set("code", b.tpp.credentials.Codes["basic"])
				return form.Get("grant_type") == grantAuthorizationCode && value != "" && !issued && !ready
			})}},
		{Fault{"tok-code-redirect-any-client", "TOK-CODE-REDIRECT", "An authorisation code is exchanged for another client than it was issued to."},
			deviation{misread: before(issueToken, func(b *Bank, c *call) bool {
				id, _, ok := basicCredentials(c.request)
				issued, found := b.codes.get(c.form().Get("code"))
				if !ok || !found || issued.clientID == id {
					return false
				}
				owner, known := b.clients.get(issued.clientID)
				return known && c.authenticateAs(owner)
			})}},
		{Fault{"tok-code-redirect-answers-invalid-client", "TOK-CODE-REDIRECT", "A made-up authorisation code is blamed on the client."},
			deviation{misanswer: refusedWith("invalid_grant", func(b *Bank, c *call, a *answer) bool {
				if _, issued := b.codes.get(c.form().Get("code")); issued {
					return false
				}
				return setting(at(400), "error", "invalid_client")(b, c, a)
			})}},
	}
}

// redeeming changes the exchange of a code that the bank has issued.
func redeeming(change func(b *Bank, form url.Values, issued *code) bool) misreading {
	return reforming(func(b *Bank, _ *call, form url.Values) bool {
		issued, found := b.codes.get(form.Get("code"))
		return found && change(b, form, issued)
	})
}

// idTokenFaults break the ID token of a token answer.
func idTokenFaults() []fault {
	claim := func(name string, value any) misanswering {
		return reissuing(func(_ *Bank, claims object) bool { claims[name] = value; return true })
	}
	dated := func(name string, by time.Duration) misanswering {
		return reissuing(func(b *Bank, claims object) bool { claims[name] = b.now().Add(by).Unix(); return true })
	}
	return []fault{
		{Fault{"tok-idtoken-other-issuer", "TOK-IDTOKEN", "The ID token is of another issuer than discovery names."},
			deviation{misanswer: claim("iss", "https://other-bank.example")}},
		{Fault{"tok-idtoken-other-audience", "TOK-IDTOKEN", "The ID token is for another client."},
			deviation{misanswer: claim("aud", "5f6f0c5e-9a0c-4c89-9a51-2d5c0f1b7a11")}},
		{Fault{"tok-idtoken-expired", "TOK-IDTOKEN", "The ID token has expired when it is issued."},
			deviation{misanswer: dated("exp", -time.Hour)}},
		{Fault{"tok-idtoken-from-the-future", "TOK-IDTOKEN", "The ID token is issued in the future."},
			deviation{misanswer: dated("iat", time.Hour)}},
		{Fault{"tok-idtoken-without-subject", "TOK-IDTOKEN", "The ID token has no subject."},
			deviation{misanswer: reissuing(func(_ *Bank, claims object) bool { return drop(claims, "sub") })}},
		{Fault{"tok-idtoken-nonce-lost", "TOK-IDTOKEN", "The ID token does not repeat the nonce."},
			deviation{misanswer: reissuing(func(_ *Bank, claims object) bool { return drop(claims, "nonce") })}},
		{Fault{"tok-idtoken-nonce-changed", "TOK-IDTOKEN", "The ID token has another nonce than was sent."},
			deviation{misanswer: reissuing(func(b *Bank, claims object) bool {
				_, sent := claims["nonce"]
				claims["nonce"] = b.source.secret()
				return sent
			})}},
		{Fault{"tok-idtoken-by-another-key", "TOK-IDTOKEN", "The ID token is signed with a key that is not published."},
			deviation{misanswer: answering(at(200, issueToken), func(b *Bank, _ *call, a *answer) bool {
				text, _ := a.object()["id_token"].(string)
				if text == "" {
					return false
				}
				signed, err := b.keys.tpp.jwt(claimsOf(text))
				a.object()["id_token"] = signed
				return err == nil
			})}},
		{Fault{"tok-idtoken-altered", "TOK-IDTOKEN", "The signature of the ID token does not verify."},
			deviation{misanswer: editing(at(200, issueToken), func(body object) bool {
				text, _ := body["id_token"].(string)
				cut := strings.LastIndex(text, ".") + 1
				if cut == 0 {
					return false
				}
				body["id_token"] = text[:cut] + text[cut+1:] + text[cut:cut+1]
				return true
			})}},
		{Fault{"tok-idtoken-altered-in-the-redirect", "TOK-IDTOKEN", "The signature of the ID token that comes with the code does not verify."},
			deviation{misanswer: answering(at(http.StatusFound, authorize), func(_ *Bank, _ *call, a *answer) bool {
				before, token, there := strings.Cut(a.header.Get("Location"), "id_token=")
				token, rest, _ := strings.Cut(token, "&")
				cut := strings.LastIndex(token, ".") + 1
				if !there || cut == 0 {
					return false
				}
				a.header.Set("Location", before+"id_token="+token[:cut]+token[cut+1:]+token[cut:cut+1]+"&"+rest)
				return true
			})}},
		{Fault{"tok-idtoken-missing-in-the-redirect", "TOK-IDTOKEN", "No ID token comes with the code, although one was asked for."},
			deviation{misanswer: answering(at(http.StatusFound, authorize), func(_ *Bank, _ *call, a *answer) bool {
				before, after, there := strings.Cut(a.header.Get("Location"), "id_token=")
				_, rest, _ := strings.Cut(after, "&")
				a.header.Set("Location", before+rest)
				return there
			})}},
		{Fault{"tok-idtoken-consent-missing", "TOK-IDTOKEN-CONSENT", "The ID token names no consent."},
			deviation{misanswer: reissuing(func(_ *Bank, claims object) bool { return drop(claims, "openbanking_intent_id") })}},
		{Fault{"tok-idtoken-consent-another", "TOK-IDTOKEN-CONSENT", "The ID token names another consent."},
			deviation{misanswer: claim("openbanking_intent_id", "5f6f0c5e-9a0c-4c89-9a51-2d5c0f1b7a11")}},
	}
}
