// Package audit holds one exchange against the contract: which clauses it
// decides, and where the answer departs from them. It owns what is true of
// every answer (section 3 of the contract, and the shape of discovery, key set
// and token answers); what is true of one situation is the suites' business.
//
// It is pure but for the keys and secrets that it is told: it does no I/O,
// knows no clock but the exchange's, and refuses to import anything that sends.
package audit

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/jose"
	"obconform/harness/jsonschema"
	"obconform/schemas"
)

// Options are what a target may settle for itself.
type Options struct {
	// ClockSkew is the difference between the clocks that is allowed for.
	ClockSkew time.Duration
	// RFC7591Errors accepts RFC 7591's error object from registrations (R2).
	RFC7591Errors bool
	// RequireSignature promotes COM-SIGNATURE-PRESENT from adv to doc (R10).
	RequireSignature bool
	// MaxResponseBytes is the limit that bodies were read with, for messages.
	MaxResponseBytes int64
	// MaxJSONValues is how many values a body may have to be parsed, 0 for any
	// number.
	MaxJSONValues int
	// MaxSecrets is how many secrets are looked for, the latest ones; 0 is any
	// number.
	MaxSecrets int
	// RegistrationMethod is the authentication method that registrations ask
	// for when neither answer nor request names one (R3).
	RegistrationMethod string
}

// Auditor holds exchanges against the contract. It is safe for concurrent use.
type Auditor struct {
	options Options
	levels  map[contract.ClauseID]contract.Level
	models  map[string][]layer

	secrets secrets

	mu         sync.RWMutex
	keys       jose.KeySet
	keysLoaded bool
}

// layer is one compiled schema of a model.
type layer struct {
	level  contract.Level
	schema *jsonschema.Schema
}

// Result is what one exchange says about the contract.
type Result struct {
	// Exercised are the clauses that this answer decided, met or breached, in
	// the order of the checks.
	Exercised []contract.ClauseID
	// Findings are the breaches, in the same order; Exchange is -1 in all.
	Findings []evidence.Finding
	// Inconclusive says why the environment answered and not the API; then
	// nothing was exercised and nothing found.
	Inconclusive string
	// Body is the strictly parsed JSON body, nil where there is none.
	Body any
}

// New compiles the schemas of every documented body; the error names the one
// that cannot be.
func New(options Options) (*Auditor, error) {
	set, err := jsonschema.NewSet(schemas.FS())
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	a := &Auditor{options: options, secrets: secrets{most: options.MaxSecrets}, levels: map[contract.ClauseID]contract.Level{}, models: map[string][]layer{}}
	for _, clause := range contract.Clauses() {
		a.levels[clause.ID] = clause.Level
	}
	for _, op := range contract.Operations() {
		for _, answer := range op.Answers {
			if answer.Model == "" || a.models[answer.Model] != nil {
				continue
			}
			if a.models[answer.Model], err = compile(set, answer.Model); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

func compile(set *jsonschema.Set, model string) ([]layer, error) {
	var layers []layer
	for _, l := range schemas.Layers(model) {
		schema, err := set.Compile(l.File)
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", l.File, err)
		}
		layers = append(layers, layer{contract.Level(l.Level), schema})
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("the model %s has no schema", model)
	}
	return layers, nil
}

// AddKeys adds the keys of a JWK set to those that signatures are verified
// with. What is wrong with the set is DIS-JWKS's business, found when the
// exchange that brought it was checked; keys that can be used are used.
func (a *Auditor) AddKeys(jwks []byte) {
	keys, _ := jose.ParseJWKS(jwks)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys, a.keysLoaded = a.keys.With(keys), true
}

// Keys are the keys that signatures are verified with.
func (a *Auditor) Keys() jose.KeySet {
	keys, _ := a.signatureKeys()
	return keys
}

func (a *Auditor) signatureKeys() (keys jose.KeySet, loaded bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.keys, a.keysLoaded
}

// Check holds one exchange against every clause that it can decide.
func (a *Auditor) Check(x Exchange) Result {
	op, known := contract.Lookup(x.Operation)
	if !known {
		return Result{Inconclusive: fmt.Sprintf("the contract has no operation %q", x.Operation)}
	}
	if reason := a.inconclusive(x); reason != "" {
		return Result{Inconclusive: clip(reason)}
	}
	e := &examination{Auditor: a, op: op, req: x.Request, res: x.Response, received: x.Ended, unknown: x.Unknown}
	e.answer, e.documented = op.Answer(x.Response.Status)
	e.decide(contract.ComTransport)
	if op.Documented() {
		e.status()
		e.empty()
		e.interactionID()
		e.headers()
		e.signature()
	}
	e.readBody()
	if op.Documented() {
		e.model()
	}
	e.discovery()
	e.keySet()
	e.token()
	e.searchSecrets()
	return e.result
}

// examination is one exchange being checked.
type examination struct {
	*Auditor
	op  contract.Operation
	req Request
	res *Response
	// answer is what the operation documents for the status, if documented.
	answer     contract.Answer
	documented bool
	unknown    Unknown
	// received is when the answer was complete, by our clock.
	received time.Time
	// body is the parsed JSON, if parsed.
	body   any
	parsed bool
	// found counts the breaches.
	found  map[severity]int
	result Result
}

type severity struct {
	clause contract.ClauseID
	level  contract.Level
}

// maxFindings bounds what is reported of one clause at one level.
const maxFindings = 100

// decide notes that the answer decides the clause.
func (e *examination) decide(clause contract.ClauseID) {
	if !slices.Contains(e.result.Exercised, clause) {
		e.result.Exercised = append(e.result.Exercised, clause)
	}
}

// breach reports a departure at the clause's own level.
func (e *examination) breach(clause contract.ClauseID, where, expected, actual string) {
	e.breachAt(e.levels[clause], clause, where, expected, actual)
}

// breachAt reports a departure at another level than the clause's own.
func (e *examination) breachAt(level contract.Level, clause contract.ClauseID, where, expected, actual string) {
	e.report("", level, clause, where, expected, actual)
}

// breachAsHabit reports a departure that is a known habit of the live bank, at
// the clause's own level: what it counts for is the profile's decision. An empty
// habit is none.
func (e *examination) breachAsHabit(habit contract.HabitID, clause contract.ClauseID, where, expected, actual string) {
	e.report(habit, e.levels[clause], clause, where, expected, actual)
}

// report keeps a finding. Of one clause and level the first 100 are kept: a
// hostile body can have millions.
func (e *examination) report(habit contract.HabitID, level contract.Level, clause contract.ClauseID, where, expected, actual string) {
	if e.withheld(where) {
		return
	}
	e.decide(clause)
	of := severity{clause, level}
	if e.found == nil {
		e.found = map[severity]int{}
	}
	if e.found[of]++; e.found[of] > maxFindings {
		return
	}
	e.result.Findings = append(e.result.Findings, evidence.Finding{
		Clause: clause, Level: level, Habit: habit, Operation: e.op.ID, Status: e.res.Status,
		Where: clip(printable(where)), Expected: clip(expected), Actual: clip(actual), Exchange: -1})
}

// isStatus tells whether the answer has one of these statuses.
func (e *examination) isStatus(statuses ...int) bool { return slices.Contains(statuses, e.res.Status) }

// isSuccess tells whether the answer has the operation's documented success status.
func (e *examination) isSuccess() bool { return e.documented && e.res.Status == e.op.Success() }
