//go:build unix

package main_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// repeatable is an exchange of an evidence file.
type repeatable struct {
	Operation, Method, Curl string
	Status                  int
}

// evidenceOf reads every exchange of every evidence file of a run.
func evidenceOf(t *testing.T, dir string) (all []repeatable) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "evidence", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %d evidence files", err, len(files))
	}
	for _, file := range files {
		var w struct{ Exchanges []repeatable }
		if err := json.Unmarshal(readFile(t, file), &w); err != nil {
			t.Fatal(err)
		}
		all = append(all, w.Exchanges...)
	}
	return all
}

// repeat runs a command line of the evidence as its reader would, and answers
// what curl prints.
func repeat(t *testing.T, command string, variables ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir, cmd.Env = t.TempDir(), append([]string{"PATH=" + os.Getenv("PATH")}, variables...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, command)
	}
	return string(out)
}

// first is the first exchange of the operation and status whose command has the
// words.
func first(t *testing.T, all []repeatable, operation string, status int, words ...string) repeatable {
	t.Helper()
	for _, x := range all {
		fits := x.Operation == operation && x.Status == status && x.Curl != ""
		for _, word := range words {
			fits = fits && strings.Contains(x.Curl, word)
		}
		if fits {
			return x
		}
	}
	t.Fatalf("no %s with status %d in the evidence", operation, status)
	return repeatable{}
}

var token = regexp.MustCompile(`"access_token":"([^"]+)"`)

// With the variables set, the commands of the evidence do at the real bank what
// the run did: a token, and with it a consent, over TLS with its authority.
func TestTheCommandsOfTheEvidenceRepeatIt(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed: the shell alone reads the commands, in harness/report/curl")
	}
	config := mockFor(t, "--tls", "--fault", "com-body-consent-without-status-update")
	r := conform(t, "--config", config, "--suite", "accountaccessconsents")
	r.wantStatus(t, 1)
	all := evidenceOf(t, r.dir)
	secret := func(name string) string {
		return strings.TrimSpace(string(readFile(t, filepath.Join(filepath.Dir(config), name))))
	}
	credentials := base64.StdEncoding.EncodeToString([]byte(secret("client-id.txt") + ":" + secret("client-secret.txt")))
	asked := first(t, all, "RequestToken", 200, "grant_type=client_credentials", "${CLIENT_CREDENTIALS:?}", "scope=accounts")
	printed := repeat(t, asked.Curl, "CLIENT_CREDENTIALS="+credentials)
	found := token.FindStringSubmatch(printed)
	if found == nil {
		t.Fatalf("no token came: %s", printed)
	}
	for operation, status := range map[string]int{"CreateAccountAccessConsent": 201} {
		x := first(t, all, operation, status, "${ACCESS_TOKEN:?}")
		if printed := repeat(t, x.Curl, "ACCESS_TOKEN="+found[1]); !strings.HasPrefix(printed, fmt.Sprintf("HTTP/1.1 %d ", status)) {
			t.Errorf("%s is answered otherwise: %s", operation, printed)
		}
	}
	refused := first(t, all, "CreateAccountAccessConsent", 400, "${ACCESS_TOKEN:?}")
	if printed := repeat(t, refused.Curl, "ACCESS_TOKEN="+found[1]); !strings.HasPrefix(printed, "HTTP/1.1 400 ") {
		t.Errorf("a refusal is answered otherwise: %s", printed)
	}
	hostile := "'; touch broken; $(touch broken) `touch broken` \""
	if printed := repeat(t, refused.Curl, "ACCESS_TOKEN="+hostile); !strings.HasPrefix(printed, "HTTP/1.1 4") {
		t.Errorf("a hostile variable is answered %s", printed)
	}
}
