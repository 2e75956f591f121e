package traffic

import (
	"net/http"
	"net/url"
	"testing"

	"obconform/harness/contract"
)

func request(t *testing.T, method, address string) Request {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return Request{Method: method, URL: parsed, Header: http.Header{}}
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, address string
		want            Route
	}{
		{"GET", "https://bank.example/open-banking/v3.1/aisp/accounts", Route{Operation: contract.ListAccounts}},
		{"GET", "https://bank.example/open-banking/v3.1/aisp/accounts?page=2", Route{Operation: contract.ListAccounts}},
		{"GET", "https://bank.example/brand/open-banking/v3.1/aisp/accounts/a%2Fb", Route{Operation: contract.GetAccount, Resource: "a/b"}},
		{"DELETE", "https://bank.example/open-banking/v3.2/register/c1", Route{Operation: contract.DeleteClient, Resource: "c1"}},
		{"PATCH", "https://bank.example/open-banking/v3.1/aisp/accounts", Route{Operation: contract.ListAccounts, Foreign: true}},
		{"GET", "https://bank.example/open-banking/v3.1/aisp/accounts/a/balances", Route{}},
		{"GET", "https://bank.example/open-banking/v3.1/aisp/accountsx", Route{}},
		{"POST", "https://bank.example/token", Route{}},
	} {
		if got := NewAddresses().Of(request(t, c.method, c.address)); got != c.want {
			t.Errorf("%s %s: got %+v, want %+v", c.method, c.address, got, c.want)
		}
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	known := NewAddresses()
	known.Root(contract.AccountsPath, "/brand/v9/")
	known.Root(contract.ConfirmationOfFundsPath, "")
	if got, want := known.Of(request(t, "GET", "https://bank.example/brand/v9/accounts/a")), (Route{Operation: contract.GetAccount, Resource: "a"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, address := range []string{"https://bank.example/brand/v8/accounts/a", "https://bank.example/funds-confirmations"} {
		if got := known.Of(request(t, "GET", address)); got != (Route{}) {
			t.Errorf("%s: got %+v", address, got)
		}
	}
}

func TestLearn(t *testing.T) {
	t.Parallel()
	discovery := Exchange{Request: request(t, "GET", "https://bank.example/open-banking/v3.0/.well-known/openid-configuration"),
		Response: &Response{Status: http.StatusOK, Body: Body{Bytes: []byte(`{"token_endpoint":"https://auth.example/token","jwks_uri":"https://auth.example/keys"}`)}}}
	known, wrong := NewAddresses(), NewAddresses()
	known.Learn(discovery)
	discovery.Request.Method = "POST"
	wrong.Learn(discovery)
	token := request(t, "POST", "https://auth.example/token")
	if got := known.Of(token).Operation; got != contract.RequestToken {
		t.Errorf("got %q", got)
	}
	if got := known.Of(request(t, "GET", "https://auth.example/keys")).Operation; got != contract.GetJWKS {
		t.Errorf("got %q", got)
	}
	if got := wrong.Of(token).Operation; got != "" {
		t.Errorf("an answer to another request taught %q", got)
	}
}

func TestWithheld(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"Bearer [access token]": true, "[cookie]": true, "***": true, "Bearer <redacted>": true, "REDACTED": true,
		"Bearer abc": false, "": false, "application/json": false, "[1,2]": true, "Basic YTpi": false} {
		if got := Withheld(value); got != want {
			t.Errorf("%q: got %t", value, got)
		}
	}
}
