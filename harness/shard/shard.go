// Package shard divides a run among machines: it reads which part one of them
// is to take, from a flag or from what the engines of continuous integration
// tell their jobs, and cuts a list of flows into parts that are the same
// whichever machine cuts them.
//
// It knows no spec and no target, and imports nothing of the harness: a flow is
// a name with a weight.
package shard

import (
	"fmt"
	"strconv"
	"strings"
)

// Most is the largest number of parts that a run is divided into.
const Most = 64

// Part is one part of a run. The zero value is a run that is not divided.
type Part struct {
	// Index is which one it is, counted from 1.
	Index int
	// Count is how many there are, 1 to Most.
	Count int
}

// String is the part as the command line writes it: "2/4".
func (p Part) String() string { return fmt.Sprintf("%d/%d", p.Index, p.Count) }

// auto has the engine say which part this is.
const auto = "auto"

// Parse reads the value of --shard: "2/4" is said outright; "auto" is what the
// engine's variables in environ (os.Environ's form) say, and "auto/4" the same
// where the engine tells the index alone. Nothing is read from the environment
// without that word: a job that is one of many for another reason would run a
// part and be green. The error says what was expected and names the variable.
func Parse(value string, environ []string) (Part, error) {
	index, count, divided := strings.Cut(value, "/")
	switch {
	case value == auto:
		return fromEngine(environ, 0)
	case index == auto:
		n, err := number(count, 1, Most)
		if err != nil {
			return Part{}, fmt.Errorf("expected auto/N with N from 1 to %d, got %q", Most, value)
		}
		return fromEngine(environ, n)
	case !divided:
		return Part{}, fmt.Errorf("expected I/N, as in 2/4, or auto, got %q", value)
	}
	n, err := number(count, 1, Most)
	if err != nil {
		return Part{}, fmt.Errorf("expected I/N with N from 1 to %d, got %q", Most, value)
	}
	i, err := number(index, 1, n)
	if err != nil {
		return Part{}, fmt.Errorf("expected I/N with I from 1 to N, got %q: parts are counted from 1", value)
	}
	return Part{Index: i, Count: n}, nil
}

// number reads a whole number as people write it, within bounds.
func number(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most || strconv.Itoa(n) != text {
		return 0, fmt.Errorf("expected a number from %d to %d, got %q", least, most, text)
	}
	return n, nil
}
