package conform_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"obconform/harness/conform"
	"obconform/harness/contract"
	"obconform/harness/profile"
	"obconform/harness/traffic"
)

const (
	theToken  = "a-token-that-nobody-may-see"
	accounts  = "https://bank.example/open-banking/v3.1/aisp/accounts"
	goodList  = `{"Data":{"Account":[{"AccountId":"1","Currency":"GBP","AccountType":"Personal","AccountSubType":"CurrentAccount"}]},"Links":{"Self":"` + accounts + `"},"Meta":{"TotalPages":1}}`
	wrongList = `{"Data":{"Account":[{"AccountId":"1","Currency":"GBP","AccountType":"Private","AccountSubType":"CurrentAccount"}]},"Links":{"Self":"` + accounts + `"},"Meta":{"TotalPages":1}}`
)

// answer is an answer to a request for the accounts.
func answer(status int, body string, edits ...func(*http.Response)) *http.Response {
	request, err := http.NewRequest(http.MethodGet, accounts, nil)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+theToken)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("X-Fapi-Interaction-Id", interactionID)
	response := &http.Response{StatusCode: status, Request: request, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"X-Fapi-Interaction-Id": {interactionID}}}
	if body != "" {
		response.Header.Set("Content-Type", "application/json")
	}
	for _, edit := range edits {
		edit(response)
	}
	return response
}

func header(name, value string) func(*http.Response) {
	return func(r *http.Response) { r.Header.Set(name, value) }
}

func clauses(findings []conform.Finding) string {
	var ids []string
	for _, f := range findings {
		ids = append(ids, string(f.Clause.ID))
	}
	return strings.Join(ids, " ")
}

func zipped(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	asksGzip := func(r *http.Response) {
		r.Request.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("Content-Encoding", "gzip")
	}
	for name, c := range map[string]struct {
		response *http.Response
		want     string
	}{
		"a list":                   {answer(200, goodList), ""},
		"a list, compressed":       {answer(200, zipped(goodList), asksGzip), ""},
		"a wrong list, compressed": {answer(200, zipped(wrongList), asksGzip), "COM-BODY"},
		"a wrong value":            {answer(200, wrongList), "COM-BODY"},
		"no echo":                  {answer(200, goodList, header("X-Fapi-Interaction-Id", "11111111-1111-4111-8111-111111111111")), "COM-FAPI-ECHO"},
		"no echo, and nobody knows the request": {answer(200, goodList, header("X-Fapi-Interaction-Id", "11111111-1111-4111-8111-111111111111"),
			func(r *http.Response) { r.Request = nil }), ""},
		"an undocumented status": {answer(202, ""), "COM-STATUS"},
		"a documented one":       {answer(404, ""), ""},
		"no body, which is nil":  {answer(404, "", func(r *http.Response) { r.Body = nil }), ""},
	} {
		findings, err := conform.Check(contract.ListAccounts, c.response)
		if got := clauses(findings); got != c.want || err != nil {
			t.Errorf("%s: found %q, expected %q (%v)", name, got, c.want, err)
		}
	}
}

func TestTheBodyIsPutBack(t *testing.T) {
	t.Parallel()
	closed := false
	response := answer(200, wrongList)
	response.Body = closing{response.Body, &closed}
	for range 2 {
		if findings, err := conform.Check(contract.ListAccounts, response); err != nil || clauses(findings) != "COM-BODY" {
			t.Errorf("found %q (%v)", clauses(findings), err)
		}
	}
	if closed {
		t.Error("the body was closed")
	}
	body, err := io.ReadAll(response.Body)
	if string(body) != wrongList || err != nil || response.Body.Close() != nil || !closed {
		t.Errorf("read %q (%v), closed: %t", body, err, closed)
	}
	broken := answer(200, "")
	broken.ContentLength = -1
	broken.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"Data`), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if _, err := conform.Check(contract.ListAccounts, broken); err == nil || !strings.Contains(err.Error(), "not whole") {
		t.Errorf("a body that ends early was judged: %v", err)
	}
	if body, err := io.ReadAll(broken.Body); string(body) != `{"Data` || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the client then reads %q (%v)", body, err)
	}
}

type closing struct {
	io.ReadCloser
	closed *bool
}

func (c closing) Close() error { *c.closed = true; return c.ReadCloser.Close() }

func TestWhatCannotBeJudgedIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		operation contract.OperationID
		response  *http.Response
		want      string
	}{
		"no response":        {contract.ListAccounts, nil, "nil"},
		"no such operation":  {"ListBalances", answer(200, goodList), `no operation "ListBalances"`},
		"a gateway":          {contract.ListAccounts, answer(503, ""), "a gateway answered: 503"},
		"a gateway's page":   {contract.ListAccounts, answer(403, "<html>no</html>", header("Content-Type", "text/html")), "HTML page"},
		"a length that lies": {contract.ListAccounts, answer(200, goodList, func(r *http.Response) { r.ContentLength = 5000 }), "announced"},
		"gzip that is none":  {contract.ListAccounts, answer(200, goodList, header("Content-Encoding", "gzip")), "gzip"},
		"a body without end": {contract.ListAccounts, answer(200, "", func(r *http.Response) { r.ContentLength = -1; r.Body = io.NopCloser(endless{}) }), "larger than the limit"},
		"a bomb":             {contract.ListAccounts, answer(200, bomb(), header("Content-Encoding", "gzip")), "larger than the limit"},
	} {
		findings, err := conform.Check(c.operation, c.response)
		if err == nil || !strings.Contains(err.Error(), c.want) || findings != nil {
			t.Errorf("%s: found %q, and the error is %v", name, clauses(findings), err)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func bomb() string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.CopyN(w, endless{}, 20<<20)
	_ = w.Close()
	return out.String()
}

func TestCheckExchange(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(accounts)
	if err != nil {
		t.Fatal(err)
	}
	exchange := func(body string, lack traffic.Lack) traffic.Exchange {
		return traffic.Exchange{Request: traffic.Request{Method: "GET", URL: address, Header: http.Header{}}, Response: &traffic.Response{Status: 200,
			Header: http.Header{"Content-Type": {"application/json"}, "X-Fapi-Interaction-Id": {interactionID}}, Body: traffic.Body{Bytes: []byte(body), Lack: lack}}}
	}
	for _, operation := range []contract.OperationID{contract.ListAccounts, ""} {
		if findings, err := conform.CheckExchange(operation, exchange(goodList, "")); err != nil || len(findings) > 0 {
			t.Errorf("%q: found %q (%v)", operation, clauses(findings), err)
		}
		if findings, err := conform.CheckExchange(operation, exchange(wrongList, "")); err != nil || clauses(findings) != "COM-BODY" {
			t.Errorf("%q: found %q (%v)", operation, clauses(findings), err)
		}
	}
	if _, err := conform.CheckExchange(contract.ListAccounts, exchange(wrongList[:20], traffic.Cut)); err == nil || !strings.Contains(err.Error(), "cut") {
		t.Errorf("a body without its end was judged: %v", err)
	}
	elsewhere := exchange(goodList, "")
	elsewhere.Request.URL = &url.URL{Scheme: "https", Host: "bank.example", Path: "/balances"}
	if _, err := conform.CheckExchange("", elsewhere); err == nil || !strings.Contains(err.Error(), "no operation") {
		t.Errorf("an exchange of no operation was judged: %v", err)
	}
	if _, err := conform.CheckExchange(contract.ListAccounts, traffic.Exchange{Err: "reset", Request: elsewhere.Request}); err == nil {
		t.Error("an exchange without an answer was judged")
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]conform.Options{"FailOn": {FailOn: []contract.Level{"docs"}}, "Profile": {Profile: "strict"},
		"none": {Sides: "none"}, "ListBalances": {Require: []string{"ListBalances"}}} {
		all := conform.Options{FailOn: []contract.Level{"docs"}, Profile: "strict", Sides: "none", Require: []string{"ListBalances"}}
		if _, err := conform.New(all); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("of all that is wrong %q is not said: %v", want, err)
		}
		if _, err := conform.New(options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", options, err)
		}
	}
	// 404 for an unknown method's Allow header is advice.
	advice := func() *http.Response { return answer(401, "") }
	for _, c := range []struct {
		options conform.Options
		fails   bool
	}{{conform.Options{}, false}, {conform.Options{FailOn: []contract.Level{contract.Adv}}, true}, {conform.Options{Profile: profile.Standard}, false}} {
		judge, err := conform.New(c.options)
		if err != nil {
			t.Fatal(err)
		}
		findings, err := judge.Check(contract.ListAccounts, advice())
		if err != nil || len(findings) != 1 || findings[0].Fails != c.fails || findings[0].Level != contract.Adv {
			t.Errorf("%+v: %+v (%v)", c.options, findings, err)
		}
		if conforms, err := judge.ConformTo(contract.ListAccounts).Match(advice()); conforms == c.fails || err != nil {
			t.Errorf("%+v: the matcher says %t (%v)", c.options, conforms, err)
		}
	}
}

