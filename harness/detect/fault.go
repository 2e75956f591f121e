package detect

import (
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/mockbank"
	"obconform/harness/report"
	"obconform/harness/tpp"
)

// Sighting is what the suites saw of one named fault.
type Sighting struct {
	Fault mockbank.Fault `json:"fault"`
	// Fired is how often the fault showed.
	Fired int `json:"fired"`
	// ByName says that the fault's own clause turned red (or, where it is
	// advice, was warned of).
	ByName bool `json:"byName"`
	// Others are the other clauses that turned red, or were warned of.
	Others []contract.ClauseID `json:"others,omitempty"`
	// Inconclusive are clauses that could not be judged.
	Inconclusive []contract.ClauseID `json:"inconclusive,omitempty"`
}

// Subject is what a clause is about: the part of its identifier that names the
// API or the endpoint.
func Subject(clause contract.ClauseID) string {
	subject, _, _ := strings.Cut(string(clause), "-")
	return subject
}

// OtherSubjects are the subjects that turned red although the fault is none of
// theirs.
func (s Sighting) OtherSubjects() []string {
	var subjects []string
	for _, clause := range s.Others {
		if subject := Subject(clause); subject != Subject(contract.ClauseID(s.Fault.Clause)) && !slices.Contains(subjects, subject) {
			subjects = append(subjects, subject)
		}
	}
	return subjects
}

// See runs the suites that can notice the fault against a bank that has it.
// Faults of what every answer must be are looked for in one suite after the
// other, until one notices.
func See(fault mockbank.Fault, options mockbank.Options, suites []tpp.Suite) (Sighting, error) {
	options.Faults = []string{fault.ID}
	seen := Sighting{Fault: fault}
	for _, api := range suitesFor(contract.ClauseID(fault.Clause)) {
		index := slices.IndexFunc(suites, func(s tpp.Suite) bool { return s.API == api })
		if index < 0 {
			continue
		}
		trial, err := Try(options, suites[index:index+1])
		if err != nil {
			return seen, err
		}
		seen.add(trial)
		if seen.ByName {
			break
		}
	}
	return seen, nil
}

// suitesFor are the suites in which a breach of the clause can be seen, the
// quickest first.
func suitesFor(clause contract.ClauseID) []contract.API {
	known, _ := contract.ClauseByID(clause)
	if known.API == contract.Common {
		return []contract.API{contract.Accounts, contract.AccountAccessConsents, contract.ConfirmationOfFunds, contract.DynamicRegistration}
	}
	return []contract.API{known.API}
}

func (s *Sighting) add(trial Trial) {
	s.Fired += trial.Fired[s.Fault.ID]
	for _, clause := range trial.Results.Clauses {
		switch clause.Verdict {
		case report.Failed, report.Warned:
			if string(clause.ID) == s.Fault.Clause {
				s.ByName = true
			} else if !slices.Contains(s.Others, clause.ID) {
				s.Others = append(s.Others, clause.ID)
			}
		case report.Inconclusive:
			s.Inconclusive = append(s.Inconclusive, clause.ID)
		}
	}
}
