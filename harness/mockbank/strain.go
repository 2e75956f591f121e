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
	if !b.limits(c) {
		return nil
	}
	now := b.now()
	b.strained.inSecond++
	if b.strained.inSecond <= b.options.Strain.RateLimit {
		return nil
	}
	// What is left of the second, rounded up: never 0, which would mean now.
	left := b.strained.second.Add(time.Second).Sub(now)
	seconds := int((left + time.Second - 1) / time.Second)
	a := reply(http.StatusTooManyRequests, nil).with("Retry-After", strconv.Itoa(seconds))
	return &a
}

// limits tells whether the call counts towards a limit, and begins to count anew
// with each second.
func (b *Bank) limits(c *call) bool {
	if b.options.Strain.RateLimit == 0 || c.op == nil || c.op.family == discovery || c.op.family == oauth {
		return false
	}
	if second := b.now().Truncate(time.Second); !second.Equal(b.strained.second) {
		b.strained.second, b.strained.inSecond = second, 0
	}
	return true
}

// burstFaults show when more requests come in a second than the bank allows. A
// bank without a limit gets one, or there would be nothing to break.
func burstFaults() []fault {
	limited := func(b *Bank) {
		if b.options.Strain.RateLimit == 0 {
			b.options.Strain.RateLimit = 25
		}
	}
	return []fault{
		{Fault{"com-429-burst-without-limit-in-a-burst", "COM-429-BURST", "However many requests come in a second, none is refused."},
			deviation{prepare: limited, misread: func(b *Bank, c *call) bool {
				if !b.limits(c) || b.strained.inSecond < b.options.Strain.RateLimit {
					return false
				}
				b.strained.inSecond = 0
				return true
			}}},
		{Fault{"com-429-burst-forbids-in-a-burst", "COM-429-BURST", "More requests in a second than the bank allows are forbidden."},
			deviation{prepare: limited, misanswer: answering(at(429), func(b *Bank, c *call, a *answer) bool {
				if c.request.Header.Get(provokeHeader) != "" {
					return false
				}
				*a = forbidden(problem{code: unexpectedError, message: "There were too many requests."})
				return true
			})}},
		{Fault{"com-retry-after-missing-in-a-burst", "COM-RETRY-AFTER", "What is refused because too many requests came does not say when to try again."},
			deviation{prepare: limited, misanswer: answering(at(429), func(_ *Bank, c *call, a *answer) bool {
				if c.request.Header.Get(provokeHeader) != "" {
					return false
				}
				a.header.Del("Retry-After")
				return true
			})}},
	}
}

// gateway answers in the bank's place.
func gateway(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("no healthy upstream\n")) // a client that is gone needs no answer
}
