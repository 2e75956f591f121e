package report

import (
	"bytes"
	_ "embed" // the schema of results.json
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"obconform/harness/evidence"
	"obconform/harness/format"
)

//go:embed results.schema.json
var resultsSchema []byte

// Format is the format of results.json.
func Format() format.Format {
	return format.New("results", "results.json: the verdicts of one run", bytes.Clone(resultsSchema))
}

// Limits of results.json, which has to stay a few MB with 10,000 exchanges.
const (
	maxKeptBody     = 4 << 10
	shortValue      = 100
	maxClauseGroups = 50
	maxSpecGroups   = 20
	// maxDetail bounds headers, bodies and texts of failures of the whole file.
	maxDetail = 1 << 20
	// maxTexts bounds what the findings say in the whole file; past it only the
	// first of each clause and spec is listed, shortened, and the rest counted.
	maxTexts = 1 << 20
)

// ResultsJSON writes the results as results.json: everything but the headers
// and bodies of exchanges without a finding, shortened where it is too long,
// with a note at the place or a count of what was left out.
func ResultsJSON(results Results) ([]byte, error) {
	w := documentWriter{details: maxDetail, texts: maxTexts}
	d := document{
		SchemaVersion: Format().Version, Tool: results.Tool, Subject: results.Subject.unlessBank(), Traffic: results.Traffic, Target: results.Target,
		Start: results.Start.UTC(), End: results.End.UTC(), Seed: results.Seed,
		Command: notNil(results.Command), APIs: notNil(results.APIs), FailOn: notNil(results.FailOn), Profile: results.Profile, Waivers: results.Waivers, Baseline: results.Baseline,
		Shards:  results.Shards,
		Outcome: results.Outcome, ExitStatus: ExitStatus(results), Interrupted: results.Interrupted,
		Evidence:  results.EvidenceFolder,
		Warnings:  []string{},
		Exchanges: results.Exchanges, Totals: results.Totals, Trouble: []Trouble{},
		Clauses: []clauseDocument{}, Operations: notNil(results.Operations), Timings: []timingDocument{},
		Seen: notNilMap(results.Seen), Coverage: results.Coverage, Shortfalls: notNil(results.Shortfalls), Specs: []specDocument{},
	}
	for _, warning := range results.Warnings {
		d.Warnings = append(d.Warnings, Line(warning, maxValue))
	}
	if d.Target == nil {
		d.Target = map[string]any{}
	}
	for _, trouble := range results.Trouble {
		trouble.What, trouble.Detail = Line(trouble.What, maxValue), Block(trouble.Detail, maxKeptBody)
		d.Trouble = append(d.Trouble, trouble)
	}
	for _, clause := range results.Clauses {
		c := clauseDocument{Clause: clause.Clause, Verdict: clause.Verdict, Reason: Line(clause.Reason, maxValue),
			Exchanges: clause.Exchanges, NotSelected: clause.NotSelected}
		c.Findings, c.FindingsOmitted = w.findings(clause.Findings, maxClauseGroups)
		c.FindingsOmitted += clause.Omitted
		d.Clauses = append(d.Clauses, c)
	}
	for _, t := range results.Timings {
		d.Timings = append(d.Timings, timingOf(t))
	}
	for _, spec := range results.Specs {
		d.Specs = append(d.Specs, w.spec(spec))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false) // it would make a page of markup six times as long
	if err := encoder.Encode(d); err != nil {
		return nil, fmt.Errorf("writing results.json: %w", err)
	}
	return out.Bytes(), nil
}

func timingOf(t Timing) timingDocument {
	return timingDocument{Operation: t.Operation, Count: t.Count,
		P50Milliseconds: milliseconds(t.P50), P95Milliseconds: milliseconds(t.P95), MaxMilliseconds: milliseconds(t.Max),
		BudgetMilliseconds: milliseconds(t.Budget), OverBudget: t.Over()}
}

// documentWriter holds what is left of the file's room, in bytes.
type documentWriter struct{ details, texts int }

