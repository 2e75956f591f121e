package mockbank

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// registrationClaimFaults accept registrations whose claims are missing or of a
// wrong type: one fault a claim for each.
func registrationClaimFaults() []fault {
	var table []fault
	for _, claim := range []string{
		"iss", "iat", "exp", "aud", "jti", "token_endpoint_auth_method", "grant_types",
		"application_type", "id_token_signed_response_alg", "request_object_signing_alg",
	} {
		id := "dcr-400-claims-without-" + strings.ReplaceAll(claim, "_", "-")
		table = append(table, fault{Fault{id, "DCR-400-CLAIMS", "A registration without " + claim + " is accepted."},
			deviation{misread: resigning(registerClient, func(b *Bank, claims object) bool {
				return filling(claims, claim, b.soundRegistration()[claim])
			})}})
	}
	for _, claim := range []string{
		"iss", "iat", "exp", "aud", "jti", "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types",
		"software_id", "scope", "application_type", "id_token_signed_response_alg", "request_object_signing_alg",
	} {
		id := "dcr-400-claims-wrong-type-" + strings.ReplaceAll(claim, "_", "-")
		table = append(table, fault{Fault{id, "DCR-400-CLAIMS", "A registration whose " + claim + " is of the wrong type is accepted."},
			deviation{misread: resigning(registerClient, func(b *Bank, claims object) bool {
				value, given := claims[claim]
				sound := b.soundRegistration()[claim]
				if !given || sameType(value, sound) || claim == "aud" && sameType(value, []string{}) {
					return false
				}
				claims[claim] = sound
				return true
			})}})
	}
	return table
}

// sameType compares the JSON types of a parsed value and of one made here.
func sameType(parsed, made any) bool {
	switch made.(type) {
	case string:
		_, same := parsed.(string)
		return same
	case []string:
		elements, same := parsed.([]any)
		return same && !slices.ContainsFunc(elements, func(one any) bool { _, text := one.(string); return !text })
	default:
		text, err := marshal(parsed)
		return err == nil && strings.Trim(string(text), "0123456789.eE+-") == ""
	}
}

// registrationRefusalFaults accept registrations that a rule of their own
// forbids.
func registrationRefusalFaults() []fault {
	accepting := func(change func(b *Bank, claims object) bool) deviation {
		return deviation{misread: resigning(registerClient, change)}
	}
	redirects := func(unfit func(string) bool) deviation {
		return accepting(func(b *Bank, claims object) bool {
			return mend(claims, "redirect_uris", b.tpp.credentials.RedirectURIs[0], unfit)
		})
	}
	return []fault{
		{Fault{"dcr-400-time-expired", "DCR-400-TIME", "A registration request that has expired is accepted."},
			accepting(func(b *Bank, claims object) bool {
				expires, ok := number(claims, "exp")
				claims["exp"] = b.soundRegistration()["exp"]
				return ok && expires <= float64(b.now().Unix())
			})},
		{Fault{"dcr-400-time-from-the-future", "DCR-400-TIME", "A registration request from the future is accepted."},
			accepting(func(b *Bank, claims object) bool {
				issued, ok := number(claims, "iat")
				claims["iat"] = b.now().Unix()
				return ok && issued > float64(b.now().Unix()+clockTolerance)
			})},
		{Fault{"dcr-400-audience-not-looked-at", "DCR-400-AUDIENCE", "A registration request for another bank is accepted."},
			accepting(func(b *Bank, claims object) bool {
				rd := &reading{}
				b.checkAudience(rd, claims)
				_, text := claims["aud"].(string)
				claims["aud"] = b.issuer()
				return text && len(rd.problems) > 0
			})},
		{Fault{"dcr-400-replay-not-noticed", "DCR-400-REPLAY", "A registration request may be made twice."},
			accepting(func(b *Bank, claims object) bool {
				jti, _ := claims["jti"].(string)
				claims["jti"] = uuid.NewString()
				key := "jti " + jti
				_, again := b.deviations.memory[key]
				b.deviations.memory[key] = true
				return again && jti != ""
			})},
		{Fault{"dcr-400-redirect-plain-http", "DCR-400-REDIRECT", "A redirect URI without TLS is registered."},
			redirects(func(uri string) bool { return strings.HasPrefix(uri, "http://") })},
		{Fault{"dcr-400-redirect-localhost", "DCR-400-REDIRECT", "A redirect URI on the client's own machine is registered."},
			redirects(func(uri string) bool { return strings.HasPrefix(uri, "https://localhost") })},
		{Fault{"dcr-400-redirect-fragment", "DCR-400-REDIRECT", "A redirect URI with a fragment is registered."},
			redirects(func(uri string) bool { return strings.Contains(uri, "#") })},
		{Fault{"dcr-400-redirect-not-in-statement", "DCR-400-REDIRECT", "A redirect URI that the software statement does not list is registered."},
			redirects(isRedirectURI)},
		{Fault{"dcr-400-ssa-missing", "DCR-400-SSA", "A registration without a software statement is accepted."},
			accepting(func(b *Bank, claims object) bool {
				return filling(claims, "software_statement", b.tpp.credentials.SoftwareStatement)
			})},
		{Fault{"dcr-400-ssa-not-verified", "DCR-400-SSA", "A software statement with a wrong signature is accepted."},
			accepting(restating(func(b *Bank, statement string) bool {
				return protectedHeader(statement)["kid"] == b.keys.directory.id && !b.stated(statement)
			}))},
		{Fault{"dcr-400-ssa-any-issuer", "DCR-400-SSA", "A software statement that the directory did not issue is accepted."},
			accepting(restating(func(b *Bank, statement string) bool {
				return protectedHeader(statement)["kid"] != b.keys.directory.id
			}))},
		{Fault{"dcr-400-ssa-expired", "DCR-400-SSA", "A software statement that has expired is accepted."},
			accepting(restating(func(b *Bank, statement string) bool {
				expires, ok := number(claimsOf(statement), "exp")
				return b.stated(statement) && ok && expires <= float64(b.now().Unix())
			}))},
		{Fault{"dcr-400-ssa-of-other-software", "DCR-400-SSA", "A software statement of other software is accepted."},
			accepting(restating(func(b *Bank, statement string) bool {
				return b.stated(statement) && claimsOf(statement)["software_id"] != b.tpp.credentials.SoftwareID
			}))},
		{Fault{"dcr-400-ssa-answers-404", "DCR-400-SSA", "A software statement that the directory did not issue is not found."},
			deviation{misanswer: answering(at(400, registerClient), func(b *Bank, c *call, a *answer) bool {
				statement, _ := claimsOf(string(c.body))["software_statement"].(string)
				unknown := statement != "" && protectedHeader(statement)["kid"] != b.keys.directory.id
				return unknown && saying(at(400), 404)(b, c, a)
			})}},
		{Fault{"dcr-400-metadata-any-method", "DCR-400-METADATA", "An authentication method that the bank does not support is registered."},
			echoing("token_endpoint_auth_method", "tokenEndpointAuthMethod")},
		{Fault{"dcr-400-metadata-grant-is-403", "DCR-400-METADATA", "A registration with a grant type that the bank does not support is forbidden."},
			deviation{misanswer: forbiddingClaim("grant_types")}},
		{Fault{"dcr-400-metadata-response-type-is-403", "DCR-400-METADATA", "A registration with a response type that the bank does not support is forbidden."},
			deviation{misanswer: forbiddingClaim("response_types")}},
		{Fault{"dcr-400-metadata-any-algorithm", "DCR-400-METADATA", "A signing algorithm that the bank does not support is registered."},
			echoing("id_token_signed_response_alg", "idTokenSignedResponseAlg")},
		{Fault{"dcr-400-metadata-any-scope", "DCR-400-METADATA", "A scope that the software statement does not grant is registered."},
			echoing("scope", "scope")},
		{Fault{"dcr-400-error-unnamed", "DCR-400-ERROR", "The error of a registration does not say which kind RFC 7591 has for it."},
			deviation{misanswer: setting(at(400, registerClient), "Code", "400 BadRequest")}},
	}
}

