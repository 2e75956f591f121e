package tpp

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/leftovers"
)

// remembering is a client with a log, and the log's path.
func remembering(t *testing.T, baseURL string, edits ...func(*config.Config)) (*Client, string) {
	t.Helper()
	c := testClient(t, baseURL, edits...)
	path := filepath.Join(t.TempDir(), leftovers.File)
	log := leftovers.NewLog(path, baseURL, false)
	t.Cleanup(func() { _ = log.Close() })
	Remembering(log)(c)
	return c, path
}

func left(t *testing.T, path string) []leftovers.Thing {
	t.Helper()
	things, unreadable, err := leftovers.Read(path)
	if err != nil || unreadable > 0 {
		t.Fatal(unreadable, err)
	}
	return things
}

func leftIDs(t *testing.T, path string) []string {
	t.Helper()
	ids := []string{}
	for _, thing := range left(t, path) {
		ids = append(ids, thing.ID)
	}
	return ids
}

// hangUp loses the connection before an answer.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func TestWhatIsCreatedIsRemembered(t *testing.T) {
	b := consentBank(t)
	c, path := remembering(t, b.URL)
	create := func() { c.CreateAccountsConsent(t.Context(), AccountsConsent("ReadAccountsBasic")) }
	mustRun(t, func() { c.Token(t.Context(), contract.ScopeAccounts) })
	if _, err := os.Stat(path); err == nil {
		t.Error("a token was written down")
	}
	// It is there before the request is sent, since the answer may never be read.
	b.on("DELETE "+consentsPath+"/c/", reply(204, "")) // net/http decodes the path
	b.on("POST "+consentsPath, func(w http.ResponseWriter, r *http.Request) {
		if ids := leftIDs(t, path); !slices.Equal(ids, []string{""}) {
			t.Errorf("while the request is answered, %q are left", ids)
		}
		consentReply("c/1 %2f")(w, r)
	})
	mustRun(t, create)
	if things := left(t, path); len(things) != 1 || things[0].ID != "c/1 %2f" || things[0].Operation != contract.CreateAccountAccessConsent ||
		things[0].InteractionID != b.got("POST", consentsPath)[0].Header.Get(contract.HeaderInteractionID) {
		t.Errorf("left are %+v", things)
	}
	mustRun(t, func() { c.cleanUpSpec(t.Context()) })
	if ids := leftIDs(t, path); len(ids) > 0 {
		t.Errorf("after its deletion %q are left", ids)
	}
	for _, refusal := range []http.HandlerFunc{reply(400, oneError), reply(500, oneError), reply(302, "")} {
		b.on("POST "+consentsPath, refusal)
		c.nextSpec()
		mustRun(t, create)
	}
	if ids := leftIDs(t, path); len(ids) > 0 {
		t.Errorf("after refusals %q are left", ids)
	}
	// Of these nobody knows what they made.
	for _, riddle := range []http.HandlerFunc{hangUp, reply(503, ""), reply(201, "{}")} {
		b.on("POST "+consentsPath, riddle)
		c.nextSpec()
		_ = ends(create)
	}
	if ids := leftIDs(t, path); !slices.Equal(ids, []string{"", "", ""}) {
		t.Errorf("after riddles %q are left", ids)
	}
}

// A refusal that a bank should have given and did not leaves something too.
func TestWhatANegativeCaseCreatesIsRemembered(t *testing.T) {
	b := consentBank(t)
	c, path := remembering(t, b.URL)
	mustRun(t, func() {
		c.Call(t.Context(), contract.CreateAccountAccessConsent, "", Bearer("made up"), JSON([]string{}))
	})
	if ids := leftIDs(t, path); !slices.Equal(ids, []string{"c1"}) {
		t.Errorf("%q are left", ids)
	}
}

// What cannot be written down is not created.
func TestNothingIsCreatedWithoutALog(t *testing.T) {
	b := consentBank(t)
	c := testClient(t, b.URL)
	Remembering(leftovers.NewLog(filepath.Join(t.TempDir(), "missing", leftovers.File), b.URL, false))(c)
	mustEnd(t, "failed", []string{"inconclusive", "cannot be written down"}, func() { c.CreateAccountsConsent(t.Context(), AccountsConsent()) })
	if got := b.got("POST", consentsPath); len(got) > 0 {
		t.Error("it was created all the same")
	}
}

