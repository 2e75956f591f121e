//go:build unix

package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// canaries are the secrets and personal data of a configuration, by their place
// in it, each of a form that has to be escaped somewhere.
func canaries() map[string]string {
	return map[string]string{
		"client.secret": `canary-client-secret/+ 7&="é<`, "secondClient.secret": "canary-second-secret/%41+x",
		"consents.codes.accounts": "canary-code-accounts/+1", "consents.codes.fundsConfirmations": "canary-code-funds~&2",
		"consents.codes.basic": "canary-code-basic-3", "consents.codes.rejected": "canary-code-rejected-4",
		"consents.tokens.accounts": "canary-token-accounts.5", "consents.tokens.fundsConfirmations": "canary-token-funds_6",
		"consents.tokens.basic": "canary-token-basic-7", "consents.tokens.detail": "canary-token-detail-8",
		"registration.softwareStatement":                 "eyJhbGciOiJQUzI1NiJ9.eyJjYW5hcnkiOiJzdGF0ZW1lbnQifQ.canarysignature9",
		"fixtures.debtorAccount.identification":          "90217640103345",
		"fixtures.debtorAccount.name":                    `Canary O'Holder <& Söhne>`,
		"fixtures.debtorAccount.secondaryIdentification": "canary/roll 0002",
		// What only the bank knows: its answers name an account and give a token.
		"the bank's account number": "31926819601613", "the bank's account name": "Wanda \"Canary\" Bankside",
		"the bank's token": "canary-issued-token-10", "the bank's refresh token": "canary-issued-refresh-11",
	}
}