func (w *documentWriter) findings(groups []FindingGroup, most int) (kept []findingDocument, omitted int) {
	kept = []findingDocument{}
	for i, group := range groups {
		value := maxValue
		if w.texts <= 0 {
			most, value = 1, shortValue
		}
		if i >= most {
			omitted++
			continue
		}
		f := findingDocument{Clause: group.Clause, Level: group.Level, Where: Line(group.Where, maxShort),
			First: Line(group.First, maxShort), Places: group.Places,
			Expected: Line(group.Expected, value), Actual: Line(group.Actual, value), Differs: group.Differs,
			Habit: group.Habit, Fails: group.Fails, Accepted: group.Accepted, Profiled: group.Profiled, Count: group.Count, Operations: notNil(group.Operations),
			Suite: group.Suite, Spec: group.Spec, Exchange: group.Exchange}
		w.texts -= len(f.Where) + len(f.First) + len(f.Expected) + len(f.Actual) + len(f.Spec)
		kept = append(kept, f)
	}
	return kept, omitted
}

func (w *documentWriter) spec(spec SpecVerdict) specDocument {
	d := specDocument{
		Suite: spec.Suite, Section: spec.Section, Name: spec.Name, Clauses: notNil(spec.Clauses), Legacy: notNil(spec.Legacy()),
		Labels: notNil(spec.Labels), Exercised: notNilMap(spec.Exercised), Failing: notNilMap(spec.Failing), Accepted: spec.Accepted, Warning: notNilMap(spec.Warning),
		File: spec.File, Line: spec.Line, State: spec.State, Reason: Line(spec.Reason, maxValue),
		Failures: []Failure{}, Milliseconds: milliseconds(spec.Duration), Notes: []string{}, Exchanges: []exchangeDocument{},
	}
	if !spec.Started.IsZero() {
		started := spec.Started.UTC()
		d.Started = &started
	}
	for _, failure := range spec.Failures {
		failure.Message = Block(failure.Message, max(min(w.details, maxKeptBody), maxShort))
		w.details -= len(failure.Message)
		d.Failures = append(d.Failures, failure)
	}
	for _, note := range spec.Record.Notes {
		d.Notes = append(d.Notes, Line(note, maxValue))
	}
	d.Findings, d.FindingsOmitted = w.findings(spec.Findings, maxSpecGroups)
	d.FindingsOmitted += spec.Omitted
	for i, x := range spec.Record.Exchanges {
		e := exchangeDocument{Operation: x.Operation, Method: Line(x.Method, maxShort), URL: Line(x.URL, 2*maxShort),
			Started: x.Started.UTC(), Milliseconds: milliseconds(x.Duration), Status: x.Status,
			InteractionID: Line(x.InteractionID, maxShort), ReceivedID: Line(x.ReceivedInteractionID, maxShort),
			Origin: Line(x.Origin, maxShort), Inconclusive: Line(x.Inconclusive, maxShort), Repeated: Line(x.Repeated, maxShort), Burst: x.Burst}
		if slices.Contains(spec.Evidence, i) {
			e.Detail = w.detail(x)
		}
		d.Exchanges = append(d.Exchanges, e)
	}
	return d
}

// detail is the headers and bodies of an exchange, nil when the room for them
// is used up.
func (w *documentWriter) detail(x evidence.Exchange) *detailDocument {
	if w.details <= 0 {
		return nil
	}
	headers := func(lines []evidence.HeaderLine) []evidence.HeaderLine {
		kept := []evidence.HeaderLine{}
		for _, line := range lines {
			line = evidence.HeaderLine{Name: Line(line.Name, maxShort), Value: Line(line.Value, maxValue)}
			w.details -= len(line.Name) + len(line.Value)
			kept = append(kept, line)
		}
		return kept
	}
	d := &detailDocument{RequestHeaders: headers(x.RequestHeaders), ResponseHeaders: headers(x.ResponseHeaders),
		RequestBody: Block(x.RequestBody, maxKeptBody), RequestCut: x.RequestCut || len(x.RequestBody) > maxKeptBody,
		ResponseBody: Block(x.ResponseBody, maxKeptBody), ResponseCut: x.ResponseCut || len(x.ResponseBody) > maxKeptBody,
		RequestBytes: x.RequestBytes, ResponseBytes: x.ResponseBytes}
	w.details -= len(d.RequestBody) + len(d.ResponseBody)
	return d
}

// notNil writes an empty list as [] and not as null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func notNilMap[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

// milliseconds keeps every nanosecond: on loopback most answers take less than
// one millisecond.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