// registrarBank registers clients, and refuses tokens to those that are gone.
func registrarBank(t *testing.T, secret string) (*bank, map[string]bool) {
	t.Helper()
	b := newBank(t)
	there := map[string]bool{}
	b.on("POST "+registerPath, func(w http.ResponseWriter, r *http.Request) {
		id := uuid.NewString()
		there[id] = true
		reply(201, `{"client_id":"`+id+`","client_secret":"`+secret+`","token_endpoint_auth_method":"client_secret_basic"}`)(w, r)
	})
	b.on("POST /token", func(w http.ResponseWriter, r *http.Request) {
		id, given, _ := r.BasicAuth()
		if known, registered := there[id]; registered && (!known || given != secret) {
			reply(401, `{"error":"invalid_client"}`)(w, r)
			return
		}
		tokenReply("token-of-"+id, 300)(w, r)
	})
	b.on("DELETE "+registerPath+"/", func(w http.ResponseWriter, r *http.Request) {
		there[lastSegment(r.URL.String())] = false
		reply(204, "")(w, r)
	})
	return b, there
}

func withKey(t *testing.T, content string) func(*config.Config) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "signing.key")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(cfg *config.Config) { cfg.Client.SigningKeyFile = file }
}

// The whole way of a registration: remembered without its secret in the clear,
// and deleted by another process that has the same key.
func TestALeftRegistrationIsSweptUp(t *testing.T) {
	secret := uuid.NewString()
	b, there := registrarBank(t, secret)
	c, path := remembering(t, b.URL)
	withKey(t, "key")(&c.cfg)
	mustRun(t, func() {
		c.Call(t.Context(), contract.RegisterClient, "", Raw("a request"))
		c.Call(t.Context(), contract.RegisterClient, "", Raw("another"))
	})
	data, _ := os.ReadFile(path)
	if things := left(t, path); len(things) != 2 || strings.Contains(string(data), secret) || things[0].Method != "client_secret_basic" {
		t.Fatalf("left are %+v", things)
	}
	same := func(cfg *config.Config) { cfg.Client.SigningKeyFile = c.cfg.Client.SigningKeyFile }
	for _, refused := range []struct {
		edit func(*config.Config)
		says string
	}{
		{withKey(t, "another key"), "another client.signingKeyFile"},
		{func(cfg *config.Config) {}, "its secret cannot be read"},
		{func(cfg *config.Config) { same(cfg); cfg.Registration.Delete = false }, "registration.delete is false"},
		{func(cfg *config.Config) { same(cfg); cfg.Target.Kind = config.Sandbox }, "target.allowDestructive"},
	} {
		fate, reason := sweeperWith(t, b.URL, refused.edit).Delete(t.Context(), left(t, path)[0])
		if fate != FateLeft || !strings.Contains(reason, refused.says) {
			t.Errorf("%s: %q, want it to say %q", fate, reason, refused.says)
		}
	}
	if n := len(b.got("DELETE", registerPath)); n > 0 {
		t.Errorf("%d deletions were sent", n)
	}
	there[left(t, path)[1].ID] = false // somebody else has deleted it
	for i, want := range []Fate{FateDeleted, FateGone} {
		if fate, reason := sweeperWith(t, b.URL, same).Delete(t.Context(), left(t, path)[i]); fate != want {
			t.Errorf("%s (%s), want %s", fate, reason, want)
		}
	}
}

