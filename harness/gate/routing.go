package gate

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// shapes remembers what has been recognised by its shape: the endpoints of a bank
// whose discovery document did not go by.
type shapes struct {
	// hosts are those that an operation was recognised at.
	hosts map[string]bool
}

// maxHosts bounds the hosts that are remembered: a hostile recording may name a
// new one in every entry.
const maxHosts = 1000

// route says what an exchange is about, and learns addresses from it.
func (j *Judge) route(x traffic.Exchange) traffic.Route {
	route := j.addresses.Of(x.Request)
	switch {
	case x.Request.URL == nil:
		return traffic.Route{}
	case route.Operation != "":
		j.shapes.know(x.Request.URL.Host)
		j.addresses.Learn(x)
		return route
	}
	if operation := j.shapes.of(x.Request); operation != "" {
		j.addresses.Name(operation, x.Request.URL.String())
		j.shapes.know(x.Request.URL.Host)
		return traffic.Route{Operation: operation}
	}
	return route
}

func (s *shapes) know(host string) {
	if s.hosts == nil {
		s.hosts = map[string]bool{}
	}
	if len(s.hosts) < maxHosts {
		s.hosts[host] = true
	}
}

// of recognises a request for a token, or for an authorisation, by its shape: with
// a scope of the contract's at any host, and at a host of the bank's whatever its
// scope. Others have such endpoints too.
func (s *shapes) of(r traffic.Request) contract.OperationID {
	known := s.hosts[r.URL.Host]
	ours := func(scope string) bool {
		for word := range strings.FieldsSeq(scope) {
			if word == contract.ScopeAccounts || word == contract.ScopeFunds {
				return true
			}
		}
		return false
	}
	if form := formOf(r); form.Get("grant_type") != "" && (known || ours(form.Get("scope"))) {
		return contract.RequestToken
	}
	if r.Method != http.MethodGet || !strings.Contains(r.URL.RawQuery, "response_type=") {
		return ""
	}
	query := r.URL.Query()
	if query.Get("client_id") != "" && query.Get("response_type") != "" && (known || ours(query.Get("scope"))) {
		return contract.Authorize
	}
	return ""
}

// formOf is the form that a request posts, empty for any other.
func formOf(r traffic.Request) url.Values {
	if r.Method != http.MethodPost || len(r.Body.Bytes) == 0 {
		return nil
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return nil
	}
	form, err := url.ParseQuery(string(r.Body.Bytes))
	if err != nil {
		return nil
	}
	return form
}
