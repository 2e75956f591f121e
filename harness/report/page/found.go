package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

// The most kinds of findings of one clause that are shown at once, and at all.
const (
	maxOpen  = 4
	maxKinds = 40
)

// foundSection is the clauses of one verdict that has something to show.
type foundSection struct {
	ID, Title string
	Verdict   report.Verdict
	Clauses   []foundClause
}

// foundClause is a clause with all that was found.
type foundClause struct {
	report.ClauseResult
	Reason string
	// Open are the first findings, More those that are folded in, and Omitted
	// how many kinds are left to results.json.
	Open, More []finding
	Omitted    int
}

// finding is one kind of finding with its example.
type finding struct {
	// Level is that of the finding where it is not its clause's, empty elsewhere.
	Level                   contract.Level
	Fails, Differs          bool
	Where, Expected, Actual string
	Count                   int
	Operations              string
	// Habit is the known habit of the bank that it is, Profiled why the profile
	// weighs it otherwise than the contract; empty for none.
	Habit, Profiled string
	// Accepted is by what the user has accepted it, empty for nothing.
	Accepted string
	Spec     specLink
	Exchange *exchange
	// Evidence is the file with all that the spec saw, empty for none.
	Evidence string
}

// specLink leads to a spec.
type specLink struct {
	ID, Name string
	Suite    contract.API
}

// sectionID is the anchor of the section of a verdict, "" where it has none.
func sectionID(verdict report.Verdict) string {
	switch verdict {
	case report.Failed:
		return "failures"
	case report.Warned:
		return "warnings"
	case report.Waived:
		return "waived"
	case report.Inconclusive:
		return "inconclusive"
	case report.NotExercised:
		return "not-exercised"
	}
	return ""
}

// hasFindings tells whether clauses of the verdict are shown with what was
// found; the others are shown by reason.
func hasFindings(verdict report.Verdict) bool {
	return verdict == report.Failed || verdict == report.Warned || verdict == report.Waived
}

func (l *looker) found() []foundSection {
	var sections []foundSection
	for _, one := range []foundSection{
		{Title: "Failures", Verdict: report.Failed}, {Title: "Warnings", Verdict: report.Warned}, {Title: "Waived", Verdict: report.Waived},
	} {
		one.ID = sectionID(one.Verdict)
		for _, clause := range l.results.Clauses {
			if clause.Verdict == one.Verdict {
				one.Clauses = append(one.Clauses, l.foundClause(clause))
			}
		}
		if len(one.Clauses) > 0 {
			sections = append(sections, one)
		}
	}
	return sections
}

func (l *looker) foundClause(clause report.ClauseResult) foundClause {
	found := foundClause{ClauseResult: clause, Reason: report.Line(clause.Reason, maxLine), Omitted: clause.Omitted}
	shown := map[string]bool{}
	for i, group := range clause.Findings {
		switch {
		case i >= maxKinds:
			found.Omitted++
		case i >= maxOpen:
			found.More = append(found.More, l.finding(group, shown))
		default:
			found.Open = append(found.Open, l.finding(group, shown))
		}
	}
	return found
}

// finding shows an exchange once per clause: a body with ten faults is ten
// findings of one answer.
func (l *looker) finding(group report.FindingGroup, shown map[string]bool) finding {
	f := finding{Level: group.OtherLevel(), Fails: group.Fails, Differs: group.Differs, Count: group.Count,
		Where: group.Place(), Expected: report.Line(group.Expected, maxLine), Actual: report.Line(group.Actual, maxLine)}
	f.Operations = report.Line(strings.ReplaceAll(words(group.Operations), " ", ", "), maxLine)
	if habit, known := contract.HabitByID(group.Habit); known {
		f.Habit = string(habit.ID) + ": " + habit.Sentence
	}
	f.Profiled, f.Accepted = report.Line(group.Profiled, maxLine), report.Line(group.Accepted, maxLine)
	if group.Spec != "" {
		f.Spec = specLink{l.specID(group.Suite, group.Spec), report.Line(group.Spec, maxName), word(group.Suite)}
	}
	if group.Example != nil {
		key := fmt.Sprint(group.Suite, group.Spec, group.Example.Started.UnixNano(), group.Example.URL)
		f.Exchange = l.exchange(*group.Example, !shown[key])
		shown[key] = true
		f.Evidence = report.Line(l.results.EvidencePath(group.Suite, group.Spec), maxLine)
	}
	return f
}

// Levels are the clause's and those of its findings, for the filter.
func (f foundClause) Levels() string {
	list := []contract.Level{f.Level}
	for _, group := range f.Findings {
		list = append(list, group.Level)
	}
	return words(unique(list))
}

// APIs are the clause's and those where it was found breached, for the filter:
// a common clause is of interest to whoever looks at one API.
func (f foundClause) APIs() string {
	list := []contract.API{f.API}
	for _, group := range f.Findings {
		list = append(list, word(group.Suite))
		for _, id := range group.Operations {
			if operation, ok := contract.Lookup(id); ok {
				list = append(list, operation.API)
			}
		}
	}
	return words(unique(list))
}

