package detect

import (
	"bytes"
	_ "embed" // the equivalence list
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"obconform/harness/contract"
)

//go:embed equivalent.json
var equivalentJSON []byte

// Equivalence lets mutations survive: what they make of an answer keeps the
// contract as well. The patterns may hold * for any run of characters.
type Equivalence struct {
	// Places are patterns of the places, as in "GET */accounts 200".
	Places []string `json:"places"`
	// At are patterns of the points.
	At []string `json:"at"`
	// Kinds are patterns of the kinds.
	Kinds []string `json:"kinds"`
	// AllowedBy is the clause, or the decision (R1 to R16), that leaves the bank
	// free.
	AllowedBy string `json:"allowedBy"`
	// Because says in one sentence how.
	Because string `json:"because"`
}

// Equivalences is the list of what may survive.
type Equivalences struct {
	Entries []Equivalence `json:"equivalences"`
}

// EquivalenceUsage is an entry with what it covered.
type EquivalenceUsage struct {
	Equivalence
	// Tried counts the mutations that it covers, Survived those of them that
	// nobody noticed, Reached those that changed an answer.
	Tried    int `json:"tried"`
	Survived int `json:"survived"`
	Reached  int `json:"reached"`
}

// LoadEquivalences reads the list that this program carries.
func LoadEquivalences() (Equivalences, error) { return ParseEquivalences(equivalentJSON) }

// ParseEquivalences reads a list; the error is JSON that cannot be read or has
// members that no entry has.
func ParseEquivalences(data []byte) (Equivalences, error) {
	var list Equivalences
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(&list); err != nil {
		return list, fmt.Errorf("the equivalence list: %w", err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return list, errors.New("the equivalence list: more data follow")
	}
	return list, nil
}

// problems finds all that is wrong with the entries themselves.
func (l Equivalences) problems() []string {
	var problems []string
	for i, entry := range l.Entries {
		_, isClause := contract.ClauseByID(contract.ClauseID(entry.AllowedBy))
		_, isDecision := contract.DecisionByID(entry.AllowedBy)
		if !isClause && !isDecision {
			problems = append(problems, fmt.Sprintf("equivalence %d (%s): there is no clause or decision %q", i+1, entry, entry.AllowedBy))
		}
		if len(entry.Places) == 0 || len(entry.At) == 0 || len(entry.Kinds) == 0 || entry.Because == "" {
			problems = append(problems, fmt.Sprintf("equivalence %d (%s): places, at, kinds and because must all be there", i+1, entry))
		}
	}
	return problems
}

// String is the entry in one line.
func (e Equivalence) String() string {
	return strings.Join(e.Places, ", ") + " " + strings.Join(e.At, ", ") + ": " + strings.Join(e.Kinds, ", ")
}

// covers tells whether the entry is about a mutation.
func (e Equivalence) covers(m MutationSighting) bool {
	return matchesOne(e.Places, m.Place) && matchesOne(e.At, m.At) && matchesOne(e.Kinds, m.Kind)
}

func matchesOne(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, text) })
}

// use marks the survivors that the list allows, each by the first entry that
// covers it, and counts what each entry covers.
func (l Equivalences) use(rows []MutationRow) []EquivalenceUsage {
	usage := make([]EquivalenceUsage, len(l.Entries))
	for i, entry := range l.Entries {
		usage[i].Equivalence = entry
		for j := range rows {
			row := &rows[j]
			if !entry.covers(row.MutationSighting) {
				continue
			}
			usage[i].Tried++
			if row.Fired > 0 {
				usage[i].Reached++
			}
			if !row.survived() {
				continue
			}
			usage[i].Survived++
			if row.Allowed == "" {
				row.Allowed = entry.AllowedBy
			}
		}
	}
	return usage
}

// stale finds the entries that allow what is noticed by now: in a full run
// those without a survivor, in a sample those of which something was reached
// and nothing survived.
func stale(usage []EquivalenceUsage, full bool) []string {
	var problems []string
	for _, entry := range usage {
		switch {
		case entry.Survived > 0:
		case full, entry.Reached > 0:
			problems = append(problems, "the equivalence list allows what no longer survives: "+entry.String())
		}
	}
	return problems
}

// matches tells whether the text fits the pattern, in which * is any run of
// characters.
func matches(pattern, text string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for {
		part, more, wild := strings.Cut(rest, "*")
		if !wild {
			return strings.HasSuffix(text, rest)
		}
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text, rest = text[at+len(part):], more
	}
}
