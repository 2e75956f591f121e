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

func (j *Judge) answered(operation contract.OperationID, request *http.Request, response *http.Response) ([]Finding, error) {
	x, err := exchangeOf(operation, request, response)
	if err != nil {
		return nil, err
	}
	return j.judge(operation, x)
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
