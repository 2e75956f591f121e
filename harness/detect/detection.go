package detect

import (
	"cmp"
	"slices"
	"time"

	"obconform/harness/contract"
	"obconform/harness/mockbank"
)

// Detection is the matrix of one proof: each fault and mutation with what
// noticed it. It is what detection.json holds.
type Detection struct {
	SchemaVersion int       `json:"schemaVersion"`
	Tool          string    `json:"tool"`
	Target        string    `json:"target"`
	Command       []string  `json:"command"`
	Start         time.Time `json:"start"`
	End           time.Time `json:"end"`
	Seed          int64     `json:"seed"`
	// Suites are those that ran.
	Suites []contract.API `json:"suites"`
	// Interrupted says what ended the proof early, empty for nothing.
	Interrupted string `json:"interrupted,omitempty"`
	// Possible is the number of mutations that the traffic allows.
	Possible int `json:"possibleMutations"`
	// NotUsable are specs that did not succeed without any change, and so can
	// notice nothing.
	NotUsable []string           `json:"notUsable"`
	Figures   Figures            `json:"figures"`
	NullBanks []NullSighting     `json:"nullBanks"`
	Faults    []FaultRow         `json:"faults"`
	Mutations []MutationRow      `json:"mutations"`
	Equal     []EquivalenceUsage `json:"equivalences"`
	// Problems are what fails the proof, each in one line.
	Problems []string `json:"problems"`
	// Trouble is what went wrong with the tool.
	Trouble []string `json:"trouble"`
}

// FaultRow is one named fault.
type FaultRow struct {
	Sighting
	Outcome Outcome `json:"outcome"`
	// FalseSubjects are the subjects that turned red although nothing of theirs
	// was broken.
	FalseSubjects []string `json:"falseSubjects"`
	// Imprecise says that there are three or more of them.
	Imprecise bool `json:"imprecise"`
}

// MutationRow is one mutation.
type MutationRow struct {
	MutationSighting
	// Allowed is the clause or decision that lets it survive, empty for none.
	Allowed string `json:"allowed,omitempty"`
}

// imprecise is from how many other subjects on a fault is reported as imprecise.
const imprecise = 3

// Figures are the matrix in numbers.
type Figures struct {
	NullBanks        int `json:"nullBanks"`
	NullBanksPassing int `json:"nullBanksPassing"`
	// Faults and Mutations count by outcome.
	Faults    map[Outcome]int `json:"faults"`
	Mutations map[Outcome]int `json:"mutations"`
	// Notices counts the mutations noticed, by how strongly.
	Notices map[Notice]int `json:"notices"`
	// Allowed counts the survivors that the equivalence list allows, Unlisted
	// those that it does not.
	Allowed  int `json:"allowed"`
	Unlisted int `json:"unlisted"`
	// Entries is the length of the equivalence list.
	Entries int `json:"entries"`
	// MeanFalseSubjects is the mean number of subjects that a fault reddens
	// although they are not broken.
	MeanFalseSubjects float64 `json:"meanFalseSubjects"`
	Imprecise         int     `json:"imprecise"`
	// FaultsWarned counts the faults of which there was a warning alone.
	FaultsWarned int `json:"faultsWarned"`
	// SecondsPerTrial is the time of the proof by the number of its trials.
	SecondsPerTrial float64 `json:"secondsPerTrial"`
	Trials          int     `json:"trials"`
}

// Add puts what a trial showed into the matrix.
func (d *Detection) Add(sight Sight) {
	switch {
	case sight.Trouble != "":
		d.Trouble = append(d.Trouble, sight.Trouble)
	case sight.Null != nil:
		d.NullBanks = append(d.NullBanks, *sight.Null)
	case sight.Fault != nil:
		others := sight.Fault.OtherSubjects()
		if others == nil {
			others = []string{}
		}
		noticed := sight.Fault.Notice != "" || len(sight.Fault.Others) > 0
		d.Faults = append(d.Faults, FaultRow{Sighting: *sight.Fault, FalseSubjects: others, Imprecise: len(others) >= imprecise,
			Outcome: outcomeOf(sight.Fault.Fired, noticed, sight.Fault.ByName)})
	case sight.Mutation != nil:
		if trouble := sight.Mutation.Trouble; trouble != "" {
			d.Trouble = append(d.Trouble, sight.Mutation.ID+": "+trouble)
		}
		d.Mutations = append(d.Mutations, MutationRow{MutationSighting: *sight.Mutation})
	default:
		d.Trouble = append(d.Trouble, "a trial ended without saying what it saw")
	}
}

