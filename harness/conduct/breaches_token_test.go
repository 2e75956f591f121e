package conduct_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// giving sets a parameter of a token request, "" to take it out.
func giving(step, parameter, value string) func(*story) {
	return func(s *story) { s.field(step, parameter, value) }
}

// asserting sets a claim of a client assertion, nil to take it out.
func asserting(step, name string, value any) func(*story) {
	return func(s *story) {
		s.asserts(step, func(claims object) {
			claims[name] = value
			if value == nil {
				delete(claims, name)
			}
		})
	}
}

// registeredFor has the registration's answer say so.
func registeredFor(name string, value any) func(*story) {
	return func(s *story) {
		answer := registrationClaims(s.t, begin)
		answer["client_id"], answer[name] = clientID, value
		s.answers("register", 201, answer)
		s.answers("get client", 200, answer)
		s.answers("update client", 200, answer)
	}
}

func tokenRequestBreaches() []breach {
	return []breach{
		{contract.CliTokenForm, "JSON", "refresh", "header Content-Type", setting("refresh", "Content-Type", "application/json"), ""},
		{contract.CliTokenForm, "GET", "refresh", "method", func(s *story) { s.at("refresh").Request.Method = "GET" }, ""},
		{contract.CliTokenForm, "a parameter twice", "refresh", "form grant_type", func(s *story) {
			x := s.at("refresh")
			x.Request.Body.Bytes = append(x.Request.Body.Bytes, "&grant_type=refresh_token"...)
		}, ""},
		{contract.CliTokenParams, "no grant", "token funds", "form grant_type", giving("token funds", "grant_type", ""), ""},
		{contract.CliTokenParams, "another grant", "token funds", "form grant_type", func(s *story) {
			registeredFor("grant_types", nil)(s)
			giving("token funds", "grant_type", "password")(s)
		}, ""},
		{contract.CliTokenParams, "no redirect URI", "exchange", "form redirect_uri", giving("exchange", "redirect_uri", ""), ""},
		{contract.CliTokenParams, "no refresh token", "refresh", "form refresh_token", giving("refresh", "refresh_token", ""), ""},
		{contract.CliTokenAuth, "two ways", "token funds", "form client_id", giving("token funds", "client_secret", "s3cret"), ""},
		{contract.CliTokenAuth, "no way", "token funds", "form client_id", func(s *story) {
			giving("token funds", "client_assertion", "")(s)
			s.answers("token funds", 401, object{"error": "invalid_client"})
			// Over plain http, so that it is not the lack of a certificate that is found.
			const near = "http://127.0.0.1/oauth/token"
			s.answers("discovery", 200, object{"issuer": issuer, "token_endpoint": tokens, "authorization_endpoint": authorize,
				"jwks_uri": "https://bank.example/jwks", "mtls_endpoint_aliases": object{"token_endpoint": near}})
			x := s.at("token funds")
			x.Request.URL, _ = url.Parse(near)
			x.Request.Certificate = nil
		}, ""},
		{contract.CliTokenAuth, "Basic that is none", "token funds", "header Authorization", func(s *story) {
			registeredFor("token_endpoint_auth_method", "client_secret_basic")(s)
			giving("token funds", "client_assertion", "")(s)
			setting("token funds", "Authorization", "Basic s3cret")(s)
			for _, name := range []string{"token accounts", "exchange", "refresh", "exchange funds"} {
				giving(name, "client_assertion", "")(s)
				setting(name, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(clientID+":s3cret")))(s)
			}
		}, ""},
		{contract.CliTokenAuth, "Basic of one client, and the id of another", "token funds", "form client_id", func(s *story) {
			registeredFor("token_endpoint_auth_method", "client_secret_basic")(s)
			for _, name := range []string{"token accounts", "exchange", "refresh", "token funds", "exchange funds"} {
				giving(name, "client_assertion", "")(s)
				setting(name, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(clientID+":s3cret")))(s)
			}
			giving("token funds", "client_id", "another")(s)
		}, ""},
		{contract.CliTokenRegistered, "another method", "token funds", "form client_id", func(s *story) {
			giving("token funds", "client_assertion", "")(s)
			giving("token funds", "client_secret", "s3cret")(s)
		}, ""},
		{contract.CliTokenRegistered, "the certificate alone", "token funds", "form client_id", giving("token funds", "client_assertion", ""), ""},
		{contract.CliTokenRegistered, "another grant", "refresh", "form grant_type", registeredFor("grant_types", []string{"authorization_code", "client_credentials"}), ""},
		{contract.CliTokenRegistered, "another scope", "token funds", "form scope", registeredFor("scope", "openid accounts"), ""},
		{contract.CliAssertion, "no JWS", "token funds", "form client_assertion", giving("token funds", "client_assertion", "x"), ""},
		{contract.CliAssertion, "of no type", "token funds", "form client_assertion_type", giving("token funds", "client_assertion_type", ""), ""},
		{contract.CliAssertion, "unsigned", "token funds", "jose alg", func(s *story) {
			s.field("token funds", "client_assertion", withAlgorithm(s.t, sign(s.t, assertionClaims(s.at("token funds").Started)), "none"))
		}, ""},
		{contract.CliAssertion, "another subject", "token funds", "claim sub", asserting("token funds", "sub", "another"), ""},
		{contract.CliAssertion, "no audience", "token funds", "claim aud", asserting("token funds", "aud", nil), ""},
		{contract.CliAssertion, "another audience", "token funds", "claim aud", asserting("token funds", "aud", "https://another.example/token"), ""},
		{contract.CliAssertion, "no jti", "token funds", "claim jti", asserting("token funds", "jti", nil), ""},
		{contract.CliAssertion, "no end", "token funds", "claim exp", asserting("token funds", "exp", nil), ""},
		{contract.CliAssertion, "expired", "token funds", "claim exp", asserting("token funds", "exp", begin.Add(-2*time.Minute).Unix()), ""},
		{contract.CliAssertion, "valid for a day", "token funds", "claim exp", asserting("token funds", "exp", begin.Add(24*time.Hour).Unix()), contract.Adv},
		{contract.CliAssertionOnce, "the same again", "token funds", "claim jti", func(s *story) {
			id := uuid.NewString()
			asserting("token accounts", "jti", id)(s)
			asserting("token funds", "jti", id)(s)
		}, ""},
		{contract.CliCodeOnce, "a second exchange", "exchange again", "form code", func(s *story) {
			s.insert("exchange again", "exchange", "exchange", time.Second)
			s.asserts("exchange again", func(object) {})
			s.answers("exchange again", 400, object{"error": "invalid_grant"})
		}, ""},
		{contract.CliCodeOnce, "of a code of unknown origin, refused", "exchange again", "form code", func(s *story) {
			s.drop("authorize")
			s.insert("exchange again", "exchange", "exchange", time.Second)
			s.asserts("exchange again", func(object) {})
			s.answers("exchange again", 400, object{"error": "invalid_grant"})
		}, ""},
		{contract.CliCodeRedirect, "another", "exchange", "form redirect_uri", giving("exchange", "redirect_uri", redirect+"2"), ""},
		{contract.CliCodeRedirect, "an unregistered one", "exchange", "form redirect_uri", func(s *story) {
			s.drop("authorize")
			s.field("exchange", "redirect_uri", "https://another.example/cb")
		}, ""},
		{contract.CliCodeVerifier, "none", "exchange", "form code_verifier", giving("exchange", "code_verifier", ""), ""},
		{contract.CliCodeVerifier, "another", "exchange", "form code_verifier", giving("exchange", "code_verifier", "x"+verifier), ""},
		{contract.CliStateChecked, "another state came back", "exchange", "form code", func(s *story) { sent(s, "another") }, ""},
		{contract.CliRefreshRotated, "the old one", "refresh again", "form refresh_token", func(s *story) {
			s.insert("refresh again", "refresh", "refresh", time.Minute)
			s.asserts("refresh again", func(object) {})
		}, ""},
		{contract.CliTokenReuse, "a sixth good token", "token 6", "form grant_type", func(s *story) {
			before := "token accounts"
			for n := 2; n <= 6; n++ {
				name := fmt.Sprintf("token %d", n)
				s.insert(name, "token accounts", before, time.Millisecond)
				s.asserts(name, func(object) {})
				s.answers(name, 200, object{"access_token": name, "expires_in": 3600})
				before = name
			}
		}, ""},
		{contract.CliTokenReuse, "a refresh before every call", "refresh 6", "form grant_type", func(s *story) {
			before := "refresh"
			s.answers(before, 200, object{"access_token": "at-accounts-2", "expires_in": 3600})
			for n := 2; n <= 6; n++ {
				name := fmt.Sprintf("refresh %d", n)
				s.insert(name, "refresh", before, time.Millisecond)
				s.asserts(name, func(object) {})
				s.answers(name, 200, object{"access_token": name, "expires_in": 3600})
				before = name
			}
		}, ""},
	}
}

