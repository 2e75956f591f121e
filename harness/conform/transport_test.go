package conform_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"obconform/harness/conform"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
)

// recordingTest is a test that keeps what it is told.
type recordingTest struct {
	*testing.T
	mu           sync.Mutex
	errors, logs []string
	cleanups     []func()
}

func (r *recordingTest) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recordingTest) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func (r *recordingTest) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

// Fatalf ends the goroutine, as that of the testing package does.
func (r *recordingTest) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(errEnded)
}

var errEnded = errors.New("the test was ended")

func (r *recordingTest) end() {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
}

func TestTransportReportsAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults, want []string
		count, calls int
	}{
		"a bank that keeps the contract": {nil, nil, 0, 3},
		"a fault that is met three times": {[]string{"com-fapi-present-missing-on-success"},
			[]string{"ListAccounts: An answer must carry", "COM-FAPI-PRESENT (doc, breach)", "count:    3"}, 1, 3},
		"two faults": {[]string{"com-fapi-present-missing-on-success", "com-body-account-without-type"},
			[]string{"COM-FAPI-PRESENT (doc, breach)", "COM-BODY (doc, breach)", "count:    2"}, 2, 1},
		"no exchange at all": {nil, []string{"no exchange could be judged"}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bank := conform.NewBank(t, mockbank.Options{Faults: c.faults})
			test := &recordingTest{T: t}
			client := &http.Client{Transport: conform.NewTransport(test, bank.Client().Transport, conform.Options{})}
			token := bank.CustomerToken("accounts")
			for range c.calls {
				if body, err := io.ReadAll(list(client, bank.URL, token).Body); err != nil || !strings.Contains(string(body), `"Account"`) {
					t.Errorf("the client reads %q (%v)", body, err)
				}
			}
			if len(test.errors) > 0 {
				t.Errorf("said before the end: %q", test.errors)
			}
			test.end()
			said := strings.Join(test.errors, "\n")
			if len(test.errors) != c.count || strings.Contains(said, token) {
				t.Fatalf("expected %d errors, and no token, got\n%s", c.count, said)
			}
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("expected %q in\n%s", want, said)
				}
			}
		})
	}
}

// What discovery tells is followed: tokens are judged, and the bank's keys
// verify its signatures.
func TestTransportLearnsEndpointsAndKeys(t *testing.T) {
	t.Parallel()
	bank := conform.NewBank(t, mockbank.Options{Faults: []string{"tok-200-may-be-stored"}})
	test := &recordingTest{T: t}
	bank.Client().Transport = conform.NewTransport(test, bank.Client().Transport, conform.Options{})
	bank.ClientToken("accounts")
	if test.end(); len(test.errors) != 1 || !strings.Contains(test.errors[0], "TOK-200 (std, breach)") {
		t.Errorf("found %q", test.errors)
	}
}