// Weigh holds the matrix against the equivalence list, counts, and puts what
// survived first. The list is held against the matrix too, for entries that no
// longer survive, where the proof was of the whole: all suites, the mock bank,
// mutations that nobody picked.
func (d *Detection) Weigh(list Equivalences, whole bool) {
	d.Problems = append([]string{}, list.problems()...)
	d.Equal = list.use(d.Mutations)
	if d.Interrupted == "" && whole {
		full := d.Possible > 0 && len(d.Mutations) >= d.Possible
		d.Problems = append(d.Problems, stale(d.Equal, full)...)
	}
	d.sort()
	d.count()
	for _, null := range d.NullBanks {
		for _, passed := range slices.Concat(null.Passed, texts(null.Clauses)) {
			d.Problems = append(d.Problems, "passed on the null bank '"+null.Name+"' ("+null.Way+"): "+passed)
		}
		if null.Specs == 0 || null.Exchanges == 0 {
			d.Problems = append(d.Problems, "the null bank '"+null.Name+"' ("+null.Way+") was never asked, which proves nothing")
		}
	}
	part := len(d.Suites) < len(contract.APIs())
	for _, fault := range d.Faults {
		// What every answer must be is broken in the answers of one API or another.
		elsewhere := part && fault.Outcome == NeverReached && ofEveryAnswer(fault.Fault)
		if fault.Outcome != CaughtByName && !elsewhere {
			d.Problems = append(d.Problems, fault.Fault.ID+": "+string(fault.Outcome)+": "+fault.Fault.Sentence)
		}
	}
	for _, mutation := range d.Mutations {
		if mutation.survived() && mutation.Allowed == "" && mutation.Trouble == "" {
			d.Problems = append(d.Problems, mutation.ID+": "+string(mutation.Outcome)+": "+mutation.Place+" "+mutation.At+": "+mutation.Kind)
		}
	}
}

// ofEveryAnswer tells whether a fault breaks a clause that is no single API's.
func ofEveryAnswer(fault mockbank.Fault) bool {
	clause, _ := contract.ClauseByID(contract.ClauseID(fault.Clause))
	return clause.API == contract.Common
}

// Nothing tells whether no trial has shown anything: none was made, or none
// reached an answer.
func (d *Detection) Nothing() bool {
	reached := len(d.NullBanks)
	for _, fault := range d.Faults {
		reached += min(fault.Fired, 1)
	}
	for _, mutation := range d.Mutations {
		reached += min(mutation.Fired, 1)
	}
	return reached == 0
}

func texts(clauses []contract.ClauseID) []string {
	list := make([]string, len(clauses))
	for i, clause := range clauses {
		list[i] = string(clause)
	}
	return list
}

// sort puts survivors first, those that nothing allows before all others.
func (d *Detection) sort() {
	place := func(outcome Outcome) int { return slices.Index(Outcomes(), outcome) }
	slices.SortStableFunc(d.NullBanks, func(a, b NullSighting) int {
		return cmp.Compare(len(b.Passed)+len(b.Clauses), len(a.Passed)+len(a.Clauses))
	})
	slices.SortStableFunc(d.Faults, func(a, b FaultRow) int {
		return cmp.Or(cmp.Compare(place(a.Outcome), place(b.Outcome)), cmp.Compare(a.Fault.ID, b.Fault.ID))
	})
	slices.SortStableFunc(d.Mutations, func(a, b MutationRow) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(place(a.Outcome), place(b.Outcome)),
			cmp.Compare(a.Place, b.Place), cmp.Compare(a.At, b.At), cmp.Compare(a.Kind, b.Kind))
	})
}

// rank is 0 for a survivor that nothing allows, 1 for one that is allowed.
func (m MutationRow) rank() int {
	switch {
	case !m.survived():
		return 2
	case m.Allowed != "":
		return 1
	}
	return 0
}

func (d *Detection) count() {
	f := Figures{Faults: map[Outcome]int{}, Mutations: map[Outcome]int{}, Notices: map[Notice]int{}, NullBanks: len(d.NullBanks),
		Entries: len(d.Equal), Trials: len(d.NullBanks) + len(d.Faults) + len(d.Mutations)}
	for _, outcome := range Outcomes() {
		f.Faults[outcome], f.Mutations[outcome] = 0, 0
	}
	for _, null := range d.NullBanks {
		if len(null.Passed)+len(null.Clauses) > 0 {
			f.NullBanksPassing++
		}
	}
	for _, fault := range d.Faults {
		f.Faults[fault.Outcome]++
		f.MeanFalseSubjects += float64(len(fault.FalseSubjects)) / float64(len(d.Faults))
		if fault.Imprecise {
			f.Imprecise++
		}
		if fault.Notice == Warning {
			f.FaultsWarned++
		}
	}
	for _, notice := range []Notice{Failure, Inconclusion, Warning} {
		f.Notices[notice] = 0
	}
	for _, mutation := range d.Mutations {
		f.Mutations[mutation.Outcome]++
		switch mutation.rank() {
		case 0:
			if mutation.Trouble == "" { // else nothing is known
				f.Unlisted++
			}
		case 1:
			f.Allowed++
		default:
			f.Notices[mutation.Notice]++
		}
	}
	if f.Trials > 0 {
		f.SecondsPerTrial = d.End.Sub(d.Start).Seconds() / float64(f.Trials)
	}
	d.Figures = f
}
