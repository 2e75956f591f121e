// Package leftovers keeps the file that remembers what runs have created at
// targets and not deleted yet, so that somebody can delete it after a run that
// was killed. It owns the file's form and knows no bank: what can be deleted,
// and how, is the actor's business.
//
// The file is a log, one JSON object a line, each appended with a single write:
// many processes share it, and one that is killed loses nothing that it has
// written. No secret stands in it in the clear (see Seal).
package leftovers

import (
	"bytes"
	_ "embed" // the schema of a line
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"obconform/harness/contract"
	"obconform/harness/format"
)

// File is the name of the file, in the folder of a run's reports.
const File = "created.jsonl"

// The events of a thing's life, in their order.
const (
	sending = "sending" // the request that creates it is about to be sent
	nothing = "nothing" // it was refused, or there is nothing more to be known
	created = "created" // it is there
	changed = "changed" // its secret is another one now
	deleted = "deleted"
)

//go:embed created.schema.json
var schema []byte

// Format is the format of one line; lines of before there were versions have
// none.
func Format() format.Format {
	f := format.New("created", "one line of created.jsonl: what a run has created and not deleted", bytes.Clone(schema))
	f.Optional = true
	return f
}

// entry is one line.
type entry struct {
	SchemaVersion int `json:"schemaVersion"`

	Event string    `json:"event"`
	Time  time.Time `json:"time"`
	// Target is the base URL of the target.
	Target string `json:"target"`
	// Request tells the request apart that a thing comes from.
	Request       string               `json:"request,omitempty"`
	Operation     contract.OperationID `json:"operation,omitempty"`
	InteractionID string               `json:"interactionId,omitempty"`
	ID            string               `json:"id,omitempty"`
	Method        string               `json:"method,omitempty"`
	Sealed        string               `json:"sealed,omitempty"`
}

// Log appends to the file what happens at one target. It is safe for
// concurrent use.
type Log struct {
	path, target string
	// durable has what was created written to the disk before anything else
	// happens, so that not even a power cut loses it.
	durable bool

	mu   sync.Mutex
	file *os.File // nil until there is something to write
}

// NewLog is the log at that path for things at the target, its base URL. The
// file is made with the first entry, readable by its owner alone.
func NewLog(path, target string, durable bool) *Log {
	return &Log{path: path, target: target, durable: durable}
}

// Sending notes that a request which creates something is about to be sent, and
// answers by what name the log knows it. The error says that nothing could be
// written: then nothing should be created either.
func (l *Log) Sending(operation contract.OperationID, interactionID string) (request string, err error) {
	request = uuid.NewString()
	return request, l.append(entry{Event: sending, Request: request, Operation: operation, InteractionID: interactionID})
}

// Nothing notes that a request has created nothing.
func (l *Log) Nothing(request string) error {
	return l.append(entry{Event: nothing, Request: request})
}

// Created notes what a request has created; the thing's Target and Created are
// the log's to say.
func (l *Log) Created(thing Thing) error {
	return l.append(entry{Event: created, Request: thing.Request, Operation: thing.Operation, InteractionID: thing.InteractionID,
		ID: thing.ID, Method: thing.Method, Sealed: thing.Sealed})
}

// Changed notes that a registered client has another secret. What no run has
// created is none of the log's business, and stays so.
func (l *Log) Changed(thing Thing) error {
	return l.append(entry{Event: changed, ID: thing.ID, Method: thing.Method, Sealed: thing.Sealed})
}

// Deleted notes that the thing of that identifier is gone.
func (l *Log) Deleted(id string) error { return l.append(entry{Event: deleted, ID: id}) }

// append writes one line. Lines of several processes do not mix: each is one
// write to a file that is open for appending (POSIX, write). The line break
// before it ends what a full disk may have cut off.
func (l *Log) append(e entry) error {
	e.SchemaVersion, e.Time, e.Target = Format().Version, time.Now().UTC(), l.target
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		if l.file, err = os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
			return err
		}
	}
	if _, err = l.file.Write(slices.Concat([]byte{'\n'}, line, []byte{'\n'})); err == nil && l.durable && e.Event == created {
		err = l.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", l.path, err)
	}
	return nil
}

// Close ends writing.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
