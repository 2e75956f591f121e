package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// nullBank is a server that is no bank at all.
type nullBank struct {
	name   string
	answer http.HandlerFunc
	status int // the exit status that it must end with
}

func nullBanks() []nullBank {
	return []nullBank{
		{"404 to everything", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, 1},
		{"200 and an empty object to everything", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{}")
		}, 1},
		{"500 and a page to everything", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, "<html><body>Something went wrong</body></html>")
		}, 3},
		{"the request itself", func(w http.ResponseWriter, r *http.Request) {
			for name, values := range r.Header {
				w.Header()[name] = values
			}
			_, _ = io.Copy(w, r.Body) // a client that has gone is not our business
		}, 1},
		{"nothing, ever", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 3},
	}
}

// No spec may pass on a server that does nothing right, whatever way to a
// consent is configured, and the reports are as complete as for any bank.
func TestNullBanks(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	for _, null := range nullBanks() {
		for _, way := range []string{"headless", "codes"} {
			t.Run(null.name+", "+way, func(t *testing.T) {
				t.Parallel()
				config := nullTarget(t, null.answer, way)
				r := conform(t, "--config", config)
				r.wantStatus(t, null.status)
				t.Logf("%d specs, %d exchanges, %s", len(r.Specs), r.Exchanges, r.took.Round(time.Millisecond))
				if passed := r.inState("passed"); len(passed) > 0 {
					t.Errorf("%d specs passed: %q", len(passed), passed)
				}
				if passed := r.commonApart(); len(passed) > 0 {
					t.Errorf("clauses of an API passed: %q", passed)
				}
				if r.Exchanges == 0 {
					t.Error("the server was never asked")
				}
				if limit := 30 * time.Second; r.took > limit {
					t.Errorf("it took %s, expected at most %s", r.took, limit)
				}
				r.wantComplete(t, plan)
			})
		}
	}
}

// nullTarget serves the answer and configures a client for it.
func nullTarget(t *testing.T, answer http.HandlerFunc, way string) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	credentials := newBank(t, server.URL, mockbank.Options{}).Credentials()
	return configure(t, server.URL, credentials, map[string]any{
		"timeouts": map[string]any{"connect": "1s", "request": "1s", "spec": "20s", "run": "60s"},
		"consents": consents(t, credentials, way),
	})
}

// consents is the configuration's part of that name.
func consents(t *testing.T, credentials mockbank.Credentials, way string) map[string]any {
	t.Helper()
	if way != "codes" {
		return map[string]any{"way": way}
	}
	codes := map[string]any{}
	for theirs, ours := range map[string]string{"accounts": "accounts", "fundsconfirmations": "fundsConfirmations",
		"basic": "basic", "detail": "detail"} {
		codes[ours] = map[string]any{"file": "code-" + theirs + ".txt"}
		if credentials.Codes[theirs] == "" {
			t.Fatalf("the mock bank has no code %q", theirs)
		}
	}
	return map[string]any{"way": way, "codesReusable": true, "codes": codes}
}

// commonApart lists the passed clauses of the APIs: the common rules are held
// against every answer, and a server may keep one of them by accident.
func (r results) commonApart() []string {
	var passed []string
	for _, clause := range r.withVerdict("passed") {
		if clause[:4] != "COM-" {
			passed = append(passed, clause)
		}
	}
	return passed
}
