//go:build unix

package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// serving is a process that serves, in a world where no other test's does.
type serving struct {
	*process
	t       *testing.T
	address string
	dir     string // of its files
}

// world is a folder in which processes of one test find each other; a socket's
// path has about a hundred bytes.
func world(t *testing.T) []string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ob")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return []string{"XDG_RUNTIME_DIR=" + dir}
}

func serveIn(t *testing.T, world []string, args ...string) *serving {
	t.Helper()
	s := &serving{t: t, dir: t.TempDir()}
	ready := filepath.Join(s.dir, "ready")
	s.process = beginWith(t, world, append(args, "--addr", "127.0.0.1:0", "--ready-file", ready)...)
	eventually(t, patience, "the ready file", func() bool {
		data, err := os.ReadFile(ready)
		s.address = strings.TrimSpace(string(data))
		return err == nil
	})
	return s
}

// ask makes one request and answers its status and body.
func (s *serving) ask(method, path, body string, fields ...string) (int, string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.address+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Close = true
	for i := 0; i < len(fields); i += 2 {
		request.Header.Set(fields[i], fields[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

// listAccounts is a client that does one thing, rightly, with the credentials of
// a mock bank. It answers what no report may show.
func (s *serving) listAccounts(credentials string) (secrets []string) {
	s.t.Helper()
	read := func(name string) string {
		return strings.TrimSpace(string(readFile(s.t, filepath.Join(credentials, name))))
	}
	code, secret := read("code-accounts.txt"), read("client-secret.txt")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {"https://tpp.example/callback"},
		"client_id": {read("client-id.txt")}, "client_secret": {secret}}
	status, text := s.ask("POST", "/oauth2/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json")
	var answer struct {
		Token   string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal([]byte(text), &answer); status != 200 || err != nil {
		s.t.Fatalf("%d %s", status, text)
	}
	status, text = s.ask("GET", "/open-banking/v3.1/aisp/accounts", "", "Authorization", "Bearer "+answer.Token, "Accept", "application/json",
		"x-fapi-interaction-id", "93bac548-d2de-4546-b106-880a5018460d")
	if status != 200 {
		s.t.Fatalf("%d %s", status, text)
	}
	return []string{code, secret, answer.Token, answer.Refresh, "04000410000001"}
}

// wantNone fails the test for each file, or printed text, that has a secret.
func wantNone(t *testing.T, secrets []string, printed, dir string) {
	t.Helper()
	texts := map[string]string{"what was printed": printed}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			texts[path] = string(readFile(t, path))
		}
		return err
	})
	if err != nil || len(texts) < 6 {
		t.Errorf("%d files: %v", len(texts), err)
	}
	for where, text := range texts {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %q", where, secret)
			}
		}
	}
}

// A mock bank judges its client and a proxy both sides; each can be ended by a
// signal or by its stop command, and ends with the status of the verdict.
func TestServingJudgesAClient(t *testing.T) {
	t.Parallel()
	here := world(t)
	cred, first, second, third := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	met := serveIn(t, here, "mock", "--credentials", cred, "--reports", first, "--require", "ListAccounts,RequestToken")
	secrets := met.listAccounts(cred)
	unmet := serveIn(t, here, "mock", "--reports", second, "--require", "DeleteAccountAccessConsent", "--seed", "3")
	idle := serveIn(t, here, "mock")
	proxy := serveIn(t, here, "proxy", "--to", met.address, "--reports", third)
	secrets = append(secrets, proxy.listAccounts(cred)...)

	stop := func(args ...string) ended { return beginWith(t, here, args...).wait(patience) }
	e := stop("mock", "stop")
	e.wantStatus(t, 2)
	wantText(t, e.errors, "3 of them serve", strings.TrimPrefix(met.address, "http://"), "--all")
	e = stop("proxy", "stop")
	e.wantStatus(t, 0)
	p := proxy.wait(patience)
	p.wantStatus(t, 0)
	wantText(t, p.out, "PASSED", met.address+" by way of "+proxy.address)
	wantNone(t, secrets, p.out+p.errors, third)

	e = stop("mock", "stop", "--addr", strings.TrimPrefix(met.address, "http://"))
	e.wantStatus(t, 0)
	m := met.wait(patience)
	m.wantStatus(t, 0)
	wantText(t, m.out, "it was asked to", "PASSED", "the client's clauses")
	wantNone(t, secrets, m.out+m.errors, first)
	if recorded := strings.Count(string(readFile(t, filepath.Join(first, "exchanges.ndjson"))), "\n"); recorded != 4 {
		t.Errorf("%d exchanges are recorded, expected 4", recorded)
	}
	check := obconform(t, "check", filepath.Join(third, "exchanges.ndjson"), "--reports", t.TempDir())
	check.wantStatus(t, 0) // what is recorded can be judged again

	unmet.signal(syscall.SIGTERM)
	u := unmet.wait(patience)
	u.wantStatus(t, 1)
	wantText(t, u.out, "terminated", "the client never deleted its consent", "FAILED")
	e = stop("mock", "stop", "--all")
	e.wantStatus(t, 0)
	i := idle.wait(patience)
	i.wantStatus(t, 0)
	wantText(t, i.out, "0 exchanges, 0 findings", "--reports DIR")
	e = stop("mock", "stop")
	e.wantStatus(t, 2)
	wantText(t, e.errors, "no mock bank of yours serves")
}

