package mockbank_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// want fails the test unless the answer has a status.
func (v view) want(t *testing.T, status int) view {
	t.Helper()
	if v.status != status {
		t.Fatalf("status %d, want %d: %s", v.status, status, v.raw)
	}
	return v
}

// wantText fails the test unless there is a text in the body.
func (v view) wantText(t *testing.T, want string, names ...string) {
	t.Helper()
	if got := v.at(names...); got != want {
		t.Errorf("%v is %q, want %q in %s", names, got, want, v.raw)
	}
}

// detail is the first error of a refusal.
func (v view) detail() view {
	list, _ := v.body["Errors"].([]any)
	if len(list) == 0 {
		return view{}
	}
	members, _ := list[0].(map[string]any)
	return view{body: members, raw: v.raw}
}

// wantReasoned fails the test unless a refusal has a body of a permissive bank.
func (v view) wantReasoned(t *testing.T) view {
	t.Helper()
	if code := v.detail().at("ErrorCode"); v.at("Code") == "" || !strings.HasPrefix(code, "MockBank.") {
		t.Errorf("%d has no OBErrorResponse1 with the bank's own codes: %s", v.status, v.raw)
	}
	if _, given := v.body["Id"]; given {
		t.Errorf("%d has an Id: %s", v.status, v.raw)
	}
	return v
}

// Each way in which a permissive bank is unusual, beside the documented one.
func TestPermissiveManner(t *testing.T) {
	for name, unusual := range map[string]func(*testing.T, *tourist){
		"settling":              settlesLate,
		"other statuses":        refusesOtherwise,
		"other statuses, forms": refusesFormsOtherwise,
		"registrations":         registersOtherwise,
		"consents":              consentsOtherwise,
		"accounts":              listsOneByOne,
		"tokens":                tokensOtherwise,
		"bodies":                explainsRefusals,
		"on the wire":           sendsOtherwise,
	} {
		t.Run(name, func(t *testing.T) {
			unusual(t, newTourist(t, mockbank.Options{Manner: mockbank.MannerPermissive}))
		})
	}
}

func settlesLate(t *testing.T, v *tourist) {
	if v.creds.SettleTime != "3s" {
		t.Errorf("it promises %q", v.creds.SettleTime)
	}
	token, slow := v.token("accounts"), 0
	for range 40 {
		consent := v.visit(post(consentsPath, basicConsent).bearer(token)).want(t, 201).at("Data", "ConsentId")
		if v.visit(get(consentsPath+"/"+consent).bearer(token)).status == 200 {
			continue
		}
		slow++
		v.visit(get(consentsPath+"/"+consent).bearer(token)).want(t, 403)
		v.clock.advance(300 * time.Millisecond)
		v.visit(get(consentsPath+"/"+consent).bearer(token)).want(t, 200)
	}
	if slow == 0 || slow == 40 {
		t.Errorf("%d of 40 consents settle late", slow)
	}
}

func refusesOtherwise(t *testing.T, v *tourist) {
	token, wrongGrant := v.token("accounts"), v.customerToken("accounts")
	v.visit(get(consentsPath+"/unknown").bearer(token)).want(t, 403).wantReasoned(t)
	v.visit(post(consentsPath, basicConsent).bearer(wrongGrant)).want(t, 401)
	v.visit(post(consentsPath, basicConsent).bearer(token).with("Content-Type", "text/plain")).want(t, 406)
	v.visit(get(registerPath+"/"+v.creds.SecondClientID).bearer(token)).want(t, 404)
	v.visit(post(consentsPath, permitting("ReadBalances")).bearer(token)).want(t, 400).wantReasoned(t)
}

