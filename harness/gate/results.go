package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

// run puts together what was counted.
func (j *Judge) run(end time.Time, last conduct.Result) report.Run {
	run := j.options.Run
	run.Start, run.End, run.Planned = j.started, end, nil
	run.Subject = map[Sides]report.Subject{Bank: report.SubjectBank, Client: report.SubjectClient, Both: report.SubjectTraffic}[j.options.Sides]
	run.Traffic = j.counts.traffic()
	run.Traffic.Sources, run.Traffic.Damaged = j.options.Sources, slices.Clone(j.damaged)
	run.Interrupted = j.interrupted
	run.Warnings = slices.Concat(run.Warnings, j.warnings)
	for _, what := range j.damaged {
		run.Trouble = append(slices.Clone(run.Trouble), report.Trouble{What: what + "; what follows was not judged"})
	}
	if n := j.counts.unaudited; n > 0 {
		// A breach may have been among them: that nothing was found is no pass.
		run.Trouble = append(slices.Clone(run.Trouble), report.Trouble{
			What: fmt.Sprintf("%d of %d exchanges were not judged, because judging fell behind", n, run.Traffic.Exchanges)})
	}
	if n := run.Traffic.Judged(); n > 0 && j.options.Sides != Client && run.Traffic.Inconclusive() == n && j.counts.lacks[lackAnswer] == 0 {
		// What is said of the bank is nothing: that is no pass, whatever its client did.
		run.Trouble = append(slices.Clone(run.Trouble), report.Trouble{
			What: fmt.Sprintf("the bank answered none of %d requests: its environment did, or nobody", n)})
	}
	pairs := j.withEnd(last)
	seen := j.book.Seen()
	for _, clause := range j.clauses() {
		cases := casesOf(clause, pairs)
		if len(cases) > 0 && seen != nil {
			cases[0].Record.Seen, seen = seen, nil
		}
		run.Results = append(run.Results, cases...)
		if len(cases) == 0 {
			run.Results = append(run.Results, j.untested(clause))
		}
	}
	for _, name := range j.options.Require {
		result, unmet := j.required(name, pairs)
		run.Results = append(run.Results, result)
		if unmet {
			run.Traffic.Unmet = append(run.Traffic.Unmet, name)
		}
	}
	return run
}

// clauses are those of the sides that are judged.
func (j *Judge) clauses() []contract.Clause {
	switch j.options.Sides {
	case Bank:
		return contract.Clauses()
	case Client:
		return contract.ClientClauses()
	}
	return slices.Concat(contract.Clauses(), contract.ClientClauses())
}

// withEnd is what was counted, and what the end shows, which is not counted for
// good: there may be a later end.
func (j *Judge) withEnd(last conduct.Result) map[pair]*count {
	pairs := map[pair]*count{}
	for key, c := range j.counts.pairs {
		pairs[key] = c
	}
	copied := map[pair]bool{}
	of := func(clause contract.ClauseID, operation contract.OperationID) *count {
		key := pair{clause, operation}
		if !copied[key] {
			copied[key] = true
			fresh := &count{kinds: map[kind]int{}}
			if old := pairs[key]; old != nil {
				fresh.exercised, fresh.findings, fresh.actuals, fresh.examples = old.exercised, slices.Clone(old.findings), slices.Clone(old.actuals), old.examples
				for k, at := range old.kinds {
					fresh.kinds[k] = at
				}
			}
			pairs[key] = fresh
		}
		return pairs[key]
	}
	redactor := j.secrets.redactor()
	found := map[contract.ClauseID]bool{}
	for _, f := range last.Findings {
		f.Where, f.Expected, f.Actual, f.Exchange = redactor.Text(f.Where), redactor.Text(f.Expected), redactor.Text(f.Actual), -1
		c := of(f.Clause, f.Operation)
		if _, fresh := c.add(f); fresh && c.exercised == 0 {
			c.exercised = 1
		}
		found[f.Clause] = true
	}
	for _, clause := range last.Exercised {
		if !found[clause] {
			of(clause, "").exercised++
		}
	}
	return pairs
}

// casesOf are the test cases of a clause, in the order of the operations.
func casesOf(clause contract.Clause, pairs map[pair]*count) []report.SpecResult {
	var cases []report.SpecResult
	for _, operation := range append(contract.Endpoints(), contract.Operation{API: clause.API}) {
		c := pairs[pair{clause.ID, operation.ID}]
		if c == nil {
			continue
		}
		result := report.SpecResult{Suite: operation.API, Section: string(operation.ID), Name: clause.Rule,
			Clauses: []contract.ClauseID{clause.ID}, State: report.StatePassed,
			Record: evidence.Record{Exchanges: c.examples, Findings: c.findings, Tally: map[contract.ClauseID]int{clause.ID: c.exercised}}}
		if operation.ID == "" {
			result.Section = "at the end"
		} else {
			result.Name = fmt.Sprintf("%s: %s", operation.ID, clause.Rule)
		}
		result.Labels = labels(result, clause)
		cases = append(cases, result)
	}
	return cases
}

