package doctor

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// clock compares ours with the server's Date (RFC 9110, section 6.6.1), which
// has whole seconds.
func (e *examination) clock(context.Context) finding {
	answer := e.discovery.Answer
	if answer == nil || answer.Status == 0 {
		return skip("there was no answer whose Date could be read")
	}
	date, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return finding{state: OK}.warn("compare this machine's clock with the time in another way", "the answer has no Date that can be read")
	}
	if age, err := strconv.ParseUint(answer.Header.Get("Age"), 10, 31); err == nil {
		date = date.Add(time.Duration(age) * time.Second) // a cache's answer
	}
	apart := apartBy(date, answer.Started, answer.Ended)
	allowed := time.Duration(e.cfg.Target.ClockSkew)
	if apart.Abs() <= allowed {
		return fine("ours and the server's are %s apart, and target.clockSkew allows %s", apart.Abs(), allowed)
	}
	direction := "ahead of"
	if apart > 0 {
		direction = "behind"
	}
	return fail(Environment, "set this machine's clock (NTP), or tell the bank; what is signed here is refused as too old or not yet valid. target.clockSkew is what is allowed for",
		"ours is %s %s the server's, and target.clockSkew is %s", apart.Abs(), direction, allowed)
}

// apartBy is how far the server's clock is certainly ahead of ours, negative
// where it is behind, in whole seconds: the date was written at some time
// between start and end, and may be up to a second older than it says.
func apartBy(date, start, end time.Time) time.Duration {
	switch {
	case date.After(end):
		return date.Sub(end).Truncate(time.Second)
	case date.Add(time.Second).Before(start):
		return date.Add(time.Second).Sub(start).Truncate(time.Second)
	}
	return 0
}
