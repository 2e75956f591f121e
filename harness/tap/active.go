package tap

import (
	"net/http"
	"sync"
	"time"
)

// Active knows the requests that are being answered: of a server whose time is up,
// they hand their exchanges on a moment after their connections were closed.
type Active struct {
	// Next answers.
	Next http.Handler

	mu    sync.Mutex
	count int
	gone  chan struct{} // closed when the last one has gone; nil while nobody waits
}

// ServeHTTP answers as the handler behind it does.
func (a *Active) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.count++
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.count--; a.count == 0 && a.gone != nil {
			close(a.gone)
			a.gone = nil
		}
	}()
	a.Next.ServeHTTP(w, r)
}

// Wait waits until no request is being answered, at most so long, and answers how
// many are.
func (a *Active) Wait(most time.Duration) (left int) {
	a.mu.Lock()
	gone := a.gone
	if a.count > 0 && gone == nil {
		gone = make(chan struct{})
		a.gone = gone
	}
	waits := a.count > 0
	a.mu.Unlock()
	if waits {
		timer := time.NewTimer(most)
		defer timer.Stop()
		select {
		case <-gone:
		case <-timer.C:
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count
}
