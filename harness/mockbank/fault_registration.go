package mockbank

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// registrationFaults break the answer to a valid registration, and accept what
// is no signed request at all.
func registrationFaults() []fault {
	created := at(201, registerClient)
	return []fault{
		{Fault{"com-body-client-id-no-uuid", "COM-BODY", "The identifier of a new client is no UUID."},
			deviation{misanswer: renaming(func(_ *Bank, of *client) string { return strings.ReplaceAll(of.id, "-", "") })}},
		{Fault{"com-body-two-spellings-disagree", "COM-BODY", "A registration has one member in both spellings, with different values."},
			deviation{misanswer: editing(registrationAnswers(), func(body object) bool {
				_, given := body["applicationType"]
				body["application_type"] = "mobile"
				return given
			})}},
		{Fault{"com-body-software-id-too-long", "COM-BODY", "The software identifier of a registration is neither a UUID nor 22 characters of Base62."},
			deviation{misanswer: editing(registrationAnswers(), func(body object) bool {
				id, given := body["software_id"].(string)
				body["software_id"] = "software_" + id
				return given
			})}},
		{Fault{"dcr-201-answers-500", "DCR-201", "Every registration is an internal error."},
			deviation{misanswer: saying(created, 500)}},
		{Fault{"dcr-201-refuses", "DCR-201", "Every registration is refused."},
			deviation{misanswer: saying(created, 403)}},
		{Fault{"dcr-201-echo-adds-a-redirect", "DCR-201-ECHO", "A registration has a redirect URI that was not asked for."},
			deviation{misanswer: reregistering(func(registered *metadata) bool {
				registered.redirectURIs = append(slices.Clone(registered.redirectURIs), "https://tpp.example/yet-another")
				return true
			})}},
		{Fault{"dcr-201-echo-adds-a-grant", "DCR-201-ECHO", "A registration has a grant type that was not asked for."},
			deviation{misanswer: reregistering(func(registered *metadata) bool {
				had := slices.Contains(registered.grantTypes, grantRefreshToken)
				registered.grantTypes = unique(append(slices.Clone(registered.grantTypes), grantRefreshToken))
				return !had
			})}},
		{Fault{"dcr-201-echo-widens-the-scope", "DCR-201-ECHO", "A registration has a scope that was not asked for."},
			deviation{misanswer: reregistering(func(registered *metadata) bool {
				registered.scopes = append(slices.Clone(registered.scopes), "payments")
				return true
			})}},
		{Fault{"dcr-201-echo-other-algorithm", "DCR-201-ECHO", "A registration has an algorithm that was not asked for and that discovery does not list."},
			deviation{misanswer: reregistering(func(registered *metadata) bool { registered.idTokenAlg = "ES256"; return true })}},
		{Fault{"dcr-201-unique-not", "DCR-201-UNIQUE", "Registering again gives the client that there is already."},
			deviation{misanswer: sameClientAgain}},
		{Fault{"dcr-201-usable-only-later", "DCR-201-USABLE", "The token endpoint does not know clients that registered themselves."},
			deviation{misanswer: answering(at(200, issueToken), func(b *Bank, c *call, a *answer) bool {
				if c.client.anyMethod {
					return false
				}
				*a = oauthRefusal(401, "invalid_client", "The client could not be authenticated.").with("WWW-Authenticate", `Basic realm="mockbank"`)
				return true
			})}},
		{Fault{"dcr-400-syntax-empty", "DCR-400-SYNTAX", "An empty body registers a client."},
			deviation{misread: registeringAnyway(func(_ *Bank, body []byte) bool { return len(body) == 0 })}},
		{Fault{"dcr-400-syntax-no-jws", "DCR-400-SYNTAX", "A body that is no JWS registers a client."},
			deviation{misread: registeringAnyway(func(_ *Bank, body []byte) bool {
				return len(body) > 0 && bytes.Count(body, []byte(".")) != 2 && !fiveParts(body)
			})}},
		{Fault{"dcr-400-syntax-five-parts", "DCR-400-SYNTAX", "A token of five parts registers a client."},
			deviation{misread: registeringAnyway(func(_ *Bank, body []byte) bool { return fiveParts(body) })}},
		{Fault{"dcr-400-syntax-no-base64", "DCR-400-SYNTAX", "A JWS that is not in Base64url registers a client."},
			deviation{misread: registeringAnyway(func(_ *Bank, body []byte) bool { return threeParts(body) && !isBase64(body) })}},
		{Fault{"dcr-400-syntax-payload-no-json", "DCR-400-SYNTAX", "A JWS whose payload is not JSON registers a client."},
			deviation{misread: registeringAnyway(func(_ *Bank, body []byte) bool {
				return threeParts(body) && isBase64(body) && protectedHeader(string(body)) != nil && claimsOf(string(body)) == nil
			})}},
		{Fault{"dcr-400-syntax-answers-403", "DCR-400-SYNTAX", "A body that is no JWS is forbidden."},
			deviation{misanswer: answering(at(400, registerClient), func(b *Bank, c *call, a *answer) bool {
				return claimsOf(string(c.body)) == nil && saying(at(400), 403)(b, c, a)
			})}},
		{Fault{"dcr-400-signature-not-verified", "DCR-400-SIGNATURE", "The signature of a registration request is not verified."},
			deviation{misread: resigningForged("PS256")}},
		{Fault{"dcr-400-signature-none", "DCR-400-SIGNATURE", "A registration request that is not signed at all registers a client."},
			deviation{misread: resigningForged("none")}},
		{Fault{"dcr-400-signature-hs256", "DCR-400-SIGNATURE", "A registration request signed with a shared key registers a client."},
			deviation{misread: resigningForged("HS256")}},
		{Fault{"dcr-400-signature-answers-403", "DCR-400-SIGNATURE", "A registration request with a wrong signature is forbidden."},
			deviation{misanswer: answering(at(400, registerClient), func(b *Bank, c *call, a *answer) bool {
				return b.forged(c, "PS256") && saying(at(400), 403)(b, c, a)
			})}},
	}
}