func refusesFormsOtherwise(t *testing.T, v *tourist) {
	v.visit(v.registration(v.claims()).with("Content-Type", "text/plain")).want(t, 400)
	valid := strings.Split(v.sign(v.claims()), ".")
	v.visit(jws(valid[0]+"."+strings.Split(v.sign(v.claims()), ".")[1]+"."+valid[2])).want(t, 401)
	refused := v.offer(map[string]any{"software_statement": v.creds.UntrustedSoftwareStatement}).want(t, 403)
	refused.wantText(t, "unapproved_software_statement", "Code")
	claims := v.claims()
	delete(claims, "software_statement")
	v.visit(v.registration(claims)).want(t, 400)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {v.creds.ClientID}, "client_secret": {"wrong"}}
	v.visit(v.tokenRequest(form)).want(t, 400).wantText(t, "invalid_client", "error")
	v.visit(basic(v.tokenRequest(url.Values{}), v.creds.ClientID, "wrong")).want(t, 401)
}

func registersOtherwise(t *testing.T, v *tourist) {
	client := v.offer(map[string]any{"grant_types": []string{"authorization_code", "client_credentials", "refresh_token"}}).want(t, 201)
	client.wantText(t, "client_secret_basic", "token_endpoint_auth_method")
	client.wantText(t, "accounts openid", "scope")
	if _, camel := client.body["tokenEndpointAuthMethod"]; camel {
		t.Errorf("both spellings: %s", client.raw)
	}
	if _, number := client.body["iat"].(float64); !number {
		t.Errorf("iat is %v", client.body["iat"])
	}
	if grants, _ := client.body["grant_types"].([]any); len(grants) != 2 {
		t.Errorf("grants %v", grants)
	}
	if client.at("client_secret") == "********" {
		t.Error("the secret is masked at once")
	}
	token := v.tokenOf(client.at("client_id"), client.at("client_secret"), "accounts")
	v.visit(get(registerPath+"/"+client.at("client_id")).bearer(token)).want(t, 200).wantText(t, "********", "client_secret")
	if header, ok := headerOf(client, "x-jws-signature"); !ok || verifyDetached(v.key, header, []byte(client.raw)) != nil {
		t.Errorf("signature %q", header)
	}
}

func consentsOtherwise(t *testing.T, v *tourist) {
	body := permitting("ReadAccountsDetail", `"ExpirationDateTime":"2030-01-01T00:00:00Z"`)
	made := v.visit(post(consentsPath, body).bearer(v.token("accounts"))).want(t, 201)
	data := made.body["Data"].(map[string]any)
	if permissions := compactJSON(t, data["Permissions"]); strings.TrimSpace(permissions) != `["ReadAccountsDetail","ReadAccountsBasic"]` {
		t.Errorf("permissions %s", permissions)
	}
	made.wantText(t, "https://bank.example"+consentsPath, "Links", "Self")
	made.wantText(t, "2030-01-01T05:30:00.000000000+05:30", "Data", "ExpirationDateTime")
	if _, more := data["MockbankNote"]; !more {
		t.Errorf("no unknown member: %s", made.raw)
	}
	names := []string{"x_mockbank", "Risk", "Meta", "Links", "Data"}
	if order := topMembers(t, made.raw); !slices.Equal(order, names) {
		t.Errorf("members %v, want %v", order, names)
	}
}

// topMembers are the names of an object in their order.
func topMembers(t *testing.T, text string) []string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	var names []string
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
	}
	return names
}

func listsOneByOne(t *testing.T, v *tourist) {
	token := v.customerToken("basic")
	list := v.visit(get(accountsPath).bearer(token)).want(t, 200)
	if meta := compactJSON(t, list.body["Meta"]); !strings.Contains(meta, `"TotalPages":5`) {
		t.Errorf("Meta %s", meta)
	}
	v.visit(get(accountsPath+"?page=5").bearer(token)).want(t, 200)
}