// planted is a configuration for a target with all canaries in it.
func planted(t *testing.T, address string, change func(document map[string]any)) string {
	t.Helper()
	path := configure(t, address, newBank(t, address, mockbank.Options{}).Credentials(), nil)
	var document map[string]any
	if err := json.Unmarshal(readFile(t, path), &document); err != nil {
		t.Fatal(err)
	}
	for key, value := range canaries() {
		names := strings.Split(key, ".")
		if len(names) < 2 {
			continue // the bank's own
		}
		object := document
		for _, name := range names[:len(names)-1] {
			if _, there := object[name].(map[string]any); !there {
				object[name] = map[string]any{}
			}
			object = object[name].(map[string]any)
		}
		last := names[len(names)-1]
		if names[0] == "fixtures" {
			object[last] = value
			continue
		}
		file := filepath.Join(filepath.Dir(path), "canary-"+key)
		if err := os.WriteFile(file, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
		object[last] = map[string]any{"file": filepath.Base(file)}
	}
	document["timeouts"] = map[string]any{"connect": "300ms", "request": "300ms", "spec": "20s", "run": "1m"}
	document["retries"] = map[string]any{"reads": 1, "pause": "1ms", "longestWait": "1ms"}
	change(document)
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// said is all that a request has said, in one text.
func said(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	text := r.Header.Get("Authorization") + " " + r.URL.RawQuery + " " + string(body)
	if _, basic, found := strings.Cut(r.Header.Get("Authorization"), "Basic "); found {
		plain, _ := base64.StdEncoding.DecodeString(basic)
		text += " " + string(plain)
	}
	for _, values := range form {
		text += " " + strings.Join(values, " ")
	}
	return text
}

// raw takes the connection over and writes bytes of whatever form.
func raw(w http.ResponseWriter, text string) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = out.WriteString(text)
	_ = out.Flush()
	_ = conn.Close() // the client sees it end, whole or not
}

// failures are servers that fail each in their way, saying what they were told.
// One that speaks to the token endpoint soundly gives a token first.
func failures() map[string]func(w http.ResponseWriter, r *http.Request, told string) {
	one := func(text string) string { return strings.Map(func(c rune) rune { return max(c, ' ') }, text) }
	document := func(w http.ResponseWriter, status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body) // a client that has gone is not our business
	}
	refusal := func(told string) map[string]any {
		return map[string]any{"Code": "UK.OBIE.Field.Invalid", "Message": told, "Errors": []any{map[string]any{"ErrorCode": "UK.OBIE.Field.Invalid", "Message": told, "Path": told}}}
	}
	return map[string]func(http.ResponseWriter, *http.Request, string){
		"a text": func(w http.ResponseWriter, _ *http.Request, told string) {
			w.Header().Set("X-Told", one(told))
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, told)
		},
		"a page of a gateway": func(w http.ResponseWriter, _ *http.Request, told string) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprintf(w, "<html><title>%s</title>%s</html>", html.EscapeString(told), told)
		},
		"a page": func(w http.ResponseWriter, _ *http.Request, told string) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, "<html><title>%s</title></html>", html.EscapeString(told))
		},
		"an error object": func(w http.ResponseWriter, _ *http.Request, told string) {
			document(w, http.StatusBadRequest, refusal(told))
		},
		"an OAuth error": func(w http.ResponseWriter, _ *http.Request, told string) {
			document(w, http.StatusUnauthorized, map[string]any{"error": told, "error_description": told})
		},
		"an error object, encoded": func(w http.ResponseWriter, _ *http.Request, told string) {
			for i := range 3 {
				w.Header().Add("X-Told", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("-", i)+told)))
			}
			w.Header().Add("X-Told", url.QueryEscape(told))
			document(w, http.StatusForbidden, refusal(base64.URLEncoding.EncodeToString([]byte("-"+told))+" "+url.PathEscape(told)))
		},
		"half an answer": func(w http.ResponseWriter, _ *http.Request, told string) {
			w.Header().Set("Content-Length", fmt.Sprint(2*len(told)))
			w.Header().Set("X-Told", one(told))
			fmt.Fprint(w, told)
		},
		"half of its JSON": func(w http.ResponseWriter, _ *http.Request, told string) {
			data, _ := json.Marshal(refusal(told))
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(data[:len(data)*2/3])
		},
		"a redirect": func(w http.ResponseWriter, _ *http.Request, told string) {
			w.Header().Set("Location", "https://elsewhere.example/?code="+url.QueryEscape(told)+"#token="+url.QueryEscape(told))
			w.WriteHeader(http.StatusFound)
		},
		"a broken status line": func(w http.ResponseWriter, _ *http.Request, told string) { raw(w, "HTTP/1.1 "+one(told)+"\r\n\r\n") },
		"no HTTP at all":       func(w http.ResponseWriter, _ *http.Request, told string) { raw(w, one(told)+"\r\n\r\n") },
		"a broken header": func(w http.ResponseWriter, _ *http.Request, told string) {
			raw(w, "HTTP/1.1 200 OK\r\n"+one(told)+"\r\n\r\n")
		},
		"a broken chunk": func(w http.ResponseWriter, _ *http.Request, told string) {
			raw(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+one(told)+"\r\n")
		},
		"an unknown coding": func(w http.ResponseWriter, _ *http.Request, told string) {
			raw(w, "HTTP/1.1 200 OK\r\nContent-Encoding: "+one(told)+"\r\nContent-Length: 1\r\n\r\nx")
		},
		"a reset":       func(w http.ResponseWriter, _ *http.Request, _ string) { raw(w, "HTTP/1.1 200 OK\r\nContent-Le") },
		"nothing, ever": func(_ http.ResponseWriter, r *http.Request, _ string) { <-r.Context().Done() },
		"a list of accounts": func(w http.ResponseWriter, r *http.Request, told string) {
			if !strings.Contains(r.URL.Path, "/aisp/accounts") && !strings.Contains(r.URL.Path, "/cbpii/") {
				document(w, http.StatusBadRequest, refusal(told))
				return
			}
			document(w, http.StatusOK, accountsOf(told))
		},
		"a token where it hurts": func(w http.ResponseWriter, _ *http.Request, told string) {
			document(w, http.StatusOK, map[string]any{"access_token": canaries()["the bank's token"], "refresh_token": canaries()["the bank's refresh token"],
				"id_token": told, "client_secret": canaries()["the bank's token"], "expires_in": told})
		},
	}
}

// accountsOf is a list with one account, whose every member is at fault.
func accountsOf(told string) map[string]any {
	number, name := canaries()["the bank's account number"], canaries()["the bank's account name"]
	return map[string]any{"Data": map[string]any{"Account": []any{map[string]any{"AccountId": 7, "Currency": told, "Nickname": name, "Description": name,
		"Account": []any{map[string]any{"SchemeName": 7, "Identification": number, "Name": name}}}}}, "Links": map[string]any{"Self": told}}
}