func TestMatcher(t *testing.T) {
	t.Parallel()
	recorder := func(body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("x-fapi-interaction-id", interactionID)
		_, _ = w.WriteString(body)
		return w
	}
	other := answer(200, goodList).Request
	other.Header.Set("X-Fapi-Interaction-Id", "11111111-1111-4111-8111-111111111111")
	for name, c := range map[string]struct {
		actual any
		to     *http.Request
		want   bool
	}{
		"a response": {answer(200, goodList), nil, true}, "a wrong one": {answer(200, wrongList), nil, false},
		"a recorder": {recorder(goodList), nil, true}, "a wrong recorder": {recorder(wrongList), nil, false},
		"a recorder and its request": {recorder(goodList), answer(200, "").Request, true}, "and another": {recorder(goodList), other, false},
	} {
		m := conform.ConformTo(contract.ListAccounts).To(c.to)
		if got, err := m.Match(c.actual); got != c.want || err != nil {
			t.Errorf("%s: %t (%v)", name, got, err)
		}
	}
	for _, actual := range []any{nil, "text", (*http.Response)(nil), (*httptest.ResponseRecorder)(nil), (*traffic.Exchange)(nil), answer(503, "")} {
		if got, err := conform.ConformTo(contract.ListAccounts).Match(actual); got || err == nil {
			t.Errorf("%T: %t, without an error", actual, got)
		}
	}
	if text := conform.ConformTo(contract.ListAccounts).NegatedFailureMessage(nil); !strings.Contains(text, "not to conform") {
		t.Error(text)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	request := func(method, address, body string, edits ...string) *http.Request {
		r, err := http.NewRequest(method, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+theToken)
		for i := 0; i+1 < len(edits); i += 2 {
			r.Header.Set(edits[i], edits[i+1])
		}
		return r
	}
	const consents = "https://bank.example/open-banking/v3.1/aisp/account-access-consents"
	const consent = `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}}`
	for name, c := range map[string]struct {
		request *http.Request
		want    string
	}{
		"a right one":           {request("GET", accounts, ""), ""},
		"a wrong header":        {request("GET", accounts, "", "x-fapi-interaction-id", "1"), "CLI-FAPI-ID"},
		"a right body":          {request("POST", consents, consent, "Content-Type", "application/json"), ""},
		"a body without Risk":   {request("POST", consents, strings.Replace(consent, `,"Risk":{}`, "", 1), "Content-Type", "application/json"), "CLI-MODEL"},
		"a token in an address": {request("GET", accounts+"?access_token=x", ""), "CLI-URL-TOKEN"},
	} {
		for range 2 { // the body is put back
			findings, err := conform.CheckRequest(c.request)
			if got := clauses(findings); got != c.want || err != nil {
				t.Errorf("%s: found %q, expected %q (%v)", name, got, c.want, err)
			}
		}
		if ok, err := conform.BeConforming().Match(c.request); ok != (c.want == "") || err != nil {
			t.Errorf("%s: the matcher says %t (%v)", name, ok, err)
		}
	}
	for _, actual := range []any{nil, "text", (*http.Request)(nil), request("GET", "https://bank.example/balances", "")} {
		if ok, err := conform.BeConforming().Match(actual); ok || err == nil {
			t.Errorf("%T: %t, without an error", actual, ok)
		}
	}
	address, err := url.Parse(accounts)
	if err != nil {
		t.Fatal(err)
	}
	x := traffic.Exchange{Request: traffic.Request{Method: "GET", URL: address, Header: http.Header{"X-Fapi-Customer-Ip-Address": {"localhost"}}}}
	m := conform.BeConforming()
	if ok, err := m.Match(x); ok || err != nil || !strings.Contains(m.FailureMessage(x), "CLI-FAPI-IP (doc, breach)") {
		t.Errorf("an exchange with a wrong address: %t (%v)\n%s", ok, err, m.FailureMessage(x))
	}
	if text := m.NegatedFailureMessage(x); !strings.Contains(text, "not to conform") {
		t.Error(text)
	}
}

// A failure is what a ticket needs, and no secret.
func TestTheFailureCanBePastedIntoATicket(t *testing.T) {
	t.Parallel()
	m := conform.ConformTo(contract.ListAccounts)
	response := answer(200, strings.Replace(wrongList, `"Private"`, `"Private `+theToken+`"`, 1))
	if ok, err := m.Match(response); ok || err != nil {
		t.Fatal(ok, err)
	}
	text := m.FailureMessage(response)
	for _, want := range []string{"ListAccounts", "COM-BODY (doc, breach): Where the documentation shows a body", "source:", "where:    /Data/Account/0/AccountType",
		"expected: one of Business, Personal", "actual:   ", "request:  GET " + accounts + " -> status 200", "sent and received " + interactionID, "time:     20",
		"curl:     curl", "${ACCESS_TOKEN:?}", "> Authorization: Bearer [access token]", "< Content-Type: application/json"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, theToken) {
		t.Errorf("the token can be read in\n%s", text)
	}
}

func TestNoSecretOfATokenRequestIsShown(t *testing.T) {
	t.Parallel()
	request, err := http.NewRequest(http.MethodPost, "https://bank.example/token", strings.NewReader("grant_type=authorization_code&code=the-secret-code&client_secret=the-client-secret"))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("client", "the-basic-secret")
	body := `{"access_token":"the-access-token","refresh_token":"the-refresh-token","token_type":"the-access-token"}`
	response := answer(200, body, header("Cache-Control", "no-store"))
	response.Request = request
	findings, err := conform.Check(contract.RequestToken, response)
	if err != nil || len(findings) == 0 {
		t.Fatal(findings, err)
	}
	for _, f := range findings {
		for _, secret := range []string{"the-secret-code", "the-client-secret", "the-basic-secret", "the-access-token", "the-refresh-token", request.Header.Get("Authorization")[6:]} {
			if strings.Contains(f.String()+f.Actual+f.Exchange.ResponseBody, secret) {
				t.Errorf("%s can be read in\n%s", secret, f)
			}
		}
	}
}
