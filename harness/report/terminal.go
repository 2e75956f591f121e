package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/profile"
)

// TerminalOptions shape the summary.
type TerminalOptions struct {
	Color bool
	// Verbose lists every clause, not only those that ask for attention, and every
	// kind of finding whole.
	Verbose bool
	// Quiet leaves all out but the verdict and where the reports are.
	Quiet bool
	// Width is that of the terminal in columns, 80 when 0.
	Width int
	// Files are the reports that were written, to be opened next.
	Files []string
}

// Terminal writes the summary of a run: failures last and complete, then the
// verdict. Nothing that a server sent reaches the terminal unescaped.
func Terminal(w io.Writer, results Results, options TerminalOptions) error {
	if options.Width <= 0 {
		options.Width = 80
	}
	t := &terminal{results: results, TerminalOptions: options}
	if !options.Quiet {
		t.everything()
	}
	t.verdict()
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

// everything is what comes before the verdict.
func (t *terminal) everything() {
	t.header()
	t.warnings()
	t.table()
	t.timings()
	if t.Verbose {
		t.everyClause()
		t.neverSeen()
	}
	t.notExercised()
	t.clauses(Inconclusive, "Inconclusive")
	t.unjudged()
	t.clauses(Warned, "Warnings")
	t.clauses(Waived, "Waived")
	t.accepted()
	t.troubles()
	t.clauses(Failed, "Failures")
	t.assertions()
	t.shortfalls()
	t.expired()
}

type terminal struct {
	TerminalOptions
	results Results
	out     strings.Builder
	// transcripts counts those printed so far.
	transcripts int
}

func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(&t.out, format, args...) }

// paint colours a text that is our own.
func (t *terminal) paint(kind, text string) string {
	codes := map[string]string{string(Passed): "32", string(Failed): "31", string(OutcomeNotCovered): "31", string(Warned): "33", string(Inconclusive): "35",
		string(OutcomeInterrupted): "35", string(OutcomeEmptyShard): "35", string(OutcomeNothingExercised): "35"}
	if code := codes[kind]; t.Color && code != "" {
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
	return text
}

func (t *terminal) title(text string) { t.printf("\n%s\n", text) }

// wrap breaks a line of ours at spaces, and indents what follows.
func (t *terminal) wrap(indent, text string) {
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > t.Width && strings.TrimSpace(line) != "" {
			t.printf("%s\n", strings.TrimRight(line, " "))
			line = indent + "  "
		}
		line += word + " "
	}
	t.printf("%s\n", strings.TrimRight(line, " "))
}

func (t *terminal) header() {
	r := t.results
	t.printf("obconform %s\n", Line(r.Tool, maxShort))
	if len(r.Target) > 0 || r.Traffic == nil {
		t.printf("target  %s\n", r.TargetAddress())
	}
	if r.Profile != profile.Documented {
		t.printf("profile %s\n", r.Profile)
	}
	took := max(r.End.Sub(r.Start), 0).Round(10 * time.Millisecond)
	if r.Traffic != nil {
		t.printf("judged  %s, took %s\n", r.Start.UTC().Format(instantForm), took)
		for _, line := range r.Traffic.Lines() {
			t.wrap("", line)
		}
		return
	}
	if text := r.ShardText(); text != "" {
		t.printf("shard   %s\n", text)
	}
	t.printf("run     %s, took %s, seed %d, %s, %s\n", r.Start.UTC().Format(instantForm),
		took, r.Seed, plural(len(r.Specs), "spec"), plural(r.Exchanges, "exchange"))
}

// instantForm is how a summary writes a time.
const instantForm = "2006-01-02T15:04:05Z"

// warnings are the configuration's.
func (t *terminal) warnings() {
	for _, warning := range t.results.Warnings {
		t.printf("warning %s\n", Line(warning, maxValue))
	}
}

// TargetAddress is the address of the target, or what else is known of it.
func (r Results) TargetAddress() string {
	target := r.Target
	for _, place := range []any{target["target"], target} {
		if members, ok := place.(map[string]any); ok {
			if address, ok := members["baseUrl"].(string); ok {
				return Line(address, maxShort)
			}
		}
	}
	text, err := json.Marshal(target)
	if err != nil || len(target) == 0 {
		return "unknown"
	}
	return Line(string(text), maxShort)
}

// table counts the verdicts per API.
func (t *terminal) table() {
	for _, side := range t.results.Sides() {
		title := "clauses"
		if t.results.Traffic != nil {
			title = side.Title
		}
		t.side(title, side)
	}
	if !t.results.Subject.HasBank() {
		return
	}
	answers := t.results.Totals.Answers
	documented := 0
	for _, n := range answers {
		documented += n
	}
	t.printf("%d of %d documented answers were seen\n", documented-answers[NotExercised], documented)
	if schema := t.results.Coverage.Schema; schema.Of > 0 {
		t.printf("%s members and enumeration values of their bodies were seen\n", schema.Text())
	}
}

// side is the rows of one side.
func (t *terminal) side(title string, side Side) {
	t.printf("\n%-28s", title)
	for _, verdict := range Verdicts() {
		t.printf("%*s", len(verdict)+2, verdict)
	}
	t.printf("\n")
	for _, api := range append(contract.APIs(), contract.Common) {
		counts := side.Count(api)
		if len(counts) == 0 {
			continue // a side need not have clauses of every API
		}
		t.printf("%-28s", api.Title())
		for _, verdict := range Verdicts() {
			text := fmt.Sprintf("%*d", len(verdict)+2, counts[verdict])
			if counts[verdict] > 0 {
				text = t.paint(string(verdict), text)
			}
			t.printf("%s", text)
		}
		t.printf("\n")
	}
}

