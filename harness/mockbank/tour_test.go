package mockbank_test

import (
	"bufio"
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

// tourist walks through a bank, always the same way, and writes down what it
// sees. It calls the handler itself: hundreds of banks need no sockets.
type tourist struct {
	*fixture
	handler http.Handler
	key     *rsa.PublicKey // of the bank
	diary   strings.Builder
}

// tourStart is when every tour begins.
var tourStart = time.Date(2026, time.January, 5, 10, 0, 0, 0, time.UTC)

func newTourist(t *testing.T, options mockbank.Options) *tourist {
	t.Helper()
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	moving := &clock{now: tourStart}
	options.Keys, options.Now, options.BaseURL = keys, moving.Now, "https://bank.example"
	bank, err := mockbank.New(options)
	if err != nil {
		t.Fatal(err)
	}
	key, err := publishedKey()
	if err != nil {
		t.Fatal(err)
	}
	v := &tourist{
		fixture: &fixture{t: t, bank: bank, creds: bank.Credentials(), clock: moving},
		handler: bank.Handler(), key: key,
	}
	fmt.Fprintf(&v.diary, "I am %s, not %s\n\n", v.creds.ClientID, v.creds.SecondClientID)
	return v
}

// publishedKey is the bank's key, as an honest bank publishes it.
var publishedKey = sync.OnceValues(func() (*rsa.PublicKey, error) {
	keys, err := sharedKeys()
	if err != nil {
		return nil, err
	}
	honest, err := mockbank.New(mockbank.Options{Keys: keys, BaseURL: "https://bank.example"})
	if err != nil {
		return nil, err
	}
	seen := httptest.NewRecorder()
	honest.Handler().ServeHTTP(seen, httptest.NewRequest(http.MethodGet, "/oauth2/jwks", http.NoBody))
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(seen.Body.Bytes(), &set); err != nil {
		return nil, err
	}
	return set.Keys[0].Key.(*rsa.PublicKey), nil
})

// view is one answer as the tourist sees it.
type view struct {
	status int
	header http.Header
	raw    string // the body
	body   map[string]any
}

// at follows names into the body; "" when the way ends early.
func (v view) at(names ...string) string {
	var value any = v.body
	for _, name := range names {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	text, _ := value.(string)
	return text
}

// visit sends a request and writes both sides down.
func (v *tourist) visit(s sent) view {
	v.t.Helper()
	request := httptest.NewRequestWithContext(v.t.Context(), s.method, s.path, strings.NewReader(s.body))
	maps.Copy(request.Header, s.header)
	if _, decided := request.Header["X-Fapi-Interaction-Id"]; !decided {
		request.Header.Set("x-fapi-interaction-id", uuid.NewString())
	}
	recorder := &hijackable{ResponseRecorder: httptest.NewRecorder()}
	v.handler.ServeHTTP(recorder, request)
	seen := view{status: recorder.Code, header: recorder.Header(), raw: recorder.Body.String()}
	if recorder.taken != nil {
		seen.raw = recorder.wire()
	}
	_ = json.Unmarshal([]byte(seen.raw), &seen.body) // what is no object is only written down
	fmt.Fprintf(&v.diary, "%s %s (%s)\n%d\n", s.method, s.path, request.Header.Get("x-fapi-interaction-id"), seen.status)
	for _, name := range slices.Sorted(maps.Keys(seen.header)) {
		fmt.Fprintf(&v.diary, "%s: %s\n", name, v.readable(name, seen))
	}
	v.diary.WriteString(sorted(seen.raw) + "\n\n")
	return seen
}

// sorted writes compact JSON in the order of its members, since that order says
// nothing; what is not such JSON stays as it is.
func sorted(text string) string {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if !json.Valid([]byte(text)) || decoder.Decode(&value) != nil {
		return text
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil || out.Len() != len(text)+1 {
		return text // a member named twice, say
	}
	return out.String()
}

// readable replaces a detached signature, which is random, by what it says.
func (v *tourist) readable(name string, seen view) string {
	text := strings.Join(seen.header[name], " | ")
	if name != "X-Jws-Signature" {
		return text
	}
	parts := strings.Split(text, ".")
	header, _ := base64.RawURLEncoding.DecodeString(parts[0])
	return fmt.Sprintf("%d parts, %s, valid: %v", len(parts), header, verifyDetached(v.key, text, []byte(seen.raw)) == nil)
}

// hijackable is a recorder whose connection can be taken over.
type hijackable struct {
	*httptest.ResponseRecorder
	taken chan []byte
}

func (h *hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	bank, client := net.Pipe()
	h.taken = make(chan []byte, 1)
	go func() {
		text, _ := io.ReadAll(client)
		h.taken <- text
	}()
	return bank, bufio.NewReadWriter(bufio.NewReader(bank), bufio.NewWriter(bank)), nil
}

// wire is what was written to the connection, without the date.
func (h *hijackable) wire() string { return string(bytes.TrimSpace(<-h.taken)) }

var (
	jwtForm    = regexp.MustCompile(`eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+`)
	hashForm   = regexp.MustCompile(`"(at_hash|c_hash|s_hash)":"[\w-]{22}"`)
	randomForm = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[\w-]{43,}`)
)

// memories are the diary with everything random replaced by its number in order
// of appearance, and tokens by what they say.
func (v *tourist) memories() string {
	text := jwtForm.ReplaceAllStringFunc(v.diary.String(), func(token string) string {
		parts := strings.Split(token, ".")
		header, _ := base64.RawURLEncoding.DecodeString(parts[0])
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		return fmt.Sprintf("jwt(%s %s valid: %v)", header, claims, verifies(token, v.key))
	})
	text = hashForm.ReplaceAllString(text, `"$1":"hash"`)
	text = strings.ReplaceAll(text, v.creds.SoftwareID, "software")
	numbers := map[string]string{}
	return randomForm.ReplaceAllStringFunc(text, func(value string) string {
		if numbers[value] == "" {
			numbers[value] = fmt.Sprintf("#%d", len(numbers)+1)
		}
		return numbers[value]
	})
}

func verifies(token string, key *rsa.PublicKey) bool {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		return false
	}
	_, err = parsed.Verify(key)
	return err == nil
}

// What the chapters of a tour have in common.

// token asks for a token of client credentials.
func (v *tourist) token(scope string) string {
	return v.tokenOf(v.creds.ClientID, v.creds.ClientSecret, scope)
}

func (v *tourist) tokenOf(id, secret, scope string) string {
	v.t.Helper()
	ask := v.tokenRequest(url.Values{"grant_type": {"client_credentials"}, "scope": {scope}})
	return v.visit(basic(ask, id, secret)).at("access_token")
}

// exchange redeems an authorization code.
func (v *tourist) exchange(code, redirect string) view {
	v.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}}
	return v.visit(basic(v.tokenRequest(form), v.creds.ClientID, v.creds.ClientSecret))
}

func (v *tourist) customerToken(code string) string {
	v.t.Helper()
	return v.exchange(v.creds.Codes[code], v.creds.RedirectURIs[0]).at("access_token")
}

// approved has a consent approved and returns the code.
func (v *tourist) approved(consentID, scope string) string {
	v.t.Helper()
	now := v.clock.Now().Unix()
	object := v.sign(map[string]any{
		"iss": v.creds.ClientID, "aud": v.creds.Audience, "iat": now, "exp": now + 300,
		"client_id": v.creds.ClientID, "response_type": "code id_token", "redirect_uri": v.creds.RedirectURIs[0],
		"scope": "openid " + scope, "state": "state", "nonce": "nonce",
		"claims": map[string]any{"id_token": map[string]any{"openbanking_intent_id": map[string]any{"value": consentID}}},
	})
	query := url.Values{
		"client_id": {v.creds.ClientID}, "response_type": {"code id_token"}, "redirect_uri": {v.creds.RedirectURIs[0]}, "request": {object},
	}
	// The request object is signed anew each time, so the path is not written down.
	before := v.diary.String()
	back := v.visit(get(authorizePath + "?" + query.Encode())).header.Get("Location")
	v.diary.Reset()
	v.diary.WriteString(before)
	_, fragment, _ := strings.Cut(back, "#")
	values, _ := url.ParseQuery(fragment)
	fmt.Fprintf(&v.diary, "the ID token beside the code verifies: %t\n\n", verifies(values.Get("id_token"), v.key))
	return values.Get("code")
}
