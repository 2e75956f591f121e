package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// The names that stand in a JUnit file beside those of the specs.
const (
	suitePrefix = "obconform."
	// runSuite holds what belongs to no suite; it is there only when needed.
	runSuite = "run"
	// nothingExercised is the test case of a suite, or a run, without any.
	nothingExercised = "nothing was exercised"
	// enoughCovered is the test case of a run that covered too little.
	enoughCovered = "as much must be covered as was asked for"
	// emptyShard is the test case of a shard that has nothing to run.
	emptyShard = "this shard has nothing to run"
)

// Limits of a JUnit file, in bytes; those of texts count after escaping.
const (
	maxMessage = 300
	maxCase    = 16 << 10
	// After fullTexts the texts of further cases are held to shortCase, so that
	// a file in which everything fails stays below 2 MB.
	fullTexts = 512 << 10
	shortCase = 1 << 10
)

// The elements and attributes are those of the schema that Jenkins' xUnit step
// validates, and no others: no file, line or status, and properties of suites
// alone; those of a case stand in its output.
type (
	junitFile struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Time     string       `xml:"time,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitCase struct {
		Name      string       `xml:"name,attr"`
		Classname string       `xml:"classname,attr"`
		Time      string       `xml:"time,attr"`
		Failure   *junitDetail `xml:"failure"`
		Error     *junitDetail `xml:"error"`
		Skipped   *junitDetail `xml:"skipped"`
		// Flaky are the reads that were sent again before the case passed.
		Flaky  []junitDetail `xml:"flakyFailure"`
		Output *junitText    `xml:"system-out"`
	}
	junitDetail struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr"`
		Text    string `xml:",innerxml"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitText struct {
		Text string `xml:",innerxml"`
	}
)

// JUnit writes the results as a JUnit file: a test suite per API that was asked
// for, a test case per spec. A breach is a failure, trouble of the tool or the
// environment an error, and so is a planned spec without a result: only what
// the target cannot offer is skipped. So no dashboard shows a run as green that
// did not do what it planned.
func JUnit(results Results) ([]byte, error) {
	w := junitWriter{results: results}
	file := junitFile{Name: "obconform", Time: seconds(results.End.Sub(results.Start))}
	for _, name := range w.suiteNames() {
		suite := w.suite(name)
		file.Tests += suite.Tests
		file.Failures += suite.Failures
		file.Errors += suite.Errors
		file.Suites = append(file.Suites, suite)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	encoder := xml.NewEncoder(&out)
	encoder.Indent("", " ")
	if err := encoder.Encode(file); err != nil {
		return nil, fmt.Errorf("writing the JUnit file: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

type junitWriter struct {
	results Results
	// written counts the bytes of texts so far.
	written int
}

// suiteNames are the suites asked for and those that have specs, in the
// contract's order, and the run's own where something belongs to none of them.
func (w *junitWriter) suiteNames() []string {
	wanted, rest := map[contract.API]bool{}, false
	for _, api := range w.results.APIs {
		wanted[api] = !w.results.Shards.alone() // what a shard has none of, another has
	}
	for _, spec := range w.results.Specs {
		wanted[spec.Suite] = true
		rest = rest || place(spec.Suite) == len(contract.APIs())
	}
	for _, trouble := range w.results.Trouble {
		wanted[trouble.Suite] = true
		rest = rest || place(trouble.Suite) == len(contract.APIs())
	}
	var names []string
	for _, api := range contract.APIs() {
		if wanted[api] {
			names = append(names, string(api))
		}
	}
	if rest || len(names) == 0 || len(w.results.Shortfalls) > 0 || w.results.tellsOfAcceptance() {
		names = append(names, runSuite)
	}
	return names
}

// belongs tells whether what names the API is shown in the suite.
func belongs(api contract.API, suite string) bool {
	if place(api) == len(contract.APIs()) {
		return suite == runSuite
	}
	return string(api) == suite
}

func (w *junitWriter) suite(name string) junitSuite {
	suite := junitSuite{Name: suitePrefix + name, Properties: w.properties()}
	if label := w.results.Label; label != "" {
		suite.Name = suitePrefix + label + "." + name
	}
	started, spent := w.results.Start, time.Duration(0)
	taken := map[string]bool{}
	for _, spec := range w.results.Specs {
		if !belongs(spec.Suite, name) {
			continue
		}
		if !spec.Started.IsZero() && (started.IsZero() || spec.Started.Before(started)) {
			started = spec.Started
		}
		spent += max(spec.Duration, 0)
		test := w.spec(spec)
		test.Name = free(test.Name, taken)
		suite.Cases = append(suite.Cases, test)
	}
	for _, trouble := range w.results.Trouble {
		if belongs(trouble.Suite, name) {
			suite.Cases = append(suite.Cases, junitCase{Name: free("trouble: "+Line(trouble.What, maxShort), taken),
				Time: seconds(0), Error: w.detail("trouble", trouble.What, trouble.What+"\n"+trouble.Detail)})
		}
	}
	if len(w.results.Shortfalls) > 0 && name == runSuite {
		suite.Cases = append(suite.Cases, junitCase{Name: free(enoughCovered, taken), Time: seconds(0),
			Failure: w.detail("coverage", w.results.Shortfalls[0], strings.Join(w.results.Shortfalls, "\n"))})
	}
	if name == runSuite {
		for _, test := range w.acceptanceCases() {
			test.Name = free(test.Name, taken)
			suite.Cases = append(suite.Cases, test)
		}
	}
	if w.results.Outcome == OutcomeEmptyShard {
		suite.Cases = append(suite.Cases, junitCase{Name: emptyShard, Time: seconds(0), Skipped: w.detail("", w.results.ShardText(), "")})
	}
	// A suite without a case is dropped by some consumers and green in others,
	// and a run in which everything was skipped is green in most.
	if len(suite.Cases) == 0 || w.results.Outcome == OutcomeNothingExercised || slices.Contains(shadowed(w.results), name) {
		suite.Cases = append(suite.Cases, junitCase{Name: free(nothingExercised, taken), Time: seconds(0),
			Error: w.detail("nothing exercised", nothingExercised, OutcomeNothingExercised.Meaning())})
	}
	for i := range suite.Cases {
		suite.count(&suite.Cases[i])
	}
	suite.Time = seconds(spent)
	// With its zone and without fractions: read as UTC by every consumer.
	suite.Timestamp = started.UTC().Format("2006-01-02T15:04:05Z")
	return suite
}

func (s *junitSuite) count(test *junitCase) {
	test.Classname = s.Name
	s.Tests++
	switch {
	case test.Failure != nil:
		s.Failures++
	case test.Error != nil:
		s.Errors++
	case test.Skipped != nil:
		s.Skipped++
	}
}

// free is the name, numbered if it is taken.
func free(name string, taken map[string]bool) string {
	plain := name
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s (%d)", plain, n)
	}
	taken[name] = true
	return name
}

// spec is the test case of one spec, with one result at most: some consumers
// read only the first.
func (w *junitWriter) spec(spec SpecVerdict) junitCase {
	test := junitCase{Name: spec.Name, Time: seconds(spec.Duration)}
	output := ""
	switch spec.State {
	case StateFailed:
		kind, message := headline(spec)
		test.Failure = w.detail(kind, message, w.failureText(spec))
	case StatePassed:
		test.Flaky = w.flaky(spec)
		if len(spec.Findings) > 0 || repeated(spec) { // what it found fails no run
			output = w.take(w.warningText(spec))
		}
	case StateSkipped:
		test.Skipped = w.detail("", spec.Reason, w.warningText(spec))
	case StateInconclusive, StateInterrupted, StateNotRun:
		message := string(spec.State)
		if spec.Reason != "" {
			message += ": " + spec.Reason
		} else if len(spec.Failures) > 0 {
			message += ": " + spec.Failures[0].Message
		}
		test.Error = w.detail(string(spec.State), message, w.failureText(spec))
	default:
		message := "tool trouble"
		if len(spec.Failures) > 0 {
			message += ": " + spec.Failures[0].Message
		}
		test.Error = w.detail(string(StateErrored), message, w.failureText(spec))
	}
	if output += escapeXML(w.markers(spec)); output != "" {
		test.Output = &junitText{output}
	}
	return test
}

// flaky are the exchanges of a case that the environment spoilt and that were
// made again. That the same case needed patience is for its reader to see; a
// 429 that was obeyed is no failure, and only in the notes.
func (w *junitWriter) flaky(spec SpecVerdict) []junitDetail {
	var flaky []junitDetail
	for _, x := range spec.Record.Exchanges {
		if x.Repeated != "" && x.Inconclusive != "" && len(flaky) < maxGroups {
			var text strings.Builder
			w.results.writeExchange(&text, x)
			flaky = append(flaky, *w.detail("environment", x.Inconclusive, text.String()))
		}
	}
	return flaky
}

// repeated tells whether a request of the spec was sent again, for whatever
// reason.
func repeated(spec SpecVerdict) bool {
	return slices.ContainsFunc(spec.Record.Exchanges, func(x evidence.Exchange) bool { return x.Repeated != "" })
}

func (w *junitWriter) detail(kind, message, text string) *junitDetail {
	if message == "" {
		message = "no reason was given"
	}
	return &junitDetail{Type: kind, Message: Line(message, maxMessage-maxNote), Text: w.take(text)}
}

// take cleans, bounds, escapes and counts a text. It escapes by itself, because
// encoding/xml writes line breaks as references, which nobody wants to read.
func (w *junitWriter) take(text string) string {
	limit := w.room()
	text = cutEscaped(Block(text, limit-maxNote), limit-maxNote)
	text = escapeXML(marker.ReplaceAllString(text, "[ [$1"))
	w.written += len(text)
	return text
}

func escapeXML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// room is how long the text of the next case may be.
func (w *junitWriter) room() int {
	if w.written >= fullTexts {
		return shortCase
	}
	return maxCase
}

// seconds is a time as the schemas ask for it: not negative, three decimals.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%.3f", max(d, 0).Seconds())
}
