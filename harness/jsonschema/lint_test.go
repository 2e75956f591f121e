package jsonschema

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLintPasses(t *testing.T) {
	found := Lint(files(map[string]string{
		"a.schema.json": `{"type":"object","required":["s"],"additionalProperties":false,"properties":{
			"s":{"type":"string","minLength":1,"maxLength":2,"pattern":"^(?:a|b)$","x-secret":true},
			"d":{"type":"string","format":"date-time","description":"x"},
			"n":{"type":"integer","minimum":0,"maximum":1},
			"l":{"type":["string","array"],"minItems":1,"maxItems":2,"items":{"$ref":"b.schema.json"}},
			"pattern":{"type":"boolean"},"type":{"type":"string"}}}`,
		"a.std.schema.json": `{"properties":{"s":{"pattern":"^a$"},"d":true,"l":{"items":{"maxLength":1}}},"additionalProperties":false}`,
		"b.schema.json":     `{"type":"string","enum":["a"]}`,
		"c.schema.json":     `{"$ref":"b.schema.json"}`,
	}))
	for _, line := range found {
		t.Error(line)
	}
}

// One broken file for each rule.
func TestLintFinds(t *testing.T) {
	head := func(schema, id, title, description string) fstest.MapFS {
		return fstest.MapFS{"a.schema.json": {Data: fmt.Appendf(nil,
			`{"$schema":%q,"$id":%q,"title":%q,"description":%q,"type":"string"}`, schema, id, title, description)}}
	}
	one := func(body string) fstest.MapFS { return files(map[string]string{"a.schema.json": body}) }
	layer := func(body string) fstest.MapFS { return files(map[string]string{"a.std.schema.json": body}) }
	const id = "https://test.invalid/a"
	for _, c := range []struct {
		name string
		fsys fstest.MapFS
		want string
	}{
		{"no JSON", fstest.MapFS{"a.schema.json": {Data: []byte(`{`)}}, "a.schema.json#: decode JSON"},
		{"no object", fstest.MapFS{"a.schema.json": {Data: []byte(`true`)}}, "want a JSON object"},
		{"a doubled member", one(`{"type":"string","minLength":1,"minLength":2}`), `"minLength" occurs twice`},
		{"no draft-07 schema", one(`{"type":"string","minLength":-1}`), "no draft-07 schema"},
		{"no draft-07 type", one(`{"type":"text"}`), "no draft-07 schema"},
		{"another draft", head("http://json-schema.org/draft-04/schema#", id, "T", "D"), "$schema is not"},
		{"no title", head(draft07, id, "", "D"), "there is no title"},
		{"no description", head(draft07, id, "T", " "), "there is no description"},
		{"no identifier", head(draft07, "", "T", "D"), "$id is not an absolute URI"},
		{"an identifier with fragment", head(draft07, id+"#x", "T", "D"), "$id is not an absolute URI"},
		{"one identifier for two", fstest.MapFS{
			"a.schema.json": head(draft07, id, "T", "D")["a.schema.json"],
			"b.schema.json": head(draft07, id, "T", "D")["a.schema.json"]}, "b.schema.json#: the $id is that of a.schema.json too"},
		{"an identifier inside", one(`{"type":"object","properties":{"p":{"type":"string","$id":"https://test.invalid/p"}}}`),
			"#/properties/p: $id belongs to the top"},
		{"a misspelt keyword", one(`{"type":"string","maxlength":1}`), "#: the keyword maxlength"},
		{"a combination", one(`{"type":"string","oneOf":[{"type":"string"}]}`), "the keyword oneOf"},
		{"a neighbour of $ref", files(map[string]string{
			"a.schema.json": `{"type":"object","properties":{"p":{"$ref":"b.schema.json","maxLength":1}}}`,
			"b.schema.json": `{"type":"string"}`}), "#/properties/p: maxLength beside $ref"},
		{"a secret that is text", one(`{"type":"string","x-secret":"yes"}`), "x-secret"},
		{"a list of items", one(`{"type":"array","items":[{"type":"string"}]}`), "items is a list"},
		{"items that are not described", one(`{"type":"array"}`), "not described"},
		{"items that may be anything", one(`{"type":"array","items":true}`), "items of the array are not described"},
		{"a member that may be anything", one(`{"type":"object","properties":{"p":true}}`), `the member "p" is not described`},
		{"a member that may not be, in a layer", layer(`{"properties":{"p":false}}`), `the member "p" is not described`},
		{"a requirement that is not described", one(`{"type":"object","required":["Data"],"properties":{"data":{"type":"string"}}}`), `required names "Data"`},
		{"a pattern open to the left", one(`{"type":"string","pattern":"a$"}`), "whole value"},
		{"a pattern open to the right", one(`{"type":"string","pattern":"^a"}`), "whole value"},
		{"a pattern with loose alternatives", one(`{"type":"string","pattern":"^a|b$"}`), "whole value"},
		{"a pattern with an escaped end", one(`{"type":"string","pattern":"^a\\$"}`), "whole value"},
		{"a pattern that is none", one(`{"type":"string","pattern":"^($"}`), "whole value"},
		{"an unknown format", one(`{"type":"string","format":"datetime"}`), `the format "datetime" is unknown`},
		{"no type", one(`{"type":"object","properties":{"p":{"minLength":1}}}`), "#/properties/p: there is no type"},
		{"a keyword without effect", one(`{"type":"array","items":{"type":"string"},"minLength":1}`), "minLength is without effect on the type array"},
		{"a type in a layer", layer(`{"properties":{"p":{"type":"string"}}}`), "#/properties/p: type in a layer"},
		{"a choice in a layer", layer(`{"enum":["a"]}`), "enum in a layer"},
		{"two types in a layer", layer(`{"minLength":1,"minItems":1}`), "keywords of 2 types"},
		{"a reference out of the set", one(`{"$ref":"b.schema.json"}`), "leads out of the set"},
		{"a reference to a part", one(`{"$ref":"#/x"}`), "leads out of the set"},
		{"a cycle", files(map[string]string{
			"a.schema.json": `{"$ref":"b.schema.json"}`, "b.schema.json": `{"$ref":"a.schema.json"}`}), "a.schema.json#: $ref leads back"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := Lint(c.fsys)
			if all := strings.Join(found, "\n"); !strings.Contains(all, c.want) {
				t.Errorf("got %q, want a line that says %q", found, c.want)
			}
		})
	}
}