// Seen is how often the clause was put to the test.
func (f foundClause) Seen() string { return count(f.Exchanges, "exchange") + " held against it" }

// Times is how often it was found.
func (f finding) Times() string { return times(f.Count) }

// exchange is one request and its answer, redacted, as it is shown.
type exchange struct {
	Summary string
	Time    string
	Took    string
	// IDs are the interaction identifiers, sent and received, in words.
	IDs          string
	Inconclusive string
	// Origin says where the exchange stands in a recording.
	Origin string
	// Curl is the command line that repeats the request, empty where its headers
	// were not kept.
	Curl string
	// Request and Response are head and body; both are empty where they were not
	// kept, or shown before (Shown).
	Request, Response string
	Shown             bool
}

func (l *looker) exchange(x evidence.Exchange, full bool) *exchange {
	e := &exchange{Summary: l.exchangeSummary(x), Time: x.Started.UTC().Format("2006-01-02 15:04:05.000 UTC"), Took: report.Milliseconds(x.Duration),
		IDs: report.Line(report.InteractionIDs(x), maxLine), Origin: report.Line(x.Origin, maxName), Inconclusive: report.Line(x.Inconclusive, maxLine), Shown: !full}
	if full && l.evidence > 0 && len(x.RequestHeaders)+len(x.ResponseHeaders) > 0 {
		e.Request = message(report.Line(x.Method, maxName)+" "+report.Line(x.URL, maxLine), x.RequestHeaders, x.RequestBody)
		if x.Status != 0 {
			e.Response = message(fmt.Sprintf("Status %d", x.Status), x.ResponseHeaders, x.ResponseBody)
		}
		e.Curl = report.Block(l.results.ShownCurl(x), 2*maxBody)
		l.evidence -= len(e.Request) + len(e.Response) + len(e.Curl)
	}
	return e
}

// exchangeSummary is an exchange in a few words, without the target's address.
func (l *looker) exchangeSummary(x evidence.Exchange) string {
	answer := "no answer"
	if x.Status != 0 {
		answer = fmt.Sprint(x.Status)
	}
	address := x.URL
	if rest, ours := strings.CutPrefix(address, l.origin); ours && strings.HasPrefix(rest, "/") {
		address = rest
	}
	return report.Line(x.Method, maxName) + " " + report.Line(address, maxName) + " → " + answer
}

// message is a request or an answer as text.
func message(first string, headers []evidence.HeaderLine, body string) string {
	var text strings.Builder
	text.WriteString(first + "\n")
	for _, line := range headers {
		fmt.Fprintf(&text, "%s: %s\n", report.Line(line.Name, maxName), report.Line(line.Value, maxLine))
	}
	if body != "" {
		text.WriteString("\n" + report.Block(indented(body), maxBody))
	}
	return text.String()
}

// indented is a body of one line of JSON as people read it, its members in
// order and twice where they came twice; any other body stays as it is.
func indented(body string) string {
	var out bytes.Buffer
	if strings.Contains(body, "\n") || nesting(body) > mostIndented || json.Indent(&out, []byte(body), "", "  ") != nil {
		return body
	}
	return out.String()
}

// mostIndented is how deep a body may be nested to be indented: spaces grow with
// the square of its depth, and no documented body has more than six levels.
const mostIndented = 16

// nesting is at least the depth of a JSON text: brackets in strings count too.
func nesting(text string) int {
	depth, deepest := 0, 0
	for _, c := range []byte(text) {
		switch c {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		}
	}
	return deepest
}

// assertion is a spec that failed, or that the tool broke, without a finding
// that says why.
type assertion struct {
	Spec     specLink
	State    report.State
	Clauses  []contract.ClauseID
	Messages []string
	Exchange *exchange
}

// assertions lists the specs that failed without a finding, then those that
// the tool itself broke.
func (l *looker) assertions() []assertion {
	var list []assertion
	for _, state := range []report.State{report.StateFailed, report.StateErrored} {
		for _, spec := range l.results.Specs {
			if spec.State != state || state == report.StateFailed && fails(spec) {
				continue
			}
			a := assertion{State: state, Clauses: spec.Clauses,
				Spec: specLink{l.specID(spec.Suite, spec.Name), report.Line(spec.Name, maxName), word(spec.Suite)}}
			for _, failure := range spec.Failures {
				a.Messages = append(a.Messages, report.Block(failure.Message, maxBody))
			}
			if n := len(spec.Record.Exchanges); n > 0 {
				a.Exchange = l.exchange(spec.Record.Exchanges[n-1], true)
			}
			list = append(list, a)
		}
	}
	return list
}

// Levels are those of the spec's clauses, for the filter.
func (a assertion) Levels() string { return words(levelsOf(a.Clauses, nil)) }

// Verdict is what the state looks like.
func (a assertion) Verdict() report.Verdict { return verdictOf(a.State, false) }

// fails tells whether the spec has a finding that fails the run.
func fails(spec report.SpecVerdict) bool {
	for _, group := range spec.Findings {
		if group.Fails {
			return true
		}
	}
	return false
}

// clock is the time of day, for exchanges of a run whose date is known.
func clock(t time.Time) string { return t.UTC().Format("15:04:05.000") }
