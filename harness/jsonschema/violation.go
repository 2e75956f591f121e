package jsonschema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonschema"
)

// Violation is one way in which a document departs from a schema.
type Violation struct {
	// Pointer is the RFC 6901 pointer of the offending value. For required it
	// is that of the missing member, for additionalProperties that of the member
	// that should not be there. It repeats member names as the document has them.
	Pointer string
	// Keyword is the draft-07 keyword that was broken, "false" where the schema
	// is false, or [KeywordUnjudged].
	Keyword string
	// Expected and Actual say in words what was wanted and what was there.
	// Actual shows at most 80 characters of a value, quoted, and nothing of a
	// value that its schema marks with "x-secret".
	Expected, Actual string
}

// String renders the violation on one line, safe to print.
func (v Violation) String() string {
	at := v.Pointer
	if at == "" {
		at = "the document"
	}
	return fmt.Sprintf("%s: %s: want %s, got %s", printable(at), v.Keyword, v.Expected, v.Actual)
}

// keywords gives the draft-07 name to each of the library's kinds of fault.
var keywords = map[string]string{
	"additional_property_not_allowed": "additionalProperties",
	"array_max_items":                 "maxItems",
	"array_max_properties":            "maxProperties",
	"array_min_items":                 "minItems",
	"array_min_properties":            "minProperties",
	"array_no_additional_items":       "additionalItems",
	"condition_else":                  "else",
	"condition_then":                  "then",
	"const":                           "const",
	"contains":                        "contains",
	"enum":                            "enum",
	"false":                           "false",
	"format":                          "format",
	"invalid_property_name":           "propertyNames",
	"invalid_type":                    "type",
	"missing_dependency":              "dependencies",
	"multiple_of":                     "multipleOf",
	"number_all_of":                   "allOf",
	"number_any_of":                   "anyOf",
	"number_gt":                       "exclusiveMinimum",
	"number_gte":                      "minimum",
	"number_lt":                       "exclusiveMaximum",
	"number_lte":                      "maximum",
	"number_not":                      "not",
	"number_one_of":                   "oneOf",
	"pattern":                         "pattern",
	"required":                        "required",
	"string_gte":                      "minLength",
	"string_lte":                      "maxLength",
	"unique":                          "uniqueItems",
}

// translate turns one of the library's faults into a violation.
func (s *Schema) translate(fault gojsonschema.ResultError) Violation {
	path := pathOf(fault.Context())
	keyword, known := keywords[fault.Type()]
	if !known {
		keyword = KeywordUnjudged
	}
	got := actual(fault.Value())
	switch keyword {
	case "required":
		path = append(path, fmt.Sprint(fault.Details()["property"]))
		got = "no such member"
	case "additionalProperties":
		path = append(path, fmt.Sprint(fault.Details()["property"]))
		got = "a member of this name, " + outline(fault.Value())
	}
	sub := subschema(s.tree, path)
	if secret, _ := sub["x-secret"].(bool); secret && keyword != "required" {
		got = outline(fault.Value()) + ", not shown"
	}
	return Violation{Pointer: pointer(path), Keyword: keyword, Expected: expected(keyword, sub), Actual: got}
}

// pathOf takes the library's trail of names apart. It only hands the trail out
// joined by a separator of our choice, and names are hostile; a byte that is not
// UTF-8 cannot occur in a name, because the decoder replaces it.
func pathOf(context *gojsonschema.JsonContext) []string {
	const separator = "\xff"
	return strings.Split(context.String(separator), separator)[1:] // the first is "(root)"
}

// pointer joins names into an RFC 6901 JSON pointer.
func pointer(path []string) string {
	var b strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, name := range path {
		b.WriteString("/" + escape.Replace(name))
	}
	return b.String()
}

// subschema finds the part of an expanded schema that governs the value at path,
// or nil where only a combination of schemas could tell.
func subschema(tree map[string]any, path []string) map[string]any {
	node := tree
	for _, name := range path {
		properties, _ := node["properties"].(map[string]any)
		next, ok := properties[name].(map[string]any)
		if !ok {
			next, ok = node["additionalProperties"].(map[string]any)
		}
		if !ok {
			if _, err := strconv.Atoi(name); err != nil {
				return nil
			}
			next, _ = node["items"].(map[string]any)
		}
		node = next
	}
	return node
}

// tidy sorts violations and drops repetitions.
func tidy(violations []Violation) []Violation {
	slices.SortFunc(violations, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Keyword, b.Keyword),
			cmp.Compare(a.Expected, b.Expected), cmp.Compare(a.Actual, b.Actual))
	})
	return slices.Compact(violations)
}
