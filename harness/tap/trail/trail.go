// Package trail is the audit trail of a process that sees exchanges go by: each
// is judged in the order in which it came, written down without its secrets, and
// remembered for a while. It owns the queue between those who see and the one
// who judges, and what is said of exchanges that were not judged or written.
//
// It decides nothing about an exchange; that is the judge's.
package trail

import (
	"fmt"
	"sync"

	"obconform/harness/gate"
	"obconform/harness/tap"
	"obconform/harness/traffic"
)

// Options say what becomes of exchanges.
type Options struct {
	// Judge judges them.
	Judge *gate.Judge
	// Record writes them down, redacted; nil for nowhere.
	Record Recorder
	// Recent is how many are remembered.
	Recent int
	// Lossy says that whoever sees an exchange is never kept waiting: what there is
	// no room for is not judged, and counted.
	Lossy bool
}

// Recorder writes exchanges down.
type Recorder interface {
	Write(traffic.Exchange) error
	// Flush is called when no exchange is waiting to be written.
	Flush() error
}

// Entry is one exchange and what came of it.
type Entry struct {
	// Number counts the exchanges that were judged, from 1.
	Number   int
	Exchange traffic.Exchange
	// Judged has its findings redacted where Exchange is: in what Recent answers.
	Judged gate.Judged
}

// Counts are what there was so far.
type Counts struct {
	// Exchanges counts those that were judged, Findings what was found in them.
	Exchanges, Findings int
	// Missed counts those that were not judged, Unwritten those that were judged
	// and not written down.
	Missed, Unwritten int
}

// Trail takes exchanges. It is safe for concurrent use.
type Trail struct {
	options Options
	queue   *tap.Queue
	// judged are those that are still to be written down, which is done beside the
	// judging of the next ones.
	judged  chan Entry
	written sync.WaitGroup
	closed  sync.Once

	mu     sync.Mutex
	counts Counts
	recent []Entry // a ring, the oldest at counts.Exchanges modulo its length
	// failed is the first trouble of the recorder.
	failed error
}

// Bounds of what waits to be judged, in bytes, and to be written down. Where
// nobody is kept waiting there is room for a burst.
const (
	maxWaiting      = 16 << 20
	maxWaitingLossy = 64 << 20
	maxJudged       = 256
)

// New starts a trail.
func New(options Options) *Trail {
	t := &Trail{options: options, judged: make(chan Entry, maxJudged)}
	limit := maxWaiting
	if options.Lossy {
		limit = maxWaitingLossy
	}
	t.written.Go(func() {
		for entry := range t.judged {
			t.keep(entry)
			if len(t.judged) == 0 {
				t.flush()
			}
		}
	})
	t.queue = tap.NewQueue(limit, t.take)
	return t
}

// See takes one exchange; it is a tap.Sink.
func (t *Trail) See(x traffic.Exchange) {
	if t.options.Lossy {
		t.queue.Offer(x)
		return
	}
	t.queue.Put(x)
}

// take judges one exchange.
func (t *Trail) take(x traffic.Exchange) {
	t.judged <- Entry{Exchange: x, Judged: t.options.Judge.Take(x)}
}

// keep writes one exchange down, and remembers it.
func (t *Trail) keep(entry Entry) {
	t.write(entry.Exchange, entry.Judged.Route)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Exchanges++
	t.counts.Findings += len(entry.Judged.Findings)
	entry.Number = t.counts.Exchanges
	switch {
	case t.options.Recent == 0:
	case len(t.recent) < t.options.Recent:
		t.recent = append(t.recent, entry)
	default:
		t.recent[(entry.Number-1)%t.options.Recent] = entry
	}
}

// write writes an exchange down, until that fails for the first time: what
// follows a gap would be no trail.
func (t *Trail) write(x traffic.Exchange, route traffic.Route) {
	if t.options.Record == nil {
		return
	}
	t.mu.Lock()
	failed := t.failed
	t.mu.Unlock()
	if failed == nil {
		failed = t.options.Record.Write(t.options.Judge.Redacted(x, route))
	}
	if failed != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.failed = failed
		t.counts.Unwritten++
	}
}

// flush has what was written reach its reader.
func (t *Trail) flush() {
	if t.options.Record == nil {
		return
	}
	if err := t.options.Record.Flush(); err != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.failed == nil {
			t.failed = err
		}
	}
}

// Recent are the latest exchanges, the newest first, redacted.
func (t *Trail) Recent() []Entry {
	t.mu.Lock()
	entries := make([]Entry, 0, len(t.recent))
	for i := range t.recent {
		entries = append(entries, t.recent[(t.counts.Exchanges-1-i)%len(t.recent)])
	}
	t.mu.Unlock()
	for i, entry := range entries {
		entries[i].Exchange = t.options.Judge.Redacted(entry.Exchange, entry.Judged.Route)
		entries[i].Judged.Findings = t.options.Judge.RedactedFindings(entry.Exchange, entry.Judged)
	}
	return entries
}

// Counts tells what there was so far.
func (t *Trail) Counts() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := t.counts
	counts.Missed = t.queue.Missed()
	return counts
}

// Close waits until all exchanges that were seen are judged and written, tells
// the judge how many were not, and takes no more. The error says what was not
// written down, and why.
func (t *Trail) Close() error {
	t.closed.Do(func() {
		t.queue.Close()
		close(t.judged)
		t.written.Wait()
		t.options.Judge.Lose(t.queue.Missed())
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed != nil {
		return fmt.Errorf("%d exchanges were judged and not recorded: %w", t.counts.Unwritten, t.failed)
	}
	return nil
}
