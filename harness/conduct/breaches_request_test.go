package conduct_test

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// setting sets a request header of a step to these values, none to take it out.
func setting(step, name string, values ...string) func(*story) {
	return func(s *story) {
		header := s.at(step).Request.Header
		header.Del(name)
		for _, value := range values {
			header.Add(name, value)
		}
	}
}

// asking adds to the query of a step.
func asking(step, query string) func(*story) {
	return func(s *story) { s.at(step).Request.URL.RawQuery += query }
}

func requestBreaches() []breach {
	const id, date, ip = "X-Fapi-Interaction-Id", "X-Fapi-Auth-Date", "X-Fapi-Customer-Ip-Address"
	someID := uuid.NewString()
	return []breach{
		{contract.CliMethod, "PATCH on an account", "account", "method", func(s *story) { s.at("account").Request.Method = "PATCH" }, ""},
		{contract.CliMethod, "PUT on a collection", "create consent", "method", func(s *story) { s.at("create consent").Request.Method = "PUT" }, ""},
		{contract.CliHeaderOnce, "two interaction ids", "list", "header x-fapi-interaction-id", setting("list", id, uuid.NewString(), uuid.NewString()), ""},
		{contract.CliHeaderOnce, "two content types", "create consent", "header Content-Type", setting("create consent", "Content-Type", "application/json", "application/json"), ""},
		{contract.CliHeaderOnce, "two credentials", "list", "header Authorization", setting("list", "Authorization", "Bearer at-accounts", "Bearer cc-accounts"), ""},
		{contract.CliAuth, "no header", "list", "header Authorization", func(s *story) {
			setting("list", "Authorization")(s)
			s.answers("list", 401, nil)
			s.drop("list page 2")
		}, ""},
		{contract.CliAuth, "no header, and the bank does not mind", "list", "header Authorization", func(s *story) {
			s.options.Whole = true
			setting("list", "Authorization")(s)
			s.answers("list", 200, object{"Data": object{"Account": []object{{"AccountId": "22289"}}}, "Links": object{"Next": accounts + "?page=2&of=2"}})
		}, ""},
		{contract.CliAuth, "another scheme", "list", "header Authorization", setting("list", "Authorization", "Digest x"), ""},
		{contract.CliAuth, "Basic where a token is wanted", "list", "header Authorization", setting("list", "Authorization", "Basic YTpi"), ""},
		{contract.CliAuth, "Bearer alone", "list", "header Authorization", setting("list", "Authorization", "Bearer"), ""},
		{contract.CliAuth, "the token alone", "list", "header Authorization", setting("list", "Authorization", "at-accounts"), ""},
		{contract.CliContentType, "none", "create consent", "header Content-Type", setting("create consent", "Content-Type"), ""},
		{contract.CliContentType, "text", "create consent", "header Content-Type", setting("create consent", "Content-Type", "text/plain"), ""},
		{contract.CliContentType, "another charset", "create consent", "header Content-Type", setting("create consent", "Content-Type", "application/json; charset=latin1"), ""},
		{contract.CliContentType, "of funds", "funds", "header Content-Type", setting("funds", "Content-Type", "application/xml"), contract.Std},
		{contract.CliContentTypeUnused, "on a GET", "list", "header Content-Type", setting("list", "Content-Type", "application/json"), ""},
		{contract.CliContentTypeUnused, "on a DELETE", "delete consent", "header Content-Type", setting("delete consent", "Content-Type", "application/json"), ""},
		{contract.CliAccept, "xml", "list", "header Accept", setting("list", "Accept", "application/xml"), ""},
		{contract.CliAccept, "JSON of no weight", "list", "header Accept", setting("list", "Accept", "text/html, application/json;q=0"), ""},
		{contract.CliNoBody, "a GET with one", "list", "body", func(s *story) { s.at("list").Request.Body.Bytes = []byte("{}") }, ""},
		{contract.CliNoBody, "a DELETE with one", "delete consent", "body", func(s *story) { s.at("delete consent").Request.Body.Bytes = []byte("{}") }, ""},
		{contract.CliFapiDate, "another form", "list", "header x-fapi-auth-date", setting("list", date, "2026-03-04T05:00:00Z"), ""},
		{contract.CliFapiDate, "an old form of HTTP", "list", "header x-fapi-auth-date", setting("list", date, "Wednesday, 04-Mar-26 05:00:00 GMT"), ""},
		{contract.CliFapiDate, "another day of the week", "list", "header x-fapi-auth-date", setting("list", date, "Tue, 04 Mar 2026 05:00:00 GMT"), ""},
		{contract.CliFapiDate, "another timezone", "list", "header x-fapi-auth-date", setting("list", date, "Wed, 04 Mar 2026 05:00:00 CET"), ""},
		{contract.CliFapiDate, "the future", "list", "header x-fapi-auth-date", setting("list", date, "Thu, 05 Mar 2026 05:00:00 GMT"), contract.Adv},
		{contract.CliFapiIP, "a name", "list", "header x-fapi-customer-ip-address", setting("list", ip, "localhost"), ""},
		{contract.CliFapiIP, "a port", "list", "header x-fapi-customer-ip-address", setting("list", ip, "203.0.113.24:443"), ""},
		{contract.CliFapiIP, "a list", "list", "header x-fapi-customer-ip-address", setting("list", ip, "203.0.113.24, 203.0.113.25"), ""},
		{contract.CliFapiID, "no UUID", "list", "header x-fapi-interaction-id", setting("list", id, "request-1"), ""},
		{contract.CliFapiID, "without hyphens", "list", "header x-fapi-interaction-id", setting("list", id, strings.ReplaceAll(someID, "-", "")), ""},
		{contract.CliFapiIDFresh, "one for everything", "account", "header x-fapi-interaction-id", func(s *story) {
			setting("list", id, someID)(s)
			setting("account", id, strings.ToUpper(someID))(s)
		}, ""},
		{contract.CliFapiID, "a template's gap, which no recorder left", "list", "header x-fapi-interaction-id", setting("list", id, "<interaction id>"), ""},
		{contract.CliFapiIP, "an address in brackets", "list", "header x-fapi-customer-ip-address", setting("list", ip, "[::1]"), ""},
		{contract.CliAuth, "a template's gap", "list", "header Authorization", setting("list", "Authorization", "Bearer <token>"), ""},
		{contract.CliFapiIDFresh, "one for two consents", "another consent", "header x-fapi-interaction-id", func(s *story) {
			s.insert("another consent", "create consent", "create consent", 2*time.Second)
			s.answers("another consent", 201, object{"Data": object{"ConsentId": "aac-9", "Status": "AwaitingAuthorisation"}})
			s.member("another consent", "/Data/Permissions", []string{"ReadAccountsBasic"})
		}, ""},
		{contract.CliTLS, "a token in the clear", "list", "scheme", func(s *story) { s.at("list").Request.URL.Scheme = "http" }, ""},
		{contract.CliTLS, "a registration in the clear", "register", "scheme", func(s *story) { s.at("register").Request.URL.Scheme = "http" }, ""},
		{contract.CliCertificate, "none at an API", "list", "certificate", func(s *story) { s.at("list").Request.Certificate = nil }, ""},
		{contract.CliCertificate, "none at the token endpoint", "refresh", "certificate", func(s *story) { s.at("refresh").Request.Certificate = nil }, ""},
		{contract.CliURLToken, "in the query", "account", "query access_token", asking("account", "access_token=at-accounts"), ""},
		{contract.CliURLToken, "in the query, escaped", "account", "query access_token", asking("account", "access%5Ftoken=at-accounts"), ""},
		{contract.CliURLToken, "under another name", "account", "query token", asking("account", "token=at-accounts"), ""},
		{contract.CliURLToken, "with its scheme", "account", "query authorization", asking("account", "authorization=Bearer%20at-accounts"), ""},
		{contract.CliURLToken, "as a name", "account", "query", asking("account", "at-accounts"), ""},
		{contract.CliURLToken, "another than the header's", "account", "query t", asking("account", "t=cc-accounts"), ""},
		{contract.CliURLToken, "in the path", "account", "path", func(s *story) { s.at("account").Request.URL.Path = "/open-banking/v3.1/aisp/accounts/at-accounts" }, ""},
		{contract.CliURLSecret, "a secret, escaped", "refresh", "query client_secret", asking("refresh", "client%5fsecret=s3cret"), ""},
		{contract.CliURLSecret, "a secret, at an API", "create consent", "query client_secret", asking("create consent", "client_secret=s3cret"), ""},
		{contract.CliURLSecret, "a secret", "refresh", "query client_secret", asking("refresh", "client_secret=s3cret"), ""},
		{contract.CliURLSecret, "a code", "exchange", "query code", asking("exchange", "code=code-accounts"), ""},
	}
}

