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
	// ByName says that the fault's own clause turned red (or, where what is
	// broken is advice, was warned of).
	ByName bool `json:"byName"`
	// Notice is what the fault's own clause ended as, empty where it noticed
	// nothing.
	Notice Notice `json:"notice,omitempty"`
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

// advised are the faults that break what is advice in a clause that otherwise
// fails a run, with the word of the contract on it: a warning is all that they
// can give. Of any other fault of such a clause a warning is too little.
func advised() map[string]string {
	return map[string]string{
		"tok-200-with-refresh-token":                "TOK-200: no refresh_token (adv)",
		"tok-200-with-id-token":                     "TOK-200: no id_token (adv)",
		"aac-get-unknown-is-404":                    "R6: 404 is adv",
		"acc-get-unknown-is-404":                    "R6: 404 is adv",
		"cof-consent-get-unknown-is-404":            "R6: 404 is adv",
		"com-secrets-registration-may-be-stored":    "COM-SECRETS: no-store is adv",
		"aac-400-datetime-without-timezone":         "AAC-400-DATETIME: without a timezone 400 is adv",
		"cof-consent-400-datetime-without-timezone": "AAC-400-DATETIME: without a timezone 400 is adv",
	}
}

// See runs the suites that can notice the fault against a bank that has it.
// Faults of what every answer must be are looked for in one suite after the
// other, until one notices. What is known of a bank without the fault, the
// clauses that are red or warned of there, is no notice of it.
func See(fault mockbank.Fault, options mockbank.Options, suites []tpp.Suite, known []contract.ClauseID) (Sighting, error) {
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
		seen.add(trial, known)
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

// add takes in a trial. One in which the fault never showed says nothing of it,
// whatever turned red.
func (s *Sighting) add(trial Trial, known []contract.ClauseID) {
	fired := trial.Fired[s.Fault.ID]
	if s.Fired += fired; fired == 0 {
		return
	}
	for _, clause := range trial.Results.Clauses {
		switch {
		case slices.Contains(known, clause.ID):
		case clause.Verdict == report.Inconclusive:
			s.Inconclusive = append(s.Inconclusive, clause.ID)
		case clause.Verdict != report.Failed && clause.Verdict != report.Warned:
		case string(clause.ID) == s.Fault.Clause:
			s.named(clause)
		case !slices.Contains(s.Others, clause.ID):
			s.Others = append(s.Others, clause.ID)
		}
	}
}

// named weighs what the fault's own clause ended as.
func (s *Sighting) named(clause report.ClauseResult) {
	if clause.Verdict == report.Failed {
		s.ByName, s.Notice = true, Failure
		return
	}
	if s.Notice == "" {
		s.Notice = Warning
	}
	s.ByName = s.ByName || clause.Level == contract.Adv || advised()[s.Fault.ID] != ""
}
