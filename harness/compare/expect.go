package compare

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"obconform/harness/openapi"
)

// Expectation is what a tool is told to hold an answer against: what the
// documentation says of the answer that the bank owes there.
type Expectation struct {
	Status int
	// MediaType is that of the body, empty where the documentation has none.
	MediaType string
	// Headers are values to the letter, by the name in small letters: the
	// interaction id that was sent.
	Headers map[string]string
	// Present are the required headers beside those, each with a regular
	// expression.
	Present map[string]string
	// Schema is the JSON Schema of the body without references, nil for none.
	Schema map[string]any
	// sample is the clean answer's body, parsed.
	sample any
	// operation is the documented operation, response its documented answer, in
	// the words of OpenAPI; nil for what is not documented.
	operation, response map[string]any
}

// Document is the exported OpenAPI document, parsed, with every reference
// resolved.
type Document struct {
	// Raw is the document as it is exported.
	Raw  []byte
	tree map[string]any
}

// NewDocument exports the document for a bank at that address.
func NewDocument(server string) (Document, error) {
	raw, err := openapi.Document(openapi.Options{Server: server, Endpoints: true})
	if err != nil {
		return Document{}, err
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return Document{}, err
	}
	resolved, _ := resolve(tree, tree, 0).(map[string]any)
	return Document{Raw: raw, tree: resolved}, nil
}

// resolve replaces references within the document by what they lead to.
func resolve(value any, root map[string]any, depth int) any {
	if depth > 64 {
		panic("compare: the references of the OpenAPI document have no end")
	}
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = resolve(item, root, depth+1)
		}
		return list
	case map[string]any:
		if target, ok := v["$ref"].(string); ok {
			return resolve(follow(root, target), root, depth+1)
		}
		object := map[string]any{}
		for name, item := range v {
			object[name] = resolve(item, root, depth+1)
		}
		return object
	}
	return value
}

func follow(root map[string]any, target string) any {
	var at any = root
	for _, name := range strings.Split(strings.TrimPrefix(target, "#/"), "/") {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	return at
}

// Expect says what is expected in the place of the exchange of a recording
// without faults.
func (d Document) Expect(x Exchange) Expectation {
	e := Expectation{Status: x.Status, Headers: map[string]string{}, Present: map[string]string{}}
	path, operation := d.operation(x)
	if operation == nil {
		return e
	}
	e.operation = operation
	e.response, _ = object(operation, "responses", fmt.Sprint(x.Status))
	if e.response == nil {
		return e
	}
	if content, ok := object(e.response, "content"); ok {
		e.MediaType = slices.Sorted(maps.Keys(content))[0]
		e.Schema, _ = object(content, e.MediaType, "schema")
	}
	if e.Schema != nil {
		_ = json.Unmarshal(x.AnswerBody, &e.sample) // a body that is no JSON has no members
	}
	headers, _ := object(e.response, "headers")
	for name := range headers {
		header, _ := object(headers, name)
		if header["required"] != true {
			continue
		}
		pattern := ".+"
		if schema, _ := object(header, "schema"); schema["type"] == "integer" {
			pattern = "^[0-9]+$"
		}
		e.Present[strings.ToLower(name)] = pattern
	}
	if id := x.Header.Get("x-fapi-interaction-id"); id != "" && strings.Contains(path, "/open-banking/") {
		delete(e.Present, "x-fapi-interaction-id")
		e.Headers["x-fapi-interaction-id"] = id
	}
	return e
}

// operation finds what the document has for a request. One with a method that
// the path does not have is the first operation's of that path.
func (d Document) operation(x Exchange) (path string, operation map[string]any) {
	paths, _ := object(d.tree, "paths")
	plain, _, _ := strings.Cut(x.Path, "?")
	for _, template := range slices.Sorted(maps.Keys(paths)) {
		fixed, _, resourceful := strings.Cut(template, "{")
		rest, below := strings.CutPrefix(plain, fixed)
		if !below || resourceful != (rest != "") || strings.Contains(rest, "/") {
			continue
		}
		methods, _ := object(paths, template)
		if operation, ok := object(methods, strings.ToLower(x.Method)); ok {
			return template, operation
		}
		for _, method := range []string{"get", "post", "put", "delete"} {
			if operation, ok := object(methods, method); ok && x.Status == http.StatusMethodNotAllowed {
				return template, operation
			}
		}
	}
	return "", nil
}

func object(tree map[string]any, names ...string) (map[string]any, bool) {
	for _, name := range names {
		next, ok := tree[name].(map[string]any)
		if !ok {
			return nil, false
		}
		tree = next
	}
	return tree, true
}