func number(claims object, name string) (float64, bool) { return (&reading{}).number(claims, name) }

// mend puts a fit element in place of an array's unfit ones.
func mend(claims object, name, fit string, unfit func(string) bool) bool {
	elements, _ := claims[name].([]any)
	mended := false
	for i, element := range elements {
		if text, ok := element.(string); ok && unfit(text) && text != fit {
			elements[i], mended = fit, true
		}
	}
	return mended
}

// stated tells whether the directory signed the statement, whatever it says.
func (b *Bank) stated(statement string) bool {
	parsed, err := parseCompact(statement)
	return err == nil && parsed.verifies(keySet{b.keys.directory.id: &b.keys.directory.private.PublicKey})
}

// restating takes some statements for the TPP's own.
func restating(when func(b *Bank, statement string) bool) func(b *Bank, claims object) bool {
	return func(b *Bank, claims object) bool {
		statement, _ := claims["software_statement"].(string)
		if claimsOf(statement) == nil || !when(b, statement) {
			return false
		}
		own := b.tpp.credentials
		claims["software_statement"], claims["software_id"], claims["iss"] = own.SoftwareStatement, own.SoftwareID, own.SoftwareID
		return true
	}
}

// forbiddingClaim answers 403 where just one claim, of the right type, is refused.
func forbiddingClaim(claim string) misanswering {
	return answering(at(400, registerClient), func(b *Bank, c *call, a *answer) bool {
		refused, _ := a.body.(errorResponse)
		value, given := claimsOf(string(c.body))[claim]
		wrong := given && sameType(value, b.soundRegistration()[claim]) && len(refused.Errors) == 1 && refused.Errors[0].Path == claim
		return wrong && saying(at(0), 403)(b, c, a)
	})
}

// echoing registers a supported value in place of one that is not, and answers
// with the one that was asked for.
func echoing(claim, member string) deviation {
	return deviation{
		misread: resigning(registerClient, func(b *Bank, claims object) bool {
			sound := b.soundRegistration()[claim]
			rd := &reading{}
			statement, unfit := b.openStatement(b.tpp.credentials.SoftwareStatement)
			if unfit != nil || !sameType(claims[claim], sound) {
				return false
			}
			b.readClaims(rd, claims, statement)
			wrong := slices.ContainsFunc(rd.problems, func(p problem) bool { return p.path == claim })
			if wrong {
				claims[claim] = sound
			}
			return wrong
		}),
		misanswer: answering(at(201, registerClient), func(b *Bank, c *call, a *answer) bool {
			asked, given := claimsOf(string(c.asSent))[claim]
			kept, _ := marshal(claimsOf(string(c.body))[claim])
			sent, _ := marshal(asked)
			if !given || string(kept) == string(sent) {
				return false
			}
			a.object()[member] = asked
			return true
		}),
	}
}
