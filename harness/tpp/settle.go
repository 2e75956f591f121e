package tpp

import (
	"context"
	"slices"
	"time"
)

// settleStep is the pause between two reads of a resource that is settling.
const settleStep = 500 * time.Millisecond

// settle repeats a read of a new resource while the bank does not know it yet,
// within the target's settle time (R15). Only 'not there' is repeated: a wrong
// answer is never asked away.
func (c *Client) settle(ctx context.Context, read func() *Answer) *Answer {
	end := time.Now().Add(time.Duration(c.cfg.Target.SettleTime))
	answer := read()
	for tries := 2; slices.Contains([]int{400, 403, 404}, answer.Status) && time.Now().Add(settleStep).Before(end); tries++ {
		select {
		case <-ctx.Done():
			return answer
		case <-time.After(settleStep):
		}
		answer = read()
		c.note("read %d times while the resource settled", tries)
	}
	return answer
}
