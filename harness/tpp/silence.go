package tpp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"obconform/harness/contract"
)

// The bounds of the calls to a target that has fallen silent.
const (
	// mostSilent is how many requests in a row may run out of time before it is
	// asked whether it is there.
	mostSilent = 2
	// callTime bounds one such call, unless timeouts.request is shorter.
	callTime = 5 * time.Second
)

// ranOut tells that a time was over before the answer was whole.
func ranOut(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}

// callSilent calls a target that let the last requests run out of their time,
// for its discovery document, with pauses that double. Each call that has no
// answer is one more on the way to where it counts as gone, which would
// otherwise take as many whole time-outs; any answer, whatever its status, ends
// the calls and proves nothing: what hung before may hang again.
func (c *Client) callSilent(ctx context.Context, a *Answer) {
	if !a.late {
		c.silent = 0
		return
	}
	if c.silent++; c.silent < mostSilent || c.lastTry {
		return
	}
	operation, _ := contract.Lookup(contract.GetDiscovery)
	for pause := time.Duration(c.cfg.Retries.Pause); c.pace.Gone() == ""; pause *= 2 {
		within := min(callTime, time.Duration(c.cfg.Timeouts.Request))
		if !c.timeFor(ctx, pause+within) {
			return
		}
		c.pace.Pause(pause)
		call, cancel := context.WithTimeout(ctx, pause+within)
		answer := c.callOnce(call, c.build(operation, c.address(operation, ""), nil))
		cancel()
		if answer == nil || answer.Status != 0 {
			return
		}
		c.pace.Failed(answer.inconclusive)
	}
}

// callOnce sends a request that nobody waits for; nil where it may not be sent
// in time.
func (c *Client) callOnce(ctx context.Context, r *request) *Answer {
	target, err := url.Parse(r.url)
	if err != nil || c.forbidden(target) != "" || c.pace.Wait(ctx) != nil {
		return nil
	}
	c.note("%s was sent to see whether the target, which fell silent, is there", http.MethodGet+" "+string(r.operation.ID))
	return c.take("", r, c.trip(ctx, r, target))
}
