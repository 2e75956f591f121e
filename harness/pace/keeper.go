// Package pace decides when a target may be asked, for all processes of a run
// together: it keeps the budget of requests, the pause that a busy target asked
// for, and whether the target is there at all. A Keeper decides; a Remote asks
// the keeper of another process, by messages that others carry.
//
// It sends no request and knows no answer but by what it is told.
package pace

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// GoneAfter is how many inconclusive answers in a row, from all processes
// together, mean that the target is gone (contract, 'Verdicts').
const GoneAfter = 5

// Budget is how fast a target may be asked.
type Budget struct {
	// PerSecond is how many requests a second, 0 for no limit.
	PerSecond float64
	// Burst is how many may follow each other at once, at least 1.
	Burst int
}

// Divided is the share of each of n runs that ask the same target at once.
func (b Budget) Divided(n int) Budget {
	return Budget{PerSecond: b.PerSecond / float64(n), Burst: max(1, b.Burst/n)}
}

// Keeper decides for all that share it. It is safe for concurrent use.
type Keeper struct {
	limiter *rate.Limiter // nil for no limit

	mu       sync.Mutex
	until    time.Time // the target wants to be left alone until then
	answered bool      // it has answered at least once
	failures int       // inconclusive answers in a row
	limits   int       // waits in a row that a 429 asked for
	limited  time.Time // when the first of them began
	gone     string
}

// NewKeeper keeps that budget.
func NewKeeper(budget Budget) *Keeper {
	k := &Keeper{}
	if budget.PerSecond > 0 {
		k.limiter = rate.NewLimiter(rate.Limit(budget.PerSecond), budget.Burst)
	}
	return k
}

// Reserve takes one request from the budget and answers how long it has to
// wait.
func (k *Keeper) Reserve() time.Duration {
	wait := k.paused()
	if k.limiter != nil {
		wait = max(wait, k.limiter.Reserve().Delay())
	}
	return wait
}

func (k *Keeper) paused() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Until(k.until)
}

// Wait returns when the next request may be sent; the error is the context's.
func (k *Keeper) Wait(ctx context.Context) error {
	return rest(ctx, k.Reserve(), k.paused)
}

// rest waits, and then as long as there is still a pause: one may begin
// meanwhile.
func rest(ctx context.Context, wait time.Duration, paused func() time.Duration) error {
	for ; wait > 0; wait = paused() {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
	return nil
}

// Pause has everybody wait: the target has asked for it.
func (k *Keeper) Pause(wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if until := time.Now().Add(wait); until.After(k.until) {
		k.until = until
	}
}

// Answered notes that the API itself has answered.
func (k *Keeper) Answered() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answered, k.failures, k.limits = true, 0, 0
}

// Limit is one 429: the target is busy.
type Limit struct {
	// Reason is what it asked for, in words.
	Reason string `json:"reason"`
	// Asked is how long it wants to be left alone, Patience how long one request
	// waits for it at most, both in nanoseconds.
	Asked    time.Duration `json:"asked"`
	Patience time.Duration `json:"patience"`
	// Own says that the API itself answered, and not a gateway with a page.
	Own bool `json:"own,omitempty"`
}

// Limited notes a 429. GoneAfter waits in a row with nothing but 429 after them,
// by all processes together, mean that the target is gone too, once they have
// lasted as long as one request is patient, or where it asks for longer than
// that. Those of one wait count once: all who were waiting for it meet the same
// limit.
func (k *Keeper) Limited(l Limit) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l.Own {
		k.answered, k.failures = true, 0
	}
	now := time.Now()
	if k.limits > 0 && now.Before(k.until) {
		return
	}
	if k.limits == 0 {
		k.limited = now
	}
	k.limits++
	if k.gone == "" && k.limits >= GoneAfter && (l.Asked > l.Patience || now.Sub(k.limited) >= l.Patience) {
		k.gone = fmt.Sprintf("it is busy without end: %d times in a row %s", k.limits, l.Reason)
	}
}

// Failed notes an inconclusive answer, with the reason. When the first contact
// fails, or GoneAfter in a row, the target is gone, and stays so.
func (k *Keeper) Failed(reason string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failures++
	if k.gone == "" && (!k.answered || k.failures >= GoneAfter) {
		k.gone = reason
	}
}

// Known tells whether the target has ever answered.
func (k *Keeper) Known() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.answered
}

// Gone says why the target must not be asked any more, empty if it may.
func (k *Keeper) Gone() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.gone
}
