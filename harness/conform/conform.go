// Package conform holds exchanges against the contract within the tests of other
// Go projects: Gomega matchers and plain functions that judge an answer of the
// bank, a transport that judges all that a client under test exchanges with it,
// and the mock bank as a test server.
//
// A failure says what a ticket needs: the clause with its rule and source, where
// the answer departs from it, what was expected and what came, and the exchange
// with its secrets taken out.
//
// It owns the way from net/http's types to the auditor's and nothing of the
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
	"fmt"
	"net/http"
	"sync"
	"time"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/profile"
	"obconform/harness/traffic"
)

// Options are how answers are judged. The zero value judges as a run does that
// is configured with nothing else.
type Options struct {
	// JWKS is the bank's key set (RFC 7517), as its jwks_uri answers it. Without
	// it signatures are not verified, and COM-SIGNATURE is not judged.
	JWKS []byte
	// FailOn are the levels whose breach fails a matcher or a test; doc and std
	// when empty. Breaches of other levels are findings all the same.
	FailOn []contract.Level
	// Profile weighs the findings; documented when empty.
	Profile profile.Profile
	// ClockSkew is the difference between the clocks of bank and test that is
	// allowed for; none when zero.
	ClockSkew time.Duration
}

// maxBody bounds what is read of a body, in bytes; a larger one is not judged.
const maxBody = 16 << 20

// maxValues bounds how many JSON values a judged body has.
const maxValues = 1_000_000

// Judge holds exchanges against the contract. It is safe for concurrent use, and
// keeps nothing of what it has judged.
type Judge struct {
	options Options
	auditor *audit.Auditor
}

// New makes a judge. The error names the level or the profile that there is not.
func New(options Options) (*Judge, error) {
	for _, level := range options.FailOn {
		if !isOneOf(level, contract.Levels()) {
			return nil, fmt.Errorf("conform: FailOn: expected one of %q, got %q", contract.Levels(), level)
		}
	}
	if options.Profile != "" && !isOneOf(options.Profile, profile.All()) {
		return nil, fmt.Errorf("conform: Profile: expected one of %q, got %q", profile.All(), options.Profile)
	}
	auditor, err := audit.New(audit.Options{ClockSkew: options.ClockSkew, MaxResponseBytes: maxBody, MaxJSONValues: maxValues})
	if err != nil {
		return nil, fmt.Errorf("conform: %w", err)
	}
	if options.JWKS != nil {
		auditor.AddKeys(options.JWKS)
	}
	return &Judge{options: options, auditor: auditor}, nil
}

func isOneOf[T comparable](value T, all []T) bool {
	for _, one := range all {
		if one == value {
			return true
		}
	}
	return false
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

// CheckExchange holds the answer of an exchange that was seen or recorded against
// the clauses. An empty operation is told by the address. The error is Check's,
// or says what the exchange lacks.
func (j *Judge) CheckExchange(operation contract.OperationID, x traffic.Exchange) ([]Finding, error) {
	if operation == "" {
		if operation = traffic.NewAddresses().Of(x.Request).Operation; operation == "" {
			return nil, fmt.Errorf("conform: %s %s belongs to no operation of the contract", x.Request.Method, x.Request.URL)
		}
	}
	if x.Response != nil && !x.Response.Body.Whole() {
		return nil, fmt.Errorf("conform: the body of the answer is %s, so it cannot be judged", x.Response.Body.Lack)
	}
	return j.judge(operation, seen{Exchange: x})
}
