// Package baseline holds the breaches that a target is known to have: a run may
// be held against a file of them, and fails only on others. It reads and writes
// such files and knows what makes two findings the same breach; what follows is
// the report's business. It knows the vocabulary of contract and evidence alone,
// and opens no file.
package baseline

import (
	"bytes"
	"cmp"
	_ "embed" // the schema of a file
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/format"
	"obconform/harness/strictjson"
)

// Entry is the fingerprint of a breach: what stays the same of it from run to
// run.
type Entry struct {
	Clause    contract.ClauseID    `json:"clause"`
	Operation contract.OperationID `json:"operation"`
	// Status is the HTTP status of the answer, 0 where there was none.
	Status int `json:"status"`
	// Pointer is a JSON pointer with * in place of each index, "header NAME",
	// "status" or "body".
	Pointer string `json:"pointer"`
}

// Fingerprint is the entry of a finding.
func Fingerprint(f evidence.Finding) Entry {
	return Entry{f.Clause, f.Operation, f.Status, evidence.AnyIndex(f.Where)}
}

// String is the entry in one line.
func (e Entry) String() string {
	line := string(e.Clause)
	if e.Operation != "" {
		line += " at " + string(e.Operation)
	}
	if e.Status != 0 {
		line += fmt.Sprintf(" %d", e.Status)
	}
	return line + ", " + e.Pointer
}

func compare(a, b Entry) int {
	return cmp.Or(cmp.Compare(a.Clause, b.Clause), cmp.Compare(a.Operation, b.Operation),
		cmp.Compare(a.Status, b.Status), cmp.Compare(a.Pointer, b.Pointer))
}

// Baseline is a set of entries.
type Baseline struct{ entries []Entry }

// Of is the baseline with those entries.
func Of(entries ...Entry) Baseline {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, compare)
	return Baseline{slices.Compact(entries)}
}

// Entries lists the entries in order of clause, operation, status and pointer.
func (b Baseline) Entries() []Entry { return slices.Clone(b.entries) }

// Holds tells whether the entry is in the baseline.
func (b Baseline) Holds(e Entry) bool {
	_, found := slices.BinarySearchFunc(b.entries, e, compare)
	return found
}

//go:embed baseline.schema.json
var schema []byte

// Format is the format of a file.
func Format() format.Format {
	f := format.New("baseline", "the file of --baseline: breaches that a target is known to have", bytes.Clone(schema))
	f.Member = "version"
	return f
}

type file struct {
	Version int     `json:"version"`
	Entries []Entry `json:"entries"`
}

// Marshal writes the baseline as a file, one entry a line, so that two versions
// of it can be compared.
func (b Baseline) Marshal() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\"version\": %d, \"entries\": [", Format().Version)
	for i, entry := range b.entries {
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(entry); err != nil {
			return nil, fmt.Errorf("writing a baseline: %w", err)
		}
		separator := ","
		if i == 0 {
			separator = ""
		}
		fmt.Fprintf(&out, "%s\n  %s", separator, bytes.TrimSpace(line.Bytes()))
	}
	out.WriteString("\n]}\n")
	return out.Bytes(), nil
}

// mostEntries bounds a file: a bank with more than that many different breaches
// is not known, it is broken.
const mostEntries = 10_000

// Parse reads a file that Marshal wrote, and passes over members that a later
// obconform has added; the error has every problem, one a line.
func Parse(data []byte) (Baseline, error) {
	value, faults := strictjson.Parse(data)
	if len(faults) > 0 {
		var problems []error
		for _, fault := range faults {
			problems = append(problems, fmt.Errorf("expected strict JSON, got: %s", fault.Message))
		}
		return Baseline{}, errors.Join(problems...)
	}
	if _, err := Format().VersionOf(value); err != nil {
		return Baseline{}, err
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return Baseline{}, fmt.Errorf("expected entries with clause, operation, status and pointer: %.200s", err)
	}
	if f.Entries == nil {
		return Baseline{}, errors.New("expected entries with clause, operation, status and pointer, got no list of them")
	}
	if len(f.Entries) > mostEntries {
		return Baseline{}, fmt.Errorf("entries: expected at most %d, got %d", mostEntries, len(f.Entries))
	}
	var problems []error
	for i, entry := range f.Entries {
		complain := func(member, expected, got string) {
			problems = append(problems, fmt.Errorf("entries[%d].%s: expected %s, got %.80q", i, member, expected, got))
		}
		if _, known := contract.ClauseByID(entry.Clause); !known {
			complain("clause", "a clause of the contract", string(entry.Clause))
		}
		if _, known := contract.Lookup(entry.Operation); entry.Operation != "" && !known {
			complain("operation", "an operation of the contract", string(entry.Operation))
		}
		if entry.Pointer == "" {
			complain("pointer", "a JSON pointer, \"header NAME\", \"status\" or \"body\"", "")
		}
		if entry.Status != 0 && (entry.Status < 100 || entry.Status > 999) {
			complain("status", "an HTTP status, or 0", fmt.Sprint(entry.Status))
		}
	}
	return Of(f.Entries...), errors.Join(problems...)
}
