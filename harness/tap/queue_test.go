package tap_test

import (
	"strconv"
	"sync"
	"testing"

	"obconform/harness/tap"
	"obconform/harness/traffic"
)

// numbered is an exchange of some kilobytes.
func numbered(i int) traffic.Exchange {
	return traffic.Exchange{Origin: strconv.Itoa(i), Request: traffic.Request{Body: traffic.Body{Bytes: make([]byte, 6<<10)}}}
}

// Everything is taken, in order, by the time that Close returns.
func TestQueueKeepsTheOrder(t *testing.T) {
	t.Parallel()
	var taken []string
	q := tap.NewQueue(1<<20, func(x traffic.Exchange) { taken = append(taken, x.Origin) })
	for i := range 1000 {
		q.Put(numbered(i))
	}
	q.Close()
	if len(taken) != 1000 || q.Missed() != 0 {
		t.Fatalf("%d taken, %d missed", len(taken), q.Missed())
	}
	for i, origin := range taken {
		if origin != strconv.Itoa(i) {
			t.Fatalf("%s is number %d", origin, i)
		}
	}
}

// Put waits for room and loses nothing; what is held stays bounded.
func TestPutWaitsForRoom(t *testing.T) {
	t.Parallel()
	var taken int
	q := tap.NewQueue(50<<10, func(traffic.Exchange) { taken++ })
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range 200 {
				q.Put(numbered(i))
			}
		})
	}
	group.Wait()
	q.Close()
	if taken != 1600 || q.Missed() != 0 {
		t.Errorf("%d taken, %d missed", taken, q.Missed())
	}
}

// Offer never waits: with the audit at a stand it keeps what there is room for,
// and counts the rest.
func TestOfferCountsWhatHasNoRoom(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var taken int
	q := tap.NewQueue(30<<10, func(traffic.Exchange) {
		once.Do(func() { close(entered); <-leave })
		taken++
	})
	q.Offer(numbered(0))
	<-entered
	for i := range 100 {
		q.Offer(numbered(i))
	}
	missed := q.Missed()
	close(leave)
	q.Close()
	if missed < 95 || taken+missed != 101 || q.Missed() != missed {
		t.Errorf("%d taken, %d missed", taken, missed)
	}
	q.Put(numbered(0))
	q.Offer(numbered(0))
	if q.Missed() != missed+2 {
		t.Errorf("after the end: %d missed, expected %d", q.Missed(), missed+2)
	}
}

// An exchange larger than the bound is taken when nothing else waits.
func TestQueueTakesALargeOne(t *testing.T) {
	t.Parallel()
	taken := 0
	q := tap.NewQueue(1, func(traffic.Exchange) { taken++ })
	for i := range 3 {
		q.Put(numbered(i))
	}
	q.Close()
	if taken != 3 {
		t.Errorf("%d taken", taken)
	}
}