// One that is killed leaves reports that are green nowhere, and those of an
// earlier one are gone.
func TestServingKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "exchanges.ndjson"), []byte("of an earlier one"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serveIn(t, world(t), "mock", "--reports", dir, "--scenario", scenarioFile(t, `{"steps":[{"operation":"ListAccounts","status":503}]}`))
	if status, _ := s.ask("GET", "/open-banking/v3.1/aisp/accounts", ""); status != 503 {
		t.Errorf("the scenario's call was answered with %d", status)
	}
	s.signal(syscall.SIGKILL)
	s.wait(patience)
	var results struct {
		ExitStatus int
		Trouble    []struct{ What string }
	}
	if err := json.Unmarshal(readFile(t, filepath.Join(dir, "results.json")), &results); err != nil || results.ExitStatus != 3 || len(results.Trouble) != 1 {
		t.Errorf("%+v, %v", results, err)
	}
	if text := string(readFile(t, filepath.Join(dir, "exchanges.ndjson"))); strings.Contains(text, "earlier") {
		t.Errorf("recorded: %s", text)
	}
}

func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scenario.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// What is wrong with a command line is said at once, all of it, before anything
// is served.
func TestServingWithWrongFlags(t *testing.T) {
	t.Parallel()
	scenario := scenarioFile(t, `{"steps":[{"operation":"Listaccounts","status":99}]}`)
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"mock", "--addr", "nowhere", "--scenario", scenario, "--require", "Listed", "--grace=-1s", "--record-limit=-1"},
			[]string{"--addr", "/steps/0/operation: expected an operation", "/steps/0/status: expected a whole number from 200", "Listed", "--grace", "--record-limit", "--require: expected --reports"}},
		{[]string{"mock", "--scenario", scenario + ".missing"}, []string{"--scenario"}},
		{[]string{"proxy", "--addr", "127.0.0.1:0", "--reports", t.TempDir()}, []string{"--to: expected the bank's address"}},
		{[]string{"proxy", "--to", "https://bank.example/path", "--cert", "x", "--client-ca", "y", "--tls-key", "z", "--reports", t.TempDir()},
			[]string{"--to: expected no path", "--cert and --key", "--tls-cert and --tls-key", "expected --tls beside them"}},
		{[]string{"proxy", "--to", "http://bank.example", "--ca", "missing", "--reports", t.TempDir()}, []string{"plain http is for loopback alone", "missing"}},
		{[]string{"proxy", "--to", "http://localhost:1", "--addr", ":1", "--reports", t.TempDir()}, []string{"the proxy would ask itself"}},
		{[]string{"mock", "stop", "--addr", "127.0.0.1:1"}, []string{"no mock bank of yours serves 127.0.0.1:1"}},
	} {
		e := beginWith(t, world(t), c.args...).wait(patience)
		e.wantStatus(t, 2)
		wantText(t, e.errors, c.says...)
	}
}

// A second signal ends it at once, whatever still goes on: here a request whose
// body does not come.
func TestServingEndsAtOnce(t *testing.T) {
	t.Parallel()
	s := serveIn(t, world(t), "mock", "--grace", "1h", "--reports", t.TempDir())
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, _ = io.WriteString(connection, "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if line, err := bufio.NewReader(connection).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	s.signal(syscall.SIGTERM)
	eventually(t, patience, "the end", func() bool {
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // fails once it has ended
		select {
		case <-s.ended:
			return true
		default:
			return false
		}
	})
	e := s.wait(patience)
	e.wantStatus(t, 130)
	wantText(t, e.errors, "ends at once")
}