// labels are those of a spec, as far as traffic has them.
func labels(s report.SpecResult, clause contract.Clause) []string {
	side := "bank"
	if contract.IsClientClause(clause.ID) {
		side = "client"
	}
	return []string{"api:" + string(s.Suite), "clause:" + string(clause.ID), "section:" + s.Section, "side:" + side}
}

// untested is the case of a clause that no exchange put to the test.
func (j *Judge) untested(clause contract.Clause) report.SpecResult {
	result := report.SpecResult{Suite: clause.API, Section: "not exercised", Name: clause.Rule, Clauses: []contract.ClauseID{clause.ID},
		State: report.StateSkipped, Reason: "no exchange that it applies to went by, or what it depends on is not known"}
	if !contract.IsClientClause(clause.ID) && !audited(clause.ID) {
		result.Reason = "only a run of the suites puts it to the test: it needs a request, or a comparison, of its own"
	}
	result.Labels = labels(result, clause)
	return result
}

// audited tells whether the audit of an exchange can decide a clause of the
// bank's.
func audited(id contract.ClauseID) bool {
	return contract.Audited(id) || slices.Contains([]contract.ClauseID{contract.Dis200, contract.DisHTTPS, contract.DisCapabilities,
		contract.DisJWKS, contract.Tok200, contract.TokError}, id)
}

// requirement is a clause, or an operation, that must be exercised.
type requirement struct {
	clause    contract.Clause
	operation contract.Operation
}

// requirementOf reads a name, in whatever case. The error says what was expected.
func requirementOf(name string, sides Sides) (requirement, error) {
	if clause, known := contract.ClauseByID(contract.ClauseID(strings.ToUpper(name))); known {
		if sides == Client && !contract.IsClientClause(clause.ID) || sides == Bank && contract.IsClientClause(clause.ID) {
			return requirement{}, fmt.Errorf("require: %s is a clause of the side that is not judged", clause.ID)
		}
		if !contract.IsClientClause(clause.ID) && !audited(clause.ID) {
			return requirement{}, fmt.Errorf("require: only a run of the suites puts %s to the test, no traffic does", clause.ID)
		}
		return requirement{clause: clause}, nil
	}
	for _, operation := range contract.Endpoints() {
		if strings.EqualFold(string(operation.ID), name) {
			return requirement{operation: operation}, nil
		}
	}
	return requirement{}, fmt.Errorf("require: expected a clause or an operation, got %.100q; 'obconform explain --all' lists the clauses", name)
}

// required is the case of a requirement: failed where it is not met.
func (j *Judge) required(name string, pairs map[pair]*count) (result report.SpecResult, unmet bool) {
	r, _ := requirementOf(name, j.options.Sides) // New has refused what cannot be read
	result = report.SpecResult{Suite: r.operation.API, Section: "required", State: report.StatePassed}
	var said string
	if r.clause.ID != "" {
		result.Suite, result.Name = r.clause.API, fmt.Sprintf("%s must be exercised", r.clause.ID)
		unmet, said = true, fmt.Sprintf("no exchange put %s to the test: %s", r.clause.ID, r.clause.Rule)
		for key := range pairs {
			unmet = unmet && key.clause != r.clause.ID
		}
	} else {
		result.Name = fmt.Sprintf("%s must be exercised", r.operation.ID)
		unmet, said = j.counts.succeeded[r.operation.ID] == 0, j.never(r.operation)
	}
	result.Labels = []string{"api:" + string(result.Suite), "section:required"}
	if unmet {
		result.State = report.StateFailed
		result.Failures = []report.Failure{{State: report.StateFailed, Message: said}}
	} else {
		result.Record.Met = true
	}
	return result, unmet
}

// never says what the client did not do, and whether it tried.
func (j *Judge) never(operation contract.Operation) string {
	said, tried := "the client never "+deed(operation.ID), 0
	for _, answer := range j.counts.answers {
		if answer.Operation == operation.ID {
			tried += answer.Exchanges
		}
	}
	if tried > 0 {
		return fmt.Sprintf("%s with success: %s was asked for %d times, and never granted", said, operation.ID, tried)
	}
	return fmt.Sprintf("%s: no %s went by", said, operation.ID)
}

// deed is what a client does with an operation, in the past tense.
func deed(id contract.OperationID) string {
	switch id {
	case contract.GetDiscovery:
		return "read the discovery document"
	case contract.RegisterClient:
		return "registered itself"
	case contract.GetClient:
		return "read its registration"
	case contract.UpdateClient:
		return "changed its registration"
	case contract.DeleteClient:
		return "deleted its registration"
	case contract.CreateAccountAccessConsent, contract.CreateFundsConfirmationConsent:
		return "created a consent"
	case contract.GetAccountAccessConsent, contract.GetFundsConfirmationConsent:
		return "read its consent"
	case contract.DeleteAccountAccessConsent, contract.DeleteFundsConfirmationConsent:
		return "deleted its consent"
	case contract.ListAccounts:
		return "listed accounts"
	case contract.GetAccount:
		return "read an account"
	case contract.CreateFundsConfirmation:
		return "asked for a confirmation of funds"
	case contract.RequestToken:
		return "got a token"
	case contract.GetJWKS:
		return "read the bank's keys"
	}
	return "asked for an authorisation"
}
