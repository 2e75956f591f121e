package gate

import (
	"cmp"
	"slices"
	"time"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
	"obconform/harness/traffic"
)

// pair is what one test case is about: a clause at an operation, which is empty
// for what belongs to none.
type pair struct {
	clause    contract.ClauseID
	operation contract.OperationID
}

// answerKey is an operation and the status of its answer, 0 for none.
type answerKey struct {
	operation contract.OperationID
	status    int
}

// counts is all that is known of the exchanges so far.
type counts struct {
	exchanges, elsewhere, unaudited int
	hosts                           map[string]int
	lacks                           map[string]int
	answers                         map[answerKey]*report.AnswerCount
	// succeeded counts, by operation, the requests that were let through, or of
	// whose answers nothing is known.
	succeeded   map[contract.OperationID]int
	times       map[contract.OperationID]*histogram
	pairs       map[pair]*count
	first, last time.Time
	// room is what is left for headers and bodies of examples, in bytes.
	room int
}

// maxRoom bounds the headers and bodies of all examples, in bytes.
const maxRoom = 16 << 20

func newCounts() counts {
	return counts{hosts: map[string]int{}, lacks: map[string]int{}, answers: map[answerKey]*report.AnswerCount{},
		succeeded: map[contract.OperationID]int{}, times: map[contract.OperationID]*histogram{}, pairs: map[pair]*count{}, room: maxRoom}
}

// otherHosts counts the exchanges of hosts that are not told apart any more.
const otherHosts = "other hosts"

// count adds one judged exchange. What it answers is redacted where somebody is
// going to look at it (told).
func (j *Judge) count(x traffic.Exchange, seen observed, result audit.Result, told bool) Judged {
	j.mu.Lock()
	defer j.mu.Unlock()
	c := &j.counts
	c.exchanges++
	c.span(x)
	if seen.route.Operation == "" {
		c.strange(x)
		return Judged{}
	}
	j.secrets.note(seen.learnt)
	judged := Judged{Route: seen.route, Inconclusive: result.Inconclusive,
		Exercised: slices.Concat(result.Exercised, seen.client.Exercised), Findings: slices.Concat(result.Findings, seen.client.Findings)}
	c.answer(x, judged)
	if result.Body != nil {
		j.book.Note(seen.route.Operation, x.Response.Status, result.Body)
	}
	for _, clause := range judged.Exercised {
		c.pair(clause, seen.route.Operation).exercised++
	}
	if len(judged.Findings) > 0 {
		j.keep(x, &judged, told)
	}
	return judged
}

