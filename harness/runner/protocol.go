package runner

import (
	"encoding/json"
	"io"
	"sync"

	"obconform/harness/pace"
	"obconform/harness/report"
)

// order is one line from the supervisor to a worker: a unit, the end, or the pace.
type order struct {
	// Unit is the section to run next.
	Unit *Unit `json:"unit,omitempty"`
	// Specs are the names of those to run of it; none stands for all that the
	// worker's own selection takes.
	Specs []string `json:"specs,omitempty"`
	// Finish says that there is no more work: clean up and end.
	Finish bool `json:"finish,omitempty"`
	// Pace is what the supervisor says of when the target may be asked.
	Pace *pace.Word `json:"pace,omitempty"`
}

// news is one line from a worker to the supervisor; one of its members is set.
type news struct {
	// Ready says that the worker waits for its first order.
	Ready bool `json:"ready,omitempty"`
	// Started is the obligation whose spec begins.
	Started string `json:"started,omitempty"`
	// Spec is a spec that has ended.
	Spec *report.SpecResult `json:"spec,omitempty"`
	// Done is a unit that has ended, with how it went.
	Done *done `json:"done,omitempty"`
	// Pace is what the worker says or asks about the target.
	Pace *pace.Message `json:"pace,omitempty"`
}

type done struct {
	Unit Unit `json:"unit"`
	// Astray says that the target leads where the configuration does not let us
	// go, empty if it does not.
	Astray string `json:"astray,omitempty"`
}

// speaker writes lines; Ginkgo's hooks and the worker's loop share it.
type speaker struct {
	mu  sync.Mutex
	out *json.Encoder
}

func newSpeaker(w io.Writer) *speaker { return &speaker{out: json.NewEncoder(w)} }

func (s *speaker) say(n news) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Encode(n)
}
