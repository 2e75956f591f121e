package clients_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// client is one of the three, and its mistake.
type client struct {
	name string
	// command makes the command line; the test is skipped where a tool is missing.
	command func(t *testing.T) []string
	// runs is how often it has to run until its mistake shows.
	runs int
	// prints is what it prints when it has done what it is for.
	prints string
	// require are the operations that the bank must see.
	require []string
	// breach is the clause of its mistake, or the requirement that is not met.
	breach string
}

// All that a client which reads accounts does.
var flow = []string{"RequestToken", "CreateAccountAccessConsent", "Authorize", "ListAccounts", "DeleteAccountAccessConsent"}

func clients() []client {
	return []client{
		{"Go with oauth2", goClient, 2, "5 accounts", flow, "CLI-AUTHZ-FRESH"},
		{"Node.js with openid-client", nodeClient, 1, "5 accounts", flow, "DeleteAccountAccessConsent"},
		{"curl", curlClient, 1, "2 accounts on the first page", flow, "CLI-URL-TOKEN"},
	}
}

// missing skips a test without its tools, or fails it where they are required.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CLIENTS") == "required" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// notUnderRace skips a test that shows nothing more under the race detector.
func notUnderRace(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("the clients and the bank are other processes")
	}
}

func goClient(t *testing.T) []string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "client")
	build := exec.CommandContext(t.Context(), "go", "-C", "go", "build", "-o", binary, ".")
	if os.Getenv("CLIENTS") != "required" {
		build.Env = append(os.Environ(), "GOPROXY=off")
	}
	if out, err := build.CombinedOutput(); err != nil {
		missing(t, "the Go client is not built: %v\n%s", err, out)
	}
	return []string{binary}
}

func nodeClient(t *testing.T) []string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "the client needs Node.js: %v", err)
	}
	if _, err := os.Stat(filepath.Join("node", "node_modules", "openid-client")); err != nil {
		missing(t, "openid-client is not installed, 'make clients' does it: %v", err)
	}
	return []string{node, filepath.Join("node", "client.mjs")}
}

func curlClient(t *testing.T) []string {
	t.Helper()
	for _, tool := range []string{"curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, "the client needs %s: %v", tool, err)
		}
	}
	return []string{"sh", filepath.Join("curl", "client.sh")}
}

// patience is how long one run of a client may take.
const patience = time.Minute

// run runs a client at a bank whose credentials are in that folder.
func (c client) run(t *testing.T, command []string, credentials, breach string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range c.runs {
		process := exec.CommandContext(ctx, command[0], command[1:]...)
		process.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "BANK=" + credentials, "BREACH=" + breach}
		out, err := process.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != c.prints {
			t.Fatalf("%v, and it prints\n%s", err, out)
		}
	}
}

// Each client gets its accounts with its mistake and without; the gate fails it for
// that mistake alone, by name.
func TestClients(t *testing.T) {
	t.Parallel()
	notUnderRace(t)
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			command := c.command(t)
			for _, breach := range []string{"", "1"} {
				bank := mock(t, c.require)
				c.run(t, command, bank.credentials, breach)
				status, failed := bank.end(t)
				want, wantStatus := "", 0
				if breach != "" {
					want, wantStatus = c.breach, 1
				}
				if got := strings.Join(failed, " "); got != want || status != wantStatus {
					t.Errorf("BREACH=%q: status %d for %q, expected %d for %q", breach, status, got, wantStatus, want)
				}
			}
		})
	}
}
