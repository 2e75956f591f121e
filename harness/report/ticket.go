package report

import (
	"crypto/sha256"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report/curl"
)

// What a report says of one finding, so that its reader can paste it into a
// ticket to the bank. Every report says it from here.

// Place is where the group's findings are: one place, or how many, with the
// first one.
func (g FindingGroup) Place() string {
	where, first := Line(g.Where, maxShort), Line(g.First, maxShort)
	switch {
	case where == first || first == "":
		return where
	case g.Places < 2:
		return first
	}
	return fmt.Sprintf("%s, %d %s, the first %s", where, g.Places, evidence.Elements(where), first)
}

// Curl is the command line that repeats an exchange at the run's target, with
// variables for secrets; empty where the exchange's headers were not kept.
func (r Results) Curl(x evidence.Exchange) string {
	text := func(object, key string) string {
		members, _ := r.Target[object].(map[string]any)
		value, _ := members[key].(string)
		return value
	}
	files := curl.Files{CA: text("tls", "caFile"), Proxy: text("proxy", "url")}
	form, pair := text("tls", "clientCertificate"), text("tls", "certificateFile")
	if form == "pkcs12" || form == "" && pair == "" {
		files.PKCS12 = text("tls", "pkcs12File")
	} else {
		files.Certificate, files.Key = pair, text("tls", "keyFile")
	}
	return curl.Command(x, files)
}

// HasEvidence tells whether the spec has something to show: exchanges that
// explain why it did not simply pass.
func (s SpecVerdict) HasEvidence() bool {
	switch {
	case len(s.Record.Exchanges) == 0:
		return false
	case s.State == StateFailed, s.State == StateErrored, s.State == StateInconclusive, s.State == StateInterrupted:
		return true
	}
	return len(s.Findings) > 0
}

// Ticket is what a report says of one spec's findings: each kind with its clause,
// the rule and its source, where it is, what was expected and what came, and the
// first exchange as curl -v would print it. Empty where nothing was found.
func (r Results) Ticket(spec SpecVerdict) string {
	if len(spec.Findings) == 0 {
		return ""
	}
	var text strings.Builder
	w := junitWriter{results: r}
	w.groups(&text, spec)
	w.transcript(&text, spec)
	return text.String()
}

// maxSlug bounds the part of a file's name that people read, in bytes.
const maxSlug = 60

