package leftovers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"obconform/harness/contract"
)

// Thing is something that a run created at a target.
type Thing struct {
	// Target is the base URL of the target.
	Target string
	// Operation is the one that created it.
	Operation contract.OperationID
	// ID is its identifier at the target. Empty, it is not known: the request was
	// sent and its answer never read.
	ID string
	// InteractionID is the request's x-fapi-interaction-id, to ask the bank about.
	InteractionID string
	// Created is when the request was sent.
	Created time.Time
	// Method is how a registered client proves itself.
	Method string
	// Sealed is its secret; see Seal.
	Sealed string
	// Request is the log's name for the request.
	Request string
}

// Read lists what the file says is left, in the order of its creation; a file
// that does not exist says that nothing is. Lines that cannot be read, as a
// full disk leaves them, are counted and passed over. A line of a version that
// is not known here is an error: what it means cannot be guessed.
func Read(path string) (left []Thing, unreadable int, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			e, ok, unknown := parse(line)
			switch {
			case unknown != nil:
				return nil, 0, fmt.Errorf("%s: a line of it %w", path, unknown)
			case !ok:
				unreadable++
			default:
				left = apply(left, e)
			}
		}
		if errors.Is(err, io.EOF) {
			return left, unreadable, nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

// parse reads one line; not ok is one that is damaged, and unknown says that it
// is of a version that is not known here.
func parse(line []byte) (e entry, ok bool, unknown error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var members map[string]any
	if decoder.Decode(&members) != nil {
		return e, false, nil
	}
	if _, unknown = Format().VersionOf(members); unknown != nil {
		return e, false, unknown
	}
	ok = json.Unmarshal(line, &e) == nil && e.Event != ""
	return e, ok, nil
}

// apply is what is left after one more event.
func apply(left []Thing, e entry) []Thing {
	known := func(one Thing) bool {
		return e.Request != "" && one.Request == e.Request || e.ID != "" && one.ID == e.ID && one.Target == e.Target
	}
	switch at := slices.IndexFunc(left, known); e.Event {
	case sending:
		return append(left, Thing{Target: e.Target, Operation: e.Operation, InteractionID: e.InteractionID, Created: e.Time, Request: e.Request})
	case created:
		if at < 0 {
			left, at = append(left, Thing{Target: e.Target, Operation: e.Operation, InteractionID: e.InteractionID, Created: e.Time, Request: e.Request}), len(left)
		}
		left[at].ID, left[at].Method, left[at].Sealed = e.ID, e.Method, e.Sealed
	case changed:
		if at >= 0 {
			left[at].Method, left[at].Sealed = e.Method, e.Sealed
		}
	case nothing, deleted:
		return slices.DeleteFunc(left, known)
	}
	return left
}

// Tidy removes the file if it says that nothing is left, and answers what is.
// The error says that it cannot be read or removed.
func Tidy(path string) (left []Thing, err error) {
	left, unreadable, err := Read(path)
	if err != nil || len(left) > 0 || unreadable > 0 {
		return left, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return nil, nil
}
