// Package conduct holds a client's requests against the clauses that a client
// has to keep (CLI-…): each request by itself, and what it is in the life of
// tokens, consents, codes and registrations that went by before.
//
// It imports the contract's vocabulary, the shape of traffic and what reads
// signatures and schemas; it does no I/O, knows no clock but the exchanges', and
// refuses to import the mock bank, or what sends or reports. What it remembers
// is bounded: of the oldest lives it forgets, and then judges nothing about them.
package conduct

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/jsonschema"
	"obconform/harness/traffic"
	"obconform/schemas"
)

// Options are what the caller knows of bank and client. The zero Options are
// those of a bank as documented, in traffic that may begin and end anywhere.
type Options struct {
	// ClockSkew is the difference between the client's clock and the recorder's
	// that is allowed for in what the client dates itself (iat, exp,
	// x-fapi-auth-date); 0 for one minute. What is measured by the recorder's
	// clock alone (the life of a token, Retry-After) is held to a tenth of a
	// second, for rounding.
	ClockSkew time.Duration
	// IntentClaim is the claim that names the consent in request objects and ID
	// tokens; empty for openbanking_intent_id.
	IntentClaim string
	// Scopes gives the bank's own names to the contract's scopes, where they differ.
	Scopes map[string]string
	// Whole says that the traffic is all that the client ever has with the bank,
	// as that of a test bank: what was not seen does not exist, and what exists at
	// its end is left behind.
	Whole bool
	// Redirects are the redirect URIs of clients that were registered before the
	// traffic began, by client id.
	Redirects map[string][]string
	// Lives is how many tokens, consents and so on are remembered, of each kind;
	// 0 for 10,000.
	Lives int
}

// Result is what one exchange says about the client.
type Result struct {
	// Exercised are the clauses that the exchange decided, met or breached, each
	// once.
	Exercised []contract.ClauseID
	// Findings are the breaches; Exchange is -1 in all. Where is a JSON pointer
	// into the request's body, "body", "method", "path", "time", "certificate",
	// "request", or "header NAME", "query NAME", "form NAME" or "claim NAME".
	Findings []evidence.Finding
}

// Auditor holds a client's exchanges against the contract, one after the other.
// It is safe for concurrent use.
type Auditor struct {
	options    Options
	operations map[contract.OperationID]contract.Operation
	levels     map[contract.ClauseID]contract.Level
	models     map[string]model
	// whole is Options.Whole, until exchanges are lost.
	whole atomic.Bool
	// stripped says that an answer showed that there was a credential which the
	// recorder has taken out.
	stripped atomic.Bool

	mu     sync.Mutex
	memory *memory
}

// model is the compiled schema of a request body.
type model struct {
	layers []layer
	// tree is the documented schema, for the names of members.
	tree map[string]any
}

type layer struct {
	level  contract.Level
	schema *jsonschema.Schema
}

const (
	defaultSkew  = time.Minute
	defaultLives = 10_000
	// rounding is allowed for between two readings of the recorder's own clock.
	rounding = 100 * time.Millisecond
)

// New compiles the schemas of the documented request bodies; the error names the
// one that cannot be.
func New(options Options) (*Auditor, error) {
	if options.ClockSkew == 0 {
		options.ClockSkew = defaultSkew
	}
	if options.Lives <= 0 {
		options.Lives = defaultLives
	}
	if options.IntentClaim == "" {
		options.IntentClaim = "openbanking_intent_id"
	}
	a := &Auditor{options: options, operations: map[contract.OperationID]contract.Operation{},
		levels: map[contract.ClauseID]contract.Level{}, memory: newMemory(options.Lives)}
	a.whole.Store(options.Whole)
	for _, clause := range contract.ClientClauses() {
		a.levels[clause.ID] = clause.Level
	}
	for _, op := range contract.Endpoints() {
		a.operations[op.ID] = op
	}
	for id, redirects := range options.Redirects {
		a.memory.clients.put(a.memory.of(id), &client{redirects: shorts(redirects)})
	}
	var err error
	if a.models, err = compiled(); err != nil {
		return nil, err
	}
	return a, nil
}

// compiled are the models of every documented request body, compiled once for
// all auditors: they are embedded, and are never written to.
var compiled = sync.OnceValues(func() (map[string]model, error) {
	set, err := jsonschema.NewSet(schemas.FS())
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	models := map[string]model{}
	for _, op := range contract.Operations() {
		if op.RequestModel == "" {
			continue
		}
		if models[op.RequestModel], err = compile(set, op.RequestModel); err != nil {
			return nil, err
		}
	}
	return models, nil
})

func compile(set *jsonschema.Set, name string) (model, error) {
	var m model
	for _, l := range schemas.Layers(name) {
		schema, err := set.Compile(l.File)
		if err != nil {
			return m, fmt.Errorf("schema %s: %w", l.File, err)
		}
		m.layers = append(m.layers, layer{contract.Level(l.Level), schema})
		if l.Level == schemas.LevelDoc {
			if m.tree, err = set.Tree(l.File); err != nil {
				return m, fmt.Errorf("schema %s: %w", l.File, err)
			}
		}
	}
	if m.tree == nil {
		return m, fmt.Errorf("the model %s has no schema", name)
	}
	return m, nil
}

// Lose notes that exchanges went by unseen: from then on the traffic is not whole,
// whatever the options say.
func (a *Auditor) Lose() { a.whole.Store(false) }

// Observe holds one exchange against every clause that it can decide, and
// remembers what it tells about the lives of tokens, consents and registrations.
// Exchanges are best observed in the order in which their answers came; one that
// comes out of order is judged by its own times. One with an address of nobody's
// may still bring a code back, and is best observed where it is a redirect.
func (a *Auditor) Observe(x traffic.Exchange, route traffic.Route) Result {
	if x.Request.URL == nil {
		return Result{}
	}
	e := newExamination(a, x, route)
	if e.judged() {
		e.hold(requestRules)
	}
	e.prepare()
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.judged() {
		e.hold(lifeRules)
	}
	e.remember()
	return e.result
}
