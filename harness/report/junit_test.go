package report_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/report/junitcheck"
)

// render writes the JUnit file and holds it against the strict reader. With
// KEEP_JUNIT it is kept in that folder, for xmllint to look at.
func render(t *testing.T, name string, results report.Results) (data []byte, cases []junitcheck.Case) {
	t.Helper()
	data, err := report.JUnit(results)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if folder := os.Getenv("KEEP_JUNIT"); folder != "" {
		if err := report.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".xml"), data); err != nil {
			t.Fatal(err)
		}
	}
	cases, err = junitcheck.Check(data)
	if err != nil {
		t.Fatalf("%s: %v\n%.4000s", name, err, data)
	}
	return data, cases
}

// brief is what a dashboard shows of a file.
func brief(cases []junitcheck.Case) string {
	var lines []string
	for _, c := range cases {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(c.Suite, "obconform.")+": "+c.Name+": "+c.Result+": "+c.Message, ": "))
	}
	return strings.Join(lines, "\n")
}

func TestJUnitOfEveryKind(t *testing.T) {
	kinds := everyKind()
	for name, want := range map[string]string{
		"passed":       "accounts: A list must be complete: passed\naccounts: A list must be stable: passed",
		"failed":       "accounts: A list must be complete: passed\naccounts: A list must be stable: failure: COM-FAPI-PRESENT: expected exactly one, actual none (and 1 more clause)",
		"warned":       "accounts: A list must be complete: passed\naccounts: A list must be stable: passed",
		"inconclusive": "accounts: A list must be complete: passed\naccounts: A list must be stable: error: inconclusive: status 503",
		"skipped":      "accounts: A list must be complete: passed\naccounts: A list must be stable: skipped: consents.way is none",
		"all skipped": "accounts: A list must be complete: skipped: consents.way is none\naccounts: A list must be stable: skipped: consents.way is none\n" +
			"accounts: nothing was exercised: error: nothing was exercised",
		"nothing": "dynamicregistration: nothing was exercised: error: nothing was exercised\naccountaccessconsents: nothing was exercised: error: nothing was exercised\n" +
			"accounts: nothing was exercised: error: nothing was exercised\nconfirmationoffunds: nothing was exercised: error: nothing was exercised",
		"panic":     "accounts: A list must be complete: passed\naccounts: A list must be stable: error: tool trouble: Test Panicked: runtime error: index out of range",
		"assertion": "accounts: A list must be complete: passed\naccounts: A list must be stable: failure: ACC-LIST-STABLE: what was found",
		"setup failed": "accounts: A list must be complete: error: not run: the set-up failed: no such key\naccounts: A list must be stable: error: not run: the set-up failed: no such key\n" +
			"accounts: trouble: the set-up failed: no such key: error: the set-up failed: no such key",
		"worker crashed": "accounts: A list must be complete: passed\naccounts: A list must be stable: error: not run: the worker crashed: exit status 2\n" +
			"accounts: trouble: the worker crashed: exit status 2: error: the worker crashed: exit status 2",
		"interrupted": "accounts: A list must be complete: passed\naccounts: A list must be stable: error: interrupted: interrupted by SIGTERM\n" +
			"accounts: A list must have pages: error: not run: the run was interrupted: SIGTERM",
		"placeholder": "accounts: A list must be complete: error: not run: the run never reported its end\naccounts: A list must be stable: error: not run: the run never reported its end\n" +
			"run: trouble: the run never reported its end: error: the run never reported its end",
	} {
		_, cases := render(t, name, kinds[name])
		if got := brief(cases); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestNoRunIsGreenThatIsNoPass(t *testing.T) {
	for name, results := range everyKind() {
		_, cases := render(t, name, results)
		red := false
		for _, c := range cases {
			red = red || c.Result == "failure" || c.Result == "error"
		}
		if want := report.ExitStatus(results) != report.ExitPassed; red != want {
			t.Errorf("%s: red is %v, exit status %d", name, red, report.ExitStatus(results))
		}
	}
}

func TestJUnitFailureText(t *testing.T) {
	_, cases := render(t, "failed", everyKind()["failed"])
	failure := cases[1]
	if failure.Type != "COM-FAPI-PRESENT" {
		t.Errorf("type %q", failure.Type)
	}
	clause, _ := contract.ClauseByID(contract.ComFapiPresent)
	for _, want := range []string{"A list must be stable\n", "COM-FAPI-PRESENT (doc, breach): " + clause.Rule, "source:   " + clause.Source.String(),
		"where:    header x-fapi-interaction-id", "expected: exactly one", "actual:   none",
		"request:  GET https://bank.example/accounts -> status 200", "ids:      x-fapi-interaction-id sent c6a1b3c2-0000-4000-8000-000000000001, received none",
		"time:     2026-01-02T11:00:00.000Z, took 1.23ms", "curl:     curl --silent ", "--header 'Accept: application/json'", "--url 'https://bank.example/accounts'",
		"\n> GET https://bank.example/accounts\n> Accept: application/json\n< status 200\n<\n< {\"Data\":{}}\n",
		"ACC-LIST-STABLE (std, breach)", "spec: accounts/list.go:10"} {
		if !strings.Contains(failure.Text, want) {
			t.Errorf("no %q in\n%s", want, failure.Text)
		}
	}
	data, cases := render(t, "warned", everyKind()["warned"])
	if !strings.Contains(cases[1].Output, "COM-META (adv, warning)") {
		t.Errorf("output %q", cases[1].Output)
	}
	if want := `timestamp="2026-01-02T11:00:00Z"`; !strings.Contains(string(data), want) {
		t.Errorf("no %s in %.600s", want, data)
	}
	_, cases = render(t, "panic", everyKind()["panic"])
	if !strings.Contains(cases[1].Text, "errored: Test Panicked") || !strings.Contains(cases[1].Text, "ACC-LIST-STABLE (std)") {
		t.Errorf("text %q", cases[1].Text)
	}
	_, cases = render(t, "worker crashed", everyKind()["worker crashed"])
	if !strings.Contains(cases[2].Text, "panic: ") {
		t.Errorf("text %q", cases[2].Text)
	}
}

func TestJUnitOfHostileText(t *testing.T) {
	data, cases := render(t, "hostile", everyKind()["hostile"])
	text := string(data)
	for _, r := range text {
		if r < 0x20 && r != '\n' && r != '\t' || 0x7f <= r && r < 0xa0 || r == '\u202e' {
			t.Errorf("the raw character %U", r)
			break
		}
	}
	if strings.Contains(text, "]]>") || !strings.Contains(text, "]]&gt; &lt;b&gt;&amp;amp;") {
		t.Error("markup is not escaped")
	}
	seen := false
	for _, c := range cases {
		seen = seen || strings.Contains(c.Text, `\u{0}\u{1b}[31mred\u{1b}[0m ]]> <b>&amp;`+"\ufffd\ufffd"+`\u{202e}txt\u{9b} \u{d}\u{a}\u{fffe}`)
	}
	if !seen {
		t.Errorf("the text is not visible in %+v", cases)
	}
}

func TestJUnitStaysSmall(t *testing.T) {
	for name, text := range map[string]string{"huge": strings.Repeat("<&\x00\x1b\xff]]>x", 1<<20), "huge markup": strings.Repeat("<", 1<<20)} {
		data, cases := render(t, name, report.Judge(hugeRun(text)))
		if len(data) > 2<<20 || len(cases) != 700 {
			t.Errorf("%s: %d bytes, %d cases", name, len(data), len(cases))
		}
		cut := 0
		for _, c := range cases {
			escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(c.Text)
			if len(escaped) > 16<<10 || len([]rune(c.Message)) > 300 {
				t.Errorf("%s: %s: text %d, message %d", name, c.Name, len(escaped), len(c.Message))
			}
			if strings.Contains(c.Text, "… (cut)") || strings.Contains(c.Text, "bytes in all)") {
				cut++
			}
		}
		if cut != len(cases) {
			t.Errorf("%s: only %d of %d texts say that they are cut", name, cut, len(cases))
		}
	}
}

func TestTenMegabytesOfOneText(t *testing.T) {
	f := breach(contract.AccListStable, contract.Std)
	f.Actual = strings.Repeat("\x1b[0m]]>", 10<<20/8)
	s := failed(spec("A list must be stable", contract.AccListStable), f)
	s.Record.Exchanges[0].ResponseBody = f.Actual
	results := report.Judge(runOf(s))
	data, _ := render(t, "ten megabytes", results)
	document, err := report.ResultsJSON(results)
	if err != nil || len(data) > 64<<10 || len(document) > 512<<10 {
		t.Errorf("%v: JUnit %d bytes, results.json %d bytes", err, len(data), len(document))
	}
}

// TestXSD holds the files against Jenkins' own schema where JUNIT_XSD
// names it and xmllint is there; junitcheck is what always runs.
func TestXSD(t *testing.T) {
	schema := os.Getenv("JUNIT_XSD")
	if schema == "" {
		t.Skip("JUNIT_XSD is not set")
	}
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Fatalf("JUNIT_XSD is set, but %v", err)
	}
	for name, results := range everyKind() {
		data, _ := render(t, name, results)
		command := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--schema", schema, "-")
		command.Stdin = strings.NewReader(string(data))
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
}
