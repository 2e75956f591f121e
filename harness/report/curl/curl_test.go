package curl_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"

	"obconform/harness/evidence"
	"obconform/harness/report/curl"
)

// arguments is what curl would be given: the shell itself takes the line apart.
func arguments(t *testing.T, line string, variables ...string) []string {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-c", `curl() { for word in "$@"; do printf '%s\0' "$word"; done; }`+"\n"+line)
	shell.Env, shell.Dir = variables, t.TempDir()
	var said strings.Builder
	shell.Stderr = &said
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, said.String(), line)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// values are the arguments behind each option of that name.
func values(arguments []string, option string) []string {
	var found []string
	for i, argument := range arguments {
		if argument == option && i+1 < len(arguments) {
			found = append(found, arguments[i+1])
		}
	}
	return found
}

func lines(pairs ...string) (headers []evidence.HeaderLine) {
	for i := 0; i < len(pairs); i += 2 {
		headers = append(headers, evidence.HeaderLine{Name: pairs[i], Value: pairs[i+1]})
	}
	return headers
}

func TestCommandWithPKCS12ByProxy(t *testing.T) {
	x := evidence.Exchange{Method: "GET", URL: "https://bank.example/", RequestHeaders: lines("Accept", "a", "User-Agent", "b")}
	line := curl.Command(x, curl.Files{PKCS12: "my own.p12", Proxy: "http://proxy.example:3128"})
	got := arguments(t, line, "CERTIFICATE_PASSWORD=open it")
	for option, want := range map[string]string{"--cert-type": "P12", "--cert": "my own.p12", "--pass": "open it", "--proxy": "http://proxy.example:3128"} {
		if given := values(got, option); !slices.Equal(given, []string{want}) {
			t.Errorf("%s is %q, want %q", option, given, want)
		}
	}
}

func TestCommand(t *testing.T) {
	x := evidence.Exchange{Method: "POST", URL: "https://bank.example/token?a=[1]&b={2,3}",
		RequestHeaders: lines("Accept", "application/json", "Authorization", "Basic [client credentials]", "Content-Type", "application/x-www-form-urlencoded", "X-Empty", ""),
		RequestBody:    "grant_type=authorization_code&code=[code]&redirect_uri=https%3A%2F%2Ftpp.example"}
	line := curl.Command(x, curl.Files{CA: "/etc/my bank/ca.pem", Certificate: "client.pem", Key: "it's.key"})
	got := arguments(t, line, "CLIENT_CREDENTIALS=YTpi", "CODE=$(touch a) `b` \"c\" 'd'")
	want := []string{"--silent", "--show-error", "--include", "--globoff", "--path-as-is", "--compressed",
		"--cacert", "/etc/my bank/ca.pem", "--cert", "client.pem", "--key", "it's.key", "--request", "POST",
		"--header", "Accept: application/json", "--header", "Authorization: Basic YTpi",
		"--header", "Content-Type: application/x-www-form-urlencoded", "--header", "X-Empty;", "--header", "User-Agent:",
		"--data-raw", "grant_type=authorization_code&code=$(touch a) `b` \"c\" 'd'&redirect_uri=https%3A%2F%2Ftpp.example",
		"--url", "https://bank.example/token?a=[1]&b={2,3}"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

// Whatever a text holds, curl gets it as it is, and nothing of it is run.
func TestHostileValuesStayValues(t *testing.T) {
	for _, text := range []string{"'; touch broken; '", "$(touch broken)", "`touch broken`", `\'"`, "a\nb", "$HOME ${HOME} !!",
		"\x1b[31m\u202e\u0001end", "-o /etc/passwd", "@/etc/passwd", "tab\tend", "[not a redaction]", "\ufeff{}", "%s %n", "'"} {
		x := evidence.Exchange{Method: text, URL: text, RequestHeaders: lines(text, text), RequestBody: text}
		line := curl.Command(x, curl.Files{CA: text})
		for _, r := range line {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("the raw character %U in %q", r, line)
			}
		}
		got := arguments(t, line)
		for option, want := range map[string]string{"--cacert": text, "--request": text, "--data-raw": text, "--url": text} {
			if values := values(got, option); len(values) != 1 || values[0] != want {
				t.Errorf("%q: %s is %q", text, option, values)
			}
		}
		if first := values(got, "--header")[0]; first != text+": "+text {
			t.Errorf("%q: the header is %q", text, first)
		}
	}
}

func TestABodyThatIsNotThereWholeIsAVariable(t *testing.T) {
	for _, x := range []evidence.Exchange{{RequestBody: "a beginning … (9 bytes in all)", RequestCut: true}, {RequestBody: "a\x00b"}} {
		x.Method, x.RequestHeaders = "PUT", lines("Accept", "a")
		if got := values(arguments(t, curl.Command(x, curl.Files{}), "REQUEST_BODY=whole"), "--data-raw"); !slices.Equal(got, []string{"whole"}) {
			t.Errorf("%q", got)
		}
	}
}

func TestAVariableThatIsNotSetSendsNothing(t *testing.T) {
	x := evidence.Exchange{Method: "GET", URL: "https://bank.example", RequestHeaders: lines("Authorization", "Bearer [access token]")}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", "curl() { echo sent; }\n"+curl.Command(x, curl.Files{})).CombinedOutput()
	if err == nil || strings.Contains(string(out), "sent") || !strings.Contains(string(out), "ACCESS_TOKEN") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestBodiesAndMethods(t *testing.T) {
	for _, one := range []struct {
		method, body string
		want         string // what curl is told of the body
	}{{"GET", "", ""}, {"DELETE", "", ""}, {"POST", "", "--data-raw ''"}, {"PUT", "", "--data-raw ''"}, {"GET", "x", "--data-raw 'x'"}} {
		line := curl.Command(evidence.Exchange{Method: one.method, RequestHeaders: lines("Accept", "a"), RequestBody: one.body}, curl.Files{})
		if got := strings.Contains(line, "--data-raw"); got != (one.want != "") || !strings.Contains(line, one.want) {
			t.Errorf("%s %q: %s", one.method, one.body, line)
		}
	}
	if line := curl.Command(evidence.Exchange{Method: "HEAD", RequestHeaders: lines("Accept", "a")}, curl.Files{}); !strings.Contains(line, "--head") || strings.Contains(line, "--request") {
		t.Error(line)
	}
	if line := curl.Command(evidence.Exchange{Method: "GET"}, curl.Files{}); line != "" {
		t.Errorf("without headers there is nothing to repeat: %s", line)
	}
}
