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
		calls        int
	}{
		"a bank that keeps the contract": {nil, nil, 3},
		"a fault that is met three times": {[]string{"com-fapi-present-missing-on-success"},
			[]string{"ListAccounts, 3 times\nCOM-FAPI-PRESENT (doc, breach)"}, 3},
		"two faults": {[]string{"com-fapi-present-missing-on-success", "com-body-account-without-type"},
			[]string{"ListAccounts\nCOM-FAPI-PRESENT (doc, breach)", "ListAccounts, 2 times\nCOM-BODY (doc, breach)"}, 1},
		"no exchange at all": {nil, []string{"no exchange could be judged"}, 0},
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
			if len(test.errors) != len(c.want) {
				t.Fatalf("expected %d errors, got %q", len(c.want), test.errors)
			}
			for i, want := range c.want {
				if !strings.Contains(test.errors[i], want) || strings.Contains(test.errors[i], token) {
					t.Errorf("expected %q in, and no token:\n%s", want, test.errors[i])
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
	transport := conform.NewTransport(test, bank.Client().Transport, conform.Options{})
	bank.Client().Transport = transport
	bank.ClientToken("accounts")
	if findings := transport.Findings(); len(findings) == 0 || findings[0].Clause.ID != "TOK-200" {
		t.Errorf("found %q", clauses(findings))
	}
}

func TestTransportPassesOnWhatItCannotJudge(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 17<<20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body) // the client sees where it ends early
	}))
	t.Cleanup(server.Close)
	test := &recordingTest{T: t}
	client := &http.Client{Transport: conform.NewTransport(test, server.Client().Transport, conform.Options{})}
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
	for _, want := range []string{"1 not judged: it belongs to no operation", "larger than the limit", "the answer of ListAccounts could not be judged"} {
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
