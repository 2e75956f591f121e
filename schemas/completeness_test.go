package schemas_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"obconform/schemas"
)

// Every constraint of every layer has an example that breaks it, and every
// example is there for a constraint.
func TestEveryConstraintHasAnExample(t *testing.T) {
	total := 0
	for _, model := range schemas.Models() {
		broken := map[string]bool{}
		for _, e := range readExamples(t, model).Invalid {
			broken[constraint(e.Breaks.Level, general(e.Breaks.Pointer), e.Breaks.Keyword)] = true
		}
		var all []string
		for _, layer := range schemas.Layers(model) {
			all = append(all, constraintsOf(t, layer)...)
		}
		total += len(all)
		for _, c := range all {
			if !broken[c] {
				t.Errorf("%s: no example breaks %s", model, c)
			}
			delete(broken, c)
		}
		for c := range broken {
			t.Errorf("%s: an example breaks %s, which no schema has", model, c)
		}
	}
	t.Logf("%d constraints", total)
	if total < 400 {
		t.Errorf("only %d constraints were found", total)
	}
}

func constraint(level, pointer, keyword string) string {
	return fmt.Sprintf("%s %s at %q", level, keyword, pointer)
}

// general replaces the position in an array by a star, and the name of the
// member that the invalid examples add.
func general(pointer string) string {
	names := strings.Split(pointer, "/")
	for i, name := range names {
		if name != "" && strings.Trim(name, "0123456789") == "" {
			names[i] = "*"
		}
	}
	return strings.TrimSuffix(strings.Join(names, "/"), "/Unexpected")
}

// constraintsOf lists what a layer demands, references followed.
func constraintsOf(t *testing.T, layer schemas.Layer) []string {
	t.Helper()
	var found []string
	var walk func(file, pointer string, schema map[string]any)
	walk = func(file, pointer string, schema map[string]any) {
		for keyword, value := range schema {
			switch keyword {
			case "$schema", "$id", "title", "description", "x-secret":
			case "$ref":
				target := path.Join(path.Dir(file), value.(string))
				walk(target, pointer, readSchema(t, target))
			case "required":
				for _, name := range value.([]any) {
					found = append(found, constraint(layer.Level, pointer+"/"+name.(string), keyword))
				}
			case "properties":
				for name, member := range value.(map[string]any) {
					if member, ok := member.(map[string]any); ok {
						walk(file, pointer+"/"+name, member)
					}
				}
			case "items":
				walk(file, pointer+"/*", value.(map[string]any))
			default:
				found = append(found, constraint(layer.Level, pointer, keyword))
			}
		}
	}
	walk(layer.File, "", readSchema(t, layer.File))
	slices.Sort(found)
	return found
}
