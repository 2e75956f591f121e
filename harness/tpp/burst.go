package tpp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"obconform/harness/audit"
)

// The bounds of a burst that the configuration does not set.
const (
	// mostInFlight bounds the requests of a burst that wait for their answer.
	mostInFlight = 16
	// hush is how long the others leave the target alone at a time, while a burst
	// lasts: what they send would count, and what they are refused would cost them.
	hush = time.Second
)

// burst sends a read so often that the target must refuse one of them (R13,
// COM-429-BURST), and answers the refusal. The first answer that is no success
// ends it. It takes nothing from the rate that the configuration sets, and what
// comes of it does not tell whether the target is gone: the whole run waits
// meanwhile, and afterwards as long as the refusal asks for.
//
// Where none is refused the answer is the last one. That proves something only
// if the target had all requests within the time that the configuration names;
// if not, the spec is not exercised.
func (c *Client) burst(ctx context.Context, r *request, target *url.URL) *Answer {
	c.awaitTurn(ctx, r)
	began, within := time.Now(), time.Duration(r.burst.Within)
	answer, sent := c.volley(ctx, r, target, began)
	took := time.Since(began).Round(time.Millisecond)
	c.note("%s was sent %d times within %s to be refused with 429", r.operation.ID, sent, took)
	switch {
	case answer == nil:
		c.inconclusiveSpec("the spec's time was over before the burst of " + string(r.operation.ID))
	case answer.Status == http.StatusTooManyRequests:
		wait, _ := c.askedFor(answer)
		c.pace.Pause(min(wait, time.Duration(c.cfg.Retries.LongestWait)))
	case answer.Status/100 != 2:
	case sent < r.burst.Requests || took > within:
		c.NotExercised(fmt.Sprintf("the burst of provoke was too slow: %d of %d requests within %s, and none was refused", sent, r.burst.Requests, took))
	default:
		answer.burst = fmt.Sprintf("none of %d requests within %s was refused", sent, took)
	}
	return answer
}

// shot is one request of a burst with what came back.
type shot struct {
	request  *request
	exchange audit.Exchange
}

// volley sends the requests of a burst, evenly in the first half of its time, and
// audits and records the answers as they come. It answers the one that counts,
// nil where none came, and how many were sent.
func (c *Client) volley(ctx context.Context, r *request, target *url.URL, began time.Time) (counts *Answer, sent int) {
	step := time.Duration(r.burst.Within) / 2 / time.Duration(r.burst.Requests)
	back := make(chan shot, r.burst.Requests) // so that none is stuck if the spec ends
	due := time.NewTimer(0)
	defer due.Stop()
	quietUntil, ended, inFlight := began, ctx.Done(), 0
	for over := false; !over || inFlight > 0; {
		next := due.C
		if over || inFlight == mostInFlight {
			next = nil
		}
		select {
		case <-next:
			if now := time.Now(); now.After(quietUntil) {
				c.pace.Pause(hush)
				quietUntil = now.Add(hush / 2)
			}
			one := r.another()
			go func() { back <- shot{one, c.trip(ctx, one, target)} }()
			inFlight, sent = inFlight+1, sent+1
			over = sent == r.burst.Requests
			due.Reset(time.Until(began.Add(time.Duration(sent) * step)))
		case arrived := <-back:
			inFlight--
			answer := c.take("", arrived.request, arrived.exchange)
			c.spec.Exchanges[answer.index].Burst = true
			over = over || answer.weight() > 0
			if counts == nil || answer.weight() > counts.weight() || answer.weight() == 0 && counts.weight() == 0 {
				counts = answer
			}
		case <-ended:
			over, ended = true, nil
		}
	}
	return counts, sent
}

// another is the same request with an interaction id of its own.
func (r *request) another() *request {
	one := *r
	one.header = r.header.Clone()
	if one.minted != "" {
		one.mint()
	}
	return &one
}

// weight orders the answers to a burst by what they say of it: the refusal that
// was asked for, another answer of the API's, one of the environment's, a success.
func (a *Answer) weight() int {
	switch {
	case a.Status == http.StatusTooManyRequests && a.inconclusive == "":
		return 3
	case a.inconclusive != "":
		return 1
	case a.Status/100 != 2:
		return 2
	}
	return 0
}