// failing starts a server whose discovery is sound, whose token endpoint is too
// if it is to be, and that fails in everything else.
func failing(t *testing.T, soundTokens bool, fail func(http.ResponseWriter, *http.Request, string)) (address string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	address = "http://" + server.Listener.Addr().String()
	bank := newBank(t, address, mockbank.Options{})
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/openid-configuration"), strings.HasSuffix(r.URL.Path, "/jwks"):
			bank.Handler().ServeHTTP(w, r)
		case soundTokens && strings.HasSuffix(r.URL.Path, "/token"):
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			fmt.Fprintf(w, `{"access_token":%q,"refresh_token":%q,"token_type":"Bearer","expires_in":300}`,
				canaries()["the bank's token"], canaries()["the bank's refresh token"])
		default:
			fail(w, r, said(r))
		}
	})
	server.Start()
	t.Cleanup(server.Close)
	return address
}

// canaryHaystack is what to look for: each canary, and the credentials made of it.
func canaryHaystack(t *testing.T, config string) haystack {
	t.Helper()
	secrets := map[string]string{}
	for place, value := range canaries() {
		secrets[value] = place
	}
	id := strings.TrimSpace(string(readFile(t, filepath.Join(filepath.Dir(config), "client-id.txt"))))
	secret := canaries()["client.secret"]
	secrets[base64.StdEncoding.EncodeToString([]byte(id+":"+secret))] = "Basic credential"
	secrets[base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))] = "Basic credential, as RFC 6749 has it"
	return lookFor(t, secrets)
}