func registrationAnswers() spot { return at(0, registerClient, getClient, updateClient) }

// renaming gives a new client another identifier.
func renaming(name func(b *Bank, of *client) string) misanswering {
	return answering(at(201, registerClient), func(b *Bank, _ *call, a *answer) bool {
		body := a.object()
		id, _ := body["client_id"].(string)
		of, known := b.clients.get(id)
		if !known {
			return false
		}
		b.clients.remove(of.id)
		of.id = name(b, of)
		b.clients.put(of.id, of)
		body["client_id"], body["aud"] = of.id, of.id
		return true
	})
}

// reregistering changes what a new client has registered.
func reregistering(change func(registered *metadata) bool) misanswering {
	return answering(at(201, registerClient), func(b *Bank, _ *call, a *answer) bool {
		id, _ := a.object()["client_id"].(string)
		of, known := b.clients.get(id)
		if !known || !change(&of.registered) {
			return false
		}
		a.body = b.describe(a.status, of).body
		return true
	})
}

// sameClientAgain answers a registration with the client of the one before, as
// long as that is there.
func sameClientAgain(b *Bank, c *call, a *answer) bool {
	if !c.is(registerClient) || a.status != 201 {
		return false
	}
	id, _ := a.object()["client_id"].(string)
	fresh, known := b.clients.get(id)
	if !known {
		return false
	}
	previousID, _ := b.deviations.memory["client"].(string)
	previous, there := b.clients.get(previousID)
	if !there {
		b.deviations.memory["client"] = id
		return false
	}
	b.clients.remove(id)
	previous.registered, previous.keys = fresh.registered, fresh.keys
	a.body = b.describe(a.status, previous).body
	return true
}

// soundRegistration is a request that the bank accepts.
func (b *Bank) soundRegistration() object {
	const lifetime = 300 // seconds
	now, c := b.now().Unix(), b.tpp.credentials
	return object{
		"iss": c.SoftwareID, "iat": now, "exp": now + lifetime, "aud": b.issuer(), "jti": uuid.NewString(),
		"redirect_uris":                []string{c.RedirectURIs[0]},
		"token_endpoint_auth_method":   methodBasic,
		"grant_types":                  []string{grantAuthorizationCode, grantClientCredentials},
		"response_types":               []string{responseTypeHybrid},
		"software_id":                  c.SoftwareID,
		"scope":                        scopeOpenID + " " + scopeAccounts,
		"software_statement":           c.SoftwareStatement,
		"application_type":             "web",
		"id_token_signed_response_alg": string(jose.PS256),
		"request_object_signing_alg":   string(jose.PS256),
	}
}

// registeringAnyway takes a body of some kind for a valid request.
func registeringAnyway(when func(b *Bank, body []byte) bool) misreading {
	return before(registerClient, func(b *Bank, c *call) bool {
		return when(b, c.body) && b.resign(c, b.soundRegistration())
	})
}

func threeParts(body []byte) bool { return bytes.Count(body, []byte(".")) == 2 }

func fiveParts(body []byte) bool { return bytes.Count(body, []byte(".")) == 4 }

func isBase64(body []byte) bool {
	for part := range bytes.SplitSeq(body, []byte(".")) {
		if _, err := base64.RawURLEncoding.DecodeString(string(part)); err != nil {
			return false
		}
	}
	return true
}

// forged tells whether a request has claims, says it is signed in that way, and
// is not signed by its TPP.
func (b *Bank) forged(c *call, algorithm string) bool {
	text := string(c.body)
	if claimsOf(text) == nil || protectedHeader(text)["alg"] != algorithm {
		return false
	}
	if algorithm != string(jose.PS256) {
		return true
	}
	request, err := parseCompact(text)
	return err == nil && !request.verifies(keySet{b.keys.tpp.id: &b.keys.tpp.private.PublicKey})
}

// resigningForged accepts a forged request as it is.
func resigningForged(algorithm string) misreading {
	return before(registerClient, func(b *Bank, c *call) bool {
		return b.forged(c, algorithm) && b.resign(c, claimsOf(string(c.body)))
	})
}