// Whether a registration is gone the answer to its client's token request says,
// where it is about the client; the live bank gives tokens with 201.
func TestFatesOfARegistration(t *testing.T) {
	for name, c := range map[string]struct {
		token http.HandlerFunc
		fate  Fate
	}{
		"a token":                {tokenReply("t", 300), FateDeleted},
		"a token with 201":       {reply(201, `{"access_token":"t","token_type":"Bearer","expires_in":300}`, "Cache-Control", "no-store"), FateDeleted},
		"an empty token":         {tokenReply("", 300), FateLeft},
		"202":                    {reply(202, `{"access_token":"t","token_type":"Bearer","expires_in":300}`), FateLeft},
		"an unknown client, 401": {reply(401, `{"error":"invalid_client"}`), FateGone},
		"an unknown client, 400": {reply(400, `{"error":"invalid_client"}`), FateGone},
		"another scope":          {reply(400, `{"error":"invalid_scope"}`), FateLeft},
		"400 without a reason":   {reply(400, ""), FateLeft},
		"a gateway":              {reply(503, ""), FateLeft},
	} {
		b := newBank(t)
		b.on("POST /token", c.token)
		b.on("DELETE "+registerPath+"/", reply(204, ""))
		thing := leftovers.Thing{Operation: contract.RegisterClient, ID: "c1", Method: "tls_client_auth"}
		fate, reason := sweeperWith(t, b.URL, func(*config.Config) {}).Delete(t.Context(), thing)
		if sent := len(b.got("DELETE", registerPath)) > 0; fate != c.fate || (fate == FateLeft) != (reason != "") || sent != (c.fate == FateDeleted) {
			t.Errorf("%s: %s (%q), want %s; a deletion was sent: %t", name, fate, reason, c.fate, sent)
		}
	}
}

// A client that gets a token is there, whatever the deletion is answered with:
// the refusal may be of the path, or of the way in which it proves itself. One
// that shows its secret to the registration itself is asked for a token after
// that.
func TestARefusedDeletionOfARegistration(t *testing.T) {
	unknown := reply(401, `{"error":"invalid_client"}`)
	for name, c := range map[string]struct {
		auth     string
		deletion http.HandlerFunc
		token    http.HandlerFunc
		fate     Fate
		says     string
	}{
		"bearer, 401":                  {"bearer", reply(401, ""), tokenReply("t", 300), FateLeft, "status 401"},
		"bearer, 403":                  {"bearer", reply(403, ""), tokenReply("t", 300), FateLeft, "status 403"},
		"bearer, 404":                  {"bearer", reply(404, ""), tokenReply("t", 300), FateLeft, "status 404"},
		"basic, 401, unknown":          {"basic", reply(401, ""), unknown, FateGone, ""},
		"basic, 403, unknown":          {"basic", reply(403, ""), unknown, FateGone, ""},
		"basic, 404, unknown":          {"basic", reply(404, ""), unknown, FateGone, ""},
		"basic, 401, still there":      {"basic", reply(401, ""), tokenReply("t", 300), FateLeft, "status 401, and its client still gets a token"},
		"basic, 403, still there":      {"basic", reply(403, oneError), tokenReply("t", 300), FateLeft, "and its client still gets a token"},
		"basic, 404, still there":      {"basic", reply(404, ""), tokenReply("t", 300), FateLeft, "and its client still gets a token"},
		"basic, 404, not told":         {"basic", reply(404, ""), reply(400, `{"error":"invalid_scope"}`), FateLeft, "is not known: RequestToken was answered with the status 400"},
		"basic, 404, no token service": {"basic", reply(404, ""), reply(503, ""), FateLeft, "is not known"},
		"basic, 204":                   {"basic", reply(204, ""), tokenReply("t", 300), FateDeleted, ""},
		"basic, 500":                   {"basic", reply(500, oneError), unknown, FateLeft, "status 500"},
		"basic, a gateway":             {"basic", reply(503, ""), unknown, FateLeft, "DeleteClient: "},
	} {
		b := newBank(t)
		b.on("DELETE "+registerPath+"/", c.deletion)
		b.on("POST /token", c.token)
		thing := leftovers.Thing{Operation: contract.RegisterClient, ID: "c1", Method: "tls_client_auth"}
		sweeper := sweeperWith(t, b.URL, func(cfg *config.Config) { cfg.Registration.ManagementAuth = c.auth })
		if fate, reason := sweeper.Delete(t.Context(), thing); fate != c.fate || (fate == FateLeft) != (reason != "") || !strings.Contains(reason, c.says) {
			t.Errorf("%s: %s (%q), want %s (%q)", name, fate, reason, c.fate, c.says)
		}
	}
}

