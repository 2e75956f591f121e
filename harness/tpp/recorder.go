package tpp

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// maxBody bounds what is kept of a body, in bytes: enough to read, little
// enough to keep thousands.
const maxBody = 16 << 10

// recorder gathers what one spec sees and concludes.
type recorder struct {
	evidence.Record
	cleanups []cleanup
	// registration is the client that the spec has registered for itself.
	registration *Identity
	// failed counts the findings that a failure message has shown already.
	failed int
}

func newRecorder() *recorder { return &recorder{} }

// record redacts and keeps one audited exchange and its findings, and answers
// its index.
func (c *Client) record(x audit.Exchange, result audit.Result) int {
	index := len(c.spec.Exchanges)
	kept := evidence.Exchange{
		Operation: x.Operation, Method: x.Request.Method, URL: c.redactor.text(x.Request.URL.String()),
		Started: x.Started.UTC(), Duration: x.Ended.Sub(x.Started),
		RequestHeaders: c.headerLines(x.Request.Header), RequestBody: c.body(x.Operation, x.Request.Body),
		InteractionID: c.redactor.text(x.Request.InteractionID), Exercised: result.Exercised,
		Inconclusive: c.redactor.text(result.Inconclusive),
	}
	if x.Response != nil {
		kept.Status = x.Response.Status
		kept.ResponseHeaders = c.headerLines(x.Response.Header)
		kept.ResponseBody = c.body(x.Operation, x.Response.Body)
	}
	c.spec.Exchanges = append(c.spec.Exchanges, kept)
	for _, finding := range result.Findings {
		finding.Exchange = index
		c.spec.Findings = append(c.spec.Findings, c.redactFinding(finding))
	}
	return index
}

func (c *Client) redactFinding(f evidence.Finding) evidence.Finding {
	f.Where, f.Expected, f.Actual = c.redactor.text(f.Where), c.redactor.text(f.Expected), c.redactor.text(f.Actual)
	return f
}

// headerLines are the header fields in a stable order, redacted.
func (c *Client) headerLines(header http.Header) []evidence.HeaderLine {
	var lines []evidence.HeaderLine
	for name, values := range header {
		for _, value := range values {
			lines = append(lines, evidence.HeaderLine{Name: name, Value: c.redactor.header(name, value)})
		}
	}
	slices.SortStableFunc(lines, func(a, b evidence.HeaderLine) int { return strings.Compare(a.Name, b.Name) })
	return lines
}

// body redacts before it cuts, or a cut-off secret would stand at the end; of
// a huge body only so much is redacted as could be kept.
func (c *Client) body(operation contract.OperationID, body []byte) string {
	text := c.redactor.body(operation, body[:min(len(body), 4*maxBody)])
	if len(text) > maxBody || len(body) > 4*maxBody {
		text = fmt.Sprintf("%s … (%d bytes in all)", strings.ToValidUTF8(text[:min(len(text), maxBody)], ""), len(body))
	}
	return text
}

// exercised notes that the spec put a clause to the test.
func (c *Client) exercised(clause contract.ClauseID) {
	if !slices.Contains(c.spec.Exercised, clause) {
		c.spec.Exercised = append(c.spec.Exercised, clause)
	}
}

// find keeps a finding of the spec's own.
func (c *Client) find(f evidence.Finding) {
	if known, ok := contract.ClauseByID(f.Clause); ok && f.Level == "" {
		f.Level = known.Level
	}
	c.exercised(f.Clause)
	c.spec.Findings = append(c.spec.Findings, c.redactFinding(f))
}

// inconclusiveSpec ends the spec: the environment answered, not the API.
func (c *Client) inconclusiveSpec(reason string) {
	if c.spec.Inconclusive == "" {
		c.spec.Inconclusive = c.redactor.text(reason)
	}
	c.reporter.Fail("inconclusive: " + c.spec.Inconclusive)
}

// NotExercised ends the spec without a verdict, and says why: a capability
// that is switched off, a way to a consent that the configuration lacks.
func (c *Client) NotExercised(reason string) {
	c.spec.NotExercised = c.redactor.text(reason)
	c.reporter.Skip("not exercised: " + c.spec.NotExercised)
}

// note leaves a remark for the reader of the report.
func (c *Client) note(format string, args ...any) {
	c.spec.Notes = append(c.spec.Notes, c.redactor.text(fmt.Sprintf(format, args...)))
}
