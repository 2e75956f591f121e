package mockbank_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

// protected is one valid call of every operation with a token.
type protected struct {
	name    string
	request sent
	scope   string
	byCode  bool   // wants an authorization-code token
	refused string // a method that the path does not have
	allow   string // what Allow then says
}

func (f *fixture) protectedOperations() []protected {
	consent := f.createAccountConsent(basicConsent).text("Data", "ConsentId")
	funds := f.createFundsConsent(f.fundsConsentBody()).text("Data", "ConsentId")
	account := f.send(get(accountsPath).bearer(f.codeToken("basic"))).must(200)
	id := account.at("Data", "Account").([]any)[0].(map[string]any)["AccountId"].(string)
	return []protected{
		{"CreateAccountAccessConsent", post(consentsPath, basicConsent), "accounts", false, "PUT", "POST"},
		{"GetAccountAccessConsent", get(consentsPath + "/" + consent), "accounts", false, "PATCH", "GET, DELETE"},
		{"DeleteAccountAccessConsent", drop(consentsPath + "/" + consent), "accounts", false, "POST", "GET, DELETE"},
		{"ListAccounts", get(accountsPath), "accounts", true, "PUT", "GET"},
		{"GetAccount", get(accountsPath + "/" + id), "accounts", true, "DELETE", "GET"},
		{"CreateFundsConfirmationConsent", post(fundsConsentsPath, f.fundsConsentBody()), "fundsconfirmations", false, "GET", "POST"},
		{"GetFundsConfirmationConsent", get(fundsConsentsPath + "/" + funds), "fundsconfirmations", false, "PUT", "GET, DELETE"},
		{"DeleteFundsConfirmationConsent", drop(fundsConsentsPath + "/" + funds), "fundsconfirmations", false, "HEAD", "GET, DELETE"},
		{"CreateFundsConfirmation", post(fundsPath, "{}"), "fundsconfirmations", true, "PUT", "POST"},
	}
}

func (p protected) token(f *fixture) string {
	if p.byCode {
		return f.codeToken(p.scope)
	}
	return f.clientToken(p.scope)
}

func TestOperationsRefuseTokens(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, op := range f.protectedOperations() {
		t.Run(op.name, func(t *testing.T) {
			token := op.token(f)
			other := map[string]string{"accounts": "fundsconfirmations", "fundsconfirmations": "accounts"}[op.scope]
			wrongScope, wrongGrant := f.clientToken(other), f.codeToken(op.scope)
			if op.byCode {
				wrongScope, wrongGrant = f.codeToken(other), f.clientToken(op.scope)
			}
			changed := "A" + token[1:]
			if changed == token {
				changed = "B" + token[1:]
			}
			f.send(op.request).must(401)
			f.send(op.request.bearer("made-up")).must(401)
			f.send(op.request.bearer(changed)).must(401)
			f.send(op.request.bearer("")).must(401)
			f.send(op.request.with("Authorization", "Digest username=x")).must(401)
			f.send(basic(op.request, f.creds.ClientID, f.creds.ClientSecret)).must(401)
			f.send(op.request.bearer(wrongScope)).must(403)
			f.send(op.request.bearer(wrongGrant)).must(403)
			if status := f.send(op.request.with("Authorization", "bearer "+token)).status; status == 401 || status == 403 {
				t.Errorf("the right token is refused with %d", status)
			}
		})
	}
}

func TestOperationsRefuseExpiredTokens(t *testing.T) {
	f := newFixture(t, mockbank.Options{TokenLifetime: 2 * time.Second})
	token := f.clientToken("accounts")
	f.clock.advance(time.Second)
	f.send(post(consentsPath, basicConsent).bearer(token)).must(201)
	f.clock.advance(time.Second)
	f.send(post(consentsPath, basicConsent).bearer(token)).must(401)
}

func TestOperationsRefuseMethodsPathsAndTypes(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, op := range f.protectedOperations() {
		t.Run(op.name, func(t *testing.T) {
			token := op.token(f)
			wrongMethod := op.request.bearer(token)
			wrongMethod.method = op.refused
			if allow := f.send(wrongMethod).must(405).header.Get("Allow"); allow != op.allow {
				t.Errorf("Allow %q, want %q", allow, op.allow)
			}
			for _, suffix := range []string{"/", "/x/y", "s"} {
				wrongPath := op.request.bearer(token)
				wrongPath.path += suffix
				if !strings.Contains(op.request.path, "-consents/") && !strings.Contains(op.request.path, "accounts/") || suffix != "s" {
					f.send(wrongPath).must(404)
				}
			}
			if op.request.method != "DELETE" {
				f.send(op.request.bearer(token).with("Accept", "application/xml")).must(406)
			}
			if op.request.method == "POST" {
				for _, contentType := range []string{"text/plain", "application/xml", "application/json; charset=latin-1", "nonsense/"} {
					f.send(op.request.bearer(token).with("Content-Type", contentType)).must(415)
				}
				empty := op.request.bearer(token)
				empty.body, empty.header = "", http.Header{"Authorization": empty.header["Authorization"]}
				f.send(empty).must(400)
			}
			f.send(op.request.bearer(token).with("x-fapi-auth-date", "yesterday")).must(400).blames("x-fapi-auth-date")
		})
	}
}

