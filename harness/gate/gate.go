// Package gate judges traffic that others made: each exchange against the clauses
// of the bank's side, of the client's, or of both. It owns what joins the two:
// which operation an exchange is about, what one exchange teaches about later
// ones, the counts, the few examples that are kept, and the report that comes of
// them.
//
// It does no I/O and imports nothing that sends, listens or reads files. What it
// holds does not grow with the number of exchanges.
package gate

import (
	"sync"
	"time"

	"obconform/harness/audit"
	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
	"obconform/harness/sights"
	"obconform/harness/traffic"
)

// Judged is what came of one exchange.
type Judged struct {
	Route traffic.Route
	// Exercised and Findings are of all sides that are judged; the texts of the
	// findings are redacted.
	Exercised []contract.ClauseID
	Findings  []evidence.Finding
	// Inconclusive says why the answer was not judged; empty where it was.
	Inconclusive string
}

// Judge judges exchanges. It is safe for concurrent use.
type Judge struct {
	options Options
	auditor *audit.Auditor
	started time.Time

	// order is held while an exchange is routed, learnt from and observed: each
	// may depend on those before it.
	order     sync.Mutex
	addresses *traffic.Addresses
	shapes    shapes
	learning  learning

	// mu guards the counts.
	mu      sync.Mutex
	counts  counts
	secrets *redactions
	damaged []string
	// warnings are for the reader, interrupted says what has ended it early.
	warnings    []string
	interrupted string
	book        *sights.Book

	// keeping guards the redactor of what is kept as a whole: that may take long,
	// and nobody who judges has to wait for it.
	keeping sync.Mutex
	kept    *redactions
}

// New makes a judge. The error says what is wrong with the options, all of it, or
// names a schema that cannot be read.
func New(options Options) (*Judge, error) {
	if options.Sides == "" {
		options.Sides = Both
	}
	if err := options.Check(); err != nil {
		return nil, err
	}
	if options.Audit.MaxSecrets == 0 {
		options.Audit.MaxSecrets = maxSecrets
	}
	if options.Audit.MaxJSONValues == 0 {
		options.Audit.MaxJSONValues = maxJSONValues
	}
	auditor, err := audit.New(options.Audit)
	if err != nil {
		return nil, err
	}
	book, err := sights.NewBook("")
	if err != nil {
		return nil, err
	}
	j := &Judge{options: options, auditor: auditor, started: options.Run.Start, addresses: options.Addresses, book: book,
		counts: newCounts(), secrets: newRedactions(options.Secrets), kept: newRedactions(options.Secrets)}
	if j.options.Observer == nil {
		if j.options.Observer, err = conduct.New(options.Conduct); err != nil {
			return nil, err
		}
	}
	if j.addresses == nil {
		j.addresses = traffic.NewAddresses()
	}
	for _, secret := range options.Secrets[string(audit.ClientSecret)] {
		auditor.Learn(audit.ClientSecret, secret)
	}
	if j.started.IsZero() {
		j.started = time.Now()
	}
	return j, nil
}

// maxJSONValues is how many values a body may have to be judged, unless the options
// say otherwise.
const maxJSONValues = 20_000

// Damage notes that a recording was judged only up to a place; what names both.
func (j *Judge) Damage(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.damaged = append(j.damaged, what)
}

// Interrupt notes what has ended the traffic early.
func (j *Judge) Interrupt(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.interrupted = what
}

// Warn notes what the reader of the reports should know; it judges nothing.
func (j *Judge) Warn(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.warnings = append(j.warnings, what)
}

// Add judges one exchange, and counts it. Exchanges of one life (a token and its
// use, a consent and its end) have to be added in their order.
func (j *Judge) Add(x traffic.Exchange) Judged {
	seen := j.meet(x)
	j.observe(x, &seen)
	return j.count(x, seen, j.audit(x, seen.route), true)
}

// Take is Add for whoever looks at few of the findings: their texts are as they
// were found, and RedactedFindings makes those that are shown.
func (j *Judge) Take(x traffic.Exchange) Judged {
	seen := j.meet(x)
	j.observe(x, &seen)
	return j.count(x, seen, j.audit(x, seen.route), false)
}

// AddAll judges exchanges that came in this order, as Add does one by one, on all
// processors; what is counted and kept does not depend on how many there are.
func (j *Judge) AddAll(exchanges []traffic.Exchange, workers int) {
	seen := make([]observed, len(exchanges))
	for i, x := range exchanges {
		seen[i] = j.meet(x)
	}
	results := make([]audit.Result, len(exchanges))
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for i := worker; i < len(exchanges); i += workers {
				results[i] = j.audit(exchanges[i], seen[i].route)
			}
		})
	}
	// The two sides know nothing of each other.
	for i, x := range exchanges {
		j.observe(x, &seen[i])
	}
	all.Wait()
	for i, x := range exchanges {
		j.count(x, seen[i], results[i], false)
	}
}

// Lose counts exchanges that went by and that nobody had time to judge.
func (j *Judge) Lose(n int) {
	if observer, ok := j.options.Observer.(interface{ Lose() }); ok {
		observer.Lose()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.counts.unaudited += n
}

// observed is what the ordered part of judging came to.
type observed struct {
	route  traffic.Route
	client conduct.Result
	// learnt are the secrets of the exchange itself.
	learnt []known
}

// meet says what an exchange is about, and takes what it teaches.
func (j *Judge) meet(x traffic.Exchange) observed {
	j.order.Lock()
	defer j.order.Unlock()
	seen := observed{route: j.route(x)}
	if seen.route.Operation != "" {
		seen.learnt = j.learn(x, seen.route.Operation)
	}
	return seen
}

// observe judges the client's side of one exchange, in the light of those before
// it.
func (j *Judge) observe(x traffic.Exchange, seen *observed) {
	// A code comes back to the client from a page of the bank's that is no operation.
	lives := seen.route.Operation != "" || x.Response != nil && x.Response.Status/100 == 3
	if j.options.Sides == Bank || !lives {
		return
	}
	j.order.Lock()
	defer j.order.Unlock()
	result := j.options.Observer.Observe(x, seen.route)
	// Nothing that a client has sent in no field is known to be missing.
	fieldless := recorded(x) && len(x.Request.Header) == 0
	if seen.route.Operation != "" && !fieldless {
		seen.client = result
	}
}

// audit judges the bank's side of one exchange.
func (j *Judge) audit(x traffic.Exchange, route traffic.Route) audit.Result {
	if route.Operation == "" || j.options.Sides == Client || elsewhere(x, route) {
		return audit.Result{}
	}
	return j.auditor.Check(auditable(x, route.Operation))
}

// elsewhere tells an exchange with an operation's address that the operation has
// no say in: another method than its own, which was let through, or asked by a
// browser or a probe about the address.
func elsewhere(x traffic.Exchange, route traffic.Route) bool {
	if !route.Foreign {
		return false
	}
	return x.Request.Method == "OPTIONS" || x.Request.Method == "HEAD" || x.Response == nil || x.Response.Status < 400
}

// Results is what the exchanges so far come to, at a time that counts as the end.
func (j *Judge) Results(end time.Time) report.Results { return report.Judge(j.Run(end)) }

// Run is what Results judges, for whoever goes on with it: a baseline, for one.
func (j *Judge) Run(end time.Time) report.Run {
	j.order.Lock()
	defer j.order.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	var last conduct.Result
	// What never went by may have been among what nobody judged.
	whole := j.counts.unaudited == 0 && len(j.damaged) == 0 && j.interrupted == ""
	if j.options.Sides != Bank && whole {
		last = j.options.Observer.End(end)
	}
	return j.run(end, last)
}
