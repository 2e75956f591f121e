package scenario

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"
	"time"

	"obconform/harness/contract"
)

// Front puts a scenario before a server. It is safe for concurrent use.
type Front struct {
	// Next answers what no step is about.
	Next http.Handler
	// Operation says what a request is about; empty for no operation.
	Operation func(*http.Request) contract.OperationID

	steps []Step
	mu    sync.Mutex
	calls map[contract.OperationID]int
	// met counts the calls that each step has answered.
	met []int
}

// NewFront makes the handler of a scenario; Next and Operation are to be set
// before it serves.
func NewFront(steps []Step) *Front {
	return &Front{steps: steps, calls: map[contract.OperationID]int{}, met: make([]int, len(steps))}
}

// Unmet are the steps of which at least one call never came, in their order.
func (f *Front) Unmet() []Step {
	f.mu.Lock()
	defer f.mu.Unlock()
	var unmet []Step
	for i, step := range f.steps {
		if f.met[i] < step.Times {
			unmet = append(unmet, step)
		}
	}
	return unmet
}

// ServeHTTP answers as the step about this call says, or as usual.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	step, found := f.next(f.Operation(r))
	if !found {
		f.Next.ServeHTTP(w, r)
		return
	}
	if step.Delay > 0 && !wait(r, step.Delay) {
		panic(http.ErrAbortHandler) // the client has gone
	}
	switch {
	case step.Drop == Before:
		panic(http.ErrAbortHandler)
	case step.Drop != "":
		f.cut(w, r, step.Drop)
	case step.Status != 0:
		step.answer(w, r)
	default:
		f.Next.ServeHTTP(w, r)
	}
}

// next counts a call and finds the step about it.
func (f *Front) next(operation contract.OperationID) (Step, bool) {
	if operation == "" {
		return Step{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[operation]++
	for i, step := range f.steps {
		if step.holds(operation, f.calls[operation]) {
			f.met[i]++
			return step, true
		}
	}
	return Step{}, false
}

// wait sleeps, and tells whether the client is still there afterwards.
func wait(r *http.Request, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// interactionID is echoed in an answer, as banks do.
const interactionID = contract.HeaderInteractionID

// answer writes the step's answer.
func (s Step) answer(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Content-Type"] = nil // or the server would guess one
	if id := r.Header.Get(interactionID); id != "" {
		header.Set(interactionID, id)
	}
	for name, values := range s.Header {
		header[name] = values
	}
	if s.Body != nil {
		header.Set("Content-Length", strconv.Itoa(len(s.Body)))
	}
	w.WriteHeader(s.Status)
	_, _ = w.Write(s.Body) // a client that has gone is nobody's loss
}

// cut has the server answer, and ends the connection in the place of the answer
// or in the middle of its body.
func (f *Front) cut(w http.ResponseWriter, r *http.Request, where Drop) {
	answered := &buffer{header: http.Header{}, status: http.StatusOK}
	f.Next.ServeHTTP(answered, r)
	if where == Midway {
		for name, values := range answered.header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(answered.body.Len()))
		w.WriteHeader(answered.status)
		_, _ = w.Write(answered.body.Bytes()[:answered.body.Len()/2])
		_ = http.NewResponseController(w).Flush() // a server that cannot ends the connection without
	}
	panic(http.ErrAbortHandler)
}

// buffer is an answer that goes nowhere.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffer) Header() http.Header            { return b.header }
func (b *buffer) WriteHeader(status int)         { b.status = status }
func (b *buffer) Write(data []byte) (int, error) { return b.body.Write(data) }
