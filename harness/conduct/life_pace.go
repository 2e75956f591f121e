package conduct

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"obconform/harness/contract"
)

// CLI-FAPI-ID-FRESH.
func holdFapiIDFresh(e *examination) {
	id, ok := e.interactionID()
	if !ok || !e.api {
		return
	}
	e.met()
	k, this := e.memory.of(strings.ToLower(id)), interaction{request: e.memory.of(e.req.Method, e.req.URL.Path, e.req.URL.RawQuery)}
	if e.op.RequestModel != "" && !e.isRegistration() && e.req.Body.Whole() { // a registration that is sent again is signed again
		this.body = e.memory.of(string(e.req.Body.Bytes))
	}
	if before, seen := e.memory.interactions.get(k); seen && before.differs(this) {
		e.breach("header x-fapi-interaction-id", "an id of its own", "that of an earlier request for something else")
		return
	}
	e.memory.interactions.put(k, this)
}

// holdKey stands for an operation and who calls it.
func (e *examination) holdKey() key {
	who := e.credentialKey()
	if who == 0 || !e.api && e.op.ID != contract.RequestToken {
		return 0
	}
	return e.memory.of("hold", string(e.op.ID), strconv.FormatUint(uint64(who), 16))
}

// flight is how long a request may have been on its way when it is first seen: on
// another connection than that of the 429 it may have left before that came.
const flight = 100 * time.Millisecond

// mayCross tells whether the request may have been on its way when the 429 came.
func (e *examination) mayCross(h hold) bool {
	since := e.started.Sub(h.from)
	return since <= 0 || since <= flight && e.x.Connection != h.connection && e.x.Connection != "" && h.connection != ""
}

// CLI-RETRY-AFTER. What was on its way when the 429 came is no fault.
func holdRetryAfter(e *examination) {
	until, asked := e.memory.holds.get(e.holdKey())
	if !asked || e.started.IsZero() || e.mayCross(until) {
		return
	}
	if early := until.until.Sub(e.started); early > rounding {
		e.breach("time", "no call before the "+until.until.Sub(until.from).String()+" of Retry-After are over", "one "+early.Round(time.Second/10).String()+" too early")
		return
	}
	e.met()
}

// noteHold keeps a 429 with Retry-After, in seconds or as a date (RFC 9110,
// section 10.2.3). A bank that answers otherwise has lifted the limit.
func (e *examination) noteHold() {
	if e.status() != http.StatusTooManyRequests || e.ended.IsZero() {
		if k := e.holdKey(); k != 0 && e.x.Response != nil {
			if until, asked := e.memory.holds.get(k); asked && !e.mayCross(until) {
				e.memory.holds.lru.Remove(k)
			}
		}
		return
	}
	value := e.x.Response.Header.Get("Retry-After")
	until := e.ended
	const longest = 24 * 3600 // beyond a day it is no wait, but a slip or hostile
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 && seconds <= longest {
		until = until.Add(time.Duration(seconds) * time.Second)
	} else if at, err := http.ParseTime(value); err == nil && at.Sub(until) <= longest*time.Second {
		until = at
	}
	if !until.After(e.ended) {
		return
	}
	this := hold{from: e.ended, until: until, connection: e.x.Connection}
	// Of one wait the first 429 counts: whoever goes on asking was told by that.
	if before, asked := e.memory.holds.get(e.holdKey()); asked && e.started.Before(before.until.Add(-rounding)) {
		this.from, this.connection = before.from, before.connection
	}
	e.memory.holds.put(e.holdKey(), this)
}

const (
	// soon is how close two reads of a consent have to be for haste.
	soon = time.Second
	// hasty is how many of them in a row are too many.
	hasty = 5
)

// CLI-POLLING. A few reads at once are no polling: only a row of them is.
func holdPolling(e *examination) {
	life := e.reading()
	if life == nil || life.ended.IsZero() || e.started.IsZero() {
		return
	}
	switch gap := e.started.Sub(life.ended); {
	case gap < 0: // at the same time
	case gap < soon-rounding && life.status == e.status():
		if life.fast++; life.fast >= hasty {
			e.breach("time", "a second between two reads of the same consent", gap.Round(time.Millisecond).String()+", as those before")
			return
		}
		e.met()
	default:
		life.fast = 0
		e.met()
	}
}

// reading is the row of reads that the request belongs to, nil for none.
func (e *examination) reading() *read {
	if !e.is(contract.GetAccountAccessConsent, contract.GetFundsConfirmationConsent) || e.route.Resource == "" {
		return nil
	}
	k := e.memory.of("read", string(e.op.ID), e.route.Resource)
	life, known := e.memory.reads.get(k)
	if !known {
		life = &read{}
		e.memory.reads.put(k, life)
	}
	return life
}

