// Package ledger accounts for the contract: every clause and every documented
// answer is tested by named specs, or stands in a list with the reason why
// not; every obligation of a client has a rule that decides it. It is made from
// a dry run and the contract, and imports what runs nothing.
package ledger

import (
	"bytes"
	_ "embed" // the schema of the ledger
	"fmt"
	"slices"
	"strconv"
	"strings"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/format"
	"obconform/harness/report"
)

// AnswerLabel labels a spec with the documented answer that it provokes, as in
// "answers:ListAccounts=429".
const AnswerLabel = "answers:"

//go:embed ledger.schema.json
var schema []byte

// Format is the format of the ledger.
func Format() format.Format {
	return format.New("ledger", "list --ledger, suites/ledger.json: which specs test what", bytes.Clone(schema))
}

// Ledger is who tests what; its JSON is suites/ledger.json.
type Ledger struct {
	SchemaVersion int `json:"schemaVersion"`

	Clauses []Clause `json:"clauses"`
	Answers []Answer `json:"answers"`
	// Client are the obligations of a client, which no spec tests: they are held
	// against traffic.
	Client []ClientClause `json:"client"`
}

// ClientClause is one obligation of a client with what decides it.
type ClientClause struct {
	ID    contract.ClauseID `json:"id"`
	Basis conduct.Basis     `json:"basis"`
}

// Clause is one clause with what tests it.
type Clause struct {
	ID contract.ClauseID `json:"id"`
	// Audited says that the clause is held against every answer that it
	// applies to, whichever spec got it.
	Audited bool `json:"audited,omitempty"`
	// Specs are the specs that prove it, as "suite/section: obligation".
	Specs []string `json:"specs,omitempty"`
	// Untested is the reason why nothing does.
	Untested string `json:"untested,omitempty"`
}

// Answer is one documented (operation, status) pair with the specs that get it.
type Answer struct {
	Operation contract.OperationID `json:"operation"`
	Status    int                  `json:"status"`
	Specs     []string             `json:"specs,omitempty"`
	Untested  string               `json:"untested,omitempty"`
}

// Untested is why a clause, or a documented answer ("ListAccounts 429"), is
// not tested; its JSON is suites/untested.json.
type Untested struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
}

// New accounts for the contract with the specs of a dry run. The error names
// every clause and answer that is neither tested nor excused, every excuse for
// something that is tested, and every excuse for what does not exist.
func New(planned []report.SpecResult, excuses []Untested) (Ledger, error) {
	a := accountant{planned: planned, excuses: map[string]string{}, used: map[string]bool{}}
	for _, excuse := range excuses {
		if excuse.Reason == "" || a.excuses[excuse.What] != "" {
			a.complain("%s is excused twice, or without a reason", excuse.What)
		}
		a.excuses[excuse.What] = excuse.Reason
	}
	l := Ledger{SchemaVersion: Format().Version}
	for _, clause := range contract.Clauses() {
		l.Clauses = append(l.Clauses, a.clause(clause))
	}
	for _, op := range contract.Operations() {
		for _, answer := range op.Answers {
			l.Answers = append(l.Answers, a.answer(op, answer.Status))
		}
	}
	for _, clause := range contract.ClientClauses() {
		l.Client = append(l.Client, a.clientClause(clause))
	}
	for _, excuse := range excuses {
		if !a.used[excuse.What] {
			a.complain("%s is excused, and is tested or does not exist", excuse.What)
		}
	}
	if len(a.complaints) > 0 {
		return l, fmt.Errorf("%s", strings.Join(a.complaints, "\n"))
	}
	return l, nil
}

type accountant struct {
	planned    []report.SpecResult
	excuses    map[string]string
	used       map[string]bool
	complaints []string
}

func (a *accountant) complain(format string, args ...any) {
	a.complaints = append(a.complaints, fmt.Sprintf(format, args...))
}

func (a *accountant) clause(clause contract.Clause) Clause {
	entry := Clause{ID: clause.ID, Audited: contract.Audited(clause.ID),
		Specs: a.specs(func(spec report.SpecResult) bool { return slices.Contains(spec.Clauses, clause.ID) })}
	if len(entry.Specs) == 0 && !entry.Audited {
		entry.Untested = a.excuse(string(clause.ID))
	}
	return entry
}

func (a *accountant) clientClause(clause contract.Clause) ClientClause {
	rules := conduct.Rules()
	i := slices.IndexFunc(rules, func(r conduct.Rule) bool { return r.Clause == clause.ID })
	if i < 0 {
		a.complain("%s is decided by no rule", clause.ID)
		return ClientClause{ID: clause.ID}
	}
	return ClientClause{clause.ID, rules[i].Basis}
}

func (a *accountant) answer(op contract.Operation, status int) Answer {
	label := AnswerLabel + string(op.ID) + "=" + strconv.Itoa(status)
	entry := Answer{Operation: op.ID, Status: status, Specs: a.specs(func(spec report.SpecResult) bool {
		return slices.Contains(spec.Labels, label) || status == op.Success() && slices.Contains(spec.Clauses, op.Accepted)
	})}
	if len(entry.Specs) == 0 {
		entry.Untested = a.excuse(fmt.Sprintf("%s %d", op.ID, status))
	}
	return entry
}

func (a *accountant) excuse(what string) string {
	reason, excused := a.excuses[what]
	if !excused {
		a.complain("%s is tested by no spec and is not excused in suites/untested.json", what)
	}
	a.used[what] = true
	return reason
}

func (a *accountant) specs(tests func(report.SpecResult) bool) []string {
	var names []string
	for _, spec := range a.planned {
		if tests(spec) {
			names = append(names, fmt.Sprintf("%s/%s: %s", spec.Suite, spec.Section, spec.Name))
		}
	}
	slices.Sort(names)
	return names
}