// sweeperWith is a sweeper whose configuration is edited once it is made: the
// key files of these tests are no keys.
func sweeperWith(t *testing.T, baseURL string, edit func(*config.Config)) *Sweeper {
	t.Helper()
	c, err := newClient(testConfig(baseURL), sweeping{})
	if err != nil {
		t.Fatal(err)
	}
	edit(&c.cfg)
	return &Sweeper{c}
}

// A registration whose update gave its client another secret is remembered
// with that one; one that shows it masked keeps the old one.
func TestAChangedSecretIsRemembered(t *testing.T) {
	b, _ := registrarBank(t, uuid.NewString())
	c, path := remembering(t, b.URL)
	withKey(t, "key")(&c.cfg)
	mustRun(t, func() { c.Call(t.Context(), contract.RegisterClient, "", Raw("a request")) })
	made := left(t, path)[0]
	update := func(secret string) {
		b.on("PUT "+registerPath+"/", reply(200, `{"client_id":"`+made.ID+`","client_secret":"`+secret+`"}`))
		mustRun(t, func() { c.Call(t.Context(), contract.UpdateClient, made.ID, Raw("a request")) })
	}
	update("********")
	if now := left(t, path)[0]; now.Sealed != made.Sealed {
		t.Error("the mask took the secret's place")
	}
	fresh := uuid.NewString()
	update(fresh)
	if secret, err := leftovers.Open([]byte("key"), made.ID, left(t, path)[0].Sealed); secret != fresh || err != nil {
		t.Errorf("%q, %v", secret, err)
	}
	// The user's own registration is updated too, and must not be swept up.
	b.on("PUT "+registerPath+"/", reply(200, `{"client_id":"ours","client_secret":"`+fresh+`"}`))
	mustRun(t, func() { c.Call(t.Context(), contract.UpdateClient, "ours", Raw("a request")) })
	if ids := leftIDs(t, path); !slices.Equal(ids, []string{made.ID}) {
		t.Errorf("%q are left", ids)
	}
}

func TestFatesOfAConsent(t *testing.T) {
	for name, c := range map[string]struct {
		deletion, read http.HandlerFunc
		fate           Fate
		says           string
	}{
		"deleted":                 {reply(204, ""), reply(500, oneError), FateDeleted, ""},
		"gone":                    {reply(400, oneError), reply(400, oneError), FateGone, ""},
		"gone, with 404":          {reply(404, ""), reply(404, ""), FateGone, ""},
		"refused and still there": {reply(403, oneError), reply(200, "{}"), FateLeft, "DeleteAccountAccessConsent was answered with the status 403"},
		"refused and not told":    {reply(400, oneError), hangUp, FateLeft, "status 400"},
		"a gateway":               {reply(503, ""), reply(400, oneError), FateLeft, "503"},
		"an error":                {reply(500, oneError), reply(400, oneError), FateLeft, "status 500"},
		"no answer":               {hangUp, reply(400, oneError), FateLeft, "DeleteAccountAccessConsent: "},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBank(t)
			b.on("DELETE "+consentsPath+"/", c.deletion)
			b.on("GET "+consentsPath+"/", c.read)
			thing := leftovers.Thing{Operation: contract.CreateAccountAccessConsent, ID: "c1"}
			fate, reason := sweeperWith(t, b.URL, func(*config.Config) {}).Delete(t.Context(), thing)
			if fate != c.fate || !strings.Contains(reason, c.says) {
				t.Errorf("%s (%q), want %s (%q)", fate, reason, c.fate, c.says)
			}
		})
	}
	b := newBank(t)
	b.on("POST /token", reply(401, `{"error":"invalid_client"}`))
	thing := leftovers.Thing{Operation: contract.CreateAccountAccessConsent, ID: "c1"}
	if fate, reason := sweeperWith(t, b.URL, func(*config.Config) {}).Delete(t.Context(), thing); fate != FateLeft || reason == "" {
		t.Errorf("without a token: %s (%q)", fate, reason)
	}
}
