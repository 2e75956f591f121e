// Package markdown writes the summary of a run for pull requests and for the
// step summary of GitHub. Whatever a server had a hand in stands in code spans
// and fences, where it is neither markup nor a mention. It imports the reports'
// results and nothing that sends or judges.
package markdown

import (
	"fmt"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/report"
)

// Limits of the summary, in bytes and in kinds of findings per clause. A comment
// on a pull request holds 65,536 characters.
const (
	maxSummary = 60_000
	maxKinds   = 5
	maxBody    = 1 << 10
	maxText    = 500
)

// Render writes the summary: the verdict, the clauses by API, then every failure
// with what a ticket needs, as far as there is room.
func Render(results report.Results) ([]byte, error) {
	s := &summary{results: results}
	s.head()
	s.table()
	s.each("Failures", report.Failed, s.clause)
	s.assertions()
	s.troubles()
	s.each("Warnings", report.Warned, s.clause)
	s.each("Inconclusive", report.Inconclusive, s.reason)
	s.unjudged()
	s.notExercised()
	if s.omitted > 0 {
		fmt.Fprintf(&s.out, "\nLeft out for room: %d more; the other reports have them.\n", s.omitted)
	}
	return []byte(s.out.String()), nil
}

type summary struct {
	results report.Results
	out     strings.Builder
	omitted int
}

// add adds a block as a whole, or counts it.
func (s *summary) add(block string) {
	if s.out.Len()+len(block) > maxSummary {
		s.omitted++
		return
	}
	s.out.WriteString(block)
}

