package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// Shards says which parts of a run that was divided among machines these
// results are of.
type Shards struct {
	// Count is how many parts the run was cut into, Present the indexes of those
	// that are here, from 1, in order: one of a shard, several of merged ones.
	Count   int   `json:"count"`
	Present []int `json:"present"`
	// Cut is the digest of the division: which spec is in which part.
	Cut string `json:"cut"`
	// Specs counts the specs planned for the parts that are here, Of those of the
	// whole run.
	Specs int `json:"specs"`
	Of    int `json:"of"`
	// LeftOut counts the specs that there are and that the selection left out of
	// the whole.
	LeftOut int `json:"leftOut"`
	// Merged says that these are to be the whole: what is missing counts.
	Merged bool `json:"merged,omitempty"`
}

// alone tells whether these are the results of one shard, judged on its part.
func (s *Shards) alone() bool { return s != nil && !s.Merged && s.Count > 1 }

// Missing names the parts that are not here, as "2/4".
func (s *Shards) Missing() []string {
	var names []string
	for i := 1; s != nil && i <= s.Count; i++ {
		if !slices.Contains(s.Present, i) {
			names = append(names, fmt.Sprintf("%d/%d", i, s.Count))
		}
	}
	return names
}

// Text says in one line which shard this is, or of which the whole is made;
// empty for a run that was not divided.
func (r Results) ShardText() string {
	s := r.Shards
	switch {
	case s == nil:
		return ""
	case s.alone() && s.Specs == 0:
		return fmt.Sprintf("%s: this shard has nothing to run, of %s in all", s.Name(), plural(s.Of, "spec"))
	case s.alone():
		return fmt.Sprintf("%s: %d of %s; the others have the rest", s.Name(), s.Specs, plural(s.Of, "spec"))
	case len(s.Present) == s.Count:
		return fmt.Sprintf("all %d: %s", s.Count, plural(s.Of, "spec"))
	}
	return fmt.Sprintf("%d of %d: %d of %s; missing: %s", len(s.Present), s.Count, s.Specs, plural(s.Of, "spec"), strings.Join(s.Missing(), ", "))
}

// Name is the name of a shard, as "2/4"; empty for a whole run.
func (s *Shards) Name() string {
	if s == nil || len(s.Present) != 1 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Present[0], s.Count)
}

// empty tells whether this is a shard for which nothing was planned, of a run
// that has something for others.
func (s *Shards) empty() bool { return s.alone() && s.Specs == 0 && s.Of > 0 }

// missing are the troubles of a whole of which parts are not there.
func (s *Shards) missing() []Trouble {
	var troubles []Trouble
	if s != nil && s.Merged {
		for _, name := range s.Missing() {
			troubles = append(troubles, Trouble{What: "shard " + name + " is missing: what its specs found is not known"})
		}
	}
	return troubles
}

// joinShards tells of which shards the merged whole is. Parts that are whole
// themselves, shards that were merged among them, make no shards: nil. The error
// says why the parts cannot be shards of one run.
func joinShards(parts []Results) (*Shards, error) {
	first := parts[0]
	divided := 0
	for _, part := range parts {
		if part.Shards != nil && len(part.Shards.Present) < part.Shards.Count {
			divided++
			first = part
		}
	}
	switch {
	case len(parts) == 1:
		return merged(parts), nil
	case divided == 0:
		return nil, nil
	case divided < len(parts):
		return nil, fmt.Errorf("%s is a part of a run and others are whole runs: merge the shards of each run first, with --json", shardOf(first))
	}
	var wrong []error
	taken := map[int]Results{}
	for _, part := range parts {
		if err := sameRun(parts[0], part); err != nil {
			wrong = append(wrong, err)
			continue
		}
		for _, i := range part.Shards.Present {
			if earlier, twice := taken[i]; twice {
				wrong = append(wrong, fmt.Errorf("shard %d/%d is given twice, by the runs of %s and %s: give the one that counts",
					i, part.Shards.Count, when(earlier), when(part)))
			}
			taken[i] = part
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return merged(parts), nil
}

// merged joins what is known of shards of one run; nil for one that was not
// divided.
func merged(parts []Results) *Shards {
	if parts[0].Shards == nil {
		return nil
	}
	whole := *parts[0].Shards
	whole.Present, whole.Specs, whole.Merged = nil, 0, true
	for _, part := range parts {
		whole.Present = append(whole.Present, part.Shards.Present...)
		whole.Specs += part.Shards.Specs
	}
	slices.Sort(whole.Present)
	return &whole
}

// sameRun says what shows that two shards are not of one run.
func sameRun(a, b Results) error {
	both := shardOf(a) + " and " + shardOf(b)
	switch {
	case a.Shards.Count != b.Shards.Count:
		return fmt.Errorf("%s are of runs that were cut into other numbers of parts: run all with the same N", both)
	case a.Tool != b.Tool:
		return fmt.Errorf("%s were run by obconform %s and %s: run all with the same one", both, Line(a.Tool, maxShort), Line(b.Tool, maxShort))
	case a.Seed != b.Seed:
		return fmt.Errorf("%s had other seeds, %d and %d: give all the same --seed, or none", both, a.Seed, b.Seed)
	case !slices.Equal(a.APIs, b.APIs):
		return fmt.Errorf("%s are of other suites, %v and %v: run all with the same --suite", both, a.APIs, b.APIs)
	case a.Shards.Cut != b.Shards.Cut || a.Shards.Of != b.Shards.Of || a.Shards.LeftOut != b.Shards.LeftOut:
		return fmt.Errorf("%s were cut from other specs or by other weights: run all with the same configuration, selection, --timings and --own-target", both)
	}
	for _, member := range []string{"target.kind", "target.allowDestructive", "client.authMethod", "consents.way"} {
		if x, y := memberOf(a.Target, member), memberOf(b.Target, member); x != y {
			return fmt.Errorf("%s had other configurations, %s is %v and %v: give each configuration a target.name of its own", both, member, x, y)
		}
	}
	return nil
}

// memberOf is a text or a truth of the target's description, nil where it has
// none.
func memberOf(target map[string]any, key string) any {
	object, name, _ := strings.Cut(key, ".")
	members, _ := target[object].(map[string]any)
	switch value := members[name].(type) {
	case string:
		return Line(value, maxShort)
	case bool:
		return value
	}
	return nil
}

// shardOf names the shard, or the shards, of a run.
func shardOf(part Results) string {
	s := part.Shards
	if len(s.Present) == 1 {
		return "shard " + s.Name()
	}
	return fmt.Sprintf("the shards %s of %d", strings.Trim(fmt.Sprint(s.Present), "[]"), s.Count)
}

// elsewhere counts the specs of each clause that other shards have.
func elsewhere(specs []SpecResult, add func(contract.ClauseID)) {
	for _, spec := range specs {
		for _, id := range spec.Clauses {
			add(id)
		}
	}
}
