package tpp

import (
	"encoding/json"
	"strings"
)

// Document is a JSON object that a request sends. Its methods return altered
// copies, so that a negative case is its valid twin with one thing broken.
type Document map[string]any

// clone copies by way of JSON: a document is JSON by definition.
func (d Document) clone() Document {
	data, err := json.Marshal(d)
	if err != nil {
		panic("tpp: a document that is no JSON: " + err.Error())
	}
	var twin Document
	if err := json.Unmarshal(data, &twin); err != nil {
		panic("tpp: a document that is no object: " + err.Error())
	}
	return twin
}

// With is the document with the member at the pointer (RFC 6901, objects only)
// set to value; missing parents are made.
func (d Document) With(pointer string, value any) Document {
	twin := d.clone()
	parent, name := twin.parent(pointer)
	parent[name] = value
	return twin
}

// Without is the document less the member at the pointer.
func (d Document) Without(pointer string) Document {
	twin := d.clone()
	parent, name := twin.parent(pointer)
	delete(parent, name)
	return twin
}

// parent finds the object that holds the pointer's last member.
func (d Document) parent(pointer string) (map[string]any, string) {
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	at := map[string]any(d)
	for _, step := range steps[:len(steps)-1] {
		next, ok := at[step].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[step] = next
		}
		at = next
	}
	return at, steps[len(steps)-1]
}
