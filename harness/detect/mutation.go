package detect

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/detect/mutate"
	"obconform/harness/report"
	"obconform/harness/tpp"
)

// MutationSighting is what the suites saw of one mutation.
type MutationSighting struct {
	ID string `json:"id"`
	// Place, At and Kind are those of mutate.Mutation.
	Place string `json:"place"`
	At    string `json:"at"`
	Kind  string `json:"kind"`
	// Owners are the clauses of which one should notice, empty where a mutation
	// of that kind has no obvious owner.
	Owners  []contract.ClauseID `json:"owners"`
	Outcome Outcome             `json:"outcome"`
	// Notice is how strongly it was noticed, empty for not at all.
	Notice Notice `json:"notice,omitempty"`
	// Clauses are those that noticed it, Spec the first spec that did.
	Clauses []contract.ClauseID `json:"clauses"`
	Spec    string              `json:"spec,omitempty"`
	// Fired counts the answers that were changed.
	Fired   int     `json:"fired"`
	Seconds float64 `json:"seconds"`
	// Trouble is what went wrong with the tool meanwhile.
	Trouble string `json:"trouble,omitempty"`
}

// survived tells whether nobody noticed.
func (s MutationSighting) survived() bool { return s.Outcome == NotSeen || s.Outcome == NeverReached }

// Learned is what a pass without mutation has found.
type Learned struct {
	mutate.Catalogue
	// Green are the specs that succeeded, by suite: only these can notice.
	Green map[contract.API][]string `json:"green"`
	// Red are the specs that did not, with the reason.
	Red []string `json:"red"`
	// Known are the clauses that stand out without any mutation.
	Known   Known   `json:"known"`
	Specs   int     `json:"specs"`
	Seconds float64 `json:"seconds"`
}

// Scene is where mutations are tried: it starts a ground for one trial.
type Scene interface {
	begin() (*ground, error)
	// signer makes signatures in the bank's name, nil where it cannot.
	signer() mutate.Signer
}

// Learn runs the suites once through the proxy without changing anything and
// lists the mutations that their traffic allows.
func Learn(scene Scene, suites []tpp.Suite) (Learned, error) {
	began := time.Now()
	g, err := scene.begin()
	if err != nil {
		return Learned{}, err
	}
	defer g.close()
	// Reports must not name our client, so that its identifier is none of a path's words.
	learner := &mutate.Learner{Sign: scene.signer(), Identifiers: []string{g.config.Client.ID.Reveal(),
		g.config.SecondClient.ID.Reveal(), g.config.Fixtures.ForeignAccountID}}
	g.proxy.Learn(learner)
	results, err := part{suites: suites, observe: g.observe, tidy: g.tidy()}.run(g)
	if err != nil {
		return Learned{}, err
	}
	learned := Learned{Catalogue: learner.Catalogue(), Green: map[contract.API][]string{}, Red: []string{},
		Known: knownOf(results), Specs: len(results.Specs)}
	refused := g.proxy.Refused()
	for _, spec := range results.Specs {
		switch {
		case refused[observer(string(spec.Suite), spec.Name)] > 0:
			learned.Red = append(learned.Red, spec.Name+": it does more than read")
		case spec.State == report.StatePassed:
			learned.Green[spec.Suite] = append(learned.Green[spec.Suite], spec.Name)
		case spec.State != report.StateSkipped:
			learned.Red = append(learned.Red, spec.Name+": "+string(spec.State)+": "+firstMessage(spec.SpecResult))
		}
	}
	learned.Seconds = time.Since(began).Seconds()
	return learned, nil
}

// observe tells the proxy whose answers come next.
func (g *ground) observe(suite, spec string) { g.proxy.Observe(observer(suite, spec)) }

// tidy ends the mutation, so that deletions are not at its mercy; nil where
// nothing needs to be deleted.
func (g *ground) tidy() func() {
	if !g.tidies {
		return nil
	}
	return func() { g.proxy.Mutate(nil, nil) }
}

// observer is a spec's name for the proxy.
func observer(suite, spec string) string { return suite + "\t" + spec }

// MutationTrial is one mutation to be tried, with what its trial needs to know.
type MutationTrial struct {
	Entry     mutate.Entry     `json:"entry"`
	Templates mutate.Templates `json:"templates"`
	// Green are the specs that may run, by suite; nil for all.
	Green map[contract.API][]string `json:"green,omitempty"`
	Known Known                     `json:"known"`
}

