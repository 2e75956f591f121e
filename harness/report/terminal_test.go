package report_test

import (
	"errors"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

func summary(t *testing.T, results report.Results, options report.TerminalOptions) string {
	t.Helper()
	var out strings.Builder
	if err := report.Terminal(&out, results, options); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestSummaryOfEveryKind(t *testing.T) {
	kinds := everyKind()
	for name, want := range map[string][]string{
		"passed":         {"target  https://bank.example", "PASSED: nothing that was put to the test failed (exit status 0)", "clauses: 2 passed, "},
		"failed":         {"Failures\n  COM-FAPI-PRESENT (doc): 1 finding, 1 exchange", "FAILED: the bank breaches at least one clause (exit status 1)"},
		"warned":         {"Warnings\n  COM-META (adv): 1 finding", "(exit status 0)", "1 warned"},
		"inconclusive":   {"Inconclusive\n", "  ACC-LIST-STABLE (std): status 503", "INCONCLUSIVE: ", "(exit status 3)"},
		"skipped":        {"Not exercised\n", "  consents.way is none\n    ACC-LIST-STABLE\n"},
		"not covered":    {"Coverage too low\n  clauses: ", "NOT COVERED: ", "(exit status 1)"},
		"nothing":        {"target  unknown", "NOTHING EXERCISED: ", "(exit status 3)"},
		"panic":          {"Trouble of the tool or of its surroundings\n  accounts: A list must be stable: Test Panicked"},
		"assertion":      {"Failed assertions\n  accounts: A list must be stable\n    what was found", "ACC-LIST-STABLE (std): failed by A list must be stable"},
		"setup failed":   {"accounts: the set-up failed: no such key", "(exit status 3)"},
		"worker crashed": {"accounts: the worker crashed: exit status 2\n    | panic: "},
		"interrupted":    {"INTERRUPTED: ", "(SIGTERM) (exit status 130)"},
		"with a warning": {"\nwarning c.json: tls.certificateFile: the client certificate ends ", "(exit status 0)"},
		"placeholder":    {"the run: the run never reported its end"},
	} {
		text := summary(t, kinds[name], report.TerminalOptions{})
		for _, want := range want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
	}
}

func TestSummaryOfAFailureIsCompleteAndLast(t *testing.T) {
	s := failed(spec("A list must be stable", contract.AccListStable), breach(contract.ComFapiPresent, contract.Doc))
	for range 211 {
		s.Record.Findings = append(s.Record.Findings, s.Record.Findings[0])
	}
	s.Record.Findings = append(s.Record.Findings, breach(contract.ComMeta, contract.Adv))
	text := summary(t, report.Judge(runOf(s)), report.TerminalOptions{Width: 60, Files: []string{"reports/junit.xml", "reports/results.json"}})
	at := strings.Index(text, "\nFailures\n")
	if at < 0 || at < strings.Index(text, "\nWarnings\n") {
		t.Fatalf("failures are not last in\n%s", text)
	}
	want := `
Failures
  COM-FAPI-PRESENT (doc): 212 findings, 1 exchange
    An answer must carry x-fapi-interaction-id exactly once,
      and it must be an RFC 4122 UUID.
    source: the API's own documentation page, Responses, Headers
      where:    header x-fapi-interaction-id
      expected: exactly one
      actual:   none
      count:    212, at ListAccounts
      request:  GET https://bank.example/accounts -> status 200
      ids:      x-fapi-interaction-id sent c6a1b3c2-0000-4000-8000-000000000001, received none
      time:     2026-01-02T11:00:00.000Z, took 1.23ms
      curl:     curl --silent --show-error --include --globoff --path-as-is --compressed --request 'GET' --header 'Accept: application/json' --header 'User-Agent:' --url 'https://bank.example/accounts'
      spec:     accounts: A list must be stable
      > GET https://bank.example/accounts
      > Accept: application/json
      < status 200
      <
      < {"Data":{}}

FAILED: the bank breaches at least one clause (exit status 1)
`
	if !strings.HasPrefix(text[at:], want) {
		t.Errorf("got\n%s\nwant\n%s", text[at:], want)
	}
	if !strings.HasSuffix(text, "reports: reports/junit.xml  reports/results.json\nnext:    obconform explain COM-FAPI-PRESENT\n") {
		t.Errorf("no files in\n%s", text)
	}
}

// A bank that breaches one clause in many ways gets one curl line for it: of the
// further kinds only what they say otherwise is printed, and all with -v.
func TestFurtherKindsOfAClauseAreShort(t *testing.T) {
	s := failed(spec("A list must be stable", contract.AccListStable), breach(contract.ComFapiPresent, contract.Doc))
	for _, where := range []string{"header a", "header b", "header b"} {
		further := breach(contract.ComFapiPresent, contract.Doc)
		further.Where, further.Actual = where, "two"
		s.Record.Findings = append(s.Record.Findings, further)
	}
	results := report.Judge(runOf(s))
	text := summary(t, results, report.TerminalOptions{})
	want := `
      < {"Data":{}}

      also:     header a: expected exactly one, got two
                GET https://bank.example/accounts -> status 200, 2026-01-02T11:00:00.000Z, x-fapi-interaction-id sent c6a1b3c2-0000-4000-8000-000000000001, received none
                accounts: A list must be stable
      also:     header b (2 times): expected exactly one, got two
`
	if !strings.Contains(text, want) || strings.Count(text, "curl --silent") != 1 {
		t.Errorf("no\n%s\nin\n%s", want, text)
	}
	results.EvidenceFolder = "evidence"
	if text := summary(t, results, report.TerminalOptions{}); strings.Count(text, "evidence/accounts-a-list-must-be-stable-") != 4 {
		t.Errorf("no evidence in\n%s", text)
	}
	verbose := summary(t, results, report.TerminalOptions{Verbose: true})
	if strings.Contains(verbose, "also:") || strings.Count(verbose, "curl --silent") != 3 || strings.Count(verbose, "\n\n      where: ") != 2 {
		t.Errorf("verbose is\n%s", verbose)
	}
}

// What weighs otherwise than the first kind is printed whole: the reader needs
// to see why it counts for something else.
func TestAFurtherKindThatWeighsOtherwiseIsWhole(t *testing.T) {
	s := failed(spec("A list must be stable", contract.AccListStable), breach(contract.ComFapiPresent, contract.Doc))
	advice := breach(contract.ComFapiPresent, contract.Adv)
	advice.Where = "header a"
	s.Record.Findings = append(s.Record.Findings, advice)
	text := summary(t, report.Judge(runOf(s)), report.TerminalOptions{})
	if strings.Contains(text, "also:") || strings.Count(text, "curl --silent") != 2 || strings.Count(text, "      level:    adv\n      where:    header a\n") != 1 || strings.Count(text, "level: ") != 1 {
		t.Errorf("got\n%s", text)
	}
}

func TestSummaryOptions(t *testing.T) {
	results := everyKind()["failed"]
	plain, coloured := summary(t, results, report.TerminalOptions{}), summary(t, results, report.TerminalOptions{Color: true})
	if strings.Contains(plain, "\x1b") || !strings.Contains(coloured, "\x1b[31mCOM-FAPI-PRESENT\x1b[0m") {
		t.Errorf("plain %q\ncoloured %q", plain, coloured)
	}
	verbose := summary(t, results, report.TerminalOptions{Verbose: true})
	for _, clause := range contract.Clauses() {
		if !strings.Contains(verbose, "\n  "+string(clause.ID)+" ") {
			t.Errorf("%s is not listed", clause.ID)
		}
	}
	if strings.Contains(plain, "Every clause") || !strings.Contains(verbose, "passed, 1 exchange") {
		t.Errorf("plain\n%s\nverbose\n%s", plain, verbose)
	}
}

func TestNothingHostileReachesTheTerminal(t *testing.T) {
	results := everyKind()["hostile"]
	hostile := "\x1b[2J\x00\u009b\r\u202e\xff"
	results.Tool, results.Interrupted = hostile, hostile
	results.Target = map[string]any{"baseUrl": hostile}
	results.Trouble = append(results.Trouble, report.Trouble{Suite: contract.API(hostile), What: hostile, Detail: hostile + "\n" + hostile})
	one := inconclusive(spec(hostile, contract.AccGet200), hostile)
	results.Clauses = append(results.Clauses, report.Judge(runOf(one, skipped(spec("x", contract.AccHeaders), hostile),
		failed(spec("y", contract.AccListBasic), evidence.Finding{Clause: contract.AccListBasic, Where: hostile, Expected: hostile, Actual: hostile, Exchange: -1}))).Clauses...)
	for _, verbose := range []bool{false, true} {
		for _, r := range summary(t, results, report.TerminalOptions{Verbose: verbose}) {
			if r < 0x20 && r != '\n' || 0x7f <= r && r < 0xa0 || r == '\u202e' {
				t.Fatalf("the raw character %U reaches the terminal", r)
			}
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestSummaryReportsAWriteError(t *testing.T) {
	if err := report.Terminal(brokenPipe{}, everyKind()["passed"], report.TerminalOptions{}); err == nil || !strings.Contains(err.Error(), "broken pipe") {
		t.Errorf("error %v", err)
	}
}
