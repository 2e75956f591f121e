package tpp

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// revoking is a bank that issues tokens of every grant and can revoke them all.
type revoking struct {
	*bank
	mu      sync.Mutex
	issued  int
	revoked map[string]bool
	alive   []string
}

func newRevoking(t *testing.T) *revoking {
	t.Helper()
	r := &revoking{bank: newBank(t), revoked: map[string]bool{}}
	r.on("POST /token", func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		r.issued++
		token := fmt.Sprintf("issued-%d-%s", r.issued, request.FormValue("grant_type"))
		r.alive = append(r.alive, token)
		r.mu.Unlock()
		reply(200, fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":300,"refresh_token":"refresh-me"}`, token), "Cache-Control", "no-store")(w, request)
	})
	guarded := func(w http.ResponseWriter, request *http.Request) {
		token, _ := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
		r.mu.Lock()
		refused := r.revoked[token]
		r.mu.Unlock()
		switch {
		case refused:
			reply(401, "")(w, request)
		case request.Method == http.MethodPost:
			consentReply("c1")(w, request)
		default:
			reply(200, `{"Data":{}}`)(w, request)
		}
	}
	for _, route := range []string{"GET " + consentsPath + "/", "POST " + consentsPath, "GET " + accountsPath, "GET " + registerPath + "/", "GET " + fundsPath + "/"} {
		r.on(route, guarded)
	}
	return r
}

func (r *revoking) revoke() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, token := range r.alive {
		r.revoked[token] = true
	}
	r.alive = nil
}

func (r *revoking) tokens() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.issued
}

// A token that was taken and is refused within its life is replaced, once, and
// what was refused is sent again, a creation too: a 401 has created nothing.
func TestARevokedTokenIsReplaced(t *testing.T) {
	b := newRevoking(t)
	c := testClient(t, b.URL)
	use := func() {
		c.GetConsent(t.Context(), contract.GetAccountAccessConsent, "c1").Must(contract.AacGet200, 200)
		c.CreateAccountsConsent(t.Context(), AccountsConsent()).Must(contract.Aac201, 201)
	}
	mustRun(t, use)
	b.revoke()
	mustRun(t, use)
	if b.tokens() != 2 {
		t.Errorf("%d tokens were issued, expected 2", b.tokens())
	}
	if notes := strings.Join(c.spec.Notes, "; "); strings.Count(notes, "401 to a token that was taken before") != 1 {
		t.Errorf("notes %q", notes)
	}
	// A spec that still holds the old one gets the new one in its place.
	mustRun(t, func() {
		c.Call(t.Context(), contract.GetAccountAccessConsent, "c1", Bearer("issued-1-client_credentials")).Must(contract.AacGet200, 200)
	})
	if b.tokens() != 2 {
		t.Errorf("%d tokens were issued, expected 2", b.tokens())
	}
}

// One new token, and no second: a 401 that stays is the bank's answer.
func TestA401ThatStays(t *testing.T) {
	b := newRevoking(t)
	c := testClient(t, b.URL)
	read := func() *Answer { return c.GetConsent(t.Context(), contract.GetAccountAccessConsent, "c1") }
	mustRun(t, func() { read() })
	b.on("GET "+consentsPath+"/", reply(401, ""))
	var answer *Answer
	mustRun(t, func() { answer = read() })
	if answer.Status != 401 || b.tokens() != 2 || len(b.got("GET", consentsPath)) != 3 {
		t.Errorf("%d after %d tokens and %d reads", answer.Status, b.tokens(), len(b.got("GET", consentsPath)))
	}
	mustRun(t, func() { read() }) // the new one was never taken
	if b.tokens() != 2 {
		t.Errorf("%d tokens were issued, expected 2", b.tokens())
	}
}

// A bank whose tokens are good for one request, whatever their expires_in, is
// borne with some times; then what it refuses is held against it, with the
// reason. Tokens that are sent to be refused are none of that.
func TestTokensThatWorkOnce(t *testing.T) {
	b := newRevoking(t)
	c := testClient(t, b.URL)
	read := func() *Answer {
		answer := c.GetConsent(t.Context(), contract.GetAccountAccessConsent, "c1")
		b.revoke()
		return answer
	}
	mustRun(t, func() {
		for range mostRenewed + 1 {
			c.nextSpec()
			read().Must(contract.AacGet200, 200)
		}
	})
	for range 2 {
		c.nextSpec()
		mustEnd(t, "failed", []string{"AAC-GET-200", "status 401", "the token was taken before and its time is not over, as with 10 that were replaced already"},
			func() { read().Must(contract.AacGet200, 200) })
	}
	if b.tokens() != mostRenewed+1 {
		t.Errorf("%d tokens were asked for", b.tokens())
	}
	c.nextSpec()
	b.on("GET "+accountsPath, reply(401, ""))
	last := fmt.Sprintf("issued-%d-client_credentials", b.tokens())
	mustRun(t, func() {
		answer := c.Call(t.Context(), contract.ListAccounts, "", Bearer(last))
		if answer.token != "" {
			t.Errorf("of a token of another grant it says %q", answer.token)
		}
		answer.Must(contract.Com403Grant, 401, 403)
	})
}

