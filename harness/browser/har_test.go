package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"obconform/harness/browser"
)

// visit is what a page of a browser app does at the bank: it exchanges a code that
// it has, and lists the accounts. It stands at the bank's own origin.
const visit = `(async () => {
	const metadata = await (await fetch('/open-banking/v3.0/.well-known/openid-configuration')).json();
	const token = await (await fetch(metadata.token_endpoint, {method: 'POST',
		headers: {'Authorization': 'Basic ' + btoa(%[1]q + ':' + %[2]q), 'Content-Type': 'application/x-www-form-urlencoded'},
		body: new URLSearchParams({grant_type: 'authorization_code', code: %[3]q, redirect_uri: %[4]q})})).json();
	const answer = await fetch('/open-banking/v3.1/aisp/accounts%[5]s', {headers: {'Authorization': 'Bearer ' + token.access_token,
		'Accept': 'application/json', 'x-fapi-interaction-id': crypto.randomUUID()}});
	return (await answer.json()).Data.Account.length;
})()`

// A recording that a real browser has saved is judged: what the bank answers, and
// what the page asks.
func TestTheBrowsersRecordingIsJudged(t *testing.T) {
	for name, c := range map[string]struct {
		faults []string
		query  string
		status int
		clause string
	}{
		"nothing to find":       {nil, "", 0, ""},
		"a fault of the bank's": {[]string{"com-body-account-sub-type-unknown"}, "", 1, "COM-BODY"},
		"and of the page's":     {nil, "?access_token=a-token", 1, "CLI-URL-TOKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			config, stop := faultyBank(t, c.faults...)
			defer stop()
			file := filepath.Join(t.TempDir(), "browser.har")
			saveVisit(t, filepath.Dir(config), c.query, file)
			reports := t.TempDir()
			out, err := exec.Command(program, "check", "--reports", reports, file).CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			status := 0
			if exit != nil {
				status = exit.ExitCode()
			}
			failed := failedClauses(t, reports)
			if status != c.status || strings.Join(failed, " ") != c.clause {
				t.Errorf("status %d for %q, expected %d for %q\n%s", status, failed, c.status, c.clause, out)
			}
		})
	}
}

func failedClauses(t *testing.T, reports string) (failed []string) {
	t.Helper()
	for _, clause := range readResults(t, reports).Clauses {
		if clause.Verdict == "failed" {
			failed = append(failed, clause.ID)
		}
	}
	return failed
}

// saveVisit has the browser go to the bank, and saves what it recorded.
func saveVisit(t *testing.T, credentials, query, file string) {
	t.Helper()
	text := func(name string) string {
		data, err := os.ReadFile(filepath.Join(credentials, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var settings struct {
		Target struct{ BaseURL string }
		Client struct{ RedirectURI string }
	}
	if err := json.Unmarshal([]byte(text("config.json")), &settings); err != nil {
		t.Fatal(err)
	}
	recorder, tab, err := browser.Record(chromium)
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	if err := chromedp.Do(tab.Context, chromedp.Navigate(settings.Target.BaseURL+"/open-banking/v3.0/.well-known/openid-configuration")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tab.Context, time.Minute)
	defer cancel()
	accounts, err := chromedp.Run(ctx, chromedp.Evaluate[int](fmt.Sprintf(visit, text("client-id.txt"), text("client-secret.txt"), text("code-accounts.txt"),
		settings.Client.RedirectURI, query), chromedp.EvalAwaitPromise))
	if err != nil || accounts == 0 {
		t.Fatalf("the page got %d accounts (%v)", accounts, err)
	}
	archive, err := recorder.HAR(ctx, tab, 4) // discovery twice, the token, the accounts
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(archive)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
