package mockbank_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// life is what a client does with a fresh bank, and all that the bank says: what
// is signed is left out, since no seed decides that.
func life(t *testing.T, seed int64) string {
	t.Helper()
	f := newFixture(t, mockbank.Options{Seed: seed})
	var said strings.Builder
	note := func(g got) got {
		said.WriteString(g.what + "\n" + string(g.body) + "\n")
		return g
	}
	fixed := f.creds
	fixed.SigningKeyPEM, fixed.CurveKeyPEM, fixed.SigningKeyID, fixed.CurveKeyID = "", "", "", ""
	fixed.SoftwareStatement, fixed.ExpiredSoftwareStatement, fixed.UntrustedSoftwareStatement, fixed.ForeignSoftwareStatement = "", "", "", ""
	fixed.Issuer, fixed.Audience = "", ""
	said.WriteString(compactJSON(t, fixed))
	token := note(f.ask(url.Values{"grant_type": {"client_credentials"}, "scope": {"accounts"}}).must(200)).text("access_token")
	said.WriteString(ask(f.bank, discoveryPath).Header().Get("X-Fapi-Interaction-Id")) // the bank makes one up
	id := note(f.send(post(consentsPath, `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}}`).bearer(token)).must(201)).text("Data", "ConsentId")
	note(f.send(get(consentsPath + "/" + id).bearer(token)).must(200))
	note(f.send(post(consentsPath, `{}`).bearer(token)).must(400)).text("Id")
	for _, name := range []string{"expired", "accounts", "fundsconfirmations"} {
		var read map[string]any
		if err := json.Unmarshal(f.redeem(f.creds.Codes[name]).must(200).body, &read); err != nil {
			t.Fatal(err)
		}
		delete(read, "id_token")
		said.WriteString(compactJSON(t, read))
	}
	return strings.ReplaceAll(said.String(), f.url, "")
}

// A seed makes two starts say the same, and another seed something else; without
// one no two starts are alike.
func TestSeed(t *testing.T) {
	t.Parallel()
	first := life(t, 7)
	if again := life(t, 7); again != first {
		t.Errorf("with the same seed:\n%s\nand\n%s", first, again)
	}
	if !strings.Contains(first, `"CreationDateTime":"2026-01-01T00:00:00+00:00"`) {
		t.Errorf("the first date is not the seed's: %s", first)
	}
	random := regexp.MustCompile(`"clientId":"[^"]+"`)
	ids := map[string]bool{}
	for _, said := range []string{first, life(t, 8), life(t, 0), life(t, 0)} {
		ids[random.FindString(said)] = true
	}
	if len(ids) != 4 {
		t.Errorf("%d different clients of 4", len(ids))
	}
}

// A date is never before an earlier one, whoever asks.
func TestSeededDatesFollowOneAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mockbank.Options{Seed: 1})
	token, last := f.clientToken("accounts"), ""
	for range 3 {
		created := f.send(post(consentsPath, `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}}`).bearer(token)).must(201).text("Data", "CreationDateTime")
		if created <= last {
			t.Errorf("%s after %s", created, last)
		}
		last = created
	}
}

// The state counts what there is, newest first, and shows nothing that opens it.
func TestState(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mockbank.Options{})
	token := f.clientToken("accounts")
	var ids []string
	for range 3 {
		ids = append(ids, f.send(post(consentsPath, `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}}`).bearer(token)).must(201).text("Data", "ConsentId"))
	}
	f.send(drop(consentsPath + "/" + ids[1]).bearer(token)).must(204)
	state := f.bank.State(5)
	if state.Requests != 5 || state.Clients != 2 || state.AccountConsents != 2 || state.FundsConsents != 0 || state.AccessTokens != 1 {
		t.Errorf("%+v", state)
	}
	if len(state.Consents) != 2 || state.Consents[0].ID != ids[2] || state.Consents[1].ID != ids[0] || state.Consents[0].Status != "AwaitingAuthorisation" {
		t.Errorf("consents: %+v", state.Consents)
	}
	if got := f.bank.State(1); len(got.Consents) != 1 || len(got.Registrations) != 1 || got.Clients != 2 {
		t.Errorf("one of each: %+v", got)
	}
	shown := compactJSON(t, state)
	for _, secret := range []string{token, f.creds.ClientSecret, f.creds.SecondClientSecret, f.creds.Codes["accounts"]} {
		if strings.Contains(shown, secret) {
			t.Errorf("the state shows %q", secret)
		}
	}
}

// What is put in front sees each request and may answer it.
func TestFront(t *testing.T) {
	t.Parallel()
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	bank, err := mockbank.New(mockbank.Options{Keys: keys, BaseURL: "https://bank.example.com", Front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/mine" {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(bank, "/mine").Code; got != http.StatusTeapot {
		t.Errorf("in front: %d", got)
	}
	if got := ask(bank, discoveryPath).Code; got != http.StatusOK {
		t.Errorf("behind: %d", got)
	}
}

// Shutdown lets a request that is being answered come to its end, and takes no
// new ones; past the context's end it drops what is left.
func TestShutdown(t *testing.T) {
	t.Parallel()
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	for name, patient := range map[string]bool{"in time": true, "too late": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entered, leave := make(chan struct{}), make(chan struct{})
			bank, err := mockbank.New(mockbank.Options{Keys: keys, Front: func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					close(entered)
					<-leave
					_, _ = io.WriteString(w, "done")
				})
			}})
			if err != nil {
				t.Fatal(err)
			}
			server, err := bank.Start("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			answered := make(chan error, 1)
			go func() {
				response, err := http.Get(server.URL())
				if err == nil {
					_ = response.Body.Close()
				}
				answered <- err
			}()
			<-entered
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if patient {
				time.AfterFunc(10*time.Millisecond, func() { close(leave) })
			} else {
				defer close(leave)
				cancel()
			}
			stopped := server.Shutdown(ctx)
			if err := <-answered; (err == nil) != patient || (stopped == nil) != patient {
				t.Errorf("the client got %v, the shutdown %v", err, stopped)
			}
			if _, err := http.Get(server.URL()); err == nil {
				t.Error("a request was taken afterwards")
			}
		})
	}
}

// A refusal of a bank without a seed keeps an identifier of its own.
func TestErrorsHaveIdentifiers(t *testing.T) {
	t.Parallel()
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for range 2 {
		for _, seed := range []int64{0, 3} {
			bank, err := mockbank.New(mockbank.Options{Keys: keys, BaseURL: "https://bank.example.com", Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest(http.MethodPost, registerPath, strings.NewReader("x"))
			request.Header.Set("Content-Type", "application/jose")
			recorder := httptest.NewRecorder()
			bank.Handler().ServeHTTP(recorder, request)
			var body struct {
				ID string `json:"Id"`
			}
			if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil || len(body.ID) != 36 {
				t.Fatalf("%d %s: %v", recorder.Code, recorder.Body, err)
			}
			ids[body.ID] = true
		}
	}
	if len(ids) != 3 {
		t.Errorf("%d different identifiers; expected that of the seed and two others", len(ids))
	}
}

// The endpoints are those that discovery publishes.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mockbank.Options{})
	published, got := f.send(get(discoveryPath)).must(200), f.bank.Endpoints()
	if got.Token != published.text("token_endpoint") || got.Keys != published.text("jwks_uri") || got.Authorization != published.text("authorization_endpoint") {
		t.Errorf("%+v, published %s", got, published.body)
	}
}
