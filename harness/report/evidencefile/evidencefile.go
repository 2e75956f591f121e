// Package evidencefile writes what one spec saw as a file of its own, to be
// handed to whoever runs the bank: the obligation, what was found, and every
// request and answer, redacted, each with the command that repeats it. It
// imports the reports' results and nothing that sends or judges.
package evidencefile

import (
	"bytes"
	_ "embed" // the schema of the files
	"encoding/json"
	"fmt"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/format"
	"obconform/harness/report"
)

//go:embed evidence.schema.json
var schema []byte

// Format is the format of an evidence file.
func Format() format.Format {
	return format.New("evidence", "evidence/<spec>.json: what one spec saw", bytes.Clone(schema))
}

// Limits of all evidence files of a run.
const (
	// maxDetail bounds the headers and bodies of all of them, in bytes.
	maxDetail = 8 << 20
	// maxFindings bounds the findings that one file lists.
	maxFindings = 200
	// maxText bounds one text of a finding or a failure, in bytes.
	maxText = 4 << 10
)

// The shapes of an evidence file; evidence.schema.json documents the members.
type (
	document struct {
		SchemaVersion   int                `json:"schemaVersion"`
		Tool            string             `json:"tool"`
		Suite           contract.API       `json:"suite"`
		Section         string             `json:"section"`
		Spec            string             `json:"spec"`
		State           report.State       `json:"state"`
		Reason          string             `json:"reason"`
		Clauses         []contract.Clause  `json:"clauses"`
		Legacy          []string           `json:"legacy"`
		Findings        []findingDocument  `json:"findings"`
		FindingsOmitted int                `json:"findingsOmitted"`
		Failures        []report.Failure   `json:"failures"`
		Notes           []string           `json:"notes"`
		Exchanges       []exchangeDocument `json:"exchanges"`
	}
	findingDocument struct {
		Clause   contract.ClauseID `json:"clause"`
		Level    contract.Level    `json:"level"`
		Rule     string            `json:"rule"`
		Source   string            `json:"source"`
		Where    string            `json:"where"`
		Expected string            `json:"expected"`
		Actual   string            `json:"actual"`
		Exchange int               `json:"exchange"`
	}
	exchangeDocument struct {
		Operation     contract.OperationID `json:"operation"`
		Method        string               `json:"method"`
		URL           string               `json:"url"`
		Started       time.Time            `json:"started"`
		Milliseconds  float64              `json:"milliseconds"`
		Status        int                  `json:"status"`
		InteractionID string               `json:"interactionId"`
		ReceivedID    string               `json:"receivedInteractionId"`
		Origin        string               `json:"origin,omitempty"`
		Inconclusive  string               `json:"inconclusive"`
		Curl          string               `json:"curl"`
		Request       *messageDocument     `json:"request"`
		Response      *messageDocument     `json:"response"`
	}
	messageDocument struct {
		Headers []evidence.HeaderLine `json:"headers"`
		Body    string                `json:"body"`
		Bytes   int                   `json:"bytes"`
		Cut     bool                  `json:"cut"`
	}
)

// File is one evidence file.
type File struct {
	Name string
	Data []byte
}

// Render makes the evidence files of a run, one for each spec that has
// something to show, in the order of the specs.
func Render(results report.Results) ([]File, error) {
	var files []File
	detailed := results.Detailed(maxDetail)
	for i, spec := range results.Specs {
		if !spec.HasEvidence() {
			continue
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetIndent("", " ")
		encoder.SetEscapeHTML(false)
		name := report.EvidenceName(spec.Suite, spec.Name)
		if err := encoder.Encode(documentOf(results, spec, detailed[i])); err != nil {
			return nil, fmt.Errorf("writing the evidence %s: %w", name, err)
		}
		files = append(files, File{Name: name, Data: report.EscapeJSON(out.Bytes())})
	}
	return files, nil
}

func documentOf(results report.Results, spec report.SpecVerdict, detailed []bool) document {
	d := document{SchemaVersion: Format().Version, Tool: results.Tool, Suite: spec.Suite, Section: spec.Section, Spec: spec.Name,
		State: spec.State, Reason: report.Line(spec.Reason, maxText), Clauses: []contract.Clause{}, Legacy: append([]string{}, spec.Legacy()...),
		Findings: []findingDocument{}, Failures: []report.Failure{}, Notes: []string{}, Exchanges: []exchangeDocument{}}
	for _, id := range spec.Clauses {
		if clause, ok := contract.ClauseByID(id); ok {
			d.Clauses = append(d.Clauses, clause)
		}
	}
	for i, f := range spec.Record.Findings {
		if i == maxFindings {
			d.FindingsOmitted = len(spec.Record.Findings) - maxFindings
			break
		}
		clause, _ := contract.ClauseByID(f.Clause)
		d.Findings = append(d.Findings, findingDocument{Clause: f.Clause, Level: f.Level, Rule: clause.Rule, Source: clause.Source.String(),
			Where: report.Line(f.Where, maxText), Expected: report.Line(f.Expected, maxText), Actual: report.Line(f.Actual, maxText), Exchange: f.Exchange})
	}
	for _, failure := range spec.Failures {
		failure.Message = report.Block(failure.Message, maxText)
		d.Failures = append(d.Failures, failure)
	}
	for _, note := range spec.Record.Notes {
		d.Notes = append(d.Notes, report.Line(note, maxText))
	}
	for i, x := range spec.Record.Exchanges {
		d.Exchanges = append(d.Exchanges, exchangeOf(results, x, detailed[i]))
	}
	return d
}

// exchangeOf keeps headers and bodies where there is room for them and where
// they were recorded.
func exchangeOf(results report.Results, x evidence.Exchange, detailed bool) exchangeDocument {
	d := exchangeDocument{Operation: x.Operation, Method: x.Method, URL: x.URL, Started: x.Started.UTC(),
		Milliseconds: float64(x.Duration) / float64(time.Millisecond), Status: x.Status, InteractionID: x.InteractionID,
		ReceivedID: x.ReceivedInteractionID, Origin: report.Line(x.Origin, maxText), Inconclusive: report.Line(x.Inconclusive, maxText)}
	if !detailed || len(x.RequestHeaders) == 0 {
		return d
	}
	d.Curl = results.Curl(x)
	d.Request = &messageDocument{Headers: x.RequestHeaders, Body: x.RequestBody, Bytes: x.RequestBytes, Cut: x.RequestCut}
	if x.Status != 0 {
		d.Response = &messageDocument{Headers: append([]evidence.HeaderLine{}, x.ResponseHeaders...), Body: x.ResponseBody,
			Bytes: x.ResponseBytes, Cut: x.ResponseCut}
	}
	return d
}
