package mockbank

import "slices"

// Fault is one sentence of the contract that a bank can be told to break. It
// breaks that one clause and honours all others.
type Fault struct {
	// ID is a stable name in kebab case that begins with the clause.
	ID string `json:"id"`
	// Clause is the identifier of the clause that owns the fault.
	Clause string `json:"clause"`
	// Sentence says what the faulty bank does.
	Sentence string `json:"sentence"`
}

// fault is a Fault with what makes it happen.
type fault struct {
	Fault
	deviation
}

// Faults lists every named fault, by family of clauses.
func Faults() []Fault {
	table := faults()
	list := make([]Fault, 0, len(table))
	for _, one := range table {
		list = append(list, one.Fault)
	}
	return list
}

// faults is the table of all faults, each family in files of its own.
func faults() []fault {
	return slices.Concat(
		statusFaults(), bodyFaults(), headerFaults(), signatureFaults(), refusalFaults(),
		discoveryFaults(), tokenFaults(), codeFaults(), idTokenFaults(),
		registrationFaults(), registrationClaimFaults(), registrationRefusalFaults(), managementFaults(),
		accountConsentFaults(), accountConsentRefusalFaults(), accountFaults(),
		fundsConsentFaults(), fundsConsentRefusalFaults(), fundsFaults(), fundsRefusalFaults(), seldomFaults(), burstFaults(),
	)
}

// Unbreakable names, with the reason, the clauses that no fault breaks.
func Unbreakable() map[string]string {
	return map[string]string{
		"COM-TRANSPORT": "an answer that does not arrive whole is inconclusive by definition, never a breach",
	}
}

// Fired says how often each of the bank's faults changed something: a question
// taken for another one, an answer, or a response.
func (b *Bank) Fired() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	fired := make(map[string]int, len(b.options.Faults))
	for _, id := range b.options.Faults {
		fired[id] = b.deviations.fired[id]
	}
	return fired
}
