package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/sights"
)

// Coverage is how much of what is documented a run has seen, of the APIs that
// it was asked for.
type Coverage struct {
	// Answers are the documented (operation, status) pairs that the API itself
	// gave at least once.
	Answers Share `json:"answers"`
	// Clauses are those that were put to the test, and those of all APIs.
	Clauses Share `json:"clauses"`
	// Schema are the members and enumeration values of the documented bodies
	// of answers that at least one answer had.
	Schema Share `json:"schema"`
	// Never names what was not seen.
	Never Never `json:"never"`
}

// Share is a part of a whole.
type Share struct {
	Seen int `json:"seen"`
	Of   int `json:"of"`
}

// Percent is the share in percent; of nothing all was seen.
func (s Share) Percent() float64 {
	if s.Of == 0 {
		return 100
	}
	return 100 * float64(s.Seen) / float64(s.Of)
}

// Text is the share in words, rounded down: 99.9 % is not 100 %.
func (s Share) Text() string {
	return fmt.Sprintf("%d of %d (%s %%)", s.Seen, s.Of, strconv.FormatFloat(math.Floor(10*s.Percent())/10, 'f', -1, 64))
}

// Never lists what is documented and was never seen.
type Never struct {
	// Answers are pairs in the form "GetClient 429".
	Answers []string            `json:"answers"`
	Clauses []contract.ClauseID `json:"clauses"`
	// Schema has for each model the members (JSON pointers, * for any element)
	// and enumeration values (pointer=value), without what lies in a member
	// that was never seen itself.
	Schema []NeverInModel `json:"schema"`
}

// NeverInModel is what was never seen of one model.
type NeverInModel struct {
	Model  string   `json:"model"`
	Points []string `json:"points"`
}

// exercised tells whether a verdict says that the API itself was put to the test.
func exercised(verdict Verdict) bool { return verdict != NotExercised && verdict != Inconclusive }

// cover counts what results saw. A schema that cannot be read would be a fault
// of the build, which the tests of sights hold; it counts as nothing documented.
func cover(results Results) Coverage {
	c := Coverage{Never: Never{Answers: []string{}, Clauses: []contract.ClauseID{}, Schema: []NeverInModel{}}}
	for _, result := range results.Operations {
		operation, _ := contract.Lookup(result.Operation)
		for _, status := range result.Statuses {
			if status.Documented && slices.Contains(results.APIs, operation.API) && !c.Answers.count(exercised(status.Verdict)) {
				c.Never.Answers = append(c.Never.Answers, fmt.Sprintf("%s %d", result.Operation, status.Status))
			}
		}
	}
	for _, clause := range results.Clauses {
		if (clause.API == contract.Common || slices.Contains(results.APIs, clause.API)) && !c.Clauses.count(exercised(clause.Verdict)) {
			c.Never.Clauses = append(c.Never.Clauses, clause.ID)
		}
	}
	models, _ := sights.Models()
	for _, model := range models {
		if !slices.Contains(results.APIs, model.API) {
			continue
		}
		if never := c.model(model, results.Seen[model.Name]); len(never) > 0 {
			c.Never.Schema = append(c.Never.Schema, NeverInModel{model.Name, never})
		}
	}
	return c
}

// count adds one of the whole, and to the part if it was seen.
func (s *Share) count(seen bool) bool {
	s.Of++
	if seen {
		s.Seen++
	}
	return seen
}

// model counts the points of one model; its points are sorted, so that a member
// comes before what lies in it.
func (c *Coverage) model(model sights.Model, facts []string) []string {
	var never []string
	for _, point := range model.Points {
		if c.Schema.count(slices.Contains(facts, point)) {
			continue
		}
		inside := slices.ContainsFunc(never, func(outer string) bool {
			rest, ok := strings.CutPrefix(point, outer)
			return ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "="))
		})
		if !inside {
			never = append(never, point)
		}
	}
	return never
}

// Floors are the least coverage that a run must reach, in percent; 0 is none.
type Floors struct {
	Answers, Clauses, Schema float64
}

// ParseFloors reads floors as in "answers=100,clauses=95,schema=80"; a plain
// number is the floor of clauses, and an empty text sets none. The error says
// what cannot be read.
func ParseFloors(text string) (Floors, error) {
	var floors Floors
	if text == "" {
		return floors, nil
	}
	named := map[string]*float64{"answers": &floors.Answers, "clauses": &floors.Clauses, "schema": &floors.Schema}
	for part := range strings.SplitSeq(text, ",") {
		name, number, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found {
			name, number = "clauses", name
		}
		floor := named[name]
		if floor == nil {
			return Floors{}, fmt.Errorf("expected answers, clauses or schema, each once, got %q", name)
		}
		delete(named, name)
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return Floors{}, fmt.Errorf("%s: expected a percentage from 0 to 100, got %q", name, number)
		}
		*floor = percent
	}
	return floors, nil
}

// shortfalls says what of the coverage is below its floor.
func (f Floors) shortfalls(c Coverage) []string {
	short := []string{}
	for _, one := range []struct {
		what  string
		share Share
		floor float64
	}{{"answers", c.Answers, f.Answers}, {"clauses", c.Clauses, f.Clauses}, {"schema", c.Schema, f.Schema}} {
		// Compared without a division, so that 100 of 100 is 100 %.
		if float64(one.share.Seen)*100 < one.floor*float64(one.share.Of) {
			short = append(short, fmt.Sprintf("%s: %s were covered, at least %s %% were asked for", one.what, one.share.Text(),
				strconv.FormatFloat(one.floor, 'f', -1, 64)))
		}
	}
	return short
}

// maxSeen bounds the facts of one group that a run keeps.
const maxSeen = 1000

// gather adds facts to those of their groups, each once; sorted afterwards by tidy.
func gather(into sights.Seen, from map[string][]string) {
	for group, facts := range from {
		into[Line(group, maxShort)] = append(into[Line(group, maxShort)], facts...)
	}
}

func tidy(seen sights.Seen) sights.Seen {
	for group, facts := range seen {
		for i, fact := range facts {
			facts[i] = Line(fact, 2*maxShort)
		}
		slices.Sort(facts)
		facts = slices.Compact(facts)
		seen[group] = facts[:min(len(facts), maxSeen)]
	}
	return seen
}
