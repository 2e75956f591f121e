package jsonschema

import (
	"fmt"
	"slices"
	"strings"
)

// definitions is where a document of its own keeps the parts that it names by $ref.
const definitions = "#/definitions/"

// Single compiles one document that stands alone: its references lead to its
// own definitions, and nowhere else. It returns an error for raw that is not one
// JSON object, for a $ref that leads elsewhere or back to itself, and for a
// document that is not a schema.
func Single(name string, raw []byte) (*Schema, error) {
	value, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	tree, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("schema %s: it is %s, want a JSON object", name, actual(value))
	}
	defined, _ := tree["definitions"].(map[string]any)
	expanded, err := expandNode(tree, within(defined, nil))
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	root, ok := expanded.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("schema %s: %w", name, errOutside)
	}
	delete(root, "definitions")
	root["$schema"] = draft07
	return compile(name, root)
}

// within follows references to definitions, each with the definitions that led
// to it.
func within(defined map[string]any, trail []string) func(ref string) (any, error) {
	return func(ref string) (any, error) {
		part, local := strings.CutPrefix(ref, definitions)
		node, known := defined[part]
		switch {
		case !local || !known:
			return nil, fmt.Errorf("%w: %q", errOutside, ref)
		case slices.Contains(trail, part):
			return nil, fmt.Errorf("%w: %s", errCycle, strings.Join(append(trail, part), " to "))
		}
		return expandNode(node, within(defined, append(slices.Clone(trail), part)))
	}
}