// EvidenceName is the name of the evidence file of a spec: the same in every
// run, and no other spec's.
func EvidenceName(suite contract.API, spec string) string {
	words := strings.FieldsFunc(strings.ToLower(string(suite)+" "+spec), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	slug := strings.Join(words, "-")
	slug = strings.TrimRight(slug[:min(len(slug), maxSlug)], "-")
	sum := sha256.Sum256([]byte(string(suite) + "\x00" + spec))
	return fmt.Sprintf("%s-%x.json", slug, sum[:4])
}

// EvidencePath is where the evidence of a spec lies, as the reports name it;
// empty where the run has no folder for it.
func (r Results) EvidencePath(suite contract.API, spec string) string {
	if r.EvidenceFolder == "" {
		return ""
	}
	return path.Join(r.EvidenceFolder, EvidenceName(suite, spec))
}

// writeGroup says what was found where, and how to find it in the bank's logs
// and to see it again.
func (r Results) writeGroup(text *strings.Builder, group FindingGroup) {
	if habit, known := contract.HabitByID(group.Habit); known {
		fmt.Fprintf(text, "  habit:    %s: %s\n", habit.ID, habit.Sentence)
	}
	if group.Accepted != "" {
		fmt.Fprintf(text, "  accepted: %s\n", Line(group.Accepted, maxValue))
	}
	if group.Profiled != "" {
		fmt.Fprintf(text, "  profile:  %s\n", Line(group.Profiled, maxValue))
	}
	differs := ""
	if group.Differs {
		differs = " (the first; others differ)"
	}
	fmt.Fprintf(text, "  where:    %s\n  expected: %s\n  actual:   %s%s\n", group.Place(),
		Line(group.Expected, maxValue), Line(group.Actual, maxValue), differs)
	if group.Count > 1 {
		fmt.Fprintf(text, "  count:    %d", group.Count)
		if len(group.Operations) > 0 {
			fmt.Fprintf(text, ", at %s", operationList(group.Operations))
		}
		text.WriteString("\n")
	}
	if group.Example != nil {
		r.writeExchange(text, *group.Example)
		if file := r.EvidencePath(group.Suite, group.Spec); file != "" {
			fmt.Fprintf(text, "  evidence: %s\n", Line(file, 2*maxShort))
		}
	}
}

// OtherLevel is the level of the findings where it is not their clause's: a
// standard may ask for more than the documentation whose clause it is. Empty
// where it is.
func (g FindingGroup) OtherLevel() contract.Level {
	if clause, known := contract.ClauseByID(g.Clause); known && clause.Level == g.Level {
		return ""
	}
	return g.Level
}

// weighsLike tells whether two kinds of findings count for the same, by the same
// level, habit, profile and acceptance.
func (g FindingGroup) weighsLike(other FindingGroup) bool {
	return g.Level == other.Level && g.Fails == other.Fails && g.Habit == other.Habit && g.Accepted == other.Accepted && g.Profiled == other.Profiled
}

// writeAlso says of a further kind of finding what was found where, and in which
// request; the evidence has the rest.
func (r Results) writeAlso(text *strings.Builder, group FindingGroup) {
	times := ""
	if group.Count > 1 {
		times = fmt.Sprintf(" (%d times)", group.Count)
	}
	differs := ""
	if group.Differs {
		differs = " (the first; others differ)"
	}
	fmt.Fprintf(text, "  also:     %s%s: expected %s, got %s%s\n", group.Place(), times,
		Line(group.Expected, maxValue), Line(group.Actual, maxValue), differs)
	if x := group.Example; x != nil {
		fmt.Fprintf(text, "            %s, %s, x-fapi-interaction-id %s\n", requestLine(*x), timeOf(*x), Line(InteractionIDs(*x), 3*maxShort))
		if x.Origin != "" {
			fmt.Fprintf(text, "            %s\n", Line(x.Origin, 2*maxShort))
		}
	}
	if file := r.EvidencePath(group.Suite, group.Spec); file != "" && group.Example != nil {
		fmt.Fprintf(text, "            %s\n", Line(file, 2*maxShort))
	} else {
		fmt.Fprintf(text, "            %s: %s\n", Line(string(group.Suite), maxShort), Line(group.Spec, maxName))
	}
}

// writeExchange says in a few lines what it takes to find an exchange in a log
// and to repeat it.
func (r Results) writeExchange(text *strings.Builder, x evidence.Exchange) {
	fmt.Fprintf(text, "  request:  %s\n  ids:      x-fapi-interaction-id %s\n  time:     %s\n",
		requestLine(x), Line(InteractionIDs(x), 3*maxShort), timeLine(x))
	if x.Origin != "" {
		fmt.Fprintf(text, "  found in: %s\n", Line(x.Origin, 2*maxShort))
	}
	if command := r.ShownCurl(x); command != "" {
		fmt.Fprintf(text, "  curl:     %s\n", command)
	}
}

// requestLine is one exchange in one line.
func requestLine(x evidence.Exchange) string {
	return fmt.Sprintf("%s %s -> %s", Line(x.Method, 20), Line(x.URL, 2*maxShort), StatusWord(x.Status))
}

func timeLine(x evidence.Exchange) string {
	return fmt.Sprintf("%s, took %s", timeOf(x), x.Duration.Round(10*time.Microsecond))
}

func timeOf(x evidence.Exchange) string { return x.Started.UTC().Format("2006-01-02T15:04:05.000Z") }

// StatusWord is the status of an answer, or that there was none.
func StatusWord(status int) string {
	if status == 0 {
		return "no answer"
	}
	return fmt.Sprintf("status %d", status)
}

// InteractionIDs are the identifiers that the bank finds an exchange by.
func InteractionIDs(x evidence.Exchange) string {
	word := func(id string) string {
		if id == "" {
			return "none"
		}
		return id
	}
	if x.InteractionID != "" && x.InteractionID == x.ReceivedInteractionID {
		return "sent and received " + x.InteractionID
	}
	return "sent " + word(x.InteractionID) + ", received " + word(x.ReceivedInteractionID)
}

// ShownCurl is Curl as a report shows it: a command that would be cut, or that
// holds what does not print, is only named, and stands in the evidence.
func (r Results) ShownCurl(x evidence.Exchange) string {
	if len(x.RequestHeaders) > 0 && !printable(x) {
		return "long, or with characters that do not print: see the evidence"
	}
	return r.Curl(x)
}

// printable tells whether results.json keeps the request as it is.
func printable(x evidence.Exchange) bool {
	same := func(shown, text string) bool {
		// What was replaced or cut already is no longer what was sent.
		return shown == text && !strings.HasSuffix(text, " bytes in all)") && !strings.Contains(text, `\u{`) && !strings.ContainsRune(text, utf8.RuneError)
	}
	for _, line := range x.RequestHeaders {
		if !same(Line(line.Name, maxShort), line.Name) || !same(Line(line.Value, maxValue), line.Value) {
			return false
		}
	}
	return same(Line(x.Method, 20), x.Method) && same(Line(x.URL, 2*maxShort), x.URL) && same(Block(x.RequestBody, maxKeptBody), x.RequestBody)
}

// Transcript is an exchange as curl -v would print it, each body held to limit
// bytes; empty where headers were not kept.
func Transcript(x evidence.Exchange, limit int) string {
	if len(x.RequestHeaders) == 0 {
		return ""
	}
	var text strings.Builder
	part := func(mark, first string, headers []evidence.HeaderLine, body string) {
		fmt.Fprintf(&text, "%s %s\n", mark, first)
		for _, line := range headers {
			fmt.Fprintf(&text, "%s %s: %s\n", mark, Line(line.Name, maxShort), Line(line.Value, maxValue))
		}
		if body == "" {
			return
		}
		fmt.Fprintf(&text, "%s\n", mark)
		for line := range strings.Lines(Block(body, limit)) {
			fmt.Fprintf(&text, "%s %s\n", mark, strings.TrimRight(line, "\n"))
		}
	}
	part(">", Line(x.Method, 20)+" "+Line(x.URL, 2*maxShort), x.RequestHeaders, x.RequestBody)
	if x.Status != 0 {
		part("<", StatusWord(x.Status), x.ResponseHeaders, x.ResponseBody)
	} else {
		fmt.Fprintf(&text, "< no answer: %s\n", Line(x.Inconclusive, maxShort))
	}
	return text.String()
}
