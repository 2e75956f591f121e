// Package conform holds exchanges against the contract within the tests of other
// Go projects: Gomega matchers and plain functions that judge an answer of the
// bank or a request of the client, a transport that judges all that a client under
// test exchanges with the bank, and the mock bank as a test server whose callers
// are judged at its door.
//
// A failure says what a ticket needs: the clause with its rule and source, where
// the answer departs from it, what was expected and what came, and the exchange
// with its secrets taken out.
//
// It owns the way from net/http's types to the judge's and nothing of the
// contract. It starts no process and writes no file but below a test's own
// temporary folder.
//
// # In another module
//
// The name of this module, obconform, is no address that the go command could
// fetch. A project that uses it has a checkout at hand, a submodule for one, and
// says where, in its go.mod
//
//	require obconform v0.0.0
//
//	replace obconform => ./third_party/obconform
//
// or, without a change there, in a go.work beside it:
//
//	use (
//		.
//		./third_party/obconform
//	)
//
// After that go mod tidy, go mod vendor and go test work as ever.
package conform

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"obconform/harness/audit"
	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/gate"
	"obconform/harness/profile"
	"obconform/harness/report"
	"obconform/harness/traffic"
)

// Options are how answers are judged. The zero value judges as a run does that
// is configured with nothing else.
type Options struct {
	// Sides are whose obligations are judged: the bank's by default, those of both by
	// a Transport, and the client's by a Front.
	Sides gate.Sides
	// JWKS is the bank's key set (RFC 7517), as its jwks_uri answers it. Without
	// it signatures are not verified, and COM-SIGNATURE is not judged; a Transport
	// learns the keys that go by.
	JWKS []byte
	// FailOn are the levels whose breach fails a matcher or a test; doc and std
	// when empty. Breaches of other levels are findings all the same.
	FailOn []contract.Level
	// Profile weighs the findings; documented when empty.
	Profile profile.Profile
	// ClockSkew is the difference between the clocks of bank and test that is
	// allowed for; none when zero.
	ClockSkew time.Duration
	// Require are the clauses and operations that a Transport or a Front must see
	// exercised, by identifier; else it fails the test.
	Require []string

	whole bool // nothing but what went by exists
}

// maxBody bounds what is read of a body, in bytes; a larger one is not judged.
const maxBody = 16 << 20

// maxValues bounds how many JSON values a judged body has.
const maxValues = 1_000_000

// Judge holds single exchanges against the contract. It is safe for concurrent
// use, and keeps nothing of what it has judged.
type Judge struct {
	options Options
	gate    *gate.Judge
}

// New makes a judge. The error names each option that makes no sense.
func New(options Options) (*Judge, error) {
	if options.Sides == "" {
		options.Sides = gate.Bank
	}
	judge, err := options.gate()
	if err != nil {
		return nil, fmt.Errorf("conform: %w", err)
	}
	return &Judge{options: options, gate: judge}, nil
}

// gate makes the judge behind ours. The error has all that is wrong.
func (o Options) gate() (*gate.Judge, error) {
	var wrong []error
	for _, level := range o.FailOn {
		if !slices.Contains(contract.Levels(), level) {
			wrong = append(wrong, fmt.Errorf("option FailOn: expected some of %q, got %q", contract.Levels(), level))
		}
	}
	if o.Profile != "" && !slices.Contains(profile.All(), o.Profile) {
		wrong = append(wrong, fmt.Errorf("option Profile: expected one of %q, got %q", profile.All(), o.Profile))
	}
	judge, err := gate.New(gate.Options{Sides: o.Sides, Require: o.Require, Run: report.Run{FailOn: o.FailOn, Profile: o.Profile},
		Audit:   audit.Options{ClockSkew: o.ClockSkew, MaxResponseBytes: maxBody, MaxJSONValues: maxValues},
		Conduct: conduct.Options{ClockSkew: o.ClockSkew, Whole: o.whole}})
	if err := errors.Join(append(wrong, err)...); err != nil {
		return nil, err
	}
	if o.JWKS != nil {
		judge.AddKeys(o.JWKS)
	}
	return judge, nil
}

// standard is the judge behind the package's functions. Its schemas are compiled
// once, and not before somebody asks for them.
var standard = sync.OnceValues(func() (*Judge, error) { return New(Options{}) })

