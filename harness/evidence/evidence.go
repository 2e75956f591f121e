// Package evidence holds what one spec saw and concluded: its exchanges,
// already redacted, and the findings and exercised clauses that come from
// them. The actor writes it, the reports read it; it imports the contract's
// vocabulary and nothing else of ours.
package evidence

import (
	"time"

	"obconform/harness/contract"
)

// EntryName names the Ginkgo report entry that carries a Record.
const EntryName = "obconform evidence"

// Breaches begins the message of a failure that only relates findings of the
// spec's record: whether it fails the run is decided by those.
const Breaches = "breaches of the contract:\n"

// Denied begins the reason of a spec that is not exercised because of a finding
// of another one, which asked for the same thing first.
const Denied = "the bank did not give "

// Finding is one departure from the contract.
type Finding struct {
	Clause contract.ClauseID `json:"clause"`
	// Level is the level of the constraint that was breached; it can be weaker
	// than the clause's own (COM-BODY has std and adv constraints).
	Level contract.Level `json:"level"`
	// Habit names the known habit of the live bank that this departure is, and
	// nothing but; empty for any other.
	Habit     contract.HabitID     `json:"habit,omitempty"`
	Operation contract.OperationID `json:"operation,omitempty"`
	// Status is the HTTP status of the answer, 0 where there was none.
	Status int `json:"status,omitempty"`
	// Where is a JSON pointer (/Data/Status), "header NAME", "status" or "body"; of a
	// client's request also what package conduct names.
	Where    string `json:"where"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	// Exchange is the index in Record.Exchanges, -1 for none.
	Exchange int `json:"exchange"`
	// Times is how often it was found, in a record that keeps one finding of many
	// alike; 0 is once.
	Times int `json:"times,omitempty"`
	// Differs says that those alike had other actual values.
	Differs bool `json:"differs,omitempty"`
}

// Count is how many single findings it stands for.
func (f Finding) Count() int { return max(f.Times, 1) }

// Exchange is one request and what came of it, redacted. Headers and bodies are
// there where the spec found something, failed or was inconclusive.
type Exchange struct {
	Operation contract.OperationID `json:"operation"`
	Method    string               `json:"method"`
	URL       string               `json:"url"`
	Started   time.Time            `json:"started"`
	// Duration is in nanoseconds, until the last byte of the answer.
	Duration        time.Duration `json:"duration"`
	RequestHeaders  []HeaderLine  `json:"requestHeaders,omitempty"`
	RequestBody     string        `json:"requestBody,omitempty"`
	Status          int           `json:"status,omitempty"`
	ResponseHeaders []HeaderLine  `json:"responseHeaders,omitempty"`
	ResponseBody    string        `json:"responseBody,omitempty"`
	// RequestBytes and ResponseBytes are how long the bodies were before they
	// were redacted, of an answer after decompression.
	RequestBytes  int `json:"requestBytes,omitempty"`
	ResponseBytes int `json:"responseBytes,omitempty"`
	// RequestCut and ResponseCut say that the end of a body was not kept.
	RequestCut  bool `json:"requestCut,omitempty"`
	ResponseCut bool `json:"responseCut,omitempty"`
	// Origin says where the exchange stands in a recording; empty for one that was
	// seen as it went by.
	Origin string `json:"origin,omitempty"`
	// InteractionID is the x-fapi-interaction-id that was sent.
	InteractionID string `json:"interactionId,omitempty"`
	// ReceivedInteractionID is the x-fapi-interaction-id that came back; empty
	// for none, several are joined by a comma.
	ReceivedInteractionID string `json:"receivedInteractionId,omitempty"`
	// Inconclusive says why the environment answered and not the API; empty
	// for an answer that was judged.
	Inconclusive string `json:"inconclusive,omitempty"`
	// Repeated says why the request was sent again, empty where it was not.
	Repeated string `json:"repeated,omitempty"`
	// Burst says that the request was one of many that were sent at once to be
	// refused (R13): how long its answer took says nothing of the operation.
	Burst bool `json:"burst,omitempty"`
	// Exercised are the clauses that this answer was held against, met or not.
	Exercised []contract.ClauseID `json:"exercised,omitempty"`
}

// HeaderLine is one header field as sent or received.
type HeaderLine struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Record is all that one spec saw and concluded.
type Record struct {
	Exchanges []Exchange `json:"exchanges,omitempty"`
	Findings  []Finding  `json:"findings,omitempty"`
	// Exercised are the clauses that the spec itself put to the test, beside
	// those of its exchanges.
	Exercised []contract.ClauseID `json:"exercised,omitempty"`
	// Inconclusive says why the spec could not be judged; empty if it was.
	Inconclusive string `json:"inconclusive,omitempty"`
	// NotExercised says why clauses of the spec were not put to the test: a
	// capability that is switched off, a way to a consent that is missing.
	NotExercised string `json:"notExercised,omitempty"`
	// Seen is what the process saw of the target for the first time, by group;
	// see the package sights.
	Seen map[string][]string `json:"seen,omitempty"`
	// EndedEarly says that the spec could not go on after what it had found.
	EndedEarly bool `json:"endedEarly,omitempty"`
	// Notes are remarks for the reader: a read repeated while a resource settled.
	Notes []string `json:"notes,omitempty"`
	// Tally counts, by clause, the exchanges that were held against it, in a record
	// of traffic: of that only examples are in Exchanges. Nil where all are.
	Tally map[contract.ClauseID]int `json:"tally,omitempty"`
	// Met says that the record is of something other than clauses that had to happen,
	// and did.
	Met bool `json:"met,omitempty"`
}