// postKey stands for a POST by its caller and all that it says.
func (e *examination) postKey() key {
	if !e.api || e.req.Method != http.MethodPost || !e.req.Body.Whole() || len(e.req.Body.Bytes) == 0 {
		return 0
	}
	return e.memory.of("post", string(e.op.ID), e.auth.value, string(e.req.Body.Bytes))
}

// resubmissions is how many failures in a row may be answered at once by sending
// the same again: Open Banking lets a client simply re-submit after a failure.
const resubmissions = 2

// CLI-REPEATED-POST. Two customers may well ask for the same: it is the same
// request only where it has the same interaction id.
func holdRepeatedPost(e *examination) {
	before, seen := e.memory.posts.get(e.postKey())
	if !seen || e.started.IsZero() || before.ended.IsZero() || !e.started.After(before.ended) {
		return
	}
	id, _ := e.interactionID()
	switch gap := e.started.Sub(before.ended); {
	case before.status/100 == 2 && id != "" && id == before.interaction:
		e.breach("request", "no second time for what succeeded", "the same request, with the same x-fapi-interaction-id")
	case before.failed() && gap < soon-rounding && before.failures >= resubmissions:
		e.breach("time", "a pause before a POST that failed again is repeated", gap.Round(time.Millisecond).String())
	default:
		e.met()
	}
}

// refusalKey stands for a request by its caller and all that it says.
func (e *examination) refusalKey() key {
	if !e.api || e.auth.value == "" || !e.req.Body.Whole() {
		return 0
	}
	return e.memory.of("refusal", e.req.Method, e.req.URL.Path, e.req.URL.RawQuery, e.auth.value, string(e.req.Body.Bytes))
}

// memorable is how long a refusal is held against a repetition: later something
// may have changed.
const memorable = time.Minute

// CLI-REPEATED-REFUSAL.
func holdRepeatedRefusal(e *examination) {
	before, seen := e.memory.refusals.get(e.refusalKey())
	if !seen || e.started.IsZero() || !e.started.After(before.ended) || e.started.Sub(before.ended) > memorable {
		return
	}
	if before.times >= patience {
		e.breach("request", "no further repetition of what was refused with 403", "the same again and again")
		return
	}
	e.met()
}

// CLI-LINKS. A query that no link has had may be from before the traffic began,
// until a list was seen that the same token opened.
func holdLinks(e *examination) {
	if !e.is(contract.ListAccounts, contract.GetAccount) || e.req.URL.RawQuery == "" || e.leaks {
		return
	}
	if _, known := e.memory.links.get(e.memory.of(string(e.op.ID), normalQuery(e.req.URL.RawQuery))); known {
		e.met()
		return
	}
	if life := e.token(); e.whole.Load() || life != nil && life.linked {
		e.breach("query", "the address of a link that an answer gave", "one that no answer has had")
	}
}

// normalQuery writes a query in one way, whatever its order and escapes.
func normalQuery(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return query
	}
	return values.Encode()
}

// remember keeps what the exchange tells of lives, after all rules were held.
func (e *examination) remember() {
	if e.op.ID == "" {
		e.rememberAuthorization()
		return
	}
	if !e.judged() || e.route.Foreign {
		return
	}
	e.rememberKeys()
	e.rememberClient()
	e.rememberAuthorization()
	e.rememberToken()
	e.rememberConsent()
	e.rememberAccounts()
	e.forgetClient()
	e.noteRefusal()
	e.noteHold()
	e.notePace()
}

// notePace keeps when the request was answered, for those that come after it.
func (e *examination) notePace() {
	if life := e.reading(); life != nil {
		life.ended, life.status = e.ended, e.status()
	}
	if k := e.postKey(); k != 0 {
		id, _ := e.interactionID()
		this := &post{ended: e.ended, status: e.status(), interaction: id}
		if before, seen := e.memory.posts.get(k); this.failed() {
			this.failures = 1
			if seen && e.started.Sub(before.ended) < soon {
				this.failures += before.failures
			}
		}
		e.memory.posts.put(k, this)
	}
	if k := e.refusalKey(); k != 0 {
		before, seen := e.memory.refusals.get(k)
		switch {
		case e.status() == http.StatusForbidden && seen && e.started.Sub(before.ended) <= memorable:
			before.ended, before.times = e.ended, before.times+1
		case e.status() == http.StatusForbidden:
			e.memory.refusals.put(k, &refusal{ended: e.ended, times: 1})
		case seen:
			before.times = 0
		}
	}
}