// Check is Judge.Check with the zero Options.
func Check(operation contract.OperationID, response *http.Response) ([]Finding, error) {
	judge, err := standard()
	if err != nil {
		return nil, err
	}
	return judge.Check(operation, response)
}

// CheckExchange is Judge.CheckExchange with the zero Options.
func CheckExchange(operation contract.OperationID, x traffic.Exchange) ([]Finding, error) {
	judge, err := standard()
	if err != nil {
		return nil, err
	}
	return judge.CheckExchange(operation, x)
}

// CheckRequest holds a request against every clause of the client's that one
// request can decide. It reads the body and puts it back. The operation is told by
// the address; the error says that there is none.
func CheckRequest(request *http.Request) ([]Finding, error) {
	judge, err := asking()
	if err != nil {
		return nil, err
	}
	if request == nil {
		return nil, errors.New("conform: the request is nil")
	}
	again, body := replayable(request)
	request.Body = again.Body
	return judge.CheckExchange("", traffic.Exchange{Started: time.Now(), Request: traffic.Request{
		Method: methodOf(request), URL: request.URL, Header: request.Header.Clone(), Body: body}})
}

// asking is the judge of single requests.
var asking = sync.OnceValues(func() (*Judge, error) { return New(Options{Sides: gate.Client}) })

// Check holds an answer of an operation against every clause that one answer can
// decide. It reads the body and puts it back. What is known of the request is
// taken from response.Request, which net/http's client sets; without one, what
// depends on the request is not judged.
//
// The answer counts as just received: its instants are held against the clock of
// the call. The error says why it could not be judged: an operation that there
// is not, a body that could not be read, a gateway that answered in the bank's
// place.
func (j *Judge) Check(operation contract.OperationID, response *http.Response) ([]Finding, error) {
	return j.answered(operation, nil, response)
}

// CheckExchange holds an exchange that was seen or recorded against the clauses. An
// empty operation is told by the address. The error is Check's, or says what the
// exchange lacks.
func (j *Judge) CheckExchange(operation contract.OperationID, x traffic.Exchange) ([]Finding, error) {
	if operation == "" {
		if operation = traffic.NewAddresses().Of(x.Request).Operation; operation == "" {
			return nil, fmt.Errorf("conform: %s %s belongs to no operation of the contract", x.Request.Method, x.Request.URL)
		}
	}
	if x.Response != nil && !x.Response.Body.Whole() {
		return nil, fmt.Errorf("conform: the body of the answer is %s, so it cannot be judged", x.Response.Body.Lack)
	}
	return j.judge(operation, x)
}

// answered holds an answer against the clauses, to the request that it names
// unless another is given.
func (j *Judge) answered(operation contract.OperationID, request *http.Request, response *http.Response) ([]Finding, error) {
	x, err := exchangeOf(operation, request, response)
	if err != nil {
		return nil, err
	}
	return j.judge(operation, x)
}

// judge has the exchange judged by itself.
func (j *Judge) judge(operation contract.OperationID, x traffic.Exchange) ([]Finding, error) {
	if _, known := contract.Lookup(operation); !known {
		return nil, fmt.Errorf("conform: the contract has no operation %q", operation)
	}
	judged, shown, err := j.gate.Single(x, operation)
	switch {
	case err != nil:
		return nil, fmt.Errorf("conform: %w", err)
	case judged.Inconclusive != "":
		return nil, fmt.Errorf("conform: the answer of %s could not be judged: %s", operation, judged.Inconclusive)
	}
	var findings []Finding
	for _, found := range judged.Findings {
		clause, _ := contract.ClauseByID(found.Clause)
		findings = append(findings, Finding{Clause: clause, Level: found.Level, Fails: j.options.Profile.Fails(found, j.failOn()),
			Operation: operation, Where: found.Where, Expected: found.Expected, Actual: found.Actual, Exchange: shown,
			found: found, options: j.options})
	}
	return findings, nil
}

// failOn are the levels that fail; the default is the contract's.
func (j *Judge) failOn() []contract.Level {
	if len(j.options.FailOn) == 0 {
		return []contract.Level{contract.Doc, contract.Std}
	}
	return j.options.FailOn
}