// span widens the time in which the exchanges were made.
func (c *counts) span(x traffic.Exchange) {
	if !x.Started.IsZero() && (c.first.IsZero() || x.Started.Before(c.first)) {
		c.first = x.Started
	}
	if end := later(x.Started, x.Ended); end.After(c.last) {
		c.last = end
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// strange counts an exchange of no operation.
func (c *counts) strange(x traffic.Exchange) {
	c.elsewhere++
	host := "no host"
	if x.Request.URL != nil && x.Request.URL.Host != "" {
		host = x.Request.URL.Host
	}
	if _, counted := c.hosts[host]; !counted && len(c.hosts) >= maxHosts {
		host = otherHosts
	}
	c.hosts[host]++
}

// answer counts the answer and its time, and what is not known of it.
func (c *counts) answer(x traffic.Exchange, judged Judged) {
	key := answerKey{operation: judged.Route.Operation}
	if x.Response != nil {
		key.status = x.Response.Status
	}
	if c.answers[key] == nil {
		c.answers[key] = &report.AnswerCount{Operation: key.operation, Status: key.status}
	}
	c.answers[key].Exchanges++
	if judged.Inconclusive != "" {
		c.answers[key].Inconclusive++
	}
	if !judged.Route.Foreign && judged.Inconclusive == "" && key.status < 400 || x.Response == nil && x.Err == "" {
		c.succeeded[key.operation]++
	}
	for _, what := range lacks(x) {
		c.lacks[what]++
	}
	if took := x.Ended.Sub(x.Started); x.Response != nil && judged.Inconclusive == "" && !x.Started.IsZero() && took >= 0 && took < maxTime {
		if c.times[key.operation] == nil {
			c.times[key.operation] = &histogram{}
		}
		c.times[key.operation].add(took)
	}
}

func (c *counts) pair(clause contract.ClauseID, operation contract.OperationID) *count {
	key := pair{clause, operation}
	if c.pairs[key] == nil {
		c.pairs[key] = &count{kinds: map[kind]int{}}
	}
	return c.pairs[key]
}

// count is what is known of one pair.
type count struct {
	exercised int
	findings  []evidence.Finding
	// actuals are those of the findings as they were found, before redaction.
	actuals  []string
	kinds    map[kind]int // the index of each kind among the findings
	examples []evidence.Exchange
}

// kind is what two findings of a pair have in common that are counted as one.
type kind struct {
	level    contract.Level
	habit    contract.HabitID
	status   int
	where    string
	expected string
}

// Limits of one pair.
const (
	// maxKinds bounds the kinds that are told apart by all they have, and twice as
	// many by the place alone; what is beyond is counted without its place.
	maxKinds = 25
	// maxExamples bounds the exchanges that are kept.
	maxExamples = 5
)

// somewhere is the place of findings whose places are not told apart any more. No
// baseline holds it.
const somewhere = "(other places)"

// add counts a finding among its likes; fresh says that it is the first of them.
// It is taken as it was found: redaction costs more than all the rest, and is done
// for the first one alone.
func (c *count) add(f evidence.Finding) (at int, fresh bool) {
	place := evidence.AnyIndex(f.Where)
	all := []kind{
		{f.Level, f.Habit, f.Status, place, f.Expected},
		{f.Level, f.Habit, f.Status, place, ""},
		{f.Level, f.Habit, 0, somewhere, ""},
	}
	for i, limit := range []int{maxKinds, 2 * maxKinds, len(c.kinds) + 1} {
		at, known := c.kinds[all[i]]
		switch {
		case known:
			like := &c.findings[at]
			like.Times++
			like.Differs = like.Differs || c.actuals[at] != f.Actual
			return at, false
		case len(c.kinds) < limit:
			f.Times = 1
			if all[i].where == somewhere {
				f.Where, f.Status = somewhere, 0
			}
			c.kinds[all[i]] = len(c.findings)
			c.findings, c.actuals = append(c.findings, f), append(c.actuals, f.Actual)
			return len(c.findings) - 1, true
		}
	}
	panic("gate: the last kind has no limit")
}

// timings are the times of every operation that answered.
func (c *counts) timings() []report.Timing {
	var timings []report.Timing
	for _, operation := range contract.Endpoints() {
		if h := c.times[operation.ID]; h != nil {
			timings = append(timings, report.Timing{Operation: operation.ID, Count: h.count,
				P50: h.percentile(50), P95: h.percentile(95), Max: h.max})
		}
	}
	return timings
}

// traffic is the counts as a report has them.
func (c *counts) traffic() *report.Traffic {
	t := &report.Traffic{Exchanges: c.exchanges + c.unaudited, Elsewhere: c.elsewhere, Unaudited: c.unaudited,
		First: c.first, Last: c.last, Timings: c.timings()}
	for host, n := range c.hosts {
		t.Hosts = append(t.Hosts, report.HostCount{Host: host, Count: n})
	}
	slices.SortFunc(t.Hosts, func(a, b report.HostCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Host, b.Host))
	})
	t.Hosts = t.Hosts[:min(len(t.Hosts), maxShownHosts)]
	for what, n := range c.lacks {
		t.Lacks = append(t.Lacks, report.LackCount{What: what, Count: n})
	}
	slices.SortFunc(t.Lacks, func(a, b report.LackCount) int { return cmp.Compare(a.What, b.What) })
	for _, answer := range c.answers {
		t.Answers = append(t.Answers, *answer)
	}
	slices.SortFunc(t.Answers, func(a, b report.AnswerCount) int {
		return cmp.Or(cmp.Compare(place(a.Operation), place(b.Operation)), cmp.Compare(a.Status, b.Status))
	})
	return t
}

// maxShownHosts bounds the hosts that a report names.
const maxShownHosts = 50

// place is the position of an operation in the contract, behind all for none.
func place(id contract.OperationID) int {
	all := contract.Endpoints()
	if at := slices.IndexFunc(all, func(o contract.Operation) bool { return o.ID == id }); at >= 0 {
		return at
	}
	return len(all)
}
