package jsonschema

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestNewSetRefuses(t *testing.T) {
	object := `{"type":"object"}`
	for _, c := range []struct {
		name string
		fsys fstest.MapFS
		want string
	}{
		{"a cycle of two", files(map[string]string{
			"a.schema.json": `{"$ref":"b.schema.json"}`, "b.schema.json": `{"$ref":"a.schema.json"}`}), "leads back"},
		{"a cycle through a member", files(map[string]string{
			"a.schema.json": `{"properties":{"x":{"$ref":"a.schema.json"}}}`}), "leads back"},
		{"a cycle through items", files(map[string]string{
			"a.schema.json": `{"items":{"$ref":"#"}}`}), "leads back"},
		{"a cycle through a list", files(map[string]string{
			"a.schema.json": `{"allOf":[{"$ref":"a.schema.json"}]}`}), "leads back"},
		{"a cycle that the file asked for is not part of", files(map[string]string{
			"a.schema.json": object, "b.schema.json": `{"not":{"$ref":"b.schema.json"}}`}), "b.schema.json: $ref leads back"},
		{"no identifier", fstest.MapFS{"a.schema.json": {Data: []byte(object)}}, "$id"},
		{"a relative identifier", fstest.MapFS{"a.schema.json": {Data: []byte(`{"$id":"a"}`)}}, "$id"},
		{"one identifier for two", fstest.MapFS{
			"a.schema.json": {Data: []byte(`{"$id":"https://test.invalid/a"}`)},
			"b.schema.json": {Data: []byte(`{"$id":"https://test.invalid/a"}`)}}, "a.schema.json too"},
		{"a second identifier inside", files(map[string]string{
			"a.schema.json": `{"properties":{"p":{"$id":"https://test.invalid/z"}}}`}), "/properties/p"},
		{"no object", fstest.MapFS{"a.schema.json": {Data: []byte(`true`)}}, "want a JSON object"},
		{"no JSON", fstest.MapFS{"a.schema.json": {Data: []byte(`{`)}}, "decode JSON"},
		{"trailing bytes", fstest.MapFS{"a.schema.json": {Data: []byte(`{} {}`)}}, "more than one value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewSet(c.fsys); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error that says %q", err, c.want)
			}
		})
	}
}

func TestNewSetAccepts(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{
		"one part used twice": files(map[string]string{
			"a.schema.json":   `{"properties":{"x":{"$ref":"d/b.schema.json"},"y":{"$ref":"d/b.schema.json"}}}`,
			"d/b.schema.json": `{"$ref":"../c.schema.json"}`, "c.schema.json": `{"type":"string"}`}),
		"members named like keywords": files(map[string]string{
			"a.schema.json": `{"properties":{"$ref":{"type":"string"},"$id":{"type":"string"},"enum":{"type":"string"}}}`}),
		"a $ref in a plain value": files(map[string]string{"a.schema.json": `{"enum":[{"$ref":"a.schema.json"}],"const":{"$ref":"#"}}`}),
		"other files":             {"readme.md": {Data: []byte("x")}, "a.json": {Data: []byte("x")}},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := NewSet(fsys)
			if err != nil {
				t.Fatal(err)
			}
			for _, document := range set.Names() {
				if _, err := set.Compile(document); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"another file":              `{"$ref":"b.schema.json"}`,
		"another host":              `{"properties":{"x":{"$ref":"http://127.0.0.1:1/x.schema.json"}}}`,
		"a file of the machine":     `{"items":{"$ref":"file:///etc/hostname"}}`,
		"a part of a file":          `{"$ref":"#/properties/x"}`,
		"the metaschema":            `{"$ref":"http://json-schema.org/draft-07/schema#"}`,
		"no URI":                    `{"$ref":"%zz"}`,
		"a type that is none":       `{"type":"text"}`,
		"a pattern that is none":    `{"pattern":"("}`,
		"a limit that is no number": `{"minLength":"1"}`,
		"a reference that is none":  `{"$ref":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			set, err := NewSet(files(map[string]string{"a.schema.json": body}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := set.Compile("a.schema.json"); err == nil || !strings.Contains(err.Error(), "a.schema.json") {
				t.Errorf("got %v, want an error that names the file", err)
			}
		})
	}
}

func TestCompileByName(t *testing.T) {
	set, err := NewSet(files(map[string]string{"d/a.schema.json": `{}`, "b.schema.json": `{}`}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := set.Names(), []string{"b.schema.json", "d/a.schema.json"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := set.Compile("a.schema.json"); err == nil {
		t.Error("a name that the set does not have was compiled")
	}
	schema, err := set.Compile("d/a.schema.json")
	if err != nil || schema.Name() != "d/a.schema.json" {
		t.Errorf("got %v, %v", schema, err)
	}
}

// A shared part is held to the same constraints wherever it is used, and what
// stands beside a $ref has no effect.
func TestReferencesAreFollowed(t *testing.T) {
	set, err := NewSet(files(map[string]string{
		"a.schema.json": `{"type":"object","properties":{"x":{"$ref":"b.schema.json","minLength":3},"y":{"type":"array","items":{"$ref":"b.schema.json"}}}}`,
		"b.schema.json": `{"type":"string","maxLength":2}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := set.Compile("a.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := validate(t, schema, `{"x":"a","y":["b"]}`); got != nil {
		t.Errorf("the valid twin: %v", got)
	}
	got := validate(t, schema, `{"x":"abc","y":["","abc"]}`)
	want := []Violation{
		{"/x", "maxLength", "a string of at most 2 characters", `"abc"`},
		{"/y/1", "maxLength", "a string of at most 2 characters", `"abc"`},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