// Whatever a server does with what it is told, no command shows it: not the run,
// not what is made of its reports afterwards.
func TestCanariesOfFailingServers(t *testing.T) {
	t.Parallel()
	ways := []string{"codes", "token", "headless"}
	fails := failures()
	names := slices.Sorted(maps.Keys(fails))
	for i, name := range names[:sample(len(names))] {
		way := ways[i%len(ways)]
		soundTokens := i%2 == 0
		t.Run(fmt.Sprintf("%s with %s and sound tokens %v", strings.ReplaceAll(name, ",", ""), way, soundTokens), func(t *testing.T) {
			t.Parallel()
			config := planted(t, failing(t, soundTokens, fails[name]), func(document map[string]any) {
				document["consents"].(map[string]any)["way"] = way
				if soundTokens {
					document["client"].(map[string]any)["authMethod"] = "client_secret_post"
				}
			})
			h := canaryHaystack(t, config)
			r := conform(t, "--config", config, "--verbose")
			if r.status != 1 && r.status != 3 {
				t.Errorf("exit status %d\n%s", r.status, r.errors)
			}
			results := filepath.Join(r.dir, "results.json")
			made := filepath.Join(r.dir, "made")
			if err := os.Mkdir(made, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{
				{"report", "--from", results, "--html", made + "/r.html", "--junit", made + "/r.xml", "--json", made + "/r.json", "--markdown", made + "/r.md", "-v"},
				{"diff", results, results}, {"cleanup", "--config", config, "--reports", r.dir},
			} {
				e := obconform(t, args...)
				if e.status == 2 {
					t.Errorf("%v: %s", args, e.errors)
				}
				h.search(t, args[0]+" (output)", e.out+e.errors)
			}
			h.search(t, "run (output)", r.out+r.errors)
			if files := h.searchFiles(t, r.dir); files < 5 {
				t.Errorf("%d files", files)
			}
			if name == "an error object" && !bytes.Contains(readFile(t, results), []byte(`\"Code\":\"UK.OBIE.Field.Invalid\"`)) {
				t.Error("the error body's Code is not readable")
			}
		})
	}
}

// Every command, by its name in the help, is one that some test has searched.
func TestEveryCommandIsSearchedForCanaries(t *testing.T) {
	t.Parallel()
	config := planted(t, failing(t, true, failures()["an error object"]), func(map[string]any) {})
	h := canaryHaystack(t, config)
	searched := map[string][]string{
		"run": nil, "report": nil, "diff": nil, "cleanup": nil, // of TestCanariesOfFailingServers
		"prove":          {"--config", config, "--suite", "accounts", "--mutate", "2", "--reports", t.TempDir()},
		"mock serve":     nil, // of TestTheMockBankShowsNoCredential and TestServingJudgesAClient
		"mock stop":      nil, // of TestServingJudgesAClient
		"proxy serve":    nil, // of the same
		"proxy stop":     nil,
		"check":          nil, // of TestCheckShowsNoCanary
		"list":           {"--json"},
		"explain":        {"--all"},
		"openapi":        {"--endpoints"},
		"config check":   {config},
		"config migrate": {config},
		"doctor":         nil, // of TestDoctorShowsNoCanary
		"matrix":         nil, // of TestMatrix, which pastes them where names belong
		"schema":         {},
		"version":        {},
		"help":           {},
	}
	help := obconform(t, "help")
	commands := regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+)?)  `).FindAllStringSubmatch(help.out, -1)
	if len(commands) < 10 {
		t.Fatalf("the help names only %q", commands)
	}
	for _, command := range commands {
		flags, known := searched[command[1]]
		if !known {
			t.Errorf("nobody has looked for secrets in what %q prints: name it here, with flags that bring it to its target", command[1])
		}
		if flags == nil {
			continue
		}
		e := obconform(t, append(strings.Fields(command[1]), flags...)...)
		if e.status == 2 {
			t.Errorf("%s: %s", command[1], e.errors)
		}
		h.search(t, command[1], e.out+e.errors)
		for i, flag := range flags {
			if flag == "--reports" {
				h.searchFiles(t, flags[i+1])
			}
		}
	}
}

// A secret that stands where it does not belong is not repeated by the message
// that says so.
func TestMisplacedSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	canary := canaries()["client.secret"]
	pem := "-----BEGIN PRIVATE KEY-----\n" + canary + "\n-----END PRIVATE KEY-----"
	for name, change := range map[string]func(map[string]any){
		"a secret as text":      func(d map[string]any) { d["client"].(map[string]any)["secret"] = canary },
		"a secret under a typo": func(d map[string]any) { d["client"].(map[string]any)["secrets"] = canary },
		"a secret as a list":    func(d map[string]any) { d["client"].(map[string]any)["secret"] = []any{canary} },
		"a key where its file belongs": func(d map[string]any) {
			d["client"].(map[string]any)["signingKeyFile"] = pem
			d["tls"] = map[string]any{"certificateFile": pem, "keyFile": pem}
		},
		"a code as text": func(d map[string]any) { d["consents"].(map[string]any)["codes"].(map[string]any)["basic"] = canary },
		"an account number of 257 digits": func(d map[string]any) {
			d["fixtures"].(map[string]any)["debtorAccount"].(map[string]any)["identification"] = strings.Repeat(canary, 20)
		},
	} {
		config := planted(t, "http://127.0.0.1:1", change)
		h := lookFor(t, map[string]string{canary: "misplaced secret"})
		dir := t.TempDir()
		for _, args := range [][]string{{"config", "check", config}, {"run", "--config", config, "--reports", dir}, {"cleanup", "--config", config, "--reports", dir}} {
			e := obconform(t, args...)
			e.wantStatus(t, 2)
			h.search(t, name+", "+args[0], e.out+e.errors)
		}
		h.searchFiles(t, dir)
	}
}

// The mock bank writes credentials where it is told to, and prints none.
func TestTheMockBankShowsNoCredential(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "credentials")
	p := begin(t, "mock", "--addr", "127.0.0.1:0", "--credentials", dir, "--tls")
	eventually(t, 20*time.Second, "the credentials", func() bool { return whole(filepath.Join(dir, "config.json")) })
	p.signal(syscall.SIGTERM)
	e := p.wait(patience)
	secrets := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		if name := filepath.Base(file); name != "config.json" {
			secrets[strings.TrimSpace(string(readFile(t, file)))] = name
		}
	}
	lookFor(t, secrets).search(t, "mock", e.out+e.errors)
}
