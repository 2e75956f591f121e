package tpp

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

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
	// raw is what the exchanges leave out until it is known whether anybody will
	// read it, in the same order.
	raw      []rawDetail
	cleanups []cleanup
	// registration is the client that the spec has registered for itself.
	registration *Identity
	// failed counts the findings that a failure message has shown already.
	failed int
	// renewed says that a grant has outlived its window: what the spec could not
	// get with it is to be asked for again.
	renewed bool
	began   time.Time
}

func newRecorder() *recorder { return &recorder{began: time.Now()} }

// rawDetail is the headers and bodies of one exchange, not redacted: it never
// leaves the process.
type rawDetail struct {
	request, response         http.Header
	requestBody, responseBody rawBody
}

// rawBody is the beginning of a body, and how long all of it is.
type rawBody struct {
	start  []byte
	length int
}

func beginning(body []byte) rawBody {
	start := body
	if len(body) > 4*maxBody {
		start = bytes.Clone(body[:4*maxBody]) // so that the rest can go
	}
	return rawBody{start, len(body)}
}

// record redacts and keeps one audited exchange and its findings, and answers
// its index. Headers and bodies wait for detail.
func (c *Client) record(x audit.Exchange, result audit.Result) int {
	index := len(c.spec.Exchanges)
	result = c.offered(result)
	kept := evidence.Exchange{
		Operation: x.Operation, Method: x.Request.Method, URL: c.redactor.Text(x.Request.URL.String()),
		Started: x.Started.UTC(), Duration: x.Ended.Sub(x.Started),
		InteractionID: c.redactor.Text(x.Request.InteractionID), Exercised: result.Exercised,
		Inconclusive: c.redactor.Text(result.Inconclusive),
	}
	kept.RequestBytes = len(x.Request.Body)
	raw := rawDetail{request: x.Request.Header, requestBody: beginning(x.Request.Body)}
	if x.Response != nil {
		kept.Status, kept.ResponseBytes = x.Response.Status, len(x.Response.Body)
		kept.ReceivedInteractionID = c.redactor.Text(strings.Join(x.Response.Header.Values(contract.HeaderInteractionID), ", "))
		raw.response, raw.responseBody = x.Response.Header, beginning(x.Response.Body)
	}
	c.book.Note(x.Operation, kept.Status, result.Body)
	c.spec.Exchanges, c.spec.raw = append(c.spec.Exchanges, kept), append(c.spec.raw, raw)
	for _, finding := range result.Findings {
		finding.Exchange = index
		c.spec.Findings = append(c.spec.Findings, c.redactFinding(finding))
	}
	return index
}

// detail adds headers and bodies to the exchanges, redacted. It costs more than
// the audit does, so only a spec with something to show is detailed; and at
// its end, when all secrets that it met are known.
func (c *Client) detail() {
	for i, raw := range c.spec.raw {
		kept := &c.spec.Exchanges[i]
		kept.RequestHeaders, kept.ResponseHeaders = c.headerLines(raw.request), c.headerLines(raw.response)
		kept.RequestBody, kept.RequestCut = c.body(kept.Operation, raw.requestBody)
		kept.ResponseBody, kept.ResponseCut = c.body(kept.Operation, raw.responseBody)
	}
}

// seen is what the spec saw first, redacted: a target may say a secret anywhere.
func (c *Client) seen() map[string][]string {
	fresh := c.book.Fresh()
	for _, facts := range fresh {
		for i := range facts {
			facts[i] = c.redactor.Text(facts[i])
		}
	}
	return fresh
}

func (c *Client) redactFinding(f evidence.Finding) evidence.Finding {
	f.Where, f.Expected, f.Actual = c.redactor.Text(f.Where), c.redactor.Text(f.Expected), c.redactor.Text(f.Actual)
	return f
}

// headerLines are the header fields in a stable order, redacted.
func (c *Client) headerLines(header http.Header) []evidence.HeaderLine {
	var lines []evidence.HeaderLine
	for name, values := range header {
		for _, value := range values {
			lines = append(lines, evidence.HeaderLine{Name: name, Value: c.redactor.Header(name, value)})
		}
	}
	slices.SortStableFunc(lines, func(a, b evidence.HeaderLine) int { return strings.Compare(a.Name, b.Name) })
	return lines
}

// body redacts before it cuts, or a cut-off secret would stand at the end; of
// a huge body only so much is redacted as could be kept.
func (c *Client) body(operation contract.OperationID, body rawBody) (text string, cut bool) {
	text = c.redactor.Body(operation, body.start)
	if cut = len(text) > maxBody || body.length > len(body.start); cut {
		text = fmt.Sprintf("%s … (%d bytes in all)", strings.ToValidUTF8(text[:min(len(text), maxBody)], ""), body.length)
	}
	return text, cut
}

// offered is the result without the clauses that the target does not offer: they
// are neither exercised nor breached.
func (c *Client) offered(result audit.Result) audit.Result {
	if len(c.notOffered) == 0 {
		return result
	}
	withheld := func(clause contract.ClauseID) bool { return c.notOffered[clause] != "" }
	result.Exercised = slices.DeleteFunc(slices.Clone(result.Exercised), withheld)
	result.Findings = slices.DeleteFunc(slices.Clone(result.Findings), func(f evidence.Finding) bool { return withheld(f.Clause) })
	return result
}

// exercised notes that the spec put a clause to the test.
func (c *Client) exercised(clause contract.ClauseID) {
	if c.notOffered[clause] == "" && !slices.Contains(c.spec.Exercised, clause) {
		c.spec.Exercised = append(c.spec.Exercised, clause)
	}
}

// find keeps a finding of the spec's own.
func (c *Client) find(f evidence.Finding) {
	if c.notOffered[f.Clause] != "" {
		return
	}
	if known, ok := contract.ClauseByID(f.Clause); ok && f.Level == "" {
		f.Level = known.Level
	}
	c.exercised(f.Clause)
	c.spec.Findings = append(c.spec.Findings, c.redactFinding(f))
}

// inconclusiveSpec ends the spec: the environment answered, not the API.
func (c *Client) inconclusiveSpec(reason string) {
	if c.spec.Inconclusive == "" {
		c.spec.Inconclusive = c.redactor.Text(reason)
	}
	c.reporter.Fail("inconclusive: " + c.spec.Inconclusive)
}

// NotExercised ends the spec without a verdict, and says why: a capability
// that is switched off, a way to a consent that the configuration lacks.
func (c *Client) NotExercised(reason string) {
	c.spec.NotExercised = c.redactor.Text(reason)
	c.reporter.Skip("not exercised: " + c.spec.NotExercised)
}

// note leaves a remark for the reader of the report.
func (c *Client) note(format string, args ...any) {
	c.spec.Notes = append(c.spec.Notes, c.redactor.Text(fmt.Sprintf(format, args...)))
}
