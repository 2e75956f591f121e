package compare

import (
	"fmt"

	"obconform/harness/mockbank"
)

// Recordings are what the tools are held beside each other with.
type Recordings struct {
	// Clean is recorded at a bank that keeps the contract.
	Clean []Exchange
	// Faulty has one recording for each of Faults.
	Faulty [][]Exchange
}

// RecordAll records them all at banks of that address. The error says at which fault and which step.
func RecordAll(address string) (r Recordings, err error) {
	keys, err := mockbank.GenerateKeys()
	if err != nil {
		return r, err
	}
	if r.Clean, err = Record(address, keys); err != nil {
		return r, fmt.Errorf("without a fault: %w", err)
	}
	for _, fault := range Faults() {
		tape, err := Record(address, keys, fault.ID)
		if err != nil {
			return r, fmt.Errorf("%s: %w", fault.ID, err)
		}
		r.Faulty = append(r.Faulty, tape)
	}
	return r, nil
}

// Works are what a tool is given: the clean recording, and all faulty ones as one.
func (r Recordings) Works(base Work) (clean, faulty Work) {
	clean, faulty = base, base
	clean.Tape = r.Clean
	for _, x := range r.Clean {
		clean.Expect = append(clean.Expect, base.Document.Expect(x))
	}
	for _, tape := range r.Faulty {
		faulty.Tape, faulty.Expect = append(faulty.Tape, tape...), append(faulty.Expect, clean.Expect...)
	}
	return clean, faulty
}

// Found tells of each fault which step showed it to the tool, empty for none. What
// the tool flags without a fault too proves nothing.
func (r Recordings) Found(clean, faulty map[int]bool) []string {
	found := make([]string, len(r.Faulty))
	for number := range len(r.Clean) * len(r.Faulty) {
		fault, step := number/len(r.Clean), number%len(r.Clean)
		if faulty[number] && !clean[step] && found[fault] == "" {
			found[fault] = r.Clean[step].Step
		}
	}
	return found
}
