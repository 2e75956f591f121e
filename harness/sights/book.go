package sights

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// Limits of what one process keeps: a hostile target can invent names for ever.
const (
	maxFacts = 500
	maxFact  = 200
)

// Book is where one process notes what it sees. It is not safe for concurrent use.
type Book struct {
	models map[string]*place
	// base is the target's address, which is written as {baseUrl}.
	base  string
	known map[string]map[string]bool
	fresh Seen
}

// NewBook makes an empty book. The error is that of a schema that cannot be read.
func NewBook(baseURL string) (*Book, error) {
	all, err := documented()
	if err != nil {
		return nil, err
	}
	b := &Book{models: map[string]*place{}, base: strings.TrimSuffix(baseURL, "/"), known: map[string]map[string]bool{}, fresh: Seen{}}
	for name, schema := range all {
		b.models[name] = newPlace("", schema)
	}
	return b, nil
}

// Note looks at one answer: its status and its strictly parsed body, nil where
// there is none.
func (b *Book) Note(id contract.OperationID, status int, body any) {
	operation, known := contract.Lookup(id)
	if !known || body == nil {
		return
	}
	if answer, documented := operation.Answer(status); documented && b.models[answer.Model] != nil {
		b.look(answer.Model, b.models[answer.Model], body)
	}
	object, isObject := body.(map[string]any)
	if !isObject {
		return
	}
	switch {
	case id == contract.GetDiscovery && status == http.StatusOK:
		for name, value := range object {
			b.values(Discovery, name, value)
		}
	case id == contract.GetJWKS && status == http.StatusOK:
		b.keys(object["keys"])
	case id == contract.RegisterClient && status == http.StatusCreated:
		for name, value := range object {
			if slices.Contains(registered, snake(name)) {
				b.values(Registration, snake(name), value)
			}
		}
	}
}

// registered are the members of a registration whose values are neither a
// client's own nor a secret.
var registered = []string{"token_endpoint_auth_method", "grant_types", "response_types", "scope", "application_type",
	"id_token_signed_response_alg", "request_object_signing_alg", "token_endpoint_auth_signing_alg"}

// Fresh is what was seen for the first time since the last call.
func (b *Book) Fresh() Seen {
	fresh := b.fresh
	b.fresh = Seen{}
	for _, facts := range fresh {
		slices.Sort(facts)
	}
	return fresh
}

// Seen is all that was seen so far, sorted.
func (b *Book) Seen() Seen {
	seen := Seen{}
	for group, facts := range b.known {
		seen[group] = slices.Sorted(maps.Keys(facts))
	}
	return seen
}

// look notes what a value has of its place in a model.
func (b *Book) look(model string, at *place, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			m := at.members[name]
			if m == nil {
				b.undocumented(model, at.pointer+"/", name, len(at.members) > 0)
				continue
			}
			if !m.seen {
				m.seen = true
				b.add(model, m.in.pointer)
			}
			b.look(model, m.in, inner)
		}
	case []any:
		if at.items != nil {
			for _, inner := range value {
				b.look(model, at.items, inner)
			}
		}
	case string:
		seen, listed := at.values[value]
		switch {
		case len(at.values) == 0 || seen:
		case listed:
			at.values[value] = true
			b.add(model, at.pointer+"="+value)
		default:
			b.undocumented(model, at.pointer+"=", value, true)
		}
	}
}

// nameForm is what names and enumeration values look like. Anything else might
// be somebody's data in the place of a name.
var nameForm = regexp.MustCompile(`^[A-Za-z_$@][A-Za-z_$@.:-]{0,59}$`)

// undocumented notes a member or an enumeration value that no model has; of
// free objects (those without members of their own) nothing is kept.
func (b *Book) undocumented(group, place, name string, modelled bool) {
	if modelled && nameForm.MatchString(name) {
		b.add(group, place+name)
	}
}

// values notes the value of a member of metadata: each element of a list, the
// kind of what is no scalar.
func (b *Book) values(group, name string, value any) {
	list, isList := value.([]any)
	switch {
	case isList && len(list) == 0:
		b.add(group, name+" = (empty)")
	case isList:
		for _, element := range list {
			b.add(group, name+" = "+b.scalar(element))
		}
	default:
		b.add(group, name+" = "+b.scalar(value))
	}
}

func (b *Book) scalar(value any) string {
	switch value := value.(type) {
	case string:
		if b.base != "" && strings.HasPrefix(value, b.base) {
			return "{baseUrl}" + value[len(b.base):]
		}
		return value
	case map[string]any:
		return "(object)"
	case []any:
		return "(list)"
	case nil:
		return "null"
	}
	return fmt.Sprint(value) // a number or a boolean
}

// keys notes of each key what names it and what it is for.
func (b *Book) keys(value any) {
	list, _ := value.([]any)
	for _, element := range list {
		key, _ := element.(map[string]any)
		var parts []string
		for _, name := range []string{"kid", "kty", "alg", "use"} {
			if text, ok := key[name].(string); ok {
				parts = append(parts, name+" "+text)
			}
		}
		if len(parts) > 0 {
			b.add(Keys, strings.Join(parts, ", "))
		}
	}
}

// add keeps a fact that is new, as long as there is room. One that is too long
// is not cut but left out: a secret that is cut off is no longer recognised.
func (b *Book) add(group, fact string) {
	if len(fact) > maxFact {
		fact = "(a fact that is too long to keep)"
	}
	if b.known[group] == nil {
		b.known[group] = map[string]bool{}
	}
	if known := b.known[group]; !known[fact] && len(known) < maxFacts {
		known[fact] = true
		b.fresh[group] = append(b.fresh[group], fact)
	}
}
