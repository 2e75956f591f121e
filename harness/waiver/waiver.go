// Package waiver holds the breaches that a user has accepted for a time: which
// clause, at which operation, why, where that is written down, and until when.
// It reads them and tells what they cover; what follows from that is the
// report's business. It knows the vocabulary of contract and evidence alone, and
// opens no file.
package waiver

import (
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// Waiver accepts the breaches of one clause until a day.
type Waiver struct {
	Clause contract.ClauseID `json:"clause"`
	// Operation is the only one that is meant; empty for all.
	Operation contract.OperationID `json:"operation,omitempty"`
	// Reason and Ticket say why, and where that was agreed.
	Reason string `json:"reason"`
	Ticket string `json:"ticket"`
	// Expires is the last day on which the waiver holds, YYYY-MM-DD in UTC.
	Expires string `json:"expires"`
}

// dayForm is the layout of Expires.
const dayForm = "2006-01-02"

// Covers tells whether the finding is one that the waiver accepts.
func (w Waiver) Covers(f evidence.Finding) bool {
	return w.Clause == f.Clause && (w.Operation == "" || w.Operation == f.Operation)
}

// Expired tells whether the waiver holds no longer at that time. One whose day
// cannot be read never holds.
func (w Waiver) Expired(now time.Time) bool {
	last, err := time.Parse(dayForm, w.Expires)
	return err != nil || !now.UTC().Before(last.AddDate(0, 0, 1))
}

// List is the waivers of a file, in its order.
type List []Waiver

// For is the position of the waiver that covers the finding and holds at that
// time, one that names the operation before one that does not; -1 for none.
func (l List) For(f evidence.Finding, now time.Time) int {
	found := -1
	for i, w := range l {
		if w.Covers(f) && !w.Expired(now) && (found < 0 || l[found].Operation == "" && w.Operation != "") {
			found = i
		}
	}
	return found
}
