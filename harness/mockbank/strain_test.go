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

// What the faults of a limit make of it: the bank has one then, and the faults
// show only in what the limit refuses, not in a 429 that a header asks for.
func TestBurstFaults(t *testing.T) {
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	for fault, want := range map[string]struct {
		status     int
		retryAfter string
	}{
		"com-429-burst-without-limit-in-a-burst": {http.StatusUnauthorized, ""},
		"com-429-burst-forbids-in-a-burst":       {http.StatusForbidden, ""},
		"com-retry-after-missing-in-a-burst":     {http.StatusTooManyRequests, ""},
		"":                                       {http.StatusTooManyRequests, "1"},
	} {
		options := mockbank.Options{Keys: keys, BaseURL: "https://bank.example.com", Now: (&clock{now: tourStart}).Now}
		if options.Faults = []string{fault}; fault == "" {
			options.Faults, options.Strain.RateLimit = nil, 25
		}
		bank, err := mockbank.New(options)
		if err != nil {
			t.Fatal(err)
		}
		limit := bank.Credentials().RateLimit
		if limit != 25 {
			t.Errorf("%s: the limit is %d", fault, limit)
		}
		for range limit {
			if got := ask(bank, accountsPath); got.Code != http.StatusUnauthorized {
				t.Fatalf("%s: %d within the limit", fault, got.Code)
			}
		}
		if bank.Fired()[fault] > 0 {
			t.Errorf("%s fired within the limit", fault)
		}
		if got := ask(bank, accountsPath); got.Code != want.status || got.Header().Get("Retry-After") != want.retryAfter {
			t.Errorf("%s: %d, Retry-After %q", fault, got.Code, got.Header().Get("Retry-After"))
		}
		if fault != "" && bank.Fired()[fault] != 1 {
			t.Errorf("%s fired %d times", fault, bank.Fired()[fault])
		}
	}
	bank, err := mockbank.New(mockbank.Options{Keys: keys, BaseURL: "https://bank.example.com", Faults: []string{"com-retry-after-missing-in-a-burst"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(bank, accountsPath, "X-Mockbank-Answer", "429"); got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") != "1" {
		t.Errorf("asked for by a header: %d, %v", got.Code, got.Header())
	}
	if limit := mustStrained(t, keys, 0); limit != 0 {
		t.Errorf("an honest bank without a limit has one of %d", limit)
	}
}

// mustStrained is the limit that a bank with that one makes known.
func mustStrained(t *testing.T, keys *mockbank.Keys, limit int) int {
	t.Helper()
	bank, err := mockbank.New(mockbank.Options{Keys: keys, Strain: mockbank.Strain{RateLimit: limit}})
	if err != nil {
		t.Fatal(err)
	}
	return bank.Credentials().RateLimit
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
