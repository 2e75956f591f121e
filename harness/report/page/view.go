package page

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/report"
)

// Lengths of texts on the page, in bytes. maxEvidence bounds the headers and
// bodies of all exchanges together, so that a run in which everything fails
// still makes a page that opens at once.
const (
	maxName     = 260
	maxLine     = 1 << 10
	maxBody     = 4 << 10
	maxEvidence = 2 << 20
)

// view is the whole page, in the order in which it is read.
type view struct {
	Title       string
	Outcome     report.Outcome
	Meaning     string
	Interrupted string
	ExitStatus  int
	Target      string
	Address     string
	Facts       []fact
	Tiles       []tile
	Bar         []segment
	Matrix      matrix
	Found       []foundSection
	Unjudged    []reasonSection
	Assertions  []assertion
	Troubles    []trouble
	Notices     []notice
	Coverage    coverage
	APIs        []apiClauses
	Timings     []timingRow
	Suites      []suite
	Filter      filter
	Command     string
	Config      string
	// Answered says that the bank's answers were judged, Recorded that others made
	// the exchanges.
	Answered, Recorded bool
}

// fact is one thing to know about the run.
type fact struct{ Name, Value string }

// tile is how many clauses ended with one verdict.
type tile struct {
	Verdict report.Verdict
	Count   int
	// Section is where such clauses are to be seen.
	Section string
}

// segment is a verdict's share of the bar under the tiles, in thousandths.
type segment struct {
	Verdict  report.Verdict
	X, Width int
}

type trouble struct{ Where, What, Detail string }

// filter is what the page can be filtered by.
type filter struct {
	APIs     []contract.API
	Verdicts []report.Verdict
	Levels   []contract.Level
}

// look makes the view of a run.
func look(results report.Results) view {
	l := &looker{results: results, evidence: maxEvidence, specIDs: map[specKey]string{}, origin: member(results.Target, "baseUrl")}
	v := view{
		Outcome: results.Outcome, Meaning: results.Meaning(), Interrupted: report.Line(results.Interrupted, maxLine),
		ExitStatus: report.ExitStatus(results),
		Target:     report.Line(member(results.Target, "name"), maxName), Address: report.Line(l.origin, maxName),
		Tiles: tiles(results), Bar: bar(results), Matrix: matrixOf(results), Timings: timingRows(results.Timings),
		Filter:  filter{append(contract.APIs(), contract.Common), report.Verdicts(), contract.Levels()},
		Command: report.Line(strings.Join(results.Command, " "), maxLine), Config: configuration(results.Target),
		Answered: results.Subject.HasBank(), Recorded: results.Traffic != nil,
	}
	if v.Target == "" {
		v.Target = subject(results)
	}
	v.Title = string(v.Outcome) + ": " + v.Target
	if results.Label != "" {
		v.Target += " (" + report.Line(results.Label, maxName) + ")"
	}
	v.Notices, v.Coverage = notices(results), coverageOf(results)
	v.Facts = facts(results)
	v.Found, v.Assertions, v.Troubles = l.found(), l.assertions(), l.troubles()
	v.Unjudged = reasonSections(results.Clauses)
	v.APIs, v.Suites = l.clauses(), l.suites()
	return v
}

// subject is what the page is about, of a target that has no name.
func subject(results report.Results) string {
	switch {
	case results.Traffic == nil:
		return "unknown target"
	case results.Subject == report.SubjectClient:
		return "a client"
	case results.Subject == report.SubjectTraffic:
		return "a client and its bank"
	}
	return "a bank"
}

// looker is the state of one look.
type looker struct {
	results report.Results
	// evidence is what is left of the room for headers and bodies, in bytes.
	evidence int
	specIDs  map[specKey]string
	// origin is the target's address, which exchanges are shown without.
	origin string
}

// member is a text of the target's description, "" where it has none.
func member(target map[string]any, name string) string {
	for _, place := range []any{target["target"], target} {
		if members, ok := place.(map[string]any); ok {
			if text, ok := members[name].(string); ok {
				return text
			}
		}
	}
	return ""
}

