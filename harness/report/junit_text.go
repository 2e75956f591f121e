package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// maxGroups bounds the kinds of findings that one test case shows.
const maxGroups = 20

// headline is the type and the message of a failed spec: its first finding
// that fails the run, or the assertion that ended it.
func headline(spec SpecVerdict) (kind, message string) {
	if !spec.fails() {
		kind = "assertion"
		if len(spec.Clauses) > 0 {
			kind = string(spec.Clauses[0])
		}
		return Line(kind, maxShort), kind + ": " + asserted(spec)
	}
	first := spec.Findings[0]
	message = fmt.Sprintf("%s: expected %s, actual %s", first.Clause, Line(first.Expected, 100), Line(first.Actual, 100))
	if more := len(spec.Failing) - 1; more > 0 {
		message += " (and " + plural(more, "more clause") + ")"
	}
	return string(first.Clause), message
}

// asserted is the message of the first assertion that failed.
func asserted(spec SpecVerdict) string {
	for _, failure := range spec.Failures {
		if failure.State == StateFailed {
			return failure.Message
		}
	}
	return "the spec failed without a message"
}

// failureText is what the reader of a red test case needs: the obligation, each
// breach with its evidence, and what the spec itself said.
func (w *junitWriter) failureText(spec SpecVerdict) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", spec.Name)
	w.groups(&text, spec)
	for _, failure := range spec.Failures {
		// The message of a failed assertion repeats the findings, if there are any.
		if failure.State == StateFailed && spec.fails() {
			continue
		}
		fmt.Fprintf(&text, "\n%s: %s\n", failure.State, Block(failure.Message, maxCase/4))
		if failure.Location != "" {
			fmt.Fprintf(&text, "  at %s\n", failure.Location)
		}
	}
	if !spec.fails() {
		rules(&text, spec.Clauses)
		w.lastExchange(&text, spec)
	}
	w.transcript(&text, spec)
	notes(&text, spec)
	return text.String()
}

// warningText is what a spec that did not fail has to say.
func (w *junitWriter) warningText(spec SpecVerdict) string {
	var text strings.Builder
	w.groups(&text, spec)
	notes(&text, spec)
	return text.String()
}

func (w *junitWriter) groups(text *strings.Builder, spec SpecVerdict) {
	shown := spec.Findings[:min(len(spec.Findings), maxGroups)]
	for _, group := range shown {
		if text.Len() > w.room() {
			return // the rest would be cut off
		}
		clause, _ := contract.ClauseByID(group.Clause)
		weight := "breach"
		switch {
		case group.Accepted != "":
			weight = "accepted"
		case !group.Fails:
			weight = "warning"
		}
		fmt.Fprintf(text, "\n%s (%s, %s): %s\n  source:   %s\n", group.Clause, group.Level, weight, clause.Rule, clause.Source)
		w.results.writeGroup(text, group)
	}
	if more := len(spec.Findings) - len(shown) + spec.Omitted; more > 0 {
		fmt.Fprintf(text, "\nand %s\n", plural(more, "more kind")+" of findings")
	}
}

func operationList(operations []contract.OperationID) string {
	names := make([]string, len(operations))
	for i, operation := range operations {
		names[i] = string(operation)
	}
	return Line(strings.Join(names, ", "), 2*maxShort)
}

// rules names the obligations that the spec stands for.
func rules(text *strings.Builder, clauses []contract.ClauseID) {
	for _, id := range clauses {
		if clause, ok := contract.ClauseByID(id); ok {
			fmt.Fprintf(text, "\n%s (%s): %s\n  source:   %s\n", id, clause.Level, clause.Rule, clause.Source)
		}
	}
}

// lastExchange is the best guess at where a spec ended that found nothing.
func (w *junitWriter) lastExchange(text *strings.Builder, spec SpecVerdict) {
	if n := len(spec.Record.Exchanges); spec.HasEvidence() {
		text.WriteString("\nlast exchange:\n")
		w.results.writeExchange(text, spec.Record.Exchanges[n-1])
		if file := w.results.EvidencePath(spec.Suite, spec.Name); file != "" {
			fmt.Fprintf(text, "  evidence: %s\n", Line(file, 2*maxShort))
		}
	}
}

