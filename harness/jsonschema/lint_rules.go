package jsonschema

import (
	"bytes"
	"encoding/json"
	"regexp/syntax"
	"slices"
	"sort"
	"strings"
)

// say reports one fault of the schema under the linter's eye.
type say func(text string, arguments ...any)

// Keywords of the dialect. The identities belong to the top of a file; x-secret
// marks values that no message may repeat. Combinations (oneOf and its kin) are
// left out: they cannot say which of their alternatives a value missed.
var (
	identities  = []string{"$schema", "$id"}
	annotations = []string{"title", "description", "x-secret"}
	constraints = []string{
		"$ref", "additionalProperties", "enum", "format", "items", "maxItems", "maxLength", "maximum",
		"minItems", "minLength", "minimum", "pattern", "properties", "required", "type",
	}
)

// lintKeywords allows the keywords of the dialect, and none beside a $ref.
func lintKeywords(node map[string]any, top bool, say say) {
	for _, keyword := range sortedKeys(node) {
		switch {
		case slices.Contains(identities, keyword) && top:
		case slices.Contains(identities, keyword):
			say("%s belongs to the top of a file", keyword)
		case !slices.Contains(annotations, keyword) && !slices.Contains(constraints, keyword):
			say("the keyword %s is not one of this dialect", keyword)
		case node["$ref"] != nil && keyword != "$ref" && !(top && slices.Contains(annotations, keyword)):
			say("%s beside $ref is ignored", keyword)
		}
	}
	if _, ok := node["x-secret"].(bool); node["x-secret"] != nil && !ok {
		say("x-secret is not true or false")
	}
	if _, ok := node["items"].([]any); ok {
		say("items is a list: the items beyond it would go unchecked")
	}
	properties, _ := node["properties"].(map[string]any)
	required, _ := node["required"].([]any)
	for _, name := range required {
		if member, ok := name.(string); ok && properties[member] == nil {
			say("required names %q, which is not described", member)
		}
	}
}

// lintBooleans refuses true and false in place of a schema, but for true in a
// layer, which there says that a member is known and left to the file below.
func lintBooleans(node map[string]any, layer bool, say say) {
	properties, _ := node["properties"].(map[string]any)
	for _, name := range sortedKeys(properties) {
		if passes, ok := properties[name].(bool); ok && (!passes || !layer) {
			say("the member %q is not described", name)
		}
	}
	if _, ok := node["items"].(bool); ok {
		say("the items of the array are not described")
	}
}

// lintStrings looks at patterns and formats.
func lintStrings(node map[string]any, say say) {
	if pattern, ok := node["pattern"].(string); ok && !anchored(pattern) {
		say("the pattern %s does not cover the whole value", pattern)
	}
	if name, ok := node["format"].(string); ok {
		if _, known := formats[name]; !known {
			say("the format %q is unknown, every value would pass", name)
		}
	}
}

// anchored tells whether a pattern starts with ^, ends with $, and keeps its
// alternatives between them: ^a|b$ lets "ab" and "xb" pass.
func anchored(pattern string) bool {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || parsed.Op != syntax.OpConcat || len(parsed.Sub) < 2 {
		return false
	}
	first, last := parsed.Sub[0].Op, parsed.Sub[len(parsed.Sub)-1].Op
	return first == syntax.OpBeginText && last == syntax.OpEndText
}

// lintTypes asks for a type, and for keywords that this type can break.
func lintTypes(node map[string]any, say say) {
	if node["type"] == nil {
		say("there is no type")
		return
	}
	kinds := typesOf(node)
	if slices.Contains(kinds, "integer") {
		kinds = append(kinds, "number")
	}
	for _, keyword := range sortedKeys(node) {
		if kind, ok := appliesTo[keyword]; ok && !slices.Contains(kinds, kind) {
			say("%s is without effect on the type %s", keyword, strings.Join(typesOf(node), ", "))
		}
	}
	if slices.Contains(kinds, "array") && node["items"] == nil {
		say("the items of the array are not described")
	}
}

// lintLayer keeps a layer from repeating what the file below it says: a value of
// the wrong type must break that file alone. So there are no types, nothing that
// judges values of any type, and nothing to choose between types.
func lintLayer(node map[string]any, say say) {
	for _, keyword := range []string{"type", "enum"} {
		if node[keyword] != nil {
			say("%s in a layer judges values that are of the wrong type", keyword)
		}
	}
	kinds := map[string]bool{}
	for keyword := range node {
		if kind, ok := appliesTo[keyword]; ok {
			kinds[kind] = true
		}
	}
	if len(kinds) > 1 {
		say("keywords of %d types in one schema", len(kinds))
	}
}

// doubledMembers lists the names that occur twice in one object, sorted. Parsers
// keep the last, so a constraint would vanish without a trace.
func doubledMembers(raw []byte) []string {
	var doubled []string
	var open []map[string]bool // for each container: names seen, nil in an array
	var atName []bool          // for each container: a name comes next
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			sort.Strings(doubled)
			return slices.Compact(doubled)
		}
		top := len(open) - 1
		if name, ok := token.(string); ok && top >= 0 && atName[top] {
			if open[top][name] {
				doubled = append(doubled, name)
			}
			open[top][name], atName[top] = true, false
			continue
		}
		switch token {
		case json.Delim('{'):
			open, atName = append(open, map[string]bool{}), append(atName, true)
			continue
		case json.Delim('['):
			open, atName = append(open, nil), append(atName, false)
			continue
		case json.Delim('}'), json.Delim(']'):
			open, atName, top = open[:top], atName[:top], top-1
		}
		if top >= 0 { // a value ended
			atName[top] = open[top] != nil
		}
	}
}
