//go:build linux

package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// killedAt runs suites until a request comes that stop names, by the request
// and what is left until then, and kills the program and its workers there, so
// that nobody cleans up.
func killedAt(t *testing.T, stop func(r *http.Request, left []string) bool, args ...string) (bank proxied, asked *ledger, dir string) {
	t.Helper()
	asked, dir = newLedger(), t.TempDir()
	reached, killed := make(chan struct{}), make(chan struct{})
	var once sync.Once
	bank = behind(t, asked.note, func(r *http.Request) {
		if stop(r, asked.left()) {
			once.Do(func() { close(reached); <-killed })
		}
	})
	p := begin(t, append([]string{"run", "--config", bank.config, "--reports", dir}, args...)...)
	select {
	case <-reached:
	case <-time.After(patience):
		t.Fatal("the request never came")
	}
	workers := workersOf(t, p.cmd.Process.Pid)
	p.signal(syscall.SIGSTOP) // or it would put new workers in the place of these
	for _, worker := range workers {
		_ = syscall.Kill(worker, syscall.SIGKILL) // fails only for one that has ended
	}
	for _, worker := range workers {
		eventually(t, 10*time.Second, "the end of a worker", func() bool { return !runs(worker) })
	}
	p.signal(syscall.SIGKILL)
	p.wait(5 * time.Second)
	close(killed)
	return bank, asked, dir
}

// below is a request for a resource below a path, once there is one to leave: a
// suite's order is random, and may begin with the request for an unknown one.
func below(method, path string) func(*http.Request, []string) bool {
	return func(r *http.Request, left []string) bool {
		return len(left) > 0 && r.Method == method && strings.HasPrefix(r.URL.Path, path+"/")
	}
}

// What a run leaves that is killed, with all its workers, cleanup deletes: by
// what the run has written down, in which no secret stands in the clear.
func TestCleanupAfterAKill(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stop      func(*http.Request, []string) bool
		args      []string
		operation string
	}{
		"registrations": {below(http.MethodGet, registerPath), []string{"--suite", "dynamicregistration"}, "RegisterClient"},
		"consents":      {below(http.MethodGet, consentsPath), []string{"--suite", "accountaccessconsents"}, "CreateAccountAccessConsent"},
		"funds consents": {below(http.MethodGet, debtorsPath), []string{"--suite", "confirmationoffunds"},
			"CreateFundsConfirmationConsent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bank, asked, dir := killedAt(t, c.stop, c.args...)
			left := asked.left()
			if len(left) == 0 {
				t.Fatal("nothing was left behind")
			}
			file := filepath.Join(dir, "created.jsonl")
			written := string(readFile(t, file))
			secrets := asked.secretsGiven()
			for _, secret := range secrets {
				if strings.Contains(written, secret) {
					t.Error("the secret of a registered client is written in the clear")
				}
			}
			if name == "registrations" && len(secrets) == 0 {
				t.Error("no secret was looked for")
			}
			e := obconform(t, "cleanup", "--config", bank.config, "--reports", dir)
			e.wantStatus(t, 0)
			wantText(t, e.out, append(left, "deleted: ", c.operation, "0 left, 0 unknown")...)
			asked.wantTidy(t)
			if _, err := os.Stat(file); !os.IsNotExist(err) {
				t.Errorf("the file is still there: %v", err)
			}
			again := obconform(t, "cleanup", "--config", bank.config, "--reports", dir)
			again.wantStatus(t, 0)
			wantText(t, again.out, "0 deleted, 0 gone already, 0 left, 0 unknown")
		})
	}
}

// What several machines have left is deleted in one go, from the folder of each
// or from their files put together; a folder that is not there is no tidy one.
func TestCleanupOfSeveralMachines(t *testing.T) {
	t.Parallel()
	bank, asked, first := killedAt(t, func(r *http.Request, left []string) bool {
		return len(left) > 1 && r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, consentsPath+"/")
	}, "--suite", "accountaccessconsents", "--shard", "2/2")
	left := asked.left()
	record := string(readFile(t, filepath.Join(first, "created.jsonl")))
	second, together := t.TempDir(), filepath.Join(t.TempDir(), "all.jsonl")
	mine, others := thingsApart(t, record)
	for path, text := range map[string]string{
		filepath.Join(first, "created.jsonl"): mine, filepath.Join(second, "created.jsonl"): others, together: record,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	none := filepath.Join(second, "none")
	e := obconform(t, "cleanup", "--config", bank.config, "--reports", first, "--reports", none)
	e.wantStatus(t, 2)
	wantText(t, e.errors, "--reports: expected the folder", none)
	if len(asked.left()) != len(left) {
		t.Error("something was deleted")
	}
	e = obconform(t, "cleanup", "--config", bank.config, "--reports", first, "--reports", second, "--reports", first, "--reports", together)
	e.wantStatus(t, 0)
	wantText(t, e.out, append(left, "0 left")...)
	asked.wantTidy(t)
	for _, path := range []string{together, filepath.Join(first, "created.jsonl"), filepath.Join(second, "created.jsonl")} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
}

