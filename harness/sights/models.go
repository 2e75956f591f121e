// Package sights keeps what a run has seen of its target that is worth counting
// and worth comparing with another run: which members and enumeration values of
// each documented model its answers had, what its discovery document and key
// set say, and what its registrations answer.
//
// It keeps names, enumeration values and public metadata, and refuses to keep
// anything else: what a customer or a credential is called has no place in it.
// It imports the contract and the schemas, and does no I/O.
package sights

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"obconform/harness/contract"
	"obconform/harness/jsonschema"
	"obconform/schemas"
)

// Seen is what was seen: facts by group, sorted, each once. The groups are
// "discovery", "keys", "registration" and, for a model, its name.
type Seen map[string][]string

// The groups that are no models.
const (
	Discovery    = "discovery"
	Keys         = "keys"
	Registration = "registration"
)

// Model is one documented body of answers.
type Model struct {
	// Name is as in schemas.Models: accounts/OBReadAccount4.
	Name string
	API  contract.API
	// Points are the facts that could be seen of it, sorted: a member by its
	// JSON pointer, with * for the elements of an array, and an enumeration
	// value as pointer=value. Two spellings of one member (R2) are one point.
	Points []string
}

// Models lists the bodies of documented answers, sorted by name. The error is
// that of a schema that cannot be read.
func Models() ([]Model, error) {
	all, err := documented()
	if err != nil {
		return nil, err
	}
	var models []Model
	for _, name := range names() {
		model := Model{Name: name, API: contract.API(name[:strings.Index(name, "/")])}
		newPlace("", all[name]).points(func(point string) { model.Points = append(model.Points, point) })
		slices.Sort(model.Points)
		models = append(models, model)
	}
	return models, nil
}

// names are the models of documented answers.
func names() []string {
	var list []string
	for _, operation := range contract.Operations() {
		for _, answer := range operation.Answers {
			if answer.Model != "" && !slices.Contains(list, answer.Model) {
				list = append(list, answer.Model)
			}
		}
	}
	slices.Sort(list)
	return list
}

// documented are the schemas of those models at the level of the bank's own
// documentation: the other levels add no members. They are only ever read.
var documented = sync.OnceValues(func() (map[string]map[string]any, error) {
	set, err := jsonschema.NewSet(schemas.FS())
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]any{}
	for _, name := range names() {
		schema, err := set.Tree(schemas.Layers(name)[0].File)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", name, err)
		}
		all[name] = schema
	}
	return all, nil
})

// place is one value of a model: what may stand in it, and what was seen there.
type place struct {
	pointer string
	members map[string]*member
	items   *place
	// values are the documented enumeration values, and whether each was seen.
	values map[string]bool
}

// member is one member of an object; two spellings share one.
type member struct {
	seen bool
	in   *place
}

func newPlace(pointer string, schema map[string]any) *place {
	p := &place{pointer: pointer, members: map[string]*member{}, values: map[string]bool{}}
	properties, _ := schema["properties"].(map[string]any)
	for name, value := range properties {
		child, _ := value.(map[string]any)
		p.members[name] = &member{in: newPlace(pointer+"/"+name, child)}
	}
	for name := range p.members {
		if other := snake(name); other != name && p.members[other] != nil {
			p.members[other] = p.members[name] // the documented spelling names it
		}
	}
	if items, ok := schema["items"].(map[string]any); ok {
		p.items = newPlace(pointer+"/*", items)
	}
	values, _ := schema["enum"].([]any)
	for _, value := range values {
		if text, ok := value.(string); ok {
			p.values[text] = false
		}
	}
	return p
}

// snake spells a camelCase name as RFC 7591 does.
func snake(name string) string {
	var out strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			out.WriteByte('_')
		}
		out.WriteString(strings.ToLower(string(r)))
	}
	return out.String()
}

// points yields every fact that can be seen at and below the place.
func (p *place) points(yield func(string)) {
	for value := range p.values {
		yield(p.pointer + "=" + value)
	}
	for spelling, m := range p.members {
		if m.in.pointer == p.pointer+"/"+spelling {
			yield(m.in.pointer)
			m.in.points(yield)
		}
	}
	if p.items != nil {
		p.items.points(yield)
	}
}
