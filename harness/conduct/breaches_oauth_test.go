package conduct_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// claiming sets a claim of the registration request, nil to take it out.
func claiming(name string, value any) func(*story) {
	return func(s *story) {
		s.registers(func(claims object) {
			claims[name] = value
			if value == nil {
				delete(claims, name)
			}
		})
	}
}

func registrationBreaches() []breach {
	sameID := uuid.NewString()
	return []breach{
		{contract.CliRegContentType, "JSON", "register", "header Content-Type", setting("register", "Content-Type", "application/json"), ""},
		{contract.CliRegContentType, "none", "update client", "header Content-Type", setting("update client", "Content-Type"), ""},
		{contract.CliRegJWS, "plain claims", "register", "body", func(s *story) {
			s.at("register").Request.Body.Bytes = marshal(s.t, registrationClaims(s.t, begin))
		}, ""},
		{contract.CliRegJWS, "RS256", "register", "jose alg", func(s *story) {
			x := s.at("register")
			x.Request.Body.Bytes = []byte(withAlgorithm(s.t, string(x.Request.Body.Bytes), "RS256"))
		}, ""},
		{contract.CliRegJWS, "no kid", "register", "jose kid", func(s *story) {
			s.at("register").Request.Body.Bytes = []byte(sign(s.t, registrationClaims(s.t, s.at("register").Started), "no kid"))
		}, ""},
		{contract.CliRegClaims, "no grant types", "register", "/grant_types", claiming("grant_types", nil), ""},
		{contract.CliRegClaims, "times as strings", "register", "/iat", claiming("iat", "1712000000"), ""},
		{contract.CliRegClaims, "an unknown method", "register", "/token_endpoint_auth_method", claiming("token_endpoint_auth_method", "none"), ""},
		{contract.CliRegClaims, "a long scope", "register", "/scope", claiming("scope", strings.Repeat("x", 257)), contract.Std},
		{contract.CliRegClaims, "no subject for tls_client_auth", "register", "/tls_client_auth_subject_dn", claiming("token_endpoint_auth_method", "tls_client_auth"), contract.Std},
		{contract.CliRegTime, "expired", "register", "claim exp", claiming("exp", begin.Add(-2*time.Minute).Unix()), ""},
		{contract.CliRegTime, "not yet issued", "register", "claim iat", claiming("iat", begin.Add(4*time.Minute).Unix()), ""},
		{contract.CliRegTime, "issued after its end", "register", "claim iat", func(s *story) {
			s.registers(func(claims object) {
				claims["exp"], claims["iat"] = begin.Unix(), begin.Add(30*time.Second).Unix()
			})
		}, ""},
		{contract.CliRegJTI, "another request with the same", "update client", "claim jti", func(s *story) {
			s.registers(func(claims object) { claims["jti"] = sameID })
			claims := registrationClaims(s.t, s.at("update client").Started)
			claims["jti"], claims["scope"] = sameID, "openid accounts"
			s.at("update client").Request.Body.Bytes = []byte(sign(s.t, claims))
		}, ""},
		{contract.CliRegRedirect, "http", "register", "/redirect_uris", claiming("redirect_uris", []string{redirect, "http://tpp.example/cb"}), ""},
		{contract.CliRegRedirect, "localhost", "register", "/redirect_uris", claiming("redirect_uris", []string{redirect, "https://localhost/cb"}), ""},
		{contract.CliRegRedirect, "a fragment", "register", "/redirect_uris", claiming("redirect_uris", []string{redirect, redirect + "#x"}), ""},
		{contract.CliRegRedirect, "no URI", "register", "/redirect_uris", claiming("redirect_uris", []string{redirect, "/cb"}), ""},
		{contract.CliRegRedirect, "beyond the statement", "register", "/redirect_uris", claiming("redirect_uris", []string{redirect, "https://tpp.example/other"}), ""},
		{contract.CliRegStatement, "another software", "register", "claim software_id", claiming("software_id", "7"), ""},
		{contract.CliRegStatement, "another issuer", "register", "claim iss", claiming("iss", "7"), ""},
		{contract.CliRegOwn, "another client's", "get client", "path", func(s *story) {
			s.at("get client").Request.URL.Path = "/open-banking/v3.2/register/another"
			s.answers("get client", 403, nil)
		}, ""},
		{contract.CliRegOwn, "another client's, by Basic", "get client", "path", func(s *story) {
			s.at("get client").Request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("another:s3cret")))
		}, ""},
		{contract.CliRegGone, "a token for it", "token after all", "request", func(s *story) {
			s.insert("token after all", "token funds", "delete client", time.Minute)
			s.asserts("token after all", func(object) {})
		}, ""},
		{contract.CliRegGone, "a call of an API", "list after all", "request", func(s *story) {
			s.insert("list after all", "get funds consent", "delete client", time.Minute).Request.Header.Del("X-Fapi-Interaction-Id")
		}, ""},
	}
}

