package jsonschema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shownCharacters is how much of a value a message may repeat: enough to
// recognise it, too little to copy a document into a report.
const shownCharacters = 80

// expected says in words what the schema wants of a value. Keywords that say
// something about a value as a whole are described from its schema; where that
// is unknown (nil), or the keyword stands elsewhere, the keyword speaks alone.
func expected(keyword string, schema map[string]any) string {
	switch keyword {
	case "additionalProperties":
		return "no member of this name"
	case "required":
		return "a member: " + describe(schema)
	}
	if words, ok := alone[keyword]; ok {
		return words
	}
	if _, here := schema[keyword]; here {
		if words := describe(schema); words != anything {
			return words
		}
	}
	return "a value that satisfies " + keyword
}

// alone describes keywords that a description of the value would not explain.
var alone = map[string]string{
	"allOf":           "a value that satisfies all of the alternatives",
	"anyOf":           "a value that satisfies one of the alternatives",
	"oneOf":           "a value that satisfies exactly one of the alternatives",
	"not":             "another value",
	"uniqueItems":     "an array without equal items",
	KeywordUnjudged:   "a document that can be validated",
	"additionalItems": "no further items",
	"false":           "no value at all",
}

const anything = "any value"

// describe says in words what a schema lets pass.
func describe(schema map[string]any) string {
	if choices, ok := schema["enum"].([]any); ok {
		return "one of " + list(choices, ", ")
	}
	if format, ok := schema["format"].(string); ok {
		if words := formatWords(format); words != "" {
			return words
		}
	}
	if pattern, ok := schema["pattern"].(string); ok {
		return "a string matching " + pattern
	}
	var kinds []string
	for _, kind := range typesOf(schema) {
		kinds = append(kinds, describeType(kind, schema))
	}
	if len(kinds) == 0 {
		return anything
	}
	return strings.Join(kinds, " or ")
}

// typesOf lists the types of a schema. A layer has none of its own: there the
// keywords tell.
func typesOf(schema map[string]any) []string {
	switch t := schema["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var kinds []string
		for _, kind := range t {
			kinds = append(kinds, fmt.Sprint(kind))
		}
		return kinds
	}
	for _, keyword := range sortedKeys(schema) {
		if kind, ok := appliesTo[keyword]; ok {
			return []string{kind}
		}
	}
	return nil
}

// appliesTo names the type of value that a keyword can fail on. Elsewhere it is
// without effect (draft-07 validation, section 6).
var appliesTo = map[string]string{
	"additionalProperties": "object", "properties": "object", "required": "object",
	"items": "array", "minItems": "array", "maxItems": "array",
	"format": "string", "maxLength": "string", "minLength": "string", "pattern": "string",
	"maximum": "number", "minimum": "number",
}

func describeType(kind string, schema map[string]any) string {
	switch kind {
	case "string":
		return "a string" + bounds(schema, "minLength", "maxLength", "character")
	case "array":
		return "an array" + bounds(schema, "minItems", "maxItems", "item")
	case "integer", "number":
		words := map[string]string{"integer": "an integer", "number": "a number"}[kind]
		low, high := schema["minimum"], schema["maximum"]
		switch {
		case low != nil && high != nil:
			return fmt.Sprintf("%s from %v to %v", words, low, high)
		case low != nil:
			return fmt.Sprintf("%s not below %v", words, low)
		case high != nil:
			return fmt.Sprintf("%s not above %v", words, high)
		}
		return words
	case "object":
		return "an object"
	case "boolean":
		return "true or false"
	}
	return kind
}

// bounds says how many of a unit are wanted: " of 1 to 40 characters".
func bounds(schema map[string]any, minimum, maximum, unit string) string {
	low, high := schema[minimum], schema[maximum]
	switch {
	case low != nil && high != nil:
		return fmt.Sprintf(" of %v to %v %ss", low, high, unit)
	case low != nil:
		return fmt.Sprintf(" of at least %s", count(fmt.Sprint(low), unit))
	case high != nil:
		return fmt.Sprintf(" of at most %s", count(fmt.Sprint(high), unit))
	}
	return ""
}

func count(number, unit string) string {
	if number == "1" {
		return number + " " + unit
	}
	return number + " " + unit + "s"
}

func list(values []any, separator string) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, separator)
}

// actual shows a value: scalars as they were written, as far as there is room,
// containers by their size alone.
func actual(value any) string {
	switch v := value.(type) {
	case string:
		return printable(v)
	case json.Number:
		if len(v) > shownCharacters {
			return fmt.Sprintf("%s... (a number of %d characters)", v[:shownCharacters], len(v))
		}
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return outline(value)
}

// outline says what kind of value it is, and nothing of what is in it.
func outline(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a string of " + count(strconv.Itoa(utf8.RuneCountInString(v)), "character")
	case []any:
		return "an array of " + count(strconv.Itoa(len(v)), "item")
	case map[string]any:
		return "an object of " + count(strconv.Itoa(len(v)), "member")
	}
	return fmt.Sprintf("a Go value of type %T", value)
}

// printable quotes text that came from outside, escapes what could disturb a
// terminal or a report, and cuts it short.
func printable(s string) string {
	if runes := utf8.RuneCountInString(s); runes > shownCharacters {
		cut := 0
		for range shownCharacters {
			_, size := utf8.DecodeRuneInString(s[cut:])
			cut += size
		}
		return fmt.Sprintf("%s... (%d characters)", strconv.Quote(s[:cut]), runes)
	}
	return strconv.Quote(s)
}
