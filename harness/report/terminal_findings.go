package report

import (
	"fmt"
	"strings"

	"obconform/harness/evidence"
)

// clauses prints the clauses of one verdict with all their findings.
func (t *terminal) clauses(verdict Verdict, title string) {
	printed := false
	for _, clause := range t.results.Clauses {
		if clause.Verdict != verdict {
			continue
		}
		if !printed {
			t.title(title)
			printed = true
		}
		t.printf("  %s (%s): %s, %s\n", t.paint(string(verdict), string(clause.ID)), clause.Level,
			Line(clause.Reason, 2*maxShort), plural(clause.Exchanges, "exchange"))
		if verdict == Inconclusive || verdict == Waived && !t.Verbose {
			continue
		}
		t.wrap("    ", clause.Rule)
		t.printf("    source: %s\n", clause.Source)
		t.findings(clause)
	}
}

// maxPrinted bounds the kinds of findings of one clause on a terminal.
const maxPrinted = 25

// findings prints the first kind whole, as a ticket needs it, and of each further
// one what it says otherwise: a bank that breaches a clause in ten ways would
// print ten equal curl lines. -v prints all of them whole.
func (t *terminal) findings(clause ClauseResult) {
	shown := clause.Findings[:min(len(clause.Findings), maxPrinted)]
	for i, group := range shown {
		var text strings.Builder
		also := i > 0 && !t.Verbose && group.weighsLike(shown[0])
		if i == 1 || i > 0 && !also {
			t.printf("\n")
		}
		if also {
			t.results.writeAlso(&text, group)
		} else {
			if level := group.OtherLevel(); level != "" {
				fmt.Fprintf(&text, "  level:    %s\n", level)
			}
			t.results.writeGroup(&text, group)
			fmt.Fprintf(&text, "  spec:     %s: %s\n", Line(string(group.Suite), maxShort), Line(group.Spec, maxName))
		}
		if i == 0 && group.Fails {
			t.transcript(&text, group.Example)
		}
		for line := range strings.Lines(text.String()) {
			t.printf("    %s", line)
		}
	}
	if more := len(clause.Findings) - len(shown) + clause.Omitted; more > 0 {
		t.printf("    and %s of findings: see results.json\n", plural(more, "more kind"))
	}
}

// maxTranscripts bounds how many requests and answers are printed: of a bank
// that fails everywhere the evidence files show the rest.
const maxTranscripts = 5

// transcript adds the request and the answer of a clause's first breach.
func (t *terminal) transcript(text *strings.Builder, x *evidence.Exchange) {
	limit := maxValue / 2
	if t.Verbose {
		limit = maxKeptBody
	}
	if x == nil || t.transcripts >= maxTranscripts && !t.Verbose {
		return
	}
	if shown := Transcript(*x, limit); shown != "" {
		t.transcripts++
		for line := range strings.Lines(shown) {
			fmt.Fprintf(text, "  %s", line)
		}
	}
}

// unjudged are the specs without a verdict, by reason.
func (t *terminal) unjudged() {
	groups := t.results.Unjudged()
	if len(groups) == 0 {
		return
	}
	t.title("Specs without a verdict")
	for i, group := range groups {
		if i == maxPrinted {
			t.printf("  and %s\n", plural(len(groups)-maxPrinted, "more reason"))
			break
		}
		t.printf("  %s: %s\n    %s, the first in %s: %s\n", t.paint(string(Inconclusive), string(group.State)), Line(group.Reason, 2*maxShort),
			plural(group.Count, "spec"), Line(string(group.First.Suite), maxShort), Line(group.First.Name, maxName))
	}
}

// assertions are the specs that failed without a finding.
func (t *terminal) assertions() {
	printed := false
	for _, spec := range t.results.Specs {
		if spec.State == StateFailed && !spec.fails() {
			if !printed {
				t.title("Failed assertions")
				printed = true
			}
			t.printf("  %s: %s\n    %s\n", t.paint(string(Failed), Line(string(spec.Suite), maxShort)),
				Line(spec.Name, maxName), Line(asserted(spec), maxValue))
			if n := len(spec.Record.Exchanges); n > 0 {
				var text strings.Builder
				t.results.writeExchange(&text, spec.Record.Exchanges[n-1])
				for line := range strings.Lines(text.String()) {
					t.printf("  %s", line)
				}
			}
		}
	}
}

// troubles are the tool's own.
func (t *terminal) troubles() {
	var lines []string
	for _, trouble := range t.results.Trouble {
		where := "the run"
		if trouble.Suite != "" {
			where = Line(string(trouble.Suite), maxShort)
		}
		lines = append(lines, where+": "+Line(trouble.What, maxValue))
		for line := range strings.Lines(trouble.Detail) {
			lines = append(lines, "  | "+Line(strings.TrimRight(line, "\n"), maxShort))
		}
	}
	for _, spec := range t.results.Specs {
		if spec.State == StateErrored {
			line := Line(string(spec.Suite), maxShort) + ": " + Line(spec.Name, maxName)
			for _, failure := range spec.Failures {
				line += ": " + Line(failure.Message, maxValue)
			}
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return
	}
	t.title("Trouble of the tool or of its surroundings")
	for _, line := range lines {
		t.printf("  %s\n", line)
	}
}
