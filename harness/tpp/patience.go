package tpp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/google/uuid"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/pace"
)

// Pace decides when the target may be asked, for all processes of a run.
type Pace interface {
	// Wait returns when the next request may be sent, or with the context's error.
	Wait(ctx context.Context) error
	// Pause has everybody wait: the target has asked for it.
	Pause(wait time.Duration)
	// Answered and Failed tell of an answer of the API's own, and of one that is
	// inconclusive, with the reason.
	Answered()
	Failed(reason string)
	// Limited tells of a 429.
	Limited(l pace.Limit)
	// Known tells whether the target has ever answered; Gone why it must not be
	// asked any more, empty if it may.
	Known() bool
	Gone() string
}

// AtPace has the client ask no faster than others allow; without it the client
// keeps the configured rate by itself.
func AtPace(p Pace) Option { return func(c *Client) { c.pace = p } }

// PaceOf is the rate budget of a configuration.
func PaceOf(cfg config.Config) pace.Budget {
	return pace.Budget{PerSecond: cfg.Target.Rate.RequestsPerSecond, Burst: cfg.Target.Rate.Burst}
}

// Gone says why the target is not asked any more, empty if it is.
func (c *Client) Gone() string { return c.pace.Gone() }

// send sends a request, if it may be sent at all, and is patient with a target
// that is busy or stumbles. It sends again:
//   - what was refused at the door, and so did nothing: a 429, when the target's
//     time is over; a 401 to a token that it took before, once, with a new one;
//   - a read that a gateway answered or whose connection was lost, some times.
//
// Never anything else: what might have created something, or an answer of the
// API's own, however wrong. Each repetition is noted and counted.
func (c *Client) send(ctx context.Context, r *request) *Answer {
	if reason := c.withheld(r); reason != "" {
		c.NotExercised(reason)
	}
	target, err := url.Parse(r.url)
	if err != nil {
		c.inconclusiveSpec(fmt.Sprintf("the address %q of %s cannot be read", c.redactor.Text(r.url), r.operation.ID))
	}
	if reason := c.forbidden(target); reason != "" {
		c.inconclusiveSpec(string(r.operation.ID) + " would be called on " + reason)
	}
	if r.burst.IsSet() {
		return c.burst(ctx, r, target)
	}
	var p patience
	for {
		answer := c.once(ctx, r, target)
		why := c.again(ctx, r, answer, &p)
		if why == "" {
			return answer
		}
		c.spec.Exchanges[answer.index].Repeated = c.redactor.Text(why)
		c.note("%s was sent again: %s", r.operation.ID, why)
		if r.minted != "" && r.header.Get(contract.HeaderInteractionID) == r.minted {
			r.mint()
		}
	}
}

// mint gives the request an interaction id of its own.
func (r *request) mint() {
	r.minted = uuid.NewString()
	r.header.Set(contract.HeaderInteractionID, r.minted)
}

// patience is what one request has used up of it.
type patience struct {
	reads, limited int
	waited         time.Duration
	renewed        bool
}

// again decides whether the request is sent again, and says why; it has waited
// then, where that is ours to do.
func (c *Client) again(ctx context.Context, r *request, a *Answer, p *patience) (why string) {
	switch {
	case r.provoked != 0 && r.provoked == a.Status:
	case a.Status == http.StatusTooManyRequests:
		return c.afterLimit(ctx, a, p)
	case c.stumbled(r, a) && p.reads < c.cfg.Retries.Reads:
		why = c.afterStumble(ctx, a, p)
	case a.Status == http.StatusUnauthorized && !p.renewed:
		p.renewed = true
		why = c.withNewToken(ctx, r, a)
	}
	// The first contact is over when its repetitions are.
	switch {
	case a.inconclusive == "":
		c.heard(r, a)
	case why == "" || c.pace.Known():
		c.pace.Failed(a.inconclusive)
		c.callSilent(ctx, a)
	}
	if c.pace.Gone() != "" {
		return ""
	}
	return why
}