func registrationTwins() []twin {
	return []twin{
		{"a UUID for the software", func(s *story) {
			id := uuid.NewString()
			s.registers(func(claims object) {
				claims["software_id"], claims["iss"] = id, id
				claims["software_statement"] = sign(s.t, object{"iss": "OpenBanking Ltd", "software_id": id})
			})
		}},
		{"a statement of another directory", func(s *story) {
			s.registers(func(claims object) {
				claims["iss"] = "7"
				claims["software_statement"] = sign(s.t, object{"iss": "another", "software_id": software})
			})
		}},
		{"claims of RFC 7591 beside the documented ones", claiming("client_name", "Tennant Apps")},
		{"no redirect URIs, but the statement's", claiming("redirect_uris", nil)},
		{"a scheme of its own on a phone", func(s *story) {
			s.registers(func(claims object) {
				claims["application_type"], claims["redirect_uris"] = "mobile", []string{"tppapp://cb"}
				claims["software_statement"] = sign(s.t, object{"software_id": software})
			})
		}},
		{"clocks that differ by half a minute", func(s *story) {
			s.registers(func(claims object) { claims["iat"] = s.at("register").Started.Add(30 * time.Second).Unix() })
		}},
		{"the same registration request again", func(s *story) { s.insert("again", "register", "register", time.Second) }},
		{"a deleted client that is looked for, and deleted again", func(s *story) {
			s.insert("looked for", "get client", "delete client", time.Minute).Request.Header.Del("X-Fapi-Interaction-Id")
			s.answers("looked for", 401, nil)
			s.insert("deleted again", "delete client", "looked for", time.Minute)
			s.answers("deleted again", 401, nil)
		}},
		{"management by Basic", func(s *story) {
			s.at("get client").Request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(clientID+":s3cret")))
		}},
		{"a registration that was withheld", func(s *story) {
			s.at("register").Request.Body = traffic.Body{Bytes: []byte("[JWT]"), Lack: traffic.Redacted}
		}},
	}
}

// requesting changes the claims of the first authorisation request.
func requesting(name string, value any) func(*story) {
	return func(s *story) {
		s.asks("authorize", func(claims object) {
			claims[name] = value
			if value == nil {
				delete(claims, name)
			}
		})
	}
}

// query changes the plain parameters of the first authorisation request.
func query(change func(values url.Values)) func(*story) {
	return func(s *story) {
		x := s.at("authorize")
		values := x.Request.URL.Query()
		change(values)
		x.Request.URL.RawQuery = values.Encode()
	}
}

// sent sets the state or the like that the bank gives back, too.
func sent(s *story, state string) {
	s.at("authorize").Response.Header.Set("Location", redirect+"#code=code-accounts&state="+url.QueryEscape(state))
}