// The client is judged too, from one request to the next.
func TestTransportJudgesTheClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options   conform.Options
		do        func(client *http.Client, bank *conform.Bank)
		err, logs string
	}{
		"a right one": {conform.Options{}, func(*http.Client, *conform.Bank) {}, "", ""},
		"a token in the address": {conform.Options{}, func(c *http.Client, b *conform.Bank) {
			get(c, b.URL+"/open-banking/v3.1/aisp/accounts?access_token=a-token")
		}, "CLI-URL-TOKEN (std, breach)", ""},
		"of which nobody asked": {conform.Options{Sides: gate.Bank}, func(c *http.Client, b *conform.Bank) {
			get(c, b.URL+"/open-banking/v3.1/aisp/accounts?access_token=a-token")
		}, "", ""},
		"an identifier used again": {conform.Options{}, func(c *http.Client, b *conform.Bank) {
			request, _ := http.NewRequest("GET", b.URL+"/open-banking/v3.1/aisp/accounts/1", nil)
			request.Header = http.Header{"Authorization": {"Bearer other-token"}, "X-Fapi-Interaction-Id": {interactionID}}
			if response, err := c.Do(request); err == nil {
				_ = response.Body.Close()
			}
		}, "", "CLI-FAPI-ID-FRESH (adv, warning)"},
		"what it never did": {conform.Options{Require: []string{"DeleteAccountAccessConsent"}}, func(*http.Client, *conform.Bank) {}, "DeleteAccountAccessConsent is required", ""},
		"and what it did":   {conform.Options{Require: []string{"ListAccounts"}}, func(*http.Client, *conform.Bank) {}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bank := conform.NewBank(t, mockbank.Options{})
			test := &recordingTest{T: t}
			client := &http.Client{Transport: conform.NewTransport(test, bank.Client().Transport, c.options)}
			list(client, bank.URL, bank.CustomerToken("accounts"))
			c.do(client, bank)
			test.end()
			errors, logs := strings.Join(test.errors, "\n"), strings.Join(test.logs, "\n")
			if (c.err == "") != (errors == "") || !strings.Contains(errors, c.err) || !strings.Contains(logs, c.logs) {
				t.Errorf("errors: %s\nlogs: %s", errors, logs)
			}
		})
	}
}

func get(client *http.Client, address string) {
	response, err := client.Get(address)
	if err != nil {
		panic(err)
	}
	_ = response.Body.Close()
}

func TestTransportPassesOnWhatItCannotJudge(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 17<<20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body) // the client sees where it ends early
	}))
	t.Cleanup(server.Close)
	test := &recordingTest{T: t}
	client := &http.Client{Transport: conform.NewTransport(test, server.Client().Transport, conform.Options{Sides: gate.Bank})}
	for _, path := range []string{"/elsewhere", "/open-banking/v3.1/cbpii/funds-confirmations"} {
		response, err := client.Post(server.URL+path, "text/plain", strings.NewReader(long))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || string(body) != long {
			t.Errorf("%s: %d of %d bytes went there and back (%v)", path, len(body), len(long), err)
		}
	}
	server.Close()
	if _, err := client.Get(server.URL + "/open-banking/v3.1/aisp/accounts"); err == nil {
		t.Error("there is an answer of a closed server")
	}
	test.end()
	said := strings.Join(test.logs, "\n")
	for _, want := range []string{"1 exchanges belong to no operation", "of CreateFundsConfirmation, 1 answers could not be judged (status 200)", "of ListAccounts, 1 answers could not be judged (no answer)"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	if len(test.errors) != 1 {
		t.Errorf("errors: %q", test.errors)
	}
}

func TestTransportIsForManyGoroutines(t *testing.T) {
	t.Parallel()
	bank := conform.NewBank(t, mockbank.Options{TLS: true})
	client := bank.Client()
	client.Transport = conform.NewTransport(t, client.Transport, conform.Options{})
	token := bank.CustomerToken("accounts")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, _ = io.Copy(io.Discard, list(client, bank.URL, token).Body)
		})
	}
	all.Wait()
}

func TestSenselessOptionsEndTheTest(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*recordingTest){
		"a transport": func(r *recordingTest) { conform.NewTransport(r, nil, conform.Options{Profile: "strict"}) },
		"a bank":      func(r *recordingTest) { conform.NewBank(r, mockbank.Options{Faults: []string{"none"}}) },
		"a token":     func(r *recordingTest) { conform.NewBank(r, mockbank.Options{}).ClientToken("payments") },
		"a code":      func(r *recordingTest) { conform.NewBank(r, mockbank.Options{}).CustomerToken("payments") },
		"a judge": func(r *recordingTest) {
			conform.NewBank(r, mockbank.Options{}).Judge(conform.Options{Profile: "strict"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := &recordingTest{T: t}
			defer test.end()
			defer func() {
				if recover() != errEnded || len(test.errors) != 1 { //nolint:errorlint // it is that very value
					t.Errorf("the test went on, told %q", test.errors)
				}
			}()
			start(test)
		})
	}
}