// thingsApart divides a record of what was created in two, as two machines would
// have written it: all lines of one thing are in one of them.
func thingsApart(t *testing.T, record string) (first, second string) {
	t.Helper()
	requests, of := 0, map[string]int{}
	for _, line := range strings.Fields(record) {
		var entry struct{ Request, ID string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		which, known := of[entry.Request]
		if entry.Request == "" {
			which, known = of[entry.ID]
		}
		if !known {
			which = requests % 2
			requests++
		}
		of[entry.Request] = which
		if entry.ID != "" {
			of[entry.ID] = which
		}
		if which == 0 {
			first += line + "\n"
		} else {
			second += line + "\n"
		}
	}
	if first == "" || second == "" {
		t.Fatalf("one machine has created nothing: %s", record)
	}
	return first, second
}

// Of a request that was on its way nobody knows what it created: cleanup says
// so once, with what to ask the bank about.
func TestCleanupOfTheUnknown(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	interaction := ""
	bank, _, dir := killedAt(t, func(r *http.Request, _ []string) bool {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodPost && r.URL.Path == consentsPath {
			interaction = r.Header.Get(interactionID)
			return true
		}
		return false
	}, "--suite", "accountaccessconsents")
	e := obconform(t, "cleanup", "--config", bank.config, "--reports", dir)
	e.wantStatus(t, 3)
	wantText(t, e.out, "not known what it created: CreateAccountAccessConsent", interaction, "0 left, 1 unknown")
	obconform(t, "cleanup", "--config", bank.config, "--reports", dir).wantStatus(t, 0)
}

// What cannot be deleted is said, with the reason, and stays remembered; the
// next run tells of it.
func TestCleanupThatCannot(t *testing.T) {
	t.Parallel()
	bank, asked, dir := killedAt(t, below(http.MethodGet, registerPath), "--suite", "dynamicregistration")
	amend(t, bank.config, map[string]any{"registration.delete": false})
	e := obconform(t, "cleanup", "--config", bank.config, "--reports", dir)
	e.wantStatus(t, 3)
	wantText(t, e.out, "left: ", "registration.delete is false")
	if len(asked.left()) == 0 {
		t.Error("it was deleted all the same")
	}
	run := obconform(t, "run", "--config", bank.config, "--reports", dir, "--suite", "dynamicregistration", "--focus", "discovery document")
	wantText(t, run.errors, "left behind (of an earlier run)", "obconform cleanup --config "+bank.config)
	amend(t, bank.config, map[string]any{"registration.delete": true})
	obconform(t, "cleanup", "--config", bank.config, "--reports", dir).wantStatus(t, 0)
	asked.wantTidy(t)
}

// Another target's leftovers are not this one's to delete; production asks for
// its host to be typed; a configuration that is wrong calls nobody.
func TestCleanupOfTheWrongTarget(t *testing.T) {
	t.Parallel()
	bank, asked, dir := killedAt(t, below(http.MethodGet, consentsPath), "--suite", "accountaccessconsents")
	left := len(asked.left())
	other := behind(t, func(exchange) {})
	e := obconform(t, "cleanup", "--config", other.config, "--reports", dir)
	e.wantStatus(t, 0)
	wantText(t, e.out, "not of this target: CreateAccountAccessConsent", hostOf(t, bank.config))
	amend(t, bank.config, map[string]any{"target.kind": "production"})
	e = obconform(t, "cleanup", "--config", bank.config, "--reports", dir)
	e.wantStatus(t, 2)
	wantText(t, e.errors, "target.kind is production", "--allow-changes-on")
	e = obconform(t, "cleanup", "--config", bank.config, "--reports", dir, "--allow-changes-on", "example.com")
	e.wantStatus(t, 2)
	e = obconform(t, "cleanup", "--reports", dir)
	e.wantStatus(t, 2)
	if len(asked.left()) != left {
		t.Error("something was deleted")
	}
	e = obconform(t, "cleanup", "--config", bank.config, "--reports", dir, "--allow-changes-on", hostOf(t, bank.config))
	e.wantStatus(t, 0)
	asked.wantTidy(t)
}

// A run to its end leaves nothing, and no file that says so.
func TestNoFileAfterATidyRun(t *testing.T) {
	t.Parallel()
	bank := behind(t, func(exchange) {})
	r := conform(t, "--config", bank.config, "--suite", "accounts")
	r.wantStatus(t, 0)
	if _, err := os.Stat(filepath.Join(r.dir, "created.jsonl")); !os.IsNotExist(err) {
		t.Errorf("the file is there: %v", err)
	}
	if strings.Contains(r.errors, "left behind") {
		t.Errorf("it tells of leftovers: %s", r.errors)
	}
}