// mostFirst is how many of the specs that saw a point are run first: one of
// them will notice, if any does.
const mostFirst = 30

// SeeMutation runs the specs that saw the point of a mutation, until one
// notices; and where none does, all that may.
func SeeMutation(trial MutationTrial, scene Scene, suites []tpp.Suite) (MutationSighting, error) {
	began := time.Now()
	m := trial.Entry.Mutation
	seen := MutationSighting{ID: m.ID(), Place: m.Place.String(), At: m.At, Kind: m.Kind,
		Owners: append([]contract.ClauseID{}, owners(m)...), Clauses: []contract.ClauseID{}}
	for _, choose := range []func(contract.API) ([]string, bool){trial.first, trial.rest} {
		for _, suite := range quickestFirst(suites) {
			specs, any := choose(suite.API)
			if !any || seen.Notice != "" || seen.Trouble != "" {
				continue
			}
			if err := seen.run(trial, scene, suite, specs); err != nil {
				return seen, err
			}
		}
	}
	byName := slices.ContainsFunc(seen.Clauses, func(c contract.ClauseID) bool { return slices.Contains(seen.Owners, c) })
	seen.Outcome = outcomeOf(seen.Fired, seen.Notice != "", byName)
	seen.Seconds = time.Since(began).Seconds()
	return seen, nil
}

// saw are the specs of a suite that saw the point.
func (t MutationTrial) saw(api contract.API) []string {
	var saw []string
	for _, by := range t.Entry.By {
		if spec, ok := strings.CutPrefix(by, observer(string(api), "")); ok && (t.Green == nil || slices.Contains(t.Green[api], spec)) {
			saw = append(saw, spec)
		}
	}
	return saw
}

// first are the specs of a suite to run first, if there are any.
func (t MutationTrial) first(api contract.API) ([]string, bool) {
	saw := t.saw(api)
	return saw[:min(len(saw), mostFirst)], len(saw) > 0
}

// rest are the specs of a suite to run when the first have not noticed: the
// whole suite where the answer may be something that specs share (a token, a
// consent), so that another spec sees it each time; nobody shares a refusal.
// No names stand for all.
func (t MutationTrial) rest(api contract.API) ([]string, bool) {
	saw := t.saw(api)
	if t.Entry.Place.Status >= http.StatusBadRequest {
		return saw, len(saw) > mostFirst
	}
	return t.Green[api], len(saw) > 0
}

// run makes one trial and adds what it shows.
func (s *MutationSighting) run(trial MutationTrial, scene Scene, suite tpp.Suite, specs []string) error {
	g, err := scene.begin()
	if err != nil {
		return err
	}
	defer g.close()
	g.proxy.Mutate(mutate.NewMutator(trial.Entry.Mutation, scene.signer()), trial.Templates)
	results, err := part{suites: []tpp.Suite{suite}, specs: specs, failFast: len(trial.Known.Failed) == 0, observe: g.observe, tidy: g.tidy()}.run(g)
	if err != nil {
		return err
	}
	fired := 0
	for count := range maps.Values(g.proxy.Fired()) {
		fired += count
	}
	s.Fired += fired
	found := notice(results, trial.Known)
	if fired == 0 {
		// Nothing was changed, so nothing was noticed, whatever turned red.
		if found.notice != "" {
			s.Trouble = "a spec failed although no answer was changed: " + found.spec
		}
		return nil
	}
	if lost := g.proxy.Lost(); lost > 0 && found.notice == Inconclusion {
		s.Trouble = fmt.Sprintf("the bank itself did not answer %d requests: that a spec is inconclusive says nothing", lost)
		return nil
	}
	s.Notice, s.Spec, s.Trouble = found.notice, found.spec, found.trouble
	if len(found.clauses) > 0 {
		s.Clauses = found.clauses
	}
	return nil
}

// quickestFirst orders suites by the time that they take.
func quickestFirst(suites []tpp.Suite) []tpp.Suite {
	order := []contract.API{contract.Accounts, contract.ConfirmationOfFunds, contract.AccountAccessConsents, contract.DynamicRegistration}
	sorted := slices.Clone(suites)
	slices.SortStableFunc(sorted, func(a, b tpp.Suite) int { return slices.Index(order, a.API) - slices.Index(order, b.API) })
	return sorted
}
