// Package mutate changes the answers of an HTTP service on their way to a
// client, mechanically: it stands between the two as a proxy, learns from the
// answers that pass by what there is to change, and then changes one thing at a
// time. It knows HTTP, JSON and JWS, and nothing of what the answers mean: no
// schema, no contract, no list of operations. So it finds what a check forgot,
// and not what its author had in mind.
//
// It imports the standard library alone, which a test keeps.
package mutate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// Answer is one answer of the service, read whole.
type Answer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
	// Cut says that the connection ends in the middle of the body, whose length
	// was announced in full.
	Cut bool `json:"cut,omitempty"`
}

func (a Answer) clone() Answer {
	a.Header = a.Header.Clone()
	if a.Header == nil {
		a.Header = http.Header{}
	}
	return a
}

// Place is where an answer belongs: what was asked, and the status of the
// answer.
type Place struct {
	// Request is the method and the path's template, as in "GET /things/{}".
	Request string `json:"request"`
	Status  int    `json:"status"`
}

// String is the place as reports name it: "GET /things/{} 200".
func (p Place) String() string { return fmt.Sprintf("%s %d", p.Request, p.Status) }

// Point is one thing about the answers of a place that can be changed.
type Point struct {
	Place Place `json:"place"`
	// At says which: "status", "body", "header Name", or a JSON pointer into the
	// body (RFC 6901) with * for the elements of an array. "/token~claims/iss" is
	// a claim of the JWS that the member token holds, and "header
	// Location?code" a parameter of a header that is an address.
	At string `json:"at"`
}

// Mutation is one change of all answers of one place.
type Mutation struct {
	Point
	// Kind says what is done there, as in "drop" or "set 201".
	Kind string `json:"kind"`
	// With is the answer of another operation that stands in for this one.
	With *Answer `json:"with,omitempty"`
}

// Name is the whole mutation in one line.
func (m Mutation) Name() string { return m.Place.String() + " " + m.At + ": " + m.Kind }

// ID is the mutation's stable identifier: "m-" and the beginning of a hash of
// its name.
func (m Mutation) ID() string {
	sum := sha256.Sum256([]byte(m.Name()))
	return "m-" + hex.EncodeToString(sum[:5])
}

// Signer makes the signature of a JWS anew whose signed content was changed:
// it gets the protected header (JSON) and the signing input (RFC 7515, section
// 5.1), and answers the signature, or false where it has not the key.
type Signer func(header, input []byte) (signature []byte, can bool)

// Mutator makes one mutation. It is safe for use by one goroutine at a time.
type Mutator struct {
	mutation Mutation
	sign     Signer
	// values are those that the point has had, for swaps.
	values []string
}

// NewMutator makes a mutator; without a signer what was signed loses its
// signature when it changes.
func NewMutator(mutation Mutation, sign Signer) *Mutator {
	return &Mutator{mutation: mutation, sign: sign}
}

// Apply changes an answer of the mutation's place and says whether it did: the
// point may be missing in this one. The answer that it is given stays as it is.
func (m *Mutator) Apply(answer Answer) (Answer, bool) {
	changed := answer.clone()
	at := m.mutation.At
	var done bool
	switch {
	case at == atStatus:
		done = m.changeStatus(&changed)
	case at == atBody:
		done = m.changeBody(&changed)
	case strings.HasPrefix(at, atHeader):
		done = m.changeHeader(&changed)
	default:
		done = m.changeMember(&changed)
	}
	if !done {
		return answer, false
	}
	return changed, true
}

// The points that are no members of the body.
const (
	atStatus = "status"
	atBody   = "body"
	atHeader = "header "
)
