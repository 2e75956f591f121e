package dist_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience bounds every process, far above what one takes.
const patience = 3 * time.Minute

// alone runs the binary in a folder, with no variable of the environment at all:
// no PATH, no home, no Go.
func alone(t *testing.T, folder string, args ...string) (out string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, first.binary, args...)
	command.Dir, command.Env = folder, []string{}
	var both bytes.Buffer
	command.Stdout, command.Stderr = &both, &both
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return both.String(), command.ProcessState.ExitCode()
}

// Every command does its work from an empty folder: documents, schemas,
// templates and lists are inside.
func TestTheBinaryNeedsNothingBesideIt(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		args   string
		status int
		says   string
		writes string // a file, with what must be in it
		holds  string
	}{
		{"version", 0, "obconform ", "", ""},
		{"help", 0, "run", "", ""},
		{"list", 0, "AAC-201-ECHO", "", ""},
		{"list --ledger", 0, "AAC-201-ECHO", "", ""},
		{"list --coverage", 0, "CreateAccountAccessConsent", "", ""},
		{"explain AAC-400-TRANSACTIONS", 0, "AAC-400-TRANSACTIONS", "", ""},
		{"openapi --output contract.json", 0, "", "contract.json", `"openapi": "3.1`},
		{"run --smoke", 0, "PASSED", "reports/report.html", "<!DOCTYPE html>"},
		{"report --from reports/results.json --html again.html --junit again.xml --markdown again.md", 0, "PASSED", "again.html", "<!DOCTYPE html>"},
		{"diff reports/results.json reports/results.json", 0, "", "", ""},
		{"doctor", 0, "ok", "", ""},
		{"prove --suite accounts --fault acc-list-200-one-short,acc-list-200-refuses --mutate 5 --reports proof", 0, "caught by name 2", "proof/detection.json", `"acc-list-200-refuses"`},
		{"run --nonsense", 2, "obconform help", "", ""},
	} {
		out, status := alone(t, folder, strings.Fields(c.args)...)
		if status != c.status {
			t.Errorf("%s: exit status %d\n%s", c.args, status, out)
		}
		if !strings.Contains(out, c.says) {
			t.Errorf("%s: %q is not in\n%s", c.args, c.says, out)
		}
		if c.writes == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, c.writes))
		if err != nil || !bytes.Contains(data, []byte(c.holds)) {
			t.Errorf("%s: %v; %s lacks %q", c.args, err, c.writes, c.holds)
		}
	}
}

// serve starts a command that serves, and answers its address once it does.
func serve(t *testing.T, folder, name string, args ...string) (address string) {
	t.Helper()
	ready := filepath.Join(folder, name+".ready")
	server := exec.Command(first.binary, append([]string{name, "--addr", "127.0.0.1:0", "--ready-file", ready}, args...)...)
	server.Dir, server.Env = folder, []string{}
	var said bytes.Buffer
	server.Stdout, server.Stderr = &said, &said
	server.WaitDelay = 5 * time.Second
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Wait() }() // its stop command says how it ended
	t.Cleanup(func() { _ = server.Process.Kill(); <-ended })
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if data, err := os.ReadFile(ready); err == nil && len(data) > 0 {
			return strings.TrimSpace(string(data))
		}
		select {
		case <-ended:
			t.Fatalf("%s has ended: %s", name, said.String())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not serve", name)
		}
	}
}

// The mock bank writes what a client needs, and a run with that finds it sound;
// what a proxy before it records can be checked.
func TestServersNeedNothingBesideThem(t *testing.T) {
	folder := t.TempDir()
	bank := serve(t, folder, "mock", "--credentials", "bank", "--reports", "client")
	proxy := serve(t, folder, "proxy", "--to", bank, "--reports", "proxied")
	answer, err := http.Get(proxy + "/open-banking/v3.0/.well-known/openid-configuration")
	if err != nil || answer.StatusCode != http.StatusOK || answer.Body.Close() != nil {
		t.Fatalf("%v, %v", answer, err)
	}
	for _, c := range []struct {
		command string
		status  int
	}{
		{"run --smoke --config bank/config.json --reports run", 0},
		{"proxy stop --addr " + strings.TrimPrefix(proxy, "http://"), 0},
		{"mock stop --addr " + strings.TrimPrefix(bank, "http://"), 1}, // the suites send a wrong request too
		{"check proxied/exchanges.ndjson --reports checked", 0},
	} {
		if out, status := alone(t, folder, strings.Fields(c.command)...); status != c.status {
			t.Errorf("%s: exit status %d, want %d\n%s", c.command, status, c.status, out)
		}
	}
	for _, reports := range []string{"client", "proxied", "run", "checked"} {
		if _, err := os.Stat(filepath.Join(folder, reports, "report.html")); err != nil {
			t.Error(err)
		}
	}
}
