package jsonschema

import (
	"strings"
	"testing"
)

func TestSingleRefuses(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"no JSON":                      {`{`, "decode JSON"},
		"no object":                    {`[]`, "want a JSON object"},
		"no schema":                    {`{"type":"text"}`, "compile schema"},
		"a definition that is not":     {`{"$ref":"#/definitions/x"}`, "leads out of the set"},
		"another part of the document": {`{"properties":{"x":{"$ref":"#/properties/y"},"y":{}}}`, "leads out of the set"},
		"another host":                 {`{"items":{"$ref":"http://127.0.0.1:1/x.schema.json"}}`, "leads out of the set"},
		"a circle": {`{"$ref":"#/definitions/x","definitions":{"x":{"items":{"$ref":"#/definitions/y"}},"y":{"items":{"$ref":"#/definitions/x"}}}}`,
			"x to y to x"},
	} {
		if _, err := Single("a.schema.json", []byte(c.raw)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// What a definition asks for is asked for wherever it is named, and said there.
func TestSingleFollowsItsDefinitions(t *testing.T) {
	schema, err := Single("a.schema.json", []byte(`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object",
		"properties":{"a":{"$ref":"#/definitions/list"},"b":{"$ref":"#/definitions/size"}},
		"definitions":{"list":{"type":"array","items":{"$ref":"#/definitions/size"}},"size":{"type":"integer","minimum":1}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]string{
		`{"a":[1,2],"b":3,"definitions":0}`: "",
		`{"a":[1,0]}`:                       `"/a/1": minimum: want an integer not below 1, got 0`,
		`{"b":"1"}`:                         `"/b": type: want an integer not below 1, got "1"`,
	} {
		violations, err := schema.ValidateBytes([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, violation := range violations {
			got += violation.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}
