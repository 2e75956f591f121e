// Package formattest judges what is written against a published schema more
// strictly than a reader may: by another library, and with every object closed,
// so that a member which the schema does not describe is found. For tests.
package formattest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is a schema with every object closed.
type Schema struct{ compiled *jsonschema.Schema }

// Closed compiles a schema with every object closed that lists its members. The
// test fails for one that is already closed somewhere (it would refuse what a
// later version adds), and for one that cannot be compiled.
func Closed(t testing.TB, raw []byte) Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(t, document)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	if err := compiler.AddResource("closed.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("closed.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return Schema{compiled}
}

func closeObjects(t testing.TB, node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, lists := node["properties"].(map[string]any); lists {
			switch node["additionalProperties"] {
			case nil:
				node["additionalProperties"] = false
			case false:
				t.Errorf("the published schema refuses members that a later version may add: %.200v", node)
			}
		}
		for _, child := range node {
			closeObjects(t, child)
		}
	case []any:
		for _, child := range node {
			closeObjects(t, child)
		}
	}
}

// Validate says what is wrong with a document.
func (s Schema) Validate(data []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.compiled.Validate(value)
}

// Object decodes a document that is to be an object.
func Object(t testing.TB, data []byte) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatalf("%v in %.300s", err, data)
	}
	return object
}
