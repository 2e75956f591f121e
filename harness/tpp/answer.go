package tpp

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/strictjson"
)

// Answer is what the bank answered, already audited, as a spec looks at it.
type Answer struct {
	// Status is the HTTP status, 0 when no answer came.
	Status int
	Header http.Header
	// Body is the JSON value of the body, nil when there is none.
	Body any
	// Started and Ended enclose the exchange, by our clock.
	Started, Ended time.Time

	raw          []byte
	client       *Client
	operation    contract.Operation
	index        int
	inconclusive string
	lost         bool // the connection was, before the answer was whole
	late         bool // the time was over before that
	findings     []evidence.Finding
	// bearer is the token that the request carried, empty for none.
	bearer string
	// proof is how the client proved itself to the token endpoint, empty elsewhere.
	proof string
	// to says what was asked for, empty where nobody needs to know.
	to string
	// token says that the token ought to have been taken, empty where nothing is
	// known of it.
	token string
	// burst is what came of the burst that it ended without a refusal.
	burst string
}

// Must ends the spec unless the answer has one of the statuses; the clause is
// then exercised. Where the environment answered the spec is inconclusive; a
// status that the operation does not document belongs to COM-STATUS, which the
// audit has found already.
func (a *Answer) Must(clause contract.ClauseID, statuses ...int) *Answer {
	if a.Is(clause, statuses...) {
		return a
	}
	a.client.stop()
	return a
}

// MustTo is Must with a word on what the answer is to, for findings that differ
// by what was asked for.
func (a *Answer) MustTo(clause contract.ClauseID, what string, statuses ...int) *Answer {
	a.to = " to " + what
	return a.Must(clause, statuses...)
}

// Is holds the answer against the statuses that the clause accepts and goes on
// either way; it tells whether the answer has one of them.
func (a *Answer) Is(clause contract.ClauseID, statuses ...int) bool {
	if a.inconclusive != "" {
		a.client.inconclusiveSpec(a.describe() + ": " + a.inconclusive)
	}
	if slices.Contains(statuses, a.Status) || slices.Contains(statuses, 200) && a.hasHabit(contract.TokenCreated) {
		if !a.hollow() {
			a.client.exercised(clause)
		}
		return true
	}
	if !a.undocumented() {
		a.findHabit(a.statusHabit(clause, statuses), clause, "status", "status "+orList(statuses)+a.to, "status "+strconv.Itoa(a.Status)+a.reasonGiven())
	}
	return false
}

// hollow tells whether a success has nothing of the body that it documents: what
// the clause asks of that cannot be held against it, so that the status alone
// puts nothing to the test. COM-BODY, or COM-JSON, has found it.
func (a *Answer) hollow() bool {
	return a.Status/100 == 2 && slices.ContainsFunc(a.findings, func(f evidence.Finding) bool {
		return f.Level != contract.Adv && (f.Clause == contract.ComJSON || f.Clause == contract.ComBody && (f.Where == "body" || f.Where == "/Data"))
	})
}

// undocumented tells whether the audit has found the status itself wanting.
func (a *Answer) undocumented() bool { return a.breaches(contract.ComStatus) }

// breaches tells whether the audit has found the answer to breach the clause.
func (a *Answer) breaches(clause contract.ClauseID) bool {
	return slices.ContainsFunc(a.findings, func(f evidence.Finding) bool { return f.Clause == clause })
}

// reasonGiven is what an error body says, for the reader of a failure; where the
// bank did not take the client's proof, also what that was: a wrong secret, key
// or certificate of the configuration's looks like a bank's mistake.
func (a *Answer) reasonGiven() string {
	reason := a.errorGiven()
	if code, _ := a.Text("/error"); a.proof != "" && (a.Status == 401 || code == "invalid_client") {
		reason += "; the client proved itself by " + a.proof
	}
	for _, more := range []string{a.token, a.burst} {
		if more != "" {
			reason += "; " + more
		}
	}
	return reason
}

