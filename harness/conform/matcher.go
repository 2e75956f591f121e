package conform

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/onsi/gomega/types"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// Matcher is a Gomega matcher that holds an answer against the contract.
type Matcher struct {
	judge     func() (*Judge, error)
	operation contract.OperationID
	request   *http.Request
	findings  []Finding
}

var _ types.GomegaMatcher = (*Matcher)(nil)

// ConformTo is Judge.ConformTo with the zero Options.
func ConformTo(operation contract.OperationID) *Matcher {
	return &Matcher{judge: standard, operation: operation}
}

// ConformTo succeeds for an answer of the operation in which nothing departs from
// the contract that fails a test. The actual value is an *http.Response, whose
// body is read and put back; an *httptest.ResponseRecorder; or a
// traffic.Exchange. What cannot be judged is an error.
func (j *Judge) ConformTo(operation contract.OperationID) *Matcher {
	return &Matcher{judge: func() (*Judge, error) { return j, nil }, operation: operation}
}

// To names the request that is answered, where the actual value does not: a
// recorder never does. Then what depends on the request is judged too, the echo
// of x-fapi-interaction-id for one.
func (m *Matcher) To(request *http.Request) *Matcher {
	m.request = request
	return m
}

// Match implements Gomega's matcher.
func (m *Matcher) Match(actual any) (success bool, err error) {
	judge, err := m.judge()
	if err != nil {
		return false, err
	}
	switch value := actual.(type) {
	case *http.Response:
		m.findings, err = judge.answered(m.operation, m.request, value)
	case *httptest.ResponseRecorder:
		if value == nil {
			return false, fmt.Errorf("conform: the recorder is nil")
		}
		m.findings, err = judge.answered(m.operation, m.request, value.Result())
	case traffic.Exchange:
		m.findings, err = judge.CheckExchange(m.operation, value)
	case *traffic.Exchange:
		if value == nil {
			return false, fmt.Errorf("conform: the exchange is nil")
		}
		m.findings, err = judge.CheckExchange(m.operation, *value)
	default:
		return false, fmt.Errorf("conform: ConformTo expects an *http.Response, an *httptest.ResponseRecorder or a traffic.Exchange, got %T", actual)
	}
	return err == nil && len(failingOf(m.findings)) == 0, err
}

// FailureMessage implements Gomega's matcher: what a ticket needs, with secrets
// taken out. Gomega would print the response itself, and its bearer token.
func (m *Matcher) FailureMessage(any) string {
	return fmt.Sprintf("Expected the answer to %s to conform to the contract.\n\n%s", m.operation, ticket(m.findings))
}

// NegatedFailureMessage implements Gomega's matcher.
func (m *Matcher) NegatedFailureMessage(any) string {
	return fmt.Sprintf("Expected the answer to %s not to conform to the contract, and it does.", m.operation)
}

// RequestMatcher is a Gomega matcher that holds a request against what a client
// has to do.
type RequestMatcher struct{ findings []Finding }

var _ types.GomegaMatcher = (*RequestMatcher)(nil)

// BeConforming succeeds for an *http.Request, or the request of a traffic.Exchange,
// in which nothing departs from a client's clauses (CLI-…) that fails a test. What
// only several requests show (a code used twice, an interaction id used again) is
// a Transport's to find.
func BeConforming() *RequestMatcher { return &RequestMatcher{} }

// Match implements Gomega's matcher.
func (m *RequestMatcher) Match(actual any) (success bool, err error) {
	switch value := actual.(type) {
	case *http.Request:
		m.findings, err = CheckRequest(value)
	case traffic.Exchange:
		var judge *Judge
		if judge, err = asking(); err == nil {
			m.findings, err = judge.CheckExchange("", value)
		}
	default:
		return false, fmt.Errorf("conform: BeConforming expects an *http.Request or a traffic.Exchange, got %T", actual)
	}
	return err == nil && len(failingOf(m.findings)) == 0, err
}

// FailureMessage implements Gomega's matcher.
func (m *RequestMatcher) FailureMessage(any) string {
	return "Expected the request to conform to the contract.\n\n" + ticket(m.findings)
}

// NegatedFailureMessage implements Gomega's matcher.
func (m *RequestMatcher) NegatedFailureMessage(any) string {
	return "Expected the request not to conform to the contract, and it does."
}
