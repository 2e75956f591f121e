package clients_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What curl does through the proxy is judged there, and so is the recording that
// the proxy leaves.
func TestCurlThroughTheProxy(t *testing.T) {
	t.Parallel()
	notUnderRace(t)
	command := curlClient(t)
	for breach, want := range map[string]string{"": "", "1": "CLI-URL-TOKEN"} {
		bank := mock(t, nil)
		mine := func(name string) string { return filepath.Join(bank.credentials, name) }
		proxy := serve(t, "proxy", "--to", bank.address, "--rewrite-discovery", "--whole", "--ca", mine("ca.pem"), "--client-ca", mine("ca.pem"),
			"--cert", mine("client.pem"), "--key", mine("client-key.pem"))
		lead(t, bank, proxy)
		client{runs: 1, prints: "2 accounts on the first page"}.run(t, command, proxy.credentials, breach)
		status, failed := proxy.end(t)
		if got := strings.Join(failed, " "); got != want || status != min(1, len(want)) {
			t.Errorf("BREACH=%q: status %d for %q, expected %q", breach, status, got, want)
		}
		if status, failed := check(t, filepath.Join(proxy.reports, "exchanges.ndjson")); strings.Join(failed, " ") != want || status != min(1, len(want)) {
			t.Errorf("BREACH=%q: the recording: status %d for %q, expected %q", breach, status, failed, want)
		}
	}
}

// lead gives the client of a proxy what it needs: what the bank gave, with the
// proxy's address and authority.
func lead(t *testing.T, bank, proxy *gate) {
	t.Helper()
	files, err := os.ReadDir(bank.credentials)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file.Name() == "ca.pem" {
			continue // that of the proxy is there
		}
		text, err := os.ReadFile(filepath.Join(bank.credentials, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.ReplaceAll(string(text), bank.address, proxy.address))
		if err := os.WriteFile(filepath.Join(proxy.credentials, file.Name()), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// check judges a recording.
func check(t *testing.T, file string) (status int, failed []string) {
	t.Helper()
	reports := t.TempDir()
	out, err := exec.CommandContext(t.Context(), program, "check", "--whole", "--reports", reports, file).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil && exit.ExitCode() > 1 {
		t.Fatalf("status %d\n%s", exit.ExitCode(), out)
	}
	if exit != nil {
		status = exit.ExitCode()
	}
	return status, failures(t, reports)
}
