package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/jsonschema"
	"obconform/harness/profile"
	"obconform/harness/strictjson"
)

// MaxResultsBytes is the longest results.json that is read: many times what
// ResultsJSON writes of the largest run.
const MaxResultsBytes = 64 << 20

// ReadResults reads what ResultsJSON wrote. What comes back renders as the
// original did, but for what the file does not hold: headers and bodies of
// exchanges without a finding, the findings one by one, and what ResultsJSON
// shortened or left out for room.
//
// The file is input like any other: the error names every problem (of many, the
// first ones) with the JSON pointer of its place. It must be strict JSON, of
// this format's version, true to its schema, and agree with itself: its totals
// are those of its lists, and what it refers to is there. Members that a later
// obconform has added are passed over.
func ReadResults(data []byte) (Results, error) {
	if len(data) > MaxResultsBytes {
		return Results{}, fmt.Errorf("is %d bytes long; at most %d are read", len(data), MaxResultsBytes)
	}
	value, faults := strictjson.Parse(data)
	if len(faults) > 0 {
		return Results{}, syntaxError(data, faults[0])
	}
	// The version comes before the schema: a file of another version is not wrong.
	if _, err := Format().VersionOf(value); err != nil {
		return Results{}, err
	}
	if err := checkSchema(value); err != nil {
		return Results{}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // the target's numbers come back as they were written
	var d document
	if err := decoder.Decode(&d); err != nil {
		return Results{}, fmt.Errorf("cannot be read: %s", Line(err.Error(), maxValue))
	}
	r := reader{}
	results := r.results(d)
	r.agree(d, results)
	if len(r.problems) > 0 {
		return Results{}, errors.New(r.problems.String())
	}
	return results, nil
}

// syntaxError says where the text stops being JSON, in lines, as editors count.
func syntaxError(data []byte, fault strictjson.Problem) error {
	before := data[:min(fault.Offset, len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("is no strict JSON: line %d, column %d (%s): %s", line, column, pointerOr(fault.Pointer), Line(fault.Message, maxValue))
}

func pointerOr(pointer string) string {
	if pointer == "" {
		return "the document"
	}
	return "at " + Line(pointer, maxShort)
}

// compiledSchema is results.schema.json, compiled on first use.
var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return Format().Compile()
})

func checkSchema(value any) error {
	schema, err := compiledSchema()
	if err != nil {
		return err
	}
	var found problems
	for _, violation := range schema.Validate(value) {
		found.add("at %s", Line(violation.String(), 2*maxShort))
	}
	if len(found) > 0 {
		return fmt.Errorf("is no results.json of this version:\n%s", found.String())
	}
	return nil
}

// problems are the first few of what is wrong, and a count of the rest.
type problems []string

// maxProblems bounds what is said of one file.
const maxProblems = 20

func (p *problems) add(format string, args ...any) { *p = append(*p, fmt.Sprintf(format, args...)) }

// String has one problem a line.
func (p problems) String() string {
	slices.Sort(p)
	if p = slices.Compact(p); len(p) > maxProblems {
		p = append(p[:maxProblems:maxProblems], fmt.Sprintf("and %d more", len(p)-maxProblems))
	}
	return "  " + strings.Join(p, "\n  ")
}

// reader turns a document that its schema accepts into Results.
type reader struct {
	problems problems
	specs    map[specKey]*SpecVerdict
}

// specKey finds a spec: its name is unique within its suite.
type specKey struct {
	suite contract.API
	name  string
}

func (r *reader) results(d document) Results {
	results := Results{Subject: d.Subject.orBank(), Traffic: d.Traffic, Tool: d.Tool, Target: d.Target, Start: d.Start.UTC(), End: d.End.UTC(), Seed: d.Seed, Command: d.Command,
		APIs: d.APIs, FailOn: d.FailOn, Profile: d.Profile, Waivers: d.Waivers, Baseline: d.Baseline, Shards: d.Shards, Interrupted: d.Interrupted, Warnings: d.Warnings, Outcome: d.Outcome, EvidenceFolder: d.Evidence, Exchanges: d.Exchanges,
		Totals: d.Totals, Trouble: d.Trouble, Operations: d.Operations,
		Seen: d.Seen, Coverage: d.Coverage, Shortfalls: d.Shortfalls, Clauses: []ClauseResult{}, Specs: make([]SpecVerdict, len(d.Specs))}
	if results.Profile == "" {
		results.Profile = profile.Documented // of a file from before there were others
	}
	r.specs = make(map[specKey]*SpecVerdict, len(d.Specs))
	for i, spec := range d.Specs {
		results.Specs[i] = r.spec(fmt.Sprintf("/specs/%d", i), spec)
		key := specKey{spec.Suite, spec.Name}
		if r.specs[key] != nil {
			r.problems.add("at /specs/%d/name: a second spec of that name in its suite", i)
		}
		r.specs[key] = &results.Specs[i]
	}
	// Findings come last: they refer to exchanges of specs.
	for i, spec := range d.Specs {
		results.Specs[i].Findings = r.findings(fmt.Sprintf("/specs/%d", i), spec.Findings)
	}
	results.Timings = r.timings(d, results.Specs)
	for i, c := range d.Clauses {
		results.Clauses = append(results.Clauses, ClauseResult{Clause: c.Clause, Verdict: c.Verdict, Reason: c.Reason, Exchanges: c.Exchanges,
			Findings: r.findings(fmt.Sprintf("/clauses/%d", i), c.Findings), Omitted: c.FindingsOmitted, NotSelected: c.NotSelected})
	}
	return results
}

func (r *reader) spec(at string, d specDocument) SpecVerdict {
	spec := SpecVerdict{SpecResult: SpecResult{Suite: d.Suite, Section: d.Section, Name: d.Name, Clauses: d.Clauses, Labels: d.Labels,
		File: d.File, Line: d.Line, State: d.State, Reason: d.Reason, Failures: d.Failures,
		Duration: r.duration(at+"/milliseconds", d.Milliseconds), Record: evidence.Record{Notes: d.Notes}},
		Omitted: d.FindingsOmitted, Exercised: d.Exercised, Failing: d.Failing, Accepted: d.Accepted, Warning: d.Warning, Evidence: []int{}}
	if d.Started != nil {
		spec.Started = d.Started.UTC()
	}
	for i, e := range d.Exchanges {
		x := evidence.Exchange{Operation: e.Operation, Method: e.Method, URL: e.URL, Started: e.Started.UTC(),
			Duration: r.duration(fmt.Sprintf("%s/exchanges/%d/milliseconds", at, i), e.Milliseconds), Status: e.Status,
			InteractionID: e.InteractionID, ReceivedInteractionID: e.ReceivedID,
			Origin: e.Origin, Inconclusive: e.Inconclusive, Repeated: e.Repeated, Burst: e.Burst}
		if e.Detail != nil {
			x.RequestHeaders, x.RequestBody, x.RequestCut = e.Detail.RequestHeaders, e.Detail.RequestBody, e.Detail.RequestCut
			x.ResponseHeaders, x.ResponseBody, x.ResponseCut = e.Detail.ResponseHeaders, e.Detail.ResponseBody, e.Detail.ResponseCut
			x.RequestBytes, x.ResponseBytes = e.Detail.RequestBytes, e.Detail.ResponseBytes
			spec.Evidence = append(spec.Evidence, i)
		}
		spec.Record.Exchanges = append(spec.Record.Exchanges, x)
	}
	return spec
}

// duration refuses what no run takes: it would not fit.
func (r *reader) duration(at string, milliseconds float64) time.Duration {
	const most = 366 * 24 * time.Hour
	if milliseconds > float64(most/time.Millisecond) {
		r.problems.add("at %s: longer than a year", at)
		return 0
	}
	return time.Duration(math.Round(milliseconds * float64(time.Millisecond)))
}

// timings measures the exchanges anew, within the budgets that the file names.
func (r *reader) timings(d document, specs []SpecVerdict) []Timing {
	budgets := Budgets{Operations: map[contract.OperationID]time.Duration{}}
	for i, t := range d.Timings {
		budgets.Operations[t.Operation] = r.duration(fmt.Sprintf("/timings/%d/budgetMilliseconds", i), t.BudgetMilliseconds)
	}
	if d.Traffic != nil {
		return r.timingsOf(d) // the exchanges are not in the file
	}
	measured := Timings(specs, budgets)
	for i := range max(len(d.Timings), len(measured)) {
		if i >= len(d.Timings) || i >= len(measured) || d.Timings[i] != timingOf(measured[i]) {
			r.problems.add("at /timings/%d: the exchanges of the file say otherwise", i)
		}
	}
	return measured
}

// timingsOf reads the times that traffic was measured to take.
func (r *reader) timingsOf(d document) []Timing {
	timings := []Timing{}
	for i, t := range d.Timings {
		at := fmt.Sprintf("/timings/%d/", i)
		timing := Timing{Operation: t.Operation, Count: t.Count, P50: r.duration(at+"p50Milliseconds", t.P50Milliseconds),
			P95: r.duration(at+"p95Milliseconds", t.P95Milliseconds), Max: r.duration(at+"maxMilliseconds", t.MaxMilliseconds),
			Budget: r.duration(at+"budgetMilliseconds", t.BudgetMilliseconds)}
		if timing.P50 > timing.P95 || timing.P95 > timing.Max || timing.Over() != t.OverBudget {
			r.problems.add("at /timings/%d: its figures contradict each other", i)
		}
		timings = append(timings, timing)
	}
	return timings
}

func (r *reader) findings(at string, documents []findingDocument) []FindingGroup {
	groups := []FindingGroup{}
	for i, f := range documents {
		group := FindingGroup{Clause: f.Clause, Level: f.Level, Where: f.Where, First: f.First, Places: f.Places, Expected: f.Expected, Actual: f.Actual,
			Differs: f.Differs, Habit: f.Habit, Fails: f.Fails, Accepted: f.Accepted, Profiled: f.Profiled, Count: f.Count, Operations: f.Operations,
			Suite: f.Suite, Spec: f.Spec, Exchange: f.Exchange}
		at := fmt.Sprintf("%s/findings/%d", at, i)
		spec := r.specs[specKey{f.Suite, f.Spec}]
		switch {
		case spec == nil:
			r.problems.add("at %s/spec: there is no such spec in the file", at)
		case f.Exchange >= len(spec.Record.Exchanges):
			r.problems.add("at %s/exchange: the spec has %s", at, plural(len(spec.Record.Exchanges), "exchange"))
		case f.Exchange >= 0:
			group.Example = copied(&spec.Record.Exchanges[f.Exchange])
		}
		groups = append(groups, group)
	}
	return groups
}
