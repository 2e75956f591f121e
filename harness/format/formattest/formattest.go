// Package formattest judges what is written against a published schema more
// strictly than a reader may: by another library, and with every object closed,
// so that a member which the schema does not describe is found. For tests.
package formattest

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is a schema with every object closed.
type Schema struct{ compiled *jsonschema.Schema }

// Closed compiles a schema with every object closed that lists its members; the
// test fails for one that cannot be compiled.
func Closed(t testing.TB, raw []byte) Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(document)
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

func closeObjects(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, lists := node["properties"].(map[string]any); lists && node["additionalProperties"] == nil {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			closeObjects(child)
		}
	case []any:
		for _, child := range node {
			closeObjects(child)
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
