package tpp

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/jose"
)

// signingClient is a client that registers.
func signingClient(t *testing.T, b *bank, edits ...func(*config.Config)) *Client {
	t.Helper()
	c := testClient(t, b.URL, append([]func(*config.Config){func(cfg *config.Config) {
		cfg.Registration.SoftwareID = "software"
		cfg.Client.RedirectURI = "https://tpp.example/callback"
	}}, edits...)...)
	c.signer, _ = testSigner(t)
	return c
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestARefusedRegistrationIsDCR201sAlone(t *testing.T) {
	b := newBank(t)
	b.on("POST "+registerPath, reply(400, oneError))
	c := signingClient(t, b)
	mustEnd(t, "skipped", []string{"R9", "DCR-201"}, func() { c.Registered(t.Context()) })
	mustEnd(t, "failed", []string{"DCR-201 (doc)", "status 400"}, func() { c.FirstRegistration(t.Context()) })

	b.on("POST "+registerPath, inTurn(reply(201, aRegistration), reply(403, oneError)))
	mustRun(t, func() { c.FirstRegistration(t.Context()) })
	mustEnd(t, "skipped", []string{"R9"}, func() { c.FirstRegistration(t.Context()) })
	b.on("POST "+registerPath, reply(404, ""))
	mustEnd(t, "failed", []string{"DCR-201 (doc)", "status 404"}, func() { c.Registered(t.Context()) })
}

func TestWhatIsRegisteredIsDeletedAlsoWhereItShouldHaveBeenRefused(t *testing.T) {
	b := newBank(t)
	b.on("POST "+registerPath, reply(201, strings.Replace(aRegistration, "client_secret_basic", Unsupported, 1)))
	b.on("DELETE "+registerPath+"/", reply(204, ""))
	c := signingClient(t, b)
	mustEnd(t, "failed", []string{"DCR-400-SYNTAX"}, func() { c.Register(t.Context(), "no JWT").Must(contract.Dcr400Syntax, 400) })
	mustRun(t, func() { c.cleanUpSpec(t.Context()) })
	if got := b.got("DELETE", registerPath+"/c1"); len(got) != 1 {
		t.Errorf("the client was deleted %d times", len(got))
	}
	token := b.got("POST", "/token")
	if len(token) != 1 || !strings.HasPrefix(token[0].Header.Get("Authorization"), "Basic ") {
		t.Error("the client did not prove itself by the configured method")
	}
}

func TestACleanupWithoutATokenIsNoFinding(t *testing.T) {
	b := newBank(t)
	b.on("POST "+registerPath, reply(201, aRegistration))
	b.on("POST /token", reply(401, `{"error":"invalid_client"}`, "WWW-Authenticate", "Basic"))
	c := signingClient(t, b)
	mustRun(t, func() { c.Registered(t.Context()) })
	wantFound(t, "a cleanup without a token", found(c, func() { c.cleanUpSpec(t.Context()) }))
	if len(c.spec.Notes) != 1 || !strings.Contains(c.spec.Notes[0], "could not delete a registration") {
		t.Errorf("noted %q", c.spec.Notes)
	}
	mustEnd(t, "failed", []string{"DCR-201-USABLE"}, func() {
		c.TokenOf(t.Context(), Identity{ID: "c1", Secret: "x", Method: "client_secret_basic"}, "accounts")
	})
	mustEnd(t, "failed", []string{"TOK-200"}, func() { c.TokenOf(t.Context(), c.Self(), "accounts") })
}

func TestARegistrationThatCannotBeDeletedIsNoted(t *testing.T) {
	b := newBank(t)
	b.on("POST "+registerPath, reply(201, aRegistration))
	c := signingClient(t, b, func(cfg *config.Config) { cfg.Registration.Delete = false })
	mustRun(t, func() { c.RegistersValid(t.Context()) })
	if len(c.spec.Notes) != 1 || !strings.Contains(c.spec.Notes[0], "registration.delete") || len(b.got("DELETE", registerPath)) > 0 {
		t.Errorf("noted %q, %d deletions", c.spec.Notes, len(b.got("DELETE", registerPath)))
	}
}

func TestTheTwinOfARefusalIsDeletedAtOnce(t *testing.T) {
	b := newBank(t)
	b.on("POST "+registerPath, reply(201, aRegistration))
	b.on("DELETE "+registerPath+"/", reply(204, ""))
	c := signingClient(t, b)
	for range 2 {
		mustRun(t, func() { c.RegistersValid(t.Context()) })
	}
	if posts, deletions := b.got("POST", registerPath), b.got("DELETE", registerPath); len(posts) != 1 || len(deletions) != 1 {
		t.Errorf("%d registrations and %d deletions", len(posts), len(deletions))
	}
	mustRun(t, func() { c.RegistersAgain(t.Context()) })
	if posts := b.got("POST", registerPath); len(posts) != 3 {
		t.Errorf("%d registrations, want two more", len(posts))
	}
}

func TestAReaderIsTheConfiguredClientWhereNobodyIsRegistered(t *testing.T) {
	c := testClient(t, newBank(t).URL, func(cfg *config.Config) { cfg.Registration.Register = false })
	if who := c.Reader(t.Context()); who.ID != clientID {
		t.Errorf("the reader is %s", who.ID)
	}
	off := testClient(t, newBank(t).URL, func(cfg *config.Config) { cfg.Registration.Get = false })
	mustEnd(t, "skipped", []string{"registration.get"}, func() { off.Reader(t.Context()) })
}

func TestAClientThatIsGoneIsNotBlamedTwice(t *testing.T) {
	b := newBank(t)
	b.on("POST "+registerPath, reply(201, aRegistration))
	b.on("DELETE "+registerPath+"/", reply(204, ""))
	c := signingClient(t, b)
	var client Registration
	mustRun(t, func() { client = c.Registered(t.Context()) })
	mustRun(t, func() { c.MustStillStand(t.Context(), contract.DcrDeleteAuth, client.Identity) })
	b.on("POST /token", reply(401, `{"error":"invalid_client"}`, "WWW-Authenticate", "Basic"))
	mustEnd(t, "failed", []string{"DCR-DELETE-AUTH"}, func() { c.MustStillStand(t.Context(), contract.DcrDeleteAuth, client.Identity) })
	if len(c.spec.cleanups) != 0 {
		t.Error("a client that is gone is to be deleted")
	}
}

func TestAMisusedTokenIsForgotten(t *testing.T) {
	b := newBank(t)
	b.on("DELETE "+registerPath+"/", reply(204, ""))
	c := signingClient(t, b)
	who := c.Self()
	c.atSpecEnd(cleanup{id: "victim"})
	mustRun(t, func() {
		c.ManageOther(t.Context(), contract.GetClient, who, "victim", "")
		c.ManageOther(t.Context(), contract.UpdateClient, who, "victim", "e30.e30.e30")
		c.ManageOther(t.Context(), contract.DeleteClient, who, "victim", "")
	})
	if got := b.got("POST", "/token"); len(got) != 3 {
		t.Errorf("%d tokens for three attempts", len(got))
	}
	put := b.got("PUT", registerPath+"/victim")
	if len(put) != 1 || put[0].body != "e30.e30.e30" || put[0].Header.Get("Content-Type") != "application/jose" ||
		put[0].Header.Get("Authorization") != "Bearer access-token-2" {
		t.Errorf("sent %+v", put)
	}
	if len(c.spec.cleanups) != 0 {
		t.Error("what was deleted is to be deleted again")
	}
}

// Basic needs a secret: a client without one manages nothing, and is no finding.
func TestBasicManagementNeedsASecret(t *testing.T) {
	b := newBank(t)
	b.on("POST "+registerPath, reply(201, `{"client_id":"c1","token_endpoint_auth_method":"private_key_jwt"}`))
	c := signingClient(t, b, func(cfg *config.Config) {
		cfg.Registration.ManagementAuth, cfg.Client.AuthMethod = "basic", "private_key_jwt"
	})
	mustEnd(t, "skipped", []string{"registration.managementAuth is basic", "private_key_jwt"}, func() {
		c.Manage(t.Context(), contract.GetClient, Identity{ID: "c1", Method: "private_key_jwt"}, "")
	})
	mustRun(t, func() {
		c.Register(t.Context(), c.Sign(c.RegistrationClaims(t.Context())))
		c.cleanUpSpec(t.Context())
	})
	if got := b.got("DELETE", "/"); len(got) > 0 || !strings.Contains(strings.Join(c.spec.Notes, " "), "has no secret") {
		t.Errorf("%d deletions, notes %q", len(got), c.spec.Notes)
	}
}

func TestUnfitCredentialsAreOneThingWrong(t *testing.T) {
	for _, way := range []string{"bearer", "basic"} {
		b := newBank(t)
		b.on("GET "+registerPath+"/", reply(401, ""))
		c := testClient(t, b.URL, func(cfg *config.Config) { cfg.Registration.ManagementAuth = way })
		right := c.ManagementCredential(t.Context(), c.Self())
		seen := map[string]bool{right: true}
		for _, unfit := range c.UnfitCredentials() {
			c.Manage(t.Context(), contract.GetClient, c.Self(), "", unfit.Spoil)
		}
		for i, request := range b.got("GET", registerPath) {
			sent := request.Header.Get("Authorization")
			scheme, rest, _ := strings.Cut(sent, " ")
			if seen[sent] {
				t.Errorf("%s, case %d: %q again", way, i, sent)
			}
			seen[sent] = true
			spoilt := i == 1 || i == 2
			if i == 0 && len(request.Header.Values("Authorization")) > 0 || spoilt && !strings.EqualFold(scheme, way) || i == 3 && scheme != "Digest" {
				t.Errorf("%s, case %d: %q", way, i, sent)
			}
			plain, err := base64.StdEncoding.DecodeString(rest)
			if spoilt && way == "basic" && (err != nil || !strings.HasPrefix(string(plain), clientID+":")) {
				t.Errorf("case %d: %q is not the client's", i, plain)
			}
			if spoilt && strings.Contains(c.dump(t), rest) {
				t.Errorf("%s, case %d: the spoilt credential is in the record", way, i)
			}
		}
		if len(seen) != 5 {
			t.Errorf("%s: %d credentials", way, len(seen))
		}
	}
}

func TestForgeriesAreNotWhatTheClientSigned(t *testing.T) {
	c := signingClient(t, newBank(t))
	claims := Document{"jti": "a", "aud": "b"}
	signed := c.Sign(claims)
	parts := func(token string) []string { return strings.Split(token, ".") }
	if altered := parts(c.AlterSigned(signed, Document{"jti": "c"})); altered[2] != parts(signed)[2] || altered[1] == parts(signed)[1] {
		t.Error("an altered request has another signature, or the same payload")
	}
	for what, forged := range map[string]string{"by a stranger": c.SignByStranger(claims), "with the public key": c.SignWithPublicKey(claims), "none": c.SignNone(claims)} {
		if got := parts(forged); len(got) != 3 || got[1] != parts(signed)[1] || got[2] == parts(signed)[2] {
			t.Errorf("%s: %s", what, forged)
		}
	}
	unsigned := testClient(t, newBank(t).URL)
	mustEnd(t, "skipped", []string{"client.signingKeyFile"}, func() { unsigned.Sign(claims) })
	mustEnd(t, "skipped", []string{"cannot be signed"}, func() { c.AlterSigned(signed, Document{"jti": "a"}) })
}

func TestSoftwareStatementsThatVouchForNothing(t *testing.T) {
	c := signingClient(t, newBank(t))
	statement := c.Sign(Document{"software_id": "software"})
	c.cfg.Registration.SoftwareStatement = config.Literal("statement", statement)
	c.cfg.Registration.ExpiredSoftwareStatement = config.Literal("expired", "e30.e30.e30")
	for what, unfit := range map[string]string{"altered": c.AlteredStatement(), "defaced": c.DefacedStatement(), "self-issued": c.SelfIssuedStatement()} {
		claims, ok := jose.UnverifiedClaims(unfit)
		if unfit == statement || !ok || claims["software_id"] != "software" {
			t.Errorf("%s: %q", what, unfit)
		}
	}
	if got := c.UnfitStatement(ExpiredStatement); got != "e30.e30.e30" {
		t.Errorf("the expired statement is %q", got)
	}
	mustEnd(t, "skipped", []string{"registration.foreignSoftwareStatement is not configured"}, func() { c.UnfitStatement(ForeignStatement) })
	c.cfg.Registration.SoftwareStatement = config.Literal("statement", "no JWS")
	mustEnd(t, "skipped", []string{"registration.softwareStatement"}, func() { c.AlteredStatement() })
	mustEnd(t, "skipped", []string{"registration.softwareStatement"}, func() { c.SelfIssuedStatement() })
}

func TestClaimsOfAnotherType(t *testing.T) {
	claims := Document{"aud": "a", "iat": 5, "grant_types": []string{"x", "y"}, "jti": "j"}
	for name, want := range map[string]string{"aud": "1", "iat": "[5]", "grant_types": `"x"`, "jti": `["j"]`} {
		broken := claims.Mistyped(name)
		if got := jsonOf(t, broken[name]); got != want {
			t.Errorf("%s became %s, want %s", name, got, want)
		}
		if len(broken) != len(claims) || jsonOf(t, broken.With("/"+name, 0)) != jsonOf(t, claims.With("/"+name, 0)) {
			t.Errorf("%s: another claim has changed too", name)
		}
	}
}

func TestAnUpdateThatCanBeSeen(t *testing.T) {
	c := signingClient(t, newBank(t))
	update := func(body string) Document {
		return c.ValidUpdate(t.Context(), Registration{Answer: c.testAnswer(t, contract.RegisterClient, 201, body)})
	}
	if got := jsonOf(t, update(`{"grant_types":["refresh_token","client_credentials"]}`)["grant_types"]); got != `["client_credentials"]` {
		t.Errorf("grants %s", got)
	}
	if got := update(`{"grant_types":["client_credentials"],"scope":"openid accounts other"}`)["scope"]; got != "openid accounts" {
		t.Errorf("scope %q", got)
	}
	update(`{"grant_types":["client_credentials"],"scope":"openid accounts"}`)
	if len(c.spec.Notes) != 1 {
		t.Errorf("noted %q", c.spec.Notes)
	}
	mustEnd(t, "skipped", []string{"nothing can be left out"}, func() { c.Narrowed(t.Context(), "scope", []string{"openid", "accounts"}) })
}

func TestCodesAreSpentOnlyWhereTheyMayBe(t *testing.T) {
	b := newBank(t)
	b.on("POST /token", reply(400, `{"error":"invalid_grant"}`))
	codes := func(reusable bool) *Client {
		return testClient(t, b.URL, func(cfg *config.Config) {
			cfg.Consents.Way, cfg.Consents.CodesReusable = "codes", reusable
			cfg.Consents.Codes.Accounts = config.Literal("code", "predefined-code")
		})
	}
	mustEnd(t, "skipped", []string{"consents.way is codes"}, func() { codes(true).OwnCode(t.Context()) })
	mustEnd(t, "skipped", []string{"consents.codesReusable"}, func() { codes(false).SpareCode(t.Context()) })
	mustRun(t, func() {
		if code := codes(true).SpareCode(t.Context()); code.Value != "predefined-code" {
			t.Errorf("the code is %q", code.Value)
		}
	})
	once := codes(false)
	mustEnd(t, "failed", []string{"TOK-CODE"}, func() { once.TradeCode(t.Context(), contract.ScopeAccounts) })
	mustEnd(t, "skipped", []string{"the spec that asked for it first"}, func() { once.TradeCode(t.Context(), contract.ScopeAccounts) })
	mustEnd(t, "skipped", []string{"secondClient.id"}, func() { once.SecondClient() })
}

func TestAnUnchangedRegistrationIsReadAgain(t *testing.T) {
	b := newBank(t)
	c := signingClient(t, b)
	before := c.testAnswer(t, contract.GetClient, 200, aRegistration)
	check := func(handler http.HandlerFunc) []string {
		b.on("GET "+registerPath+"/", handler)
		return found(c, func() {
			c.CheckUnchanged(t.Context(), contract.DcrPut400, Identity{ID: "c1", Secret: "x", Method: "client_secret_basic"}, before)
		})
	}
	for _, finding := range check(reply(200, strings.Replace(aRegistration, "openid accounts", "openid", 1))) {
		if strings.HasPrefix(finding, "DCR-PUT-400") && finding != "DCR-PUT-400 at /scope" {
			t.Error(finding)
		}
	}
	if got := strings.Join(check(reply(200, strings.Replace(aRegistration, "openid accounts", "openid", 1))), " "); !strings.Contains(got, "DCR-PUT-400 at /scope") {
		t.Errorf("a change was not seen: %s", got)
	}
	if got := strings.Join(check(reply(200, aRegistration)), " "); strings.Contains(got, "DCR-PUT-400") {
		t.Errorf("a change was seen that is none: %s", got)
	}
}
