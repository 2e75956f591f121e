package mockbank_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// strainedBank is a bank with that strain, whose clock stands still.
func strainedBank(t *testing.T, strain mockbank.Strain) (*mockbank.Bank, *clock) {
	t.Helper()
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	now := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 250_000_000, time.UTC)}
	bank, err := mockbank.New(mockbank.Options{Keys: keys, BaseURL: "https://bank.example.com", Strain: strain, Now: now.Now})
	if err != nil {
		t.Fatal(err)
	}
	return bank, now
}

func ask(bank *mockbank.Bank, path string, fields ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(fields); i += 2 {
		request.Header.Set(fields[i], fields[i+1])
	}
	recorder := httptest.NewRecorder()
	bank.Handler().ServeHTTP(recorder, request)
	return recorder
}

func TestRateLimit(t *testing.T) {
	bank, now := strainedBank(t, mockbank.Strain{RateLimit: 3})
	for second := range 2 {
		for range 20 { // which documents no 429
			if got := ask(bank, discoveryPath); got.Code != 200 {
				t.Fatalf("discovery: %d", got.Code)
			}
		}
		for i := range 5 {
			got := ask(bank, accountsPath, "X-Fapi-Interaction-Id", "93bac548-d2de-4546-b106-880a5018460d")
			want := http.StatusUnauthorized
			if i >= 3 {
				want = http.StatusTooManyRequests
			}
			if got.Code != want {
				t.Errorf("request %d of second %d: %d, want %d", i+1, second+1, got.Code, want)
			}
			if got.Code == http.StatusTooManyRequests && (got.Header().Get("Retry-After") != "1" || got.Body.Len() > 0 ||
				got.Header().Get("X-Fapi-Interaction-Id") != "93bac548-d2de-4546-b106-880a5018460d") {
				t.Errorf("429 with %v and %q", got.Header(), got.Body)
			}
		}
		now.advance(time.Second)
	}
}

func TestOutage(t *testing.T) {
	for name, c := range map[string]struct {
		strain mockbank.Strain
		want   string // of each request: . for the bank, o for the gateway
	}{
		"none":     {mockbank.Strain{}, "........"},
		"for good": {mockbank.Strain{OutageAfter: 3}, "...ooooo"},
		"for two":  {mockbank.Strain{OutageAfter: 3, OutageLength: 2}, "...oo..."},
	} {
		bank, _ := strainedBank(t, c.strain)
		var got strings.Builder
		for range c.want {
			switch ask(bank, discoveryPath).Code {
			case 200:
				got.WriteString(".")
			case 503:
				got.WriteString("o")
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: %s, want %s", name, got.String(), c.want)
		}
	}
}

func TestRevocation(t *testing.T) {
	bank, _ := strainedBank(t, mockbank.Strain{RevokeAfter: 3})
	c := bank.Credentials()
	token := func() string {
		request := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader("grant_type=client_credentials&scope=accounts"))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(c.ClientID, c.ClientSecret)
		recorder := httptest.NewRecorder()
		bank.Handler().ServeHTTP(recorder, request)
		_, rest, _ := strings.Cut(recorder.Body.String(), `"access_token":"`)
		value, _, _ := strings.Cut(rest, `"`)
		return "Bearer " + value
	}
	read := func(token string) int { return ask(bank, consentsPath+"/unknown", "Authorization", token).Code }
	old := token()
	for i, want := range []int{400, 400, 401, 401} {
		if got := read(old); got != want {
			t.Errorf("read %d: %d, want %d", i+1, got, want)
		}
	}
	if got := read(token()); got != 400 {
		t.Errorf("with a new token: %d", got)
	}
}

func TestStrainThatMakesNoSense(t *testing.T) {
	for _, strain := range []mockbank.Strain{{RateLimit: -1}, {OutageAfter: -1}, {OutageLength: -1}, {RevokeAfter: -1}, {OutageLength: 1}} {
		if _, err := mockbank.New(mockbank.Options{Strain: strain}); err == nil {
			t.Errorf("%+v is taken", strain)
		}
	}
}