// Tokens that are sent to see them refused are not replaced.
func TestWhatIsMeantToBeRefused(t *testing.T) {
	for name, c := range map[string]struct {
		operation contract.OperationID
		edit      func(*Client) Edit
	}{
		"none":                       {contract.GetAccountAccessConsent, func(*Client) Edit { return NoAuthorization() }},
		"one that was never issued":  {contract.GetAccountAccessConsent, func(*Client) Edit { return Bearer("made up") }},
		"an altered one":             {contract.GetAccountAccessConsent, func(c *Client) Edit { return c.AlteredToken() }},
		"one of the other scope":     {contract.GetFundsConfirmationConsent, func(*Client) Edit { return Bearer("issued-1-client_credentials") }},
		"one of the other grant":     {contract.ListAccounts, func(*Client) Edit { return Bearer("issued-1-client_credentials") }},
		"one of another client":      {contract.GetAccountAccessConsent, func(*Client) Edit { return Bearer("issued-2-client_credentials") }},
		"for another's registration": {contract.GetClient, func(*Client) Edit { return Bearer("issued-1-client_credentials") }},
		"one whose life is over": {contract.GetAccountAccessConsent, func(c *Client) Edit {
			c.now = func() time.Time { return time.Now().Add(time.Hour) }
			return Bearer("issued-1-client_credentials")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newRevoking(t)
			client := testClient(t, b.URL, func(cfg *config.Config) {
				cfg.SecondClient = config.SecondClient{ID: config.Literal("id", "second"), Secret: config.Literal("secret", "second-secret")}
			})
			mustRun(t, func() {
				client.GetConsent(t.Context(), contract.GetAccountAccessConsent, "c1")
				client.Call(t.Context(), contract.GetAccountAccessConsent, "c1", client.ByOther(t.Context(), contract.ScopeAccounts))
			})
			b.revoke()
			issued := b.tokens()
			for _, route := range []string{"GET " + consentsPath + "/", "GET " + accountsPath, "GET " + registerPath + "/", "GET " + fundsPath + "/"} {
				b.on(route, reply(401, ""))
			}
			mustRun(t, func() {
				client.Call(t.Context(), c.operation, "another", Bearer("issued-1-client_credentials"), c.edit(client)).Must(contract.Com401Invalid, 401)
			})
			if b.tokens() != issued {
				t.Error("another token was asked for")
			}
		})
	}
}

// A registration is managed with its own client's token.
func TestARevokedManagementTokenIsReplaced(t *testing.T) {
	b := newRevoking(t)
	c := testClient(t, b.URL)
	who := Identity{ID: "registered", Secret: "registered-secret", Method: "client_secret_basic"}
	read := func() { c.Manage(t.Context(), contract.GetClient, who, "").Must(contract.DcrGet200, 200) }
	mustRun(t, read)
	b.revoke()
	mustRun(t, read)
	requests := b.got("POST", "/token")
	id, secret, _ := requests[len(requests)-1].BasicAuth()
	if len(requests) != 2 || id != who.ID || secret != who.Secret {
		t.Errorf("%d tokens, the last for %q", len(requests), id)
	}
	// Where its client is gone the 401 is the answer, and the token endpoint's no
	// more than a fact.
	b.revoke()
	b.on("POST /token", reply(401, `{"error":"invalid_client"}`, "WWW-Authenticate", "Basic"))
	mustRun(t, func() { c.Manage(t.Context(), contract.GetClient, who, "").Must(contract.DcrDeleteGone, 401) })
}

// The token of an authorised consent is replaced for the same consent: by its
// code, where that is good for more, or by its refresh token.
func TestARevokedGrantIsReplaced(t *testing.T) {
	for name, c := range map[string]struct {
		reusable bool
		refresh  string
		grant    string // of the request for the new one, empty for none
	}{
		"a reusable code": {true, "", "authorization_code"},
		"a refresh token": {false, `,"refresh_token":"refresh-me"`, "refresh_token"},
		"neither":         {false, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newRevoking(t)
			client := testClient(t, b.URL)
			mustRun(t, func() { client.Discovery(t.Context()) })
			answer := client.testAnswer(t, contract.RequestToken, 200, `{"access_token":"first","expires_in":300`+c.refresh+`}`)
			grant := Grant{Token: "first", ConsentID: "c1", Code: Code{Value: "code", Reusable: c.reusable}, Answer: answer, ends: time.Now().Add(time.Hour)}
			client.memo["grant accounts"] = &remembered{value: grant}
			read := func() *Answer { return client.Call(t.Context(), contract.ListAccounts, "", Bearer(grant.Token)) }
			mustRun(t, func() { read().Must(contract.AccList200, 200) })
			b.mu.Lock()
			b.alive = append(b.alive, "first")
			b.mu.Unlock()
			b.revoke()
			var got *Answer
			mustRun(t, func() { got = read() })
			requests := b.got("POST", "/token")
			if c.grant == "" {
				if got.Status != 401 || len(requests) > 0 || client.memo["grant accounts"] != nil {
					t.Errorf("%d, %d tokens, remembered %v", got.Status, len(requests), client.memo["grant accounts"])
				}
				return
			}
			if got.Status != 200 || len(requests) != 1 || !strings.Contains(requests[0].body, "grant_type="+c.grant) {
				t.Fatalf("%d, token requests %v", got.Status, requests)
			}
			held := client.memo["grant accounts"].value.(Grant)
			if held.Token == "first" || held.ConsentID != "c1" || held.Answer == answer {
				t.Errorf("remembered is %+v", held)
			}
			// For funds it opens nothing, and accounts closed after their window stay so.
			b.revoke()
			client.Call(t.Context(), contract.CreateFundsConfirmation, "", Bearer(held.Token))
			client.now = func() time.Time { return time.Now().Add(accountsWindow) }
			client.Call(t.Context(), contract.ListAccounts, "", Bearer(held.Token))
			if got := len(b.got("POST", "/token")); got != 1 {
				t.Errorf("%d tokens were asked for", got)
			}
		})
	}
}