// maxTranscript bounds a body in the text of a test case.
const maxTranscript = 2 << 10

// transcript is the request and the answer of the first breach, or the last
// exchange where nothing was found.
func (w *junitWriter) transcript(text *strings.Builder, spec SpecVerdict) {
	var x *evidence.Exchange
	if len(spec.Findings) > 0 {
		x = spec.Findings[0].Example
	} else if n := len(spec.Record.Exchanges); spec.HasEvidence() {
		x = &spec.Record.Exchanges[n-1]
	}
	if x == nil || text.Len() > w.room() {
		return
	}
	if shown := Transcript(*x, maxTranscript); shown != "" {
		fmt.Fprintf(text, "\n%s", shown)
	}
}

func notes(text *strings.Builder, spec SpecVerdict) {
	for _, note := range spec.Record.Notes {
		fmt.Fprintf(text, "\nnote: %s\n", Line(note, maxValue))
	}
	if spec.File != "" {
		fmt.Fprintf(text, "\nspec: %s:%d\n", Line(spec.File, maxShort), spec.Line)
		if legacy := spec.Legacy(); len(legacy) > 0 {
			fmt.Fprintf(text, "same test in Open Banking's tools: %s\n", Line(strings.Join(legacy, ", "), maxShort))
		}
	}
}

// marker is what dashboards take for a property or an attachment: in a text
// that a server had a hand in it must be none.
var marker = regexp.MustCompile(`(?i)\[\[(ATTACHMENT|PROPERTY)`)

// markers are the properties of a test case, which no schema allows as elements
// of a case, and for GitLab the file with its evidence.
func (w *junitWriter) markers(spec SpecVerdict) string {
	var text strings.Builder
	property := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&text, "[[PROPERTY|%s=%s]]\n", name, strings.ReplaceAll(Line(value, maxShort), "]]", "] ]"))
		}
	}
	var operations []contract.OperationID
	for _, x := range spec.Record.Exchanges {
		if op, known := contract.Lookup(x.Operation); known && op.Documented() && !slices.Contains(operations, x.Operation) {
			operations = append(operations, x.Operation)
			property("operation", string(x.Operation))
		}
	}
	for _, id := range spec.Clauses {
		property("clause", string(id))
		if clause, known := contract.ClauseByID(id); known {
			property("level", string(clause.Level))
		}
	}
	for _, id := range spec.Legacy() {
		property("legacy", id)
	}
	if file := w.results.EvidencePath(spec.Suite, spec.Name); file != "" && spec.HasEvidence() {
		fmt.Fprintf(&text, "[[ATTACHMENT|%s]]\n", Line(file, 2*maxShort))
	}
	return text.String()
}

// properties are those of every suite: what run this is.
func (w *junitWriter) properties() []junitProperty {
	r := w.results
	properties := []junitProperty{{"tool", Line(r.Tool, maxShort)}}
	if r.Traffic != nil {
		properties = append(properties, junitProperty{"subject", string(r.Subject)}, junitProperty{"exchanges", fmt.Sprint(r.Exchanges)})
	}
	if r.Traffic == nil || len(r.Target) > 0 {
		properties = append(properties, junitProperty{"target", r.TargetAddress()})
	}
	if r.Traffic == nil { // what others did has no order of ours
		properties = append(properties, junitProperty{"seed", fmt.Sprint(r.Seed)})
	}
	properties = append(properties, junitProperty{"profile", string(r.Profile)}, junitProperty{"outcome", string(r.Outcome)})
	if text := r.ShardText(); text != "" {
		properties = append(properties, junitProperty{"shard", text})
	}
	return properties
}

// cutEscaped bounds a text by its size in XML, where some characters take
// several bytes, and says so in the text.
func cutEscaped(text string, limit int) string {
	size := 0
	for i, r := range text {
		width := utf8.RuneLen(r)
		if r == '<' || r == '>' || r == '&' {
			width = len("&amp;")
		}
		if size += width; size > limit {
			return text[:i] + " … (cut)"
		}
	}
	return text
}