func authorizationBreaches() []breach {
	return []breach{
		{contract.CliAuthzParams, "no response type", "authorize", "query response_type", requesting("response_type", nil), ""},
		{contract.CliAuthzParams, "the token for a response", "authorize", "claim response_type", requesting("response_type", "token"), ""},
		{contract.CliAuthzParams, "one twice", "authorize", "query scope", asking("authorize", "&scope=openid"), ""},
		{contract.CliAuthzParams, "two clients", "authorize", "query client_id", query(func(v url.Values) { v.Set("client_id", "another") }), ""},
		{contract.CliAuthzScope, "no openid", "authorize", "claim scope", requesting("scope", "accounts"), ""},
		{contract.CliAuthzScope, "not the consent's", "authorize", "claim scope", func(s *story) {
			requesting("scope", "openid fundsconfirmations")(s)
			s.answers("exchange", 200, object{"access_token": "x"}) // so that no token of a wrong scope follows
			s.drop("list", "list page 2", "account", "refresh", "list all")
		}, ""},
		{contract.CliAuthzRedirect, "not registered", "authorize", "claim redirect_uri", func(s *story) {
			requesting("redirect_uri", redirect+"/")(s)
			s.field("exchange", "redirect_uri", redirect+"/")
		}, ""},
		{contract.CliAuthzRedirect, "none of a client that was registered before", "authorize", "claim redirect_uri", func(s *story) {
			s.options.Redirects = map[string][]string{clientID: {redirect + "/"}}
			s.drop("register", "get client", "update client", "delete client", "authorize funds", "exchange funds")
		}, ""},
		{contract.CliAuthzState, "none", "authorize", "query state", func(s *story) { requesting("state", nil)(s) }, ""},
		{contract.CliAuthzNonce, "none", "authorize", "query nonce", func(s *story) { requesting("nonce", nil)(s) }, ""},
		{contract.CliAuthzNonce, "none for a code", "authorize", "query nonce", func(s *story) {
			s.asks("authorize", func(claims object) {
				claims["response_type"] = "code"
				delete(claims, "nonce")
			})
		}, contract.Adv},
		{contract.CliAuthzFresh, "a state twice", "authorize funds", "claim state", func(s *story) {
			s.asks("authorize funds", func(claims object) { claims["state"] = "s-1" })
			s.at("authorize funds").Response.Header.Set("Location", redirect+"#code=code-funds&state=s-1")
		}, ""},
		{contract.CliAuthzFresh, "a nonce twice", "authorize funds", "claim nonce", func(s *story) {
			s.asks("authorize funds", func(claims object) { claims["nonce"] = "n-s-1" })
			s.answers("exchange funds", 200, object{"access_token": "at-funds", "id_token": idToken(s.t, s.at("exchange funds").Started, "cof-1", "n-s-1")})
		}, ""},
		{contract.CliAuthzObject, "none", "authorize", "query request", query(func(v url.Values) {
			v.Del("request")
			v.Set("state", "s-1")
		}), ""},
		{contract.CliAuthzObject, "no JWS", "authorize", "query request", query(func(v url.Values) { v.Set("request", "x.y") }), ""},
		{contract.CliAuthzObject, "unsigned", "authorize", "jose alg", func(s *story) {
			query(func(v url.Values) { v.Set("request", withAlgorithm(s.t, v.Get("request"), "none")) })(s)
		}, ""},
		{contract.CliAuthzObject, "no kid", "authorize", "jose kid", func(s *story) {
			query(func(v url.Values) {
				v.Set("request", sign(s.t, requestObject(s.at("authorize").Started, "aac-1", "accounts", "s-1"), "no kid"))
			})(s)
		}, ""},
		{contract.CliAuthzClaims, "no exp", "authorize", "claim exp", requesting("exp", nil), ""},
		{contract.CliAuthzClaims, "expired", "authorize", "claim exp", requesting("exp", begin.Add(-5*time.Minute).Unix()), ""},
		{contract.CliAuthzClaims, "valid for hours, said to be made later", "authorize", "claim exp", func(s *story) {
			s.asks("authorize", func(claims object) {
				claims["iat"], claims["nbf"], claims["exp"] = begin.Add(2*time.Hour).Unix(), begin.Add(2*time.Hour).Unix(), begin.Add(150*time.Minute).Unix()
			})
		}, contract.Adv},
		{contract.CliAuthzClaims, "valid for a day", "authorize", "claim exp", requesting("exp", begin.Add(24*time.Hour).Unix()), contract.Adv},
		{contract.CliAuthzClaims, "no issuer", "authorize", "claim iss", requesting("iss", nil), contract.Adv},
		{contract.CliAuthzClaims, "another audience", "authorize", "claim aud", requesting("aud", "https://another.example"), ""},
		{contract.CliAuthzClaims, "no audience", "authorize", "claim aud", requesting("aud", nil), ""},
		{contract.CliAuthzClaims, "another issuer", "authorize", "claim iss", requesting("iss", "another"), ""},
		{contract.CliAuthzIntent, "no consent", "authorize", "claim claims", func(s *story) {
			requesting("claims", nil)(s)
			s.drop("delete consent", "create consent", "get consent", "get consent again")
		}, ""},
		{contract.CliAuthzIntent, "a voluntary one", "authorize", "claim claims",
			requesting("claims", object{"userinfo": object{"openbanking_intent_id": object{"value": "aac-1"}}}), contract.Adv},
	}
}

func authorizationTwins() []twin {
	return []twin{
		{"all parameters in the object alone", query(func(v url.Values) {
			for name := range v {
				if name != "client_id" && name != "request" {
					v.Del(name)
				}
			}
		})},
		{"a pushed request", query(func(v url.Values) {
			for name := range v {
				v.Del(name)
			}
			v.Set("client_id", clientID)
			v.Set("request_uri", "urn:ietf:params:oauth:request_uri:x")
		})},
		{"a request object that was withheld", func(s *story) {
			s.at("authorize").Origin = "traffic.har"
			query(func(v url.Values) {
				v.Set("request", "[JWT]")
				v.Set("state", "[state]")
			})(s)
		}},
		{"the same request again, on its way through the bank's pages", func(s *story) {
			s.insert("again", "authorize", "authorize", 0).Request.URL.RawQuery += "&login=done"
		}},
		{"the issuer with a slash", requesting("aud", []string{issuer + "/"})},
		{"code alone", requesting("response_type", "code")},
		{"the page loaded again", func(s *story) { s.insert("again", "authorize", "authorize", 0) }},
		{"parameters in a form", func(s *story) {
			x := s.at("authorize")
			x.Request.Method, x.Request.Body.Bytes, x.Request.URL.RawQuery = "POST", []byte(x.Request.URL.RawQuery), ""
		}},
		{"a code that comes by a page of the bank's", func(s *story) {
			location := s.at("authorize").Response.Header.Get("Location")
			s.answers("authorize", 302, nil)
			s.at("authorize").Response.Header = http.Header{"Location": {"https://bank.example/login"}}
			x := s.insert("login", "authorize", "authorize", time.Second)
			x.Request.URL = &url.URL{Scheme: "https", Host: "bank.example", Path: "/login"}
			x.Response.Header.Set("Location", location)
		}},
	}
}
