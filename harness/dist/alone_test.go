package dist_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

// The mock bank writes what a client needs, and a run with that finds it sound.
func TestTheMockBankNeedsNothingBesideIt(t *testing.T) {
	folder := t.TempDir()
	bank := exec.Command(first.binary, "mock", "--addr", "127.0.0.1:0", "--credentials", "bank", "--tls")
	bank.Dir, bank.Env = folder, []string{}
	var said bytes.Buffer
	bank.Stdout, bank.Stderr = &said, &said
	bank.WaitDelay = 5 * time.Second
	if err := bank.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- bank.Wait() }()
	defer func() { _ = bank.Process.Kill() }() // fails only where it has ended
	config := filepath.Join(folder, "bank", "config.json")
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(config); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the mock bank writes no configuration")
		}
	}
	out, status := alone(t, folder, "run", "--smoke", "--config", config)
	if status != 0 || !strings.Contains(out, "PASSED") {
		t.Errorf("exit status %d\n%s", status, out)
	}
	if err := bank.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
		if status := bank.ProcessState.ExitCode(); status != 0 {
			t.Errorf("exit status %d\n%s", status, said.String())
		}
	case <-time.After(patience):
		t.Fatal("the mock bank does not end")
	}
}
