package mockbank

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A deviation is one way in which the bank behaves otherwise than the plain code
// of its operations: a named fault, or a habit of an unusual manner. That code
// knows of none of them; it calls them at three points of a request's way. Each
// function tells whether it changed anything. All run under the bank's mutex.
type deviation struct {
	// prepare changes the bank before its first request.
	prepare func(*Bank)
	// misread changes what was asked before the bank looks at it.
	misread misreading
	// misanswer changes the answer before it is written as JSON and signed.
	misanswer misanswering
	// distort changes the finished response.
	distort distortion
}

type (
	misreading   func(*Bank, *call) bool
	misanswering func(*Bank, *call, *answer) bool
	distortion   func(*Bank, *call, *response) bool
)

// named is a deviation that has an identifier.
type named struct {
	id string
	deviation
}

// deviations are those of one bank, with what they remember and how often each
// did something.
type deviations struct {
	chosen []named
	memory map[string]any // by a name that each deviation chooses for itself; it grows with the requests
	fired  map[string]int // by identifier
}

// choose finds the deviations that the options ask for. The error names every
// identifier and manner that does not exist.
func choose(options Options) ([]named, error) {
	habits, err := habitsOf(options.Manner)
	if err != nil {
		return nil, err
	}
	var chosen []named
	unknown := slices.Clone(options.Faults)
	for _, candidate := range faults() {
		if !slices.Contains(options.Faults, candidate.ID) {
			continue
		}
		chosen = append(chosen, named{id: candidate.ID, deviation: candidate.deviation})
		unknown = slices.DeleteFunc(unknown, func(id string) bool { return id == candidate.ID })
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("there is no fault %s", strings.Join(unknown, ", "))
	}
	observed, err := chosenHabits(options.Habits, options.Manner == MannerObserved)
	if err != nil {
		return nil, err
	}
	habits = append(habits, observed...)
	// A habit comes after the faults: it dresses what they have to say.
	return append(chosen, habits...), nil
}

func (d *deviations) each(do func(deviation) bool) {
	for _, one := range d.chosen {
		if do(one.deviation) {
			d.fired[one.id]++
		}
	}
}

func (d *deviations) prepare(b *Bank) {
	d.each(func(one deviation) bool {
		if one.prepare != nil {
			one.prepare(b)
		}
		return false // it shows in an answer only, if at all
	})
}

func (d *deviations) misread(b *Bank, c *call) {
	if len(d.chosen) == 0 {
		return
	}
	c.asSent = slices.Clone(c.body)
	d.each(func(one deviation) bool { return one.misread != nil && one.misread(b, c) })
}

func (d *deviations) misanswer(b *Bank, c *call, a *answer) {
	d.each(func(one deviation) bool { return one.misanswer != nil && one.misanswer(b, c, a) })
}

func (d *deviations) distort(b *Bank, c *call, out *response) {
	d.each(func(one deviation) bool { return one.distort != nil && one.distort(b, c, out) })
}

// sendFramed writes the body of a status that has none, which net/http would not
// do, by taking over the connection; it is closed afterwards.
func (out response) sendFramed(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		w.WriteHeader(out.status) // no connection of ours to do it on
		return
	}
	connection, buffer, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer func() { _ = connection.Close() }()
	out.header.Set("Connection", "close")
	_, _ = fmt.Fprintf(buffer, "HTTP/1.1 %d %s\r\n", out.status, http.StatusText(out.status))
	_ = out.header.Write(buffer)
	_, _ = fmt.Fprintf(buffer, "\r\n%s", out.body)
	_ = buffer.Flush() // as with send, a client that is gone is nobody's loss
}
