package mockbank

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Strain is what a bank goes through that keeps the contract all the same: too
// many requests, an outage, tokens that it takes back. The zero value is none.
type Strain struct {
	// RateLimit is how many requests to documented operations the bank answers
	// in a second of its clock; more are refused with 429 and Retry-After.
	// Discovery documents no 429 and is spared. 0 means no limit.
	RateLimit int
	// OutageAfter is how many requests are answered before the outage; 0 means
	// that there is none. During it a gateway answers with 503.
	OutageAfter int
	// OutageLength is how many requests the outage spoils; 0 means all that come.
	OutageLength int
	// RevokeAfter is how many requests are answered before the bank takes back
	// every access token that it has issued, once; 0 means that it does not.
	RevokeAfter int
}

func (s Strain) valid() error {
	if s.RateLimit < 0 || s.OutageAfter < 0 || s.OutageLength < 0 || s.RevokeAfter < 0 {
		return fmt.Errorf("a limit or a number of requests must not be negative")
	}
	if s.OutageLength > 0 && s.OutageAfter == 0 {
		return fmt.Errorf("an outage of %d requests needs a number of requests after which it begins", s.OutageLength)
	}
	return nil
}

// strained is how far the bank has come; the bank's mutex guards it.
type strained struct {
	requests int       // all that came
	second   time.Time // the second that is being counted
	inSecond int       // requests in it
}

// endure counts a request and tells whether a gateway answers in the bank's
// place.
func (b *Bank) endure() (outage bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	strain := b.options.Strain
	b.strained.requests++
	n := b.strained.requests
	if strain.RevokeAfter > 0 && n == strain.RevokeAfter+1 {
		b.tokens = newBounded[*token](maxTokens)
	}
	return strain.OutageAfter > 0 && n > strain.OutageAfter &&
		(strain.OutageLength == 0 || n <= strain.OutageAfter+strain.OutageLength)
}

// unhurried refuses more requests in a second than the limit allows.
func (b *Bank) unhurried(c *call) *answer {
	limit := b.options.Strain.RateLimit
	if limit == 0 || c.op == nil || c.op.family == discovery || c.op.family == oauth {
		return nil
	}
	now := b.now()
	if second := now.Truncate(time.Second); !second.Equal(b.strained.second) {
		b.strained.second, b.strained.inSecond = second, 0
	}
	b.strained.inSecond++
	if b.strained.inSecond <= limit {
		return nil
	}
	// What is left of the second, rounded up: never 0, which would mean now.
	left := b.strained.second.Add(time.Second).Sub(now)
	seconds := int((left + time.Second - 1) / time.Second)
	a := reply(http.StatusTooManyRequests, nil).with("Retry-After", strconv.Itoa(seconds))
	return &a
}

// gateway answers in the bank's place.
func gateway(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("no healthy upstream\n")) // a client that is gone needs no answer
}