func tokensOtherwise(t *testing.T, v *tourist) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"openid accounts payments"}}
	answer := v.visit(basic(v.tokenRequest(form), v.creds.ClientID, v.creds.ClientSecret)).want(t, 200)
	answer.wantText(t, "bearer", "token_type")
	answer.wantText(t, "accounts openid", "scope")
	form.Set("scope", "payments")
	v.visit(basic(v.tokenRequest(form), v.creds.ClientID, v.creds.ClientSecret)).want(t, 400).wantText(t, "invalid_scope", "error")
	if _, more := v.visit(get(discoveryPath)).want(t, 200).body["x_mockbank"]; !more {
		t.Error("discovery has no member of its own")
	}
}

func explainsRefusals(t *testing.T, v *tourist) {
	token := v.customerToken("accounts")
	v.visit(get(accountsPath)).want(t, 401).wantReasoned(t)
	v.visit(get("/nowhere")).want(t, 404).wantReasoned(t)
	v.visit(drop(accountsPath)).want(t, 405).wantReasoned(t)
	v.visit(get(accountsPath).bearer(token).with("Accept", "text/html")).want(t, 406).wantReasoned(t)
	v.visit(get(accountsPath).with("X-Mockbank-Answer", "429")).want(t, 429).wantReasoned(t)
	refused := v.visit(drop(consentsPath))
	if allow, _ := headerOf(refused, "allow"); allow != "OPTIONS,POST" {
		t.Errorf("Allow %q", allow)
	}
	if v.visit(drop(consentsPath+"/x").with("X-Mockbank-Answer", "403")).want(t, 403).at("Code") == "" {
		t.Error("a documented body is gone")
	}
}

// headerOf finds a header whatever its case, and tells whether that is unusual.
func headerOf(v view, name string) (value string, unusual bool) {
	for key := range maps.Keys(v.header) {
		if strings.EqualFold(key, name) {
			return strings.Join(v.header[key], " | "), key == strings.ToLower(name[:1])+strings.ToUpper(name[1:])
		}
	}
	return "", false
}

func sendsOtherwise(t *testing.T, v *tourist) {
	plain := v.visit(get(discoveryPath)).want(t, 200)
	if _, announced := headerOf(plain, "content-length"); announced || plain.header.Get("Content-Length") != "" {
		t.Error("the length is announced")
	}
	if kind := plain.header.Get("Content-Type"); kind != "application/json;charset=UTF-8" {
		t.Errorf("Content-Type %q", kind)
	}
	if id, unusual := headerOf(plain, "x-fapi-interaction-id"); id == "" || !unusual {
		t.Errorf("interaction id %q in %v", id, plain.header)
	}
	packed := v.visit(get(discoveryPath).with("Accept-Encoding", "gzip")).want(t, 200)
	if packed.header.Get("Content-Encoding") != "gzip" || plain.header.Get("Content-Encoding") != "" {
		t.Fatalf("headers %v", packed.header)
	}
	reader, err := gzip.NewReader(strings.NewReader(packed.raw))
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(reader)
	if err != nil || !bytes.Equal(unpacked, []byte(plain.raw)) {
		t.Errorf("%v: %s", err, unpacked)
	}
}

// A documented bank has none of these habits.
func TestDocumentedManner(t *testing.T) {
	v := newTourist(t, mockbank.Options{Manner: mockbank.MannerDocumented})
	if v.creds.SettleTime != "0s" {
		t.Errorf("it promises %q", v.creds.SettleTime)
	}
	plain := v.visit(get(discoveryPath).with("Accept-Encoding", "gzip")).want(t, 200)
	if plain.header.Get("Content-Type") != "application/json" || plain.header.Get("Content-Encoding") != "" || plain.header.Get("Content-Length") == "" {
		t.Errorf("headers %v", plain.header)
	}
	if made := v.visit(post(consentsPath, basicConsent).bearer(v.token("accounts"))).want(t, 201); made.body["x_mockbank"] != nil {
		t.Errorf("an unknown member: %s", made.raw)
	}
	if body := v.visit(get("/nowhere")).want(t, 404).raw; body != "" {
		t.Errorf("a body: %s", body)
	}
}
