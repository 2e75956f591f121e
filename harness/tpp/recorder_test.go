package tpp

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// What a ticket to the bank needs comes from the exchange itself: both
// interaction ids, and how long the bodies were.
func TestWhatAnExchangeIsFoundBy(t *testing.T) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write([]byte(`{"Data":{}}`)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	for name, one := range map[string]struct {
		handler  http.HandlerFunc
		received func(sent string) string
		bytes    int
	}{
		"echoed": {reply(200, `{"Data":{}}`), func(sent string) string { return sent }, 11},
		"absent": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, func(string) string { return "" }, 0},
		"twice": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["X-Fapi-Interaction-Id"] = []string{"one", "Bearer access-token-1"}
		}, func(string) string { return "one, Bearer [access token]" }, 0},
		"compressed": {reply(200, packed.String(), "Content-Encoding", "gzip"), func(sent string) string { return sent }, 11},
	} {
		b := newBank(t)
		b.on("GET "+accountsPath, one.handler)
		c := testClient(t, b.URL)
		c.learn("access token", "access-token-1")
		c.Call(t.Context(), contract.ListAccounts, "", JSON(map[string]string{"a": "b"}))
		x := c.spec.Exchanges[0]
		if want := one.received(x.InteractionID); x.InteractionID == "" || x.ReceivedInteractionID != want {
			t.Errorf("%s: sent %q, received %q, expected %q", name, x.InteractionID, x.ReceivedInteractionID, want)
		}
		if x.RequestBytes != len(`{"a":"b"}`) || x.ResponseBytes != one.bytes {
			t.Errorf("%s: %d bytes sent, %d received", name, x.RequestBytes, x.ResponseBytes)
		}
	}
}

func TestABodyThatIsNotKeptWholeSaysSo(t *testing.T) {
	b := newBank(t)
	b.on("GET "+accountsPath, reply(200, `"`+strings.Repeat("x", maxBody)+`"`))
	c := testClient(t, b.URL)
	c.Call(t.Context(), contract.ListAccounts, "", Raw("short"))
	c.detail()
	if x := c.spec.Exchanges[0]; x.RequestCut || !x.ResponseCut || x.ResponseBytes != maxBody+2 {
		t.Errorf("request cut %v, response cut %v, %d bytes", x.RequestCut, x.ResponseCut, x.ResponseBytes)
	}
	if sent := c.spec.Exchanges[0].RequestHeaders; !slices.Contains(sent, evidence.HeaderLine{Name: "User-Agent", Value: "obconform"}) {
		t.Errorf("the request's record lacks what was sent: %v", sent)
	}
}

// A name that is not in the vocabulary would be repeated as if it were a value.
func TestEveryRedactionIsInTheVocabulary(t *testing.T) {
	r := newRedactor(testConfig("http://127.0.0.1:1"))
	names := append(r.Names(), "client credentials", "altered client secret", "spoilt credential", "altered access token",
		"account number", "account name", "roll number", "secret")
	for _, name := range names {
		if parts := evidence.Parts("[" + name + "]"); len(parts) != 1 || parts[0].Redacted != name {
			t.Errorf("[%s] is read as %q", name, parts)
		}
	}
}