func requestTwins() []twin {
	const id, date, ip = "X-Fapi-Interaction-Id", "X-Fapi-Auth-Date", "X-Fapi-Customer-Ip-Address"
	all := []twin{
		{"no x-fapi header at all", func(s *story) {
			for i := range s.steps {
				for _, name := range []string{id, date, ip} {
					s.steps[i].x.Request.Header.Del(name)
				}
			}
		}},
		{"the documentation's own date", setting("list", date, "Sun, 10 Sep 2017 19:43:31 UTC")},
		{"an IPv6 address", setting("list", ip, "2001:db8::1893:25c8:1946")},
		{"an id in capital letters", setting("list", id, strings.ToUpper(uuid.NewString()))},
		{"curl's Accept", setting("list", "Accept", "*/*")},
		{"a browser's Accept", setting("list", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")},
		{"no Accept", setting("list", "Accept")},
		{"Accept on a DELETE", setting("delete consent", "Accept", "application/xml")},
		{"a scheme in small letters", setting("list", "Authorization", "bearer at-accounts")},
		{"no certificate where nobody looked", func(s *story) {
			for i := range s.steps {
				s.steps[i].x.Request.Certificate, s.steps[i].x.Request.CertificateKnown = nil, false
			}
		}},
		{"plain http on loopback and in a test network", func(s *story) {
			for i, host := range []string{"127.0.0.1:8080", "localhost:8080", "[::1]:80", "mock:8080", "10.0.0.7:80"} {
				x := s.at([]string{"list", "account", "list all", "get consent", "delete consent"}[i])
				x.Request.URL.Scheme, x.Request.URL.Host = "http", host
			}
		}},
		{"a browser that asks first", func(s *story) {
			x := s.insert("preflight", "list", "list", 0)
			x.Request.Method, x.Request.Header = "OPTIONS", nil
		}},
		{"a browser that asks the token endpoint first", func(s *story) {
			x := s.insert("preflight", "refresh", "refresh", 0)
			x.Request.Method, x.Request.Header, x.Request.Body.Bytes = "OPTIONS", nil, nil
		}},
		{"bodies in a content coding", func(s *story) {
			for _, name := range []string{"create consent", "token funds", "register"} {
				x := s.at(name)
				x.Request.Header.Set("Content-Encoding", "gzip")
				x.Request.Body.Bytes = []byte("\x1f\x8b\x08")
			}
		}},
		{"HEAD", func(s *story) { s.insert("head", "account", "account", 0).Request.Method = "HEAD" }},
		{"an API that is none of the four", func(s *story) {
			x := s.insert("balances", "account", "account", 0)
			x.Request.URL.Path += "/balances"
			x.Request.Header.Del("Authorization")
		}},
		{"a recorder that takes the credential out", func(s *story) {
			for i := range s.steps {
				s.steps[i].x.Request.Header.Del("Authorization")
			}
			s.answers("account", 401, nil)
		}},
		{"the same request again with the same id", func(s *story) { s.insert("again", "account", "account", 0) }},
	}
	for _, placeholder := range []string{"Bearer [access token]", "[credential]", "***", "Bearer <redacted>"} {
		all = append(all, twin{"a recorder that writes " + placeholder, func(s *story) {
			for i := range s.steps {
				if header := s.steps[i].x.Request.Header; header.Get("Authorization") != "" {
					header.Set("Authorization", placeholder)
				}
				s.steps[i].x.Origin = "traffic.har"
			}
		}})
	}
	for _, lack := range []traffic.Lack{traffic.Unrecorded, traffic.Cut} {
		all = append(all, twin{"a recorder that leaves bodies " + string(lack), func(s *story) {
			for i := range s.steps {
				for _, body := range []*traffic.Body{&s.steps[i].x.Request.Body, &s.steps[i].x.Response.Body} {
					if body.Lack = lack; lack == traffic.Cut {
						body.Bytes = body.Bytes[:len(body.Bytes)/2]
					} else {
						body.Bytes = nil
					}
				}
			}
		}})
	}
	return all
}