func (a *Answer) errorGiven() string {
	for _, pointer := range []string{"/Errors/0/Message", "/Message", "/error_description", "/error"} {
		if text, ok := a.Text(pointer); ok && text != "" {
			return fmt.Sprintf(" (%.120q)", text)
		}
	}
	return ""
}

func orList(statuses []int) string {
	words := make([]string, len(statuses))
	for i, status := range statuses {
		words[i] = strconv.Itoa(status)
	}
	return strings.Join(words, " or ")
}

func (a *Answer) describe() string { return string(a.operation.ID) }

// find keeps a finding of the spec's about this answer.
func (a *Answer) find(clause contract.ClauseID, where, expected, actual string) {
	a.client.find(a.finding(clause, where, expected, actual))
}

func (a *Answer) finding(clause contract.ClauseID, where, expected, actual string) evidence.Finding {
	return evidence.Finding{Clause: clause, Operation: a.operation.ID, Status: a.Status,
		Where: where, Expected: expected, Actual: actual, Exchange: a.index}
}

// owned tells whether the audit has found a breach at the pointer or above it:
// then the fault has an owner already, and the spec's clause none to add. What
// is advised against owns nothing, or a warning would hide a failure. What is no
// strict JSON was not read, so that COM-JSON owns all of it.
func (a *Answer) owned(pointer string) bool {
	return slices.ContainsFunc(a.findings, func(f evidence.Finding) bool {
		return f.Level != contract.Adv && (f.Clause == contract.ComJSON || f.Where == "body" || f.Where == pointer || strings.HasPrefix(pointer, f.Where+"/") && strings.HasPrefix(f.Where, "/"))
	})
}

// Value is the member at the pointer (RFC 6901).
func (a *Answer) Value(pointer string) (value any, present bool) {
	return strictjson.Pointer(a.Body, pointer)
}

// Text is the string at the pointer; ok is false for anything else.
func (a *Answer) Text(pointer string) (text string, ok bool) {
	value, _ := a.Value(pointer)
	text, ok = value.(string)
	return text, ok
}

// MustText is the non-empty string at the pointer, which the spec cannot go on
// without; its absence breaches the clause, unless the audit has found it.
func (a *Answer) MustText(clause contract.ClauseID, pointer string) string {
	text, ok := a.Text(pointer)
	if ok && text != "" {
		return text
	}
	if !a.owned(pointer) {
		a.find(clause, pointer, "a non-empty string", a.describeAt(pointer))
	}
	a.client.stop()
	return ""
}

// Check holds one property of the answer against the clause and goes on either
// way. Where the audit has found the member at fault already, it says nothing.
func (a *Answer) Check(clause contract.ClauseID, pointer string, met bool, expected string) {
	switch {
	case met:
		a.client.exercised(clause)
	case !a.owned(pointer):
		a.find(clause, pointer, expected, a.describeAt(pointer))
	}
}

// describeAt says what stands at the pointer (or in the header, where the
// place is "header NAME"), shortly.
func (a *Answer) describeAt(pointer string) string {
	if name, ok := strings.CutPrefix(pointer, "header "); ok {
		return fmt.Sprintf("%.120q", a.Header.Values(name))
	}
	value, present := a.Value(pointer)
	switch {
	case pointer == "status":
		return "status " + strconv.Itoa(a.Status)
	case !present:
		return "no such member"
	case personal(pointer):
		return fmt.Sprintf("a %T that is not shown here", value)
	}
	return fmt.Sprintf("%.160s", quoted(value))
}

// personal members are described, never shown.
func personal(pointer string) bool {
	for _, name := range []string{"/Identification", "/SecondaryIdentification", "/Name", "/Account", "/DebtorAccount", "/client_secret",
		"/software_statement", "/softwareStatement"} {
		if strings.HasSuffix(pointer, name) {
			return true
		}
	}
	return false
}

func quoted(value any) string {
	if text, ok := value.(string); ok {
		return strconv.Quote(text)
	}
	return fmt.Sprint(value)
}
