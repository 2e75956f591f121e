// Package scenario makes a server answer otherwise at the n-th call of an
// operation: another answer, a delay, a connection that ends. It owns the file
// in which a user writes that down (scenario.schema.json documents it), and the
// handler that does it in front of any server.
//
// It knows the contract's vocabulary and what a strict JSON file is, and nothing
// of the bank behind it.
package scenario

import (
	"fmt"
	"net/http"
	"time"

	"obconform/harness/contract"
)

// Drop says where a connection ends.
type Drop string

// Where a connection can end.
const (
	// Before ends it before the server has seen the request.
	Before Drop = "before"
	// After ends it when the server has done what was asked, in the place of the
	// answer.
	After Drop = "after"
	// Midway ends it in the middle of the answer's body.
	Midway Drop = "midway"
)

// Step is what happens at some calls of one operation.
type Step struct {
	Operation contract.OperationID
	// Call is the first call that is meant, counted from 1; Times is how many
	// calls in a row, 1 or more.
	Call, Times int
	// Delay is waited before the answer.
	Delay time.Duration
	// Drop is empty where the connection does not end.
	Drop Drop
	// Status is that of the answer; 0 where the server answers as usual.
	Status int
	// Header are fields of the answer; a nil value leaves out one that would be
	// there by itself.
	Header http.Header
	// Body is the answer's, nil for none.
	Body []byte
}

// String names the step for a reader: "ListAccounts, call 2".
func (s Step) String() string {
	if s.Times > 1 {
		return fmt.Sprintf("%s, calls %d to %d", s.Operation, s.Call, s.Call+s.Times-1)
	}
	return fmt.Sprintf("%s, call %d", s.Operation, s.Call)
}

// meets tells whether two steps are about the same call.
func (s Step) meets(other Step) bool {
	return s.Operation == other.Operation && s.Call < other.Call+other.Times && other.Call < s.Call+s.Times
}

// holds tells whether the step is about that call.
func (s Step) holds(operation contract.OperationID, call int) bool {
	return s.Operation == operation && s.Call <= call && call < s.Call+s.Times
}