func tokenUseBreaches() []breach {
	with := func(step, token string) func(*story) { return setting(step, "Authorization", "Bearer "+token) }
	return []breach{
		{contract.CliTokenGrant, "client credentials for accounts", "list", "header Authorization", with("list", "cc-accounts"), ""},
		{contract.CliTokenGrant, "a customer's token for a consent", "create consent 2", "header Authorization", func(s *story) {
			s.insert("create consent 2", "create consent", "list", time.Second).Request.Header.Set("Authorization", "Bearer at-accounts")
			s.at("create consent 2").Request.Header.Del("X-Fapi-Interaction-Id")
			s.answers("create consent 2", 403, nil)
		}, ""},
		{contract.CliTokenGrant, "a customer's token for the registration", "get client 2", "header Authorization", func(s *story) {
			s.insert("get client 2", "get client", "exchange", time.Second).Request.Header.Set("Authorization", "Bearer at-accounts")
			s.at("get client 2").Request.Header.Del("X-Fapi-Interaction-Id")
		}, ""},
		{contract.CliTokenScope, "funds for accounts", "get consent 2", "header Authorization", func(s *story) {
			x := s.insert("get consent 2", "get consent", "token funds", time.Second)
			x.Request.Header.Set("Authorization", "Bearer cc-funds")
			x.Request.Header.Del("X-Fapi-Interaction-Id")
		}, ""},
		{contract.CliTokenExpired, "a minute late", "account", "header Authorization", func(s *story) {
			x := s.at("account")
			x.Started = s.at("exchange").Ended.Add(6 * time.Minute)
			x.Ended = x.Started.Add(time.Second)
		}, ""},
		{contract.CliTokenRefused, "the fourth time", "list 4", "header Authorization", func(s *story) {
			s.answers("list", 401, nil)
			s.drop("list page 2", "account")
			before := "list"
			for n := 2; n <= 4; n++ {
				name := fmt.Sprintf("list %d", n)
				s.insert(name, "list", before, time.Second)
				before = name
			}
		}, ""},
		{contract.CliIDTokenChecked, "another nonce", "list", "header Authorization", tokenWith(func(claims object) { claims["nonce"] = "another" }), ""},
		{contract.CliIDTokenChecked, "another client's", "list", "header Authorization", tokenWith(func(claims object) { claims["aud"] = "another" }), ""},
		{contract.CliIDTokenChecked, "another issuer's", "list", "header Authorization", tokenWith(func(claims object) { claims["iss"] = "https://another.example" }), ""},
		{contract.CliIDTokenChecked, "out of date", "list", "header Authorization", tokenWith(func(claims object) { claims["exp"] = begin.Add(-time.Hour).Unix() }), ""},
		{contract.CliIDTokenChecked, "a signature that is none", "list", "header Authorization", func(s *story) {
			tokenWith(nil)(s)
			claims, _, _ := cutLast(idToken(s.t, begin, "aac-1", "n-s-1"))
			_, signature, _ := cutLast(sign(s.t, object{"iss": "x"}))
			s.answers("exchange", 200, object{"access_token": "at-accounts", "expires_in": 300, "id_token": claims + "." + signature})
		}, ""},
	}
}