func (s *summary) head() {
	r := s.results
	fmt.Fprintf(&s.out, "# obconform: %s\n\n%s (exit status %d).\n\n", r.Outcome, sentence(r.Meaning()), report.ExitStatus(r))
	when := r.Start.UTC().Format("2006-01-02T15:04:05Z")
	if r.Traffic != nil {
		fmt.Fprintf(&s.out, "- judged: %s, obconform %s\n", when, Code(r.Tool))
		for _, line := range r.Traffic.Lines() {
			fmt.Fprintf(&s.out, "- %s\n", Code(line))
		}
	} else {
		fmt.Fprintf(&s.out, "- target: %s\n- run: %s, seed %d, %d specs, %d exchanges, obconform %s\n", Code(r.TargetAddress()),
			when, r.Seed, len(r.Specs), r.Exchanges, Code(r.Tool))
	}
	if text := r.ShardText(); text != "" {
		fmt.Fprintf(&s.out, "- shard: %s\n", text)
	}
	if r.Interrupted != "" {
		fmt.Fprintf(&s.out, "- ended early: %s\n", Code(r.Interrupted))
	}
	var specs []string
	for _, state := range report.States() {
		if n := r.Totals.Specs[state]; n > 0 {
			specs = append(specs, fmt.Sprintf("%d %s", n, state))
		}
	}
	fmt.Fprintf(&s.out, "- specs: %s\n", strings.Join(specs, ", "))
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// table counts the clauses by API and verdict; all of it is our own text.
func (s *summary) table() {
	counts := map[contract.API]map[report.Verdict]int{}
	for _, clause := range s.results.Clauses {
		if counts[clause.API] == nil {
			counts[clause.API] = map[report.Verdict]int{}
		}
		counts[clause.API][clause.Verdict]++
	}
	s.out.WriteString("\n| clauses |")
	for _, verdict := range report.Verdicts() {
		fmt.Fprintf(&s.out, " %s |", verdict)
	}
	s.out.WriteString("\n|---|" + strings.Repeat("---:|", len(report.Verdicts())) + "\n")
	row := func(title string, count func(report.Verdict) int) {
		fmt.Fprintf(&s.out, "| %s |", title)
		for _, verdict := range report.Verdicts() {
			fmt.Fprintf(&s.out, " %d |", count(verdict))
		}
		s.out.WriteString("\n")
	}
	for _, api := range append(contract.APIs(), contract.Common) {
		row(api.Title(), func(v report.Verdict) int { return counts[api][v] })
	}
	row("**all**", func(v report.Verdict) int { return s.results.Totals.Clauses[v] })
}

// each adds the clauses of one verdict under a title.
func (s *summary) each(title string, verdict report.Verdict, block func(report.ClauseResult) string) {
	titled := false
	for _, clause := range s.results.Clauses {
		if clause.Verdict != verdict {
			continue
		}
		if !titled {
			s.add("\n## " + title + "\n")
			titled = true
		}
		s.add(block(clause))
	}
}

// clause is one clause with its findings.
func (s *summary) clause(clause report.ClauseResult) string {
	var text strings.Builder
	fmt.Fprintf(&text, "\n### %s (%s)\n\n%s\n\n- source: %s\n- verdict: %s, %s\n", clause.ID, clause.Level, Text(clause.Rule), Text(clause.Source.String()), clause.Verdict, Code(clause.Reason))
	for i, group := range clause.Findings {
		if i == maxKinds {
			fmt.Fprintf(&text, "\nand %d more kinds of findings\n", len(clause.Findings)-maxKinds)
			break
		}
		s.group(&text, group, i == 0)
	}
	return text.String()
}

func (s *summary) group(text *strings.Builder, group report.FindingGroup, first bool) {
	times := ""
	if group.Count > 1 {
		times = fmt.Sprintf(" (%d times)", group.Count)
	}
	fmt.Fprintf(text, "\n- **where**: %s%s\n  - expected: %s\n  - actual: %s\n  - obligation: %s: %s\n", Code(group.Place()), times,
		Code(group.Expected), Code(group.Actual), Code(string(group.Suite)), Code(group.Spec))
	if level := group.OtherLevel(); level != "" {
		fmt.Fprintf(text, "  - level: %s\n", level)
	}
	x := group.Example
	if x == nil {
		return
	}
	fmt.Fprintf(text, "  - request: %s, %s\n  - x-fapi-interaction-id: %s\n  - time: %s\n", Code(x.Method+" "+x.URL), report.StatusWord(x.Status),
		Code(report.InteractionIDs(*x)), x.Started.UTC().Format("2006-01-02T15:04:05.000Z"))
	if file := s.results.EvidencePath(group.Suite, group.Spec); file != "" {
		fmt.Fprintf(text, "  - evidence: %s\n", Code(file))
	}
	if command := s.results.ShownCurl(*x); first && command != "" {
		fmt.Fprintf(text, "\n%s", Fence("sh", command))
	}
	if shown := report.Transcript(*x, maxBody); first && shown != "" {
		fmt.Fprintf(text, "\n<details><summary>request and answer</summary>\n\n%s\n</details>\n", Fence("", shown))
	}
}

// assertions are the specs that failed without a finding.
func (s *summary) assertions() {
	titled := false
	for _, spec := range s.results.Specs {
		if spec.State != report.StateFailed || len(spec.Failing) > 0 {
			continue
		}
		if !titled {
			s.add("\n## Failed assertions\n\n")
			titled = true
		}
		message := ""
		for _, failure := range spec.Failures {
			message += " " + failure.Message
		}
		s.add(fmt.Sprintf("- %s: %s: %s\n", Code(string(spec.Suite)), Code(spec.Name), Code(strings.TrimSpace(message))))
	}
}

func (s *summary) troubles() {
	var lines []string
	for _, trouble := range s.results.Trouble {
		lines = append(lines, fmt.Sprintf("- %s: %s\n", Code(string(trouble.Suite)), Code(trouble.What)))
	}
	for _, spec := range s.results.Specs {
		if spec.State == report.StateErrored {
			line := fmt.Sprintf("- %s: %s", Code(string(spec.Suite)), Code(spec.Name))
			for _, failure := range spec.Failures {
				line += ": " + Code(failure.Message)
			}
			lines = append(lines, line+"\n")
		}
	}
	if len(lines) == 0 {
		return
	}
	s.add("\n## Trouble of the tool or of its surroundings\n\n")
	for _, line := range lines {
		s.add(line)
	}
}

func (s *summary) reason(clause report.ClauseResult) string {
	return fmt.Sprintf("\n- %s (%s): %s\n", clause.ID, clause.Level, Code(clause.Reason))
}

// unjudged are the specs without a verdict, by reason.
func (s *summary) unjudged() {
	groups := s.results.Unjudged()
	if len(groups) > 0 {
		s.add("\n## Specs without a verdict\n\n")
	}
	for _, group := range groups {
		s.add(fmt.Sprintf("- %s, %d specs, the first %s: %s\n", group.State, group.Count, Code(group.First.Name), Code(group.Reason)))
	}
}

// notExercised groups the clauses by the reason.
func (s *summary) notExercised() {
	var order []string
	ids := map[string][]string{}
	for _, clause := range s.results.Clauses {
		if clause.Verdict != report.NotExercised {
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
	var text strings.Builder
	fmt.Fprintf(&text, "\n<details><summary>not exercised: %d clauses</summary>\n\n", s.results.Totals.Clauses[report.NotExercised])
	for _, reason := range order {
		fmt.Fprintf(&text, "- %s: %s\n", Code(reason), strings.Join(ids[reason], ", "))
	}
	s.add(text.String() + "\n</details>\n")
}
