package markdown_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/report/markdown"
	"obconform/harness/report/specimen"
)

func render(t *testing.T, results report.Results) string {
	t.Helper()
	data, err := markdown.Render(results)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheSummarySays(t *testing.T) {
	results := specimen.Kinds()["failed"]
	results.EvidenceFolder = "reports/evidence"
	text := render(t, results)
	clause, _ := contract.ClauseByID(contract.AccListStable)
	for _, want := range []string{"# obconform: failed\n", "(exit status 1)", "- target: `https://bank.example/open-banking`\n", "- specs: 2 passed, 1 failed, 1 skipped\n",
		"| Accounts v3.1 | 1 | 1 |", "## Failures\n", "### ACC-LIST-STABLE (std)\n", clause.Rule[:20], "- source: Open Banking Read/Write",
		"- **where**: `/Data/Account/0/AccountType`\n  - expected: `a string`\n  - actual: `a number`\n  - obligation: `accounts`: `A list must be stable`\n",
		"  - request: `GET https://bank.example/open-banking/accounts`, status 200\n", "  - x-fapi-interaction-id: `sent c6a1b3c2-0000-4000-8000-000000000001, received none`\n",
		"  - time: 2026-01-02T11:00:00.000Z\n", "  - evidence: `reports/evidence/accounts-a-list-must-be-stable-", "\n```sh\ncurl --silent", "<details><summary>request and answer</summary>\n\n```\n> GET ",
		"## Warnings\n", "### COM-META (adv)\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// A finding whose level is not its clause's says so: it is what --fail-on asks for.
func TestALevelOfItsOwnIsSaid(t *testing.T) {
	for level, want := range map[contract.Level]int{contract.Std: 0, contract.Adv: 1} {
		results := specimen.Kinds()["failed"]
		for i := range results.Clauses {
			if clause := &results.Clauses[i]; clause.ID == contract.AccListStable {
				clause.Findings[0].Level = level
			}
		}
		if text := render(t, results); strings.Count(text, "  - level: adv\n") != want {
			t.Errorf("%s: not %d levels in\n%s", level, want, text)
		}
	}
}

// Only the first kind of findings of a clause has a curl line.
func TestOneCurlLineForAClause(t *testing.T) {
	results := specimen.Kinds()["failed"]
	for i := range results.Clauses {
		if clause := &results.Clauses[i]; clause.ID == contract.AccListStable {
			clause.Findings = append(clause.Findings, clause.Findings[0], clause.Findings[0])
		}
	}
	text := render(t, results)
	_, text, _ = strings.Cut(text, "### ACC-LIST-STABLE")
	text, _, _ = strings.Cut(text, "\n## ")
	if strings.Count(text, "curl --silent") != 1 || strings.Count(text, "**where**") != 3 {
		t.Errorf("got\n%s", text)
	}
}

// Every number of the table is that of the results.
func TestTheTotalsAreThoseOfTheResults(t *testing.T) {
	for name, results := range specimen.Kinds() {
		text := render(t, results)
		row := "| **all** |"
		for _, verdict := range report.Verdicts() {
			row += fmt.Sprintf(" %d |", results.Totals.Clauses[verdict])
		}
		if !strings.Contains(text, row+"\n") {
			t.Errorf("%s: no %q in\n%s", name, row, text)
		}
	}
}

// outside is what is left of a text without code spans and fences: what is read
// as Markdown.
func outside(t *testing.T, text string) string {
	t.Helper()
	var left []string
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		ticks := regexp.MustCompile("^`{3,}").FindString(line)
		switch {
		case fence != "" && line == fence:
			fence = ""
		case fence != "":
		case ticks != "" && !strings.Contains(line[len(ticks):], "`"):
			fence = ticks
		default:
			left = append(left, spans(line))
		}
	}
	if fence != "" {
		t.Errorf("a fence is not closed in\n%s", text)
	}
	return strings.Join(left, "\n")
}

// spans takes the code spans out: text between two rows of as many backticks.
func spans(line string) string {
	out := ""
	for line != "" {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			break
		}
		end := start
		for end < len(line) && line[end] == '`' {
			end++
		}
		ticks, rest, closed := line[start:end], line[end:], -1
		for i := 0; i < len(rest); i++ {
			if rest[i] != '`' {
				continue
			}
			j := i
			for j < len(rest) && rest[j] == '`' {
				j++
			}
			if j-i == len(ticks) {
				closed = j
				break
			}
			i = j
		}
		if closed < 0 {
			return out + line
		}
		out, line = out+line[:start], rest[closed:]
	}
	return out + line
}

func TestNothingHostileIsMarkup(t *testing.T) {
	for _, text := range []string{"HOSTILE `x` ``y`` | <script>", "```\nHOSTILE\n```", "`HOSTILE", "HOSTILE`", "\x1b[31mHOSTILE\u202e\r\n::set-output name=a::b\n# HOSTILE",
		"</details><img src=x onerror=HOSTILE>", "@HOSTILE #1 https://HOSTILE", "\\`HOSTILE", "| HOSTILE | x |", "````````HOSTILE"} {
		written := render(t, specimen.Hostile(text))
		if strings.Count(written, "HOSTILE") < 5 {
			t.Errorf("%q: the text is not shown", text)
		}
		if left := outside(t, written); strings.Contains(left, "HOSTILE") || strings.Contains(left, "set-output") {
			t.Errorf("%q is read as Markdown:\n%s", text, left)
		}
		for _, r := range written {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q: the raw character %U", text, r)
				break
			}
		}
		for line := range strings.Lines(written) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") {
				t.Errorf("%q: a workflow command: %s", text, line)
			}
		}
	}
}

func TestTheSummaryFitsIntoAComment(t *testing.T) {
	text := render(t, specimen.Large(6000))
	if len(text) > 65_000 || !strings.Contains(text, "Left out for room: ") {
		t.Errorf("%d bytes", len(text))
	}
	outside(t, text)
}