// cutLast cuts a JWS before its signature.
func cutLast(token string) (signed, signature string, ok bool) {
	i := strings.LastIndex(token, ".")
	return token[:max(i, 0)], token[i+1:], i >= 0
}

// tokenWith has the first code exchange bring an ID token with other claims, and
// the client call one API with what came beside it.
func tokenWith(change func(claims object)) func(*story) {
	return func(s *story) {
		s.drop("list page 2", "account", "refresh", "list all")
		claims := object{"iss": issuer, "aud": clientID, "sub": "aac-1", "openbanking_intent_id": "aac-1", "nonce": "n-s-1", "exp": begin.Add(time.Hour).Unix()}
		if change != nil {
			change(claims)
		}
		s.answers("exchange", 200, object{"access_token": "at-accounts", "expires_in": 300, "id_token": sign(s.t, claims)})
	}
}

func tokenTwins() []twin {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(clientID+":s3cret"))
	return []twin{
		{"client_secret_basic, with the client id in the form too", func(s *story) {
			registeredFor("token_endpoint_auth_method", "client_secret_basic")(s)
			for _, name := range []string{"token accounts", "exchange", "refresh", "token funds", "exchange funds"} {
				giving(name, "client_assertion", "")(s)
				setting(name, "Authorization", basic)(s)
			}
		}},
		{"tls_client_auth", func(s *story) {
			registeredFor("token_endpoint_auth_method", "tls_client_auth")(s)
			for _, name := range []string{"token accounts", "exchange", "refresh", "token funds", "exchange funds"} {
				giving(name, "client_assertion", "")(s)
			}
		}},
		{"a grant of another standard", func(s *story) {
			registeredFor("grant_types", nil)(s)
			giving("token funds", "grant_type", "urn:openid:params:grant-type:ciba")(s)
		}},
		{"the issuer as audience", asserting("token funds", "aud", []string{issuer})},
		{"an assertion that got no answer, sent again", func(s *story) {
			s.insert("again", "token funds", "token funds", time.Second)
			s.at("token funds").Response = nil
		}},
		{"a predefined code that is good for many times", func(s *story) {
			s.drop("authorize")
			s.insert("exchange again", "exchange", "exchange", time.Second)
			s.asserts("exchange again", func(object) {})
		}},
		{"a code exchange that failed, and is repeated", func(s *story) {
			s.insert("exchange again", "exchange", "exchange", 5*time.Second)
			s.asserts("exchange again", func(object) {})
			s.answers("exchange", 503, nil)
		}},
		{"a refresh token that is kept", func(s *story) {
			s.answers("refresh", 200, object{"access_token": "at-accounts-2", "expires_in": 300})
			s.insert("refresh again", "refresh", "refresh", time.Minute)
			s.asserts("refresh again", func(object) {})
		}},
		{"two refreshes at the same time", func(s *story) {
			x := s.insert("refresh again", "refresh", "refresh", 0)
			x.Started = s.at("refresh").Started
			s.asserts("refresh again", func(object) {})
		}},
		{"five good tokens", func(s *story) {
			for _, name := range []string{"a", "b", "c", "d"} {
				s.insert(name, "token accounts", "token accounts", time.Second)
				s.asserts(name, func(object) {})
				s.answers(name, 200, object{"access_token": name, "expires_in": 3600})
			}
		}},
		{"new tokens for old ones", func(s *story) {
			before := "token accounts"
			for n := range 8 {
				name := fmt.Sprintf("token %d", n)
				s.insert(name, "token accounts", before, time.Second)
				s.asserts(name, func(object) {})
				s.answers(name, 200, object{"access_token": name, "expires_in": 1})
				before = name
			}
		}},
		{"a token that the bank grants less for", func(s *story) {
			s.answers("token funds", 200, object{"access_token": "cc-funds", "scope": "openid fundsconfirmations"})
		}},
		{"a token that the bank takes after all", func(s *story) {
			for _, name := range []string{"get consent", "get client"} {
				s.answers(name, 401, nil)
			}
			for i := range 6 {
				then(s, fmt.Sprint("again ", i), "get consent again", "get consent again", 2*time.Second)
			}
		}},
		{"one more try with a token that was refused", func(s *story) {
			s.answers("list", 401, nil)
			s.insert("again", "list", "list", 0)
		}},
		{"requests that were on their way when the token was refused", func(s *story) {
			s.answers("list", 401, nil)
			s.drop("list page 2", "account")
			for _, name := range []string{"a", "b", "c", "d"} {
				x := s.insert(name, "list", "list", 0)
				x.Started = s.at("list").Started
			}
		}},
		{"form values that were withheld", func(s *story) {
			for _, name := range []string{"token accounts", "exchange", "refresh", "token funds", "exchange funds"} {
				x := s.at(name)
				x.Request.Body.Lack, x.Origin = traffic.Redacted, "traffic.har"
				for _, secret := range []string{"client_assertion", "code", "refresh_token", "code_verifier"} {
					if name == "exchange" || secret == "client_assertion" {
						s.field(name, secret, "["+secret+"]")
					}
				}
			}
		}},
		{"an ID token that was withheld", func(s *story) {
			s.answers("exchange", 200, object{"access_token": "[access_token]", "id_token": "[id_token]", "refresh_token": "[refresh_token]"})
		}},
		{"a recorder that writes one word for all tokens", func(s *story) {
			for i := range s.steps {
				if header := s.steps[i].x.Request.Header; header.Get("Authorization") != "" {
					header.Set("Authorization", "Bearer TOKEN")
				}
				s.steps[i].x.Response.Body.Bytes = regexp.MustCompile(`"(cc|at)-(accounts|funds)(-2)?"`).ReplaceAll(s.steps[i].x.Response.Body.Bytes, []byte(`"TOKEN"`))
			}
			s.drop("get client", "update client", "create consent", "get consent", "get consent again", "delete consent")
		}},
		{"an encrypted ID token", func(s *story) {
			s.answers("exchange", 200, object{"access_token": "at-accounts", "id_token": "a.b.c.d.e"})
		}},
	}
}
