package contract

import "slices"

// Decision is one of the contract's decisions on what the documentation leaves
// open (section 2, R1 to R16): the freedom that a bank has.
type Decision struct {
	// ID is "R1" and so on.
	ID string `json:"id"`
	// Title is what it is about.
	Title string `json:"title"`
}

// decisions is every decision in the contract's order; it is never written to.
var decisions = []Decision{
	{"R1", "registration management"},
	{"R2", "member names of OBClientRegistration1"},
	{"R3", "what a registration must return"},
	{"R4", "responseTypes values"},
	{"R5", "bodies on 401, 404, 405, 406, 429"},
	{"R6", "unknown resource identifiers"},
	{"R7", "wrong Content-Type"},
	{"R8", "update and delete paths"},
	{"R9", "only new registration"},
	{"R10", "x-jws-signature"},
	{"R11", "sandbox"},
	{"R12", "getting an authorised consent"},
	{"R13", "provoking rare answers"},
	{"R14", "hosts"},
	{"R15", "time to settle"},
	{"R16", "minimal headers"},
}

// Decisions lists every decision in the contract's order.
func Decisions() []Decision { return slices.Clone(decisions) }

// DecisionByID finds a decision; ok is false for an unknown identifier.
func DecisionByID(id string) (decision Decision, ok bool) {
	i := slices.IndexFunc(decisions, func(d Decision) bool { return d.ID == id })
	if i < 0 {
		return Decision{}, false
	}
	return decisions[i], true
}
