package conduct_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"obconform/harness/traffic"
)

// asks replaces the request object of an authorisation request.
func (s *story) asks(name string, change func(claims object)) {
	x := s.at(name)
	claims := requestObject(x.Started, "aac-1", "accounts", "s-1")
	if name == "authorize funds" {
		claims = requestObject(x.Started, "cof-1", "fundsconfirmations", "s-2")
	}
	change(claims)
	x.Request.URL = authorizeURL(s.t, claims)
}

// member sets, or with nil takes out, one member of the JSON body of a request.
func (s *story) member(name, pointer string, value any) {
	s.t.Helper()
	x := s.at(name)
	var body any
	if err := json.Unmarshal(x.Request.Body.Bytes, &body); err != nil {
		s.t.Fatal(err)
	}
	names := strings.Split(pointer, "/")[1:]
	parent := body
	for _, one := range names[:len(names)-1] {
		parent = parent.(object)[one]
	}
	if value == nil {
		delete(parent.(object), names[len(names)-1])
	} else {
		parent.(object)[names[len(names)-1]] = value
	}
	x.Request.Body.Bytes = marshal(s.t, body)
}

// field sets, or with "" takes out, a parameter of a token request.
func (s *story) field(name, parameter, value string) {
	x := s.at(name)
	values, err := url.ParseQuery(string(x.Request.Body.Bytes))
	if err != nil {
		s.t.Fatal(err)
	}
	values.Set(parameter, value)
	if value == "" {
		values.Del(parameter)
	}
	x.Request.Body.Bytes = []byte(values.Encode())
}

// registers replaces the claims of the registration request.
func (s *story) registers(change func(claims object)) {
	x := s.at("register")
	claims := registrationClaims(s.t, x.Started)
	change(claims)
	x.Request.Body.Bytes = []byte(sign(s.t, claims))
}

// asserts replaces the client assertion of a token request.
func (s *story) asserts(name string, change func(claims object)) {
	claims := assertionClaims(s.at(name).Started)
	change(claims)
	s.field(name, "client_assertion", sign(s.t, claims))
}

// answers replaces the status and the body of an answer.
func (s *story) answers(name string, status int, body any) {
	x := s.at(name)
	x.Response = &traffic.Response{Status: status, Header: http.Header{}}
	if body != nil {
		x.Response.Body.Bytes = marshal(s.t, body)
	}
}