func facts(r report.Results) []fact {
	took := max(r.End.Sub(r.Start), 0)
	list := []fact{
		{"Run", instant(r.Start) + ", took " + took.Round(10*time.Millisecond).String()},
		{"Specs", count(len(r.Specs), "spec") + ", " + count(r.Exchanges, "exchange") + ", " + count(r.Totals.Findings, "finding")},
		{"Fails on", words(r.FailOn)},
		{"Profile", string(r.Profile)},
		{"Tool", "obconform " + report.Line(r.Tool, maxName)},
	}
	if r.Traffic != nil {
		list[0].Name = "Judged"
		for _, line := range r.Traffic.Lines() {
			list = append(list, fact{"Traffic", report.Line(strings.TrimPrefix(line, "traffic "), maxLine)})
		}
	} else {
		list = append(list, fact{"Seed", strconv.FormatInt(r.Seed, 10)})
	}
	if text := r.ShardText(); text != "" {
		list = append(list, fact{"Shard", text})
	}
	for _, warning := range r.Warnings {
		list = append(list, fact{"Warning", report.Line(warning, maxLine)})
	}
	return list
}

// words joins words for an attribute, and for the eye.
func words[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, word := range list {
		texts[i] = string(word)
	}
	return strings.Join(texts, " ")
}

func tiles(r report.Results) []tile {
	var list []tile
	for _, verdict := range report.Verdicts() {
		section := "clauses"
		if shown := sectionID(verdict); shown != "" && r.Totals.Clauses[verdict] > 0 {
			section = shown
		}
		list = append(list, tile{verdict, r.Totals.Clauses[verdict], section})
	}
	return list
}

func bar(r report.Results) []segment {
	var segments []segment
	total, sum := len(r.Clauses), 0
	for _, verdict := range report.Verdicts() {
		if n := r.Totals.Clauses[verdict]; n > 0 && total > 0 {
			x := 1000 * sum / total
			sum += n
			segments = append(segments, segment{verdict, x, 1000*sum/total - x})
		}
	}
	return segments
}

// configuration is the target's description as JSON. It holds what the user
// wrote, so it is made printable like everything else.
func configuration(target map[string]any) string {
	text, err := json.MarshalIndent(target, "", "  ")
	if err != nil || len(target) == 0 {
		return ""
	}
	return report.Block(string(text), 4*maxBody)
}

// specKey is what names a spec: names are unique within their suite.
type specKey struct {
	suite contract.API
	name  string
}

// specID is the anchor of a spec: the same in every run that has the spec.
func (l *looker) specID(suite contract.API, name string) string {
	key := specKey{suite, name}
	if l.specIDs[key] == "" {
		l.specIDs[key] = "spec-" + anchor(string(suite)) + "-" + digest(name)
	}
	return l.specIDs[key]
}

// digest tells texts apart.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:5])
}

// anchor is a text as part of an anchor, two different ones of different texts.
func anchor(text string) string {
	if plain := slug(text); plain != text {
		return plain + "-" + digest(text)
	}
	return text
}

// slug is a text as an anchor may be: letters, digits and hyphens.
func slug(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			return r
		}
		return '-'
	}, text)
}

// instant is a time as the page prints it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// count counts things with thousands apart: "1 spec", "1,530 specs".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// lines makes each text one printable line.
func lines(texts []string) []string {
	kept := make([]string, len(texts))
	for i, text := range texts {
		kept[i] = report.Line(text, maxLine)
	}
	return kept
}

// Glyph is the verdict as one character, so that nothing is said by colour
// alone.
func (v view) Glyph(verdict report.Verdict) string {
	switch verdict {
	case report.Passed:
		return "✓"
	case report.Failed:
		return "✗"
	case report.Warned:
		return "!"
	case report.Waived:
		return "~"
	case report.Inconclusive:
		return "?"
	}
	return "–"
}

// Look is the verdict that the outcome of the run looks like.
func (v view) Look() report.Verdict {
	switch v.Outcome {
	case report.OutcomePassed:
		return report.Passed
	case report.OutcomeFailed:
		return report.Failed
	}
	return report.Inconclusive
}

// Budgeted tells whether any operation has a budget.
func (v view) Budgeted() bool {
	return slices.ContainsFunc(v.Timings, func(t timingRow) bool { return t.Budget > 0 })
}

// Class is the verdict's name in the style sheet.
func (v view) Class(verdict report.Verdict) string { return slug(string(verdict)) }

func (l *looker) troubles() []trouble {
	var list []trouble
	for _, t := range l.results.Trouble {
		where := "the run"
		if t.Suite != "" {
			where = report.Line(string(t.Suite), maxName)
		}
		list = append(list, trouble{where, report.Line(t.What, maxLine), report.Block(t.Detail, maxBody)})
	}
	return list
}

func unique[T comparable](list []T) []T {
	var kept []T
	for _, one := range list {
		if !slices.Contains(kept, one) {
			kept = append(kept, one)
		}
	}
	return kept
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%s times", grouped(n))
}
