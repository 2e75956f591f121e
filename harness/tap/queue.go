package tap

import (
	"sync"

	"obconform/harness/traffic"
)

// Queue takes exchanges from those who see them to the one who audits them, in
// the order in which they came, and holds a bounded number of bytes meanwhile.
// It is safe for concurrent use.
type Queue struct {
	mu     sync.Mutex
	room   sync.Cond // an exchange was taken, or nobody takes any more
	work   sync.Cond // an exchange has come, or no more will
	line   []traffic.Exchange
	held   int
	limit  int
	missed int
	closed bool
	done   chan struct{}
}

// overhead is what an exchange takes beside its bodies, in bytes, about.
const overhead = 4 << 10

// NewQueue makes a queue that holds at most so many bytes, and starts the one
// goroutine that hands its exchanges to take.
func NewQueue(limit int, take func(traffic.Exchange)) *Queue {
	q := &Queue{limit: limit, done: make(chan struct{})}
	q.room.L, q.work.L = &q.mu, &q.mu
	go q.run(take)
	return q
}

// Put adds an exchange, and waits for room: whoever calls is slowed down to the
// pace of the audit. After Close it is counted as missed.
func (q *Queue) Put(x traffic.Exchange) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.fits(x) && !q.closed {
		q.room.Wait()
	}
	q.add(x)
}

// Offer adds an exchange where there is room, and counts it as missed where
// there is none: whoever calls is never kept waiting.
func (q *Queue) Offer(x traffic.Exchange) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.fits(x) {
		q.missed++
		return
	}
	q.add(x)
}

// add puts an exchange into the line; the caller holds the lock.
func (q *Queue) add(x traffic.Exchange) {
	if q.closed {
		q.missed++
		return
	}
	q.line = append(q.line, x)
	q.held += size(x)
	q.work.Signal()
}

// fits tells whether there is room; one exchange always has it, however large.
func (q *Queue) fits(x traffic.Exchange) bool {
	return len(q.line) == 0 || q.held+size(x) <= q.limit
}

func size(x traffic.Exchange) int {
	bytes := overhead + len(x.Request.Body.Bytes)
	if x.Response != nil {
		bytes += len(x.Response.Body.Bytes)
	}
	return bytes
}

// Missed counts the exchanges that nobody is going to audit.
func (q *Queue) Missed() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.missed
}

// Close takes no more exchanges, and returns when all that came before have been
// audited.
func (q *Queue) Close() {
	q.mu.Lock()
	q.closed = true
	q.work.Broadcast()
	q.room.Broadcast()
	q.mu.Unlock()
	<-q.done
}

func (q *Queue) run(take func(traffic.Exchange)) {
	defer close(q.done)
	for {
		batch := q.next()
		if batch == nil {
			return
		}
		for i := range batch {
			take(batch[i])
			q.took(batch[i])
			batch[i] = traffic.Exchange{} // nobody needs it any more
		}
	}
}

// next is all that waits; nil at the end.
func (q *Queue) next() []traffic.Exchange {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.line) == 0 {
		if q.closed {
			return nil
		}
		q.work.Wait()
	}
	batch := q.line
	q.line = nil
	return batch
}

func (q *Queue) took(x traffic.Exchange) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held -= size(x)
	q.room.Signal()
}