func TestRegisterRefusesMethodsPathsAndTypes(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	f.send(get(registerPath)).must(405)
	f.send(get(registerPath + "x")).must(404)
	f.send(f.registration(f.claims()).with("Accept", "text/html")).must(406)
	f.send(jws(strings.Repeat("x", 65<<10))).must(400)
}

func TestAuthDateInBothForms(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	request := get(accountsPath).bearer(f.codeToken("basic"))
	for date, status := range map[string]int{
		"Sun, 10 Sep 2017 19:43:31 UTC": 200,
		"Sun, 10 Sep 2017 19:43:31 GMT": 200,
		"Mon, 10 Sep 2017 19:43:31 GMT": 400,
		"Sun, 32 Sep 2017 19:43:31 GMT": 400,
		"Sun, 10 Sep 2017 19:43:31 PST": 400,
		"2017-09-10T19:43:31Z":          400,
		"10 Sep 2017":                   400,
	} {
		if got := f.send(request.with("x-fapi-auth-date", date)).status; got != status {
			t.Errorf("%q: %d, want %d", date, got, status)
		}
	}
	f.send(request.with("x-fapi-customer-ip-address", "104.25.212.99")).must(200)
}

func TestAcceptIsNegotiated(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	request := get(accountsPath).bearer(f.codeToken("basic"))
	for accept, status := range map[string]int{
		"application/json":                         200,
		"application/*":                            200,
		"text/html, */*;q=0.1":                     200,
		"application/json; charset=utf-8":          200,
		"application/xml":                          406,
		"application/json;q=0, */*":                406,
		"text/*":                                   406,
		"application/xml, application/json;q=0.5 ": 200,
	} {
		if got := f.send(request.with("Accept", accept)).status; got != status {
			t.Errorf("%q: %d, want %d", accept, got, status)
		}
	}
}

func TestEveryErrorCanBeProvoked(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	requests := []sent{
		f.registration(f.claims()), get(registerPath + "/" + f.creds.ClientID),
		{method: "PUT", path: registerPath + "/x", header: http.Header{}}, drop(registerPath + "/x"),
	}
	for _, op := range f.protectedOperations() {
		requests = append(requests, op.request)
	}
	if len(requests) != 13 || len(f.creds.Provoke) != 8 {
		t.Fatalf("%d operations, %d statuses", len(requests), len(f.creds.Provoke))
	}
	for _, request := range requests {
		for status, header := range f.creds.Provoke {
			if got := f.send(request.with(header.Name, header.Value)).status; strconv.Itoa(got) != status {
				t.Errorf("%s %s: %d, want %s", request.method, request.path, got, status)
			}
		}
	}
	f.send(get(discoveryPath).with("X-Mockbank-Answer", "500")).must(200)
	f.send(requests[0].with("X-Mockbank-Answer", "418")).must(201)
}

func TestInteractionIDIsMinted(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	mint := func(path, sentID string) string {
		request, err := http.NewRequestWithContext(t.Context(), "GET", f.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if sentID != "" {
			request.Header.Set("x-fapi-interaction-id", sentID)
		}
		response, err := f.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		_, _ = io.Copy(io.Discard, response.Body)
		return response.Header.Get("x-fapi-interaction-id")
	}
	for _, path := range []string{accountsPath, "/nowhere", tokenPath, discoveryPath} {
		first, second := mint(path, ""), mint(path, "no uuid")
		if uuid.Validate(first) != nil || uuid.Validate(second) != nil || first == second {
			t.Errorf("%s: %q and %q", path, first, second)
		}
	}
}

func TestLatency(t *testing.T) {
	f := newFixture(t, mockbank.Options{Latency: 60 * time.Millisecond})
	start := time.Now()
	f.send(get("/nowhere")).must(404)
	if spent := time.Since(start); spent < 60*time.Millisecond {
		t.Errorf("answered after %v", spent)
	}
	impatient, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(impatient, "GET", f.url+discoveryPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := f.client.Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("answered before the latency was over")
	}
}

func TestOptionsMustMakeSense(t *testing.T) {
	for _, options := range []mockbank.Options{
		{PageSize: -1}, {TokenLifetime: -1}, {Latency: -1}, {TokenLifetime: time.Millisecond},
	} {
		if _, err := mockbank.New(options); err == nil {
			t.Errorf("%+v accepted", options)
		}
	}
}

func TestBankIsIndependent(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	const self = "obconform/harness/mockbank"
	found := false
	for _, path := range strings.Fields(string(out)) {
		switch {
		case path == self:
			found = true
		case strings.HasPrefix(path, "github.com/go-jose/go-jose/v4"), path == "github.com/google/uuid":
		default:
			t.Errorf("the bank imports %s", path)
		}
	}
	if !found {
		t.Errorf("%s is not among %q", self, out)
	}
}

// A body that breaks off in its framing is refused in the documented shape.
func TestBrokenFramingIsRefused(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	connection, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	head := "POST " + registerPath + " HTTP/1.1\r\nHost: bank\r\nContent-Type: application/jose\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
	if _, err := io.WriteString(connection, head); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 400 {
		t.Fatalf("%d %v", response.StatusCode, err)
	}
	if err := f.verifyDetached(response.Header.Get("x-jws-signature"), body); err != nil {
		t.Error(err)
	}
}