// timings prints how long each operation took, and marks what is over its budget.
func (t *terminal) timings() {
	if len(t.results.Timings) == 0 {
		return
	}
	t.printf("\n%-32s%9s%12s%12s%12s\n", "time to answer", "answers", "p50", "p95", "max")
	for _, timing := range t.results.Timings {
		line := fmt.Sprintf("%-32s%9d%12s%12s%12s", timing.Operation, timing.Count,
			Milliseconds(timing.P50), Milliseconds(timing.P95), Milliseconds(timing.Max))
		if timing.Over() {
			line = t.paint(string(Warned), fmt.Sprintf("%s  over its budget, p95 %s", line, Milliseconds(timing.Budget)))
		}
		t.printf("%s\n", line)
	}
}

func (t *terminal) everyClause() {
	t.title("Every clause")
	for _, clause := range t.results.Clauses {
		line := fmt.Sprintf("%-30s %-3s  %s", clause.ID, clause.Level, t.paint(string(clause.Verdict), string(clause.Verdict)))
		if clause.Exchanges > 0 {
			line += ", " + plural(clause.Exchanges, "exchange")
		}
		if clause.Reason != "" {
			line += ": " + Line(clause.Reason, maxShort)
		}
		t.printf("  %s\n", line)
	}
}

// neverSeen lists what is documented and was never seen; clauses that were not
// put to the test have a list of their own.
func (t *terminal) neverSeen() {
	never := t.results.Coverage.Never
	if !t.results.Subject.HasBank() || len(never.Answers)+len(never.Schema) == 0 {
		return
	}
	t.title("Documented but never seen")
	if len(never.Answers) > 0 {
		t.printf("  answers\n")
		t.wrap("    ", strings.Join(never.Answers, ", "))
	}
	for _, model := range never.Schema {
		t.printf("  %s\n", Line(model.Model, maxShort))
		t.wrap("    ", Line(strings.Join(model.Points, ", "), 4*maxValue))
	}
}

// shortfalls say what of the coverage is below what was asked for.
func (t *terminal) shortfalls() {
	if len(t.results.Shortfalls) == 0 {
		return
	}
	t.title("Coverage too low")
	for _, shortfall := range t.results.Shortfalls {
		t.printf("  %s\n", t.paint(string(Failed), Line(shortfall, maxShort)))
	}
	if !t.Verbose {
		t.printf("  what was never seen: -v lists it, and so does results.json\n")
	}
}

// notExercised groups the clauses by the reason.
func (t *terminal) notExercised() {
	var order []string
	ids := map[string][]string{}
	for _, clause := range t.results.Clauses {
		if clause.Verdict != NotExercised {
			continue
		}
		if ids[clause.Reason] == nil {
			order = append(order, clause.Reason)
		}
		ids[clause.Reason] = append(ids[clause.Reason], string(clause.ID))
	}
	if len(order) == 0 {
		return
	}
	t.title("Not exercised")
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(len(ids[b]), len(ids[a])) })
	for _, reason := range order {
		if reason == notHere && !t.Verbose { // nobody looks for them in this part
			t.printf("  %s: %s\n", reason, plural(len(ids[reason]), "clause"))
			continue
		}
		t.printf("  %s\n", Line(reason, 2*maxShort))
		if n := len(ids[reason]); t.results.Traffic != nil && n > maxListed && !t.Verbose {
			t.printf("    %s: -v lists them\n", plural(n, "clause"))
			continue
		}
		t.wrap("    ", strings.Join(ids[reason], ", "))
	}
}

// maxListed bounds the clauses that are listed for one reason of traffic, which
// seldom exercises most of them.
const maxListed = 25

func (t *terminal) verdict() {
	r := t.results
	line := strings.ToUpper(string(r.Outcome)) + ": " + r.Meaning()
	if r.Interrupted != "" {
		line += " (" + Line(r.Interrupted, maxShort) + ")"
	}
	t.printf("\n%s (exit status %d)\n", t.paint(string(r.Outcome), line), ExitStatus(r))
	var counted []string
	for _, verdict := range Verdicts() {
		if n := r.Totals.Clauses[verdict]; n > 0 {
			counted = append(counted, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	t.printf("clauses: %s\n", strings.Join(counted, ", "))
	if len(t.Files) > 0 {
		t.printf("reports: %s\n", strings.Join(t.Files, "  "))
	}
	t.next()
}

// next says what to open next: the evidence of the first failure, and what its
// clause is about.
func (t *terminal) next() {
	for _, clause := range t.results.Clauses {
		if clause.Verdict != Failed {
			continue
		}
		next := "obconform explain " + string(clause.ID)
		if len(clause.Findings) > 0 && clause.Findings[0].Example != nil {
			if file := t.results.EvidencePath(clause.Findings[0].Suite, clause.Findings[0].Spec); file != "" {
				next = Line(file, 2*maxShort) + "  " + next
			}
		}
		t.printf("next:    %s\n", next)
		return
	}
}