// heard notes an answer of the API's own, and whether it took the token.
func (c *Client) heard(r *request, a *Answer) {
	c.pace.Answered()
	c.silent = 0
	if a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
		c.tokens.accepted[r.header.Get("Authorization")] = true
	}
}

// stumbled tells whether it was a read, and the environment that answered it:
// a gateway, or nobody before the connection was lost. A time that passed says
// nothing of the kind, and has cost enough.
func (c *Client) stumbled(r *request, a *Answer) bool {
	if r.method != http.MethodGet || r.operation.ID == contract.Authorize || a.inconclusive == "" {
		return false
	}
	switch a.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return a.lost
}

// connectionLost tells a connection that broke, or that a server which is there
// again in a moment refused, from one that never led anywhere.
func connectionLost(err error) bool {
	for _, sign := range []error{syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return false
}

// afterStumble waits before a read is sent again.
func (c *Client) afterStumble(ctx context.Context, a *Answer, p *patience) (why string) {
	if a.Status == 0 && !c.pace.Known() {
		return "" // where nobody has ever answered, nobody is there
	}
	told, _ := retryAfter(a.Header) // which a gateway may say as well
	wait := max(told, time.Duration(c.cfg.Retries.Pause)<<p.reads)
	if told > time.Duration(c.cfg.Retries.LongestWait) || !c.timeFor(ctx, wait) {
		return ""
	}
	p.reads++
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ""
	case <-timer.C:
		return a.inconclusive
	}
}

// mostLimited bounds how often one request is sent again because of 429.
const mostLimited = 20

// afterLimit has everybody wait as long as a 429 asks for. A request that would
// have to wait too long is inconclusive: it was not the API that judged it.
func (c *Client) afterLimit(ctx context.Context, a *Answer, p *patience) (why string) {
	wait, asked := c.askedFor(a)
	limit := time.Duration(c.cfg.Retries.LongestWait)
	c.pace.Limited(pace.Limit{Reason: "429, Retry-After " + asked, Asked: wait, Patience: limit, Own: a.inconclusive == ""})
	p.limited++
	p.waited += wait
	switch gone := c.pace.Gone(); {
	case gone != "":
		a.inconclusive = "the target is gone: " + gone
	case p.waited > limit:
		a.inconclusive = fmt.Sprintf("the target is busy: 429, Retry-After %s, and retries.longestWait is %s", asked, limit)
	case p.limited > mostLimited:
		a.inconclusive = fmt.Sprintf("the target is busy: %d times 429", p.limited)
	case !c.timeFor(ctx, wait):
		a.inconclusive = fmt.Sprintf("the target is busy: 429, Retry-After %s, and the spec's time is over before that", asked)
	default:
		c.pace.Pause(wait)
		return fmt.Sprintf("429, Retry-After %s: waited %s", asked, wait)
	}
	return ""
}

// askedFor is how long a 429 has us wait, and what it asks for in words.
func (c *Client) askedFor(a *Answer) (wait time.Duration, asked string) {
	wait = time.Duration(c.cfg.Retries.Pause)
	if told, ok := retryAfter(a.Header); ok {
		return max(wait, told), told.String()
	}
	return wait, "no time"
}

// retryAfter is the whole number of seconds that an answer asks to wait
// (COM-RETRY-AFTER); ok is false where it does not say so in that form.
func retryAfter(header http.Header) (wait time.Duration, ok bool) {
	seconds, err := strconv.ParseUint(header.Get("Retry-After"), 10, 31)
	return time.Duration(seconds) * time.Second, err == nil
}

// timeFor tells whether the spec will still have time after a wait.
func (c *Client) timeFor(ctx context.Context, wait time.Duration) bool {
	end := c.spec.began.Add(time.Duration(c.cfg.Timeouts.Spec))
	if deadline, bounded := ctx.Deadline(); bounded {
		end = deadline
	}
	return ctx.Err() == nil && time.Now().Add(wait).Before(end)
}
