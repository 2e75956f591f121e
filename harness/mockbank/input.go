package mockbank

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDepth bounds the nesting of request JSON; no documented body needs five.
const maxDepth = 32

// parseObject reads exactly one JSON object, strictly: valid UTF-8, no member
// named twice, nothing after the object. Numbers stay json.Number.
func parseObject(body []byte) (map[string]any, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("it is not valid UTF-8")
	}
	if !json.Valid(body) { // the decoder's tokens alone are a little forgiving
		return nil, errors.New("its syntax is wrong")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	value, err := parseValue(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the document")
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("it is not an object")
	}
	return object, nil
}

func parseValue(decoder *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("it is nested too deeply")
	}
	lexeme, err := decoder.Token()
	if err != nil {
		return nil, errors.New("its syntax is wrong")
	}
	switch lexeme {
	case json.Delim('{'):
		return parseMembers(decoder, depth)
	case json.Delim('['):
		return parseElements(decoder, depth)
	default:
		return lexeme, nil
	}
}

func parseMembers(decoder *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for decoder.More() {
		lexeme, err := decoder.Token()
		name, isName := lexeme.(string)
		if err != nil || !isName {
			return nil, errors.New("its syntax is wrong")
		}
		if _, twice := object[name]; twice {
			return nil, errors.New("a member is named twice")
		}
		if object[name], err = parseValue(decoder, depth+1); err != nil {
			return nil, err
		}
	}
	return object, closing(decoder)
}

func parseElements(decoder *json.Decoder, depth int) (any, error) {
	array := []any{}
	for decoder.More() {
		element, err := parseValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
	return array, closing(decoder)
}

func closing(decoder *json.Decoder) error {
	if _, err := decoder.Token(); err != nil {
		return errors.New("it ends too early")
	}
	return nil
}

// reading takes the members of a parsed object one by one and collects whatever
// is wrong with them. A member below an object that is itself missing or of the
// wrong type is not complained about again: parent is nil then.
type reading struct {
	problems []problem
}

func (rd *reading) complain(code, path, format string, args ...any) {
	rd.problems = append(rd.problems, problem{code: code, message: fmt.Sprintf(format, args...), path: path})
}

// member fetches the last name of path from parent.
func (rd *reading) member(parent map[string]any, path string, required bool) (any, bool) {
	if parent == nil {
		return nil, false
	}
	value, ok := parent[path[strings.LastIndex(path, ".")+1:]]
	if !ok && required {
		rd.complain(fieldMissing, path, "A mandatory field is missing.")
	}
	return value, ok
}

func (rd *reading) object(parent map[string]any, path string) map[string]any {
	value, ok := rd.member(parent, path, true)
	if !ok {
		return nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		rd.complain(fieldInvalid, path, "The field must be an object.")
		return nil
	}
	return object
}

// textRule is what a string member must be. A zero minimum or maximum, counted
// in characters, means none.
type textRule struct {
	optional         bool
	minimum, maximum int
	pattern          *regexp.Regexp
}

// text returns a string member; "" when it is absent or wrong.
func (rd *reading) text(parent map[string]any, path string, rule textRule) string {
	value, ok := rd.member(parent, path, !rule.optional)
	if !ok {
		return ""
	}
	text, ok := value.(string)
	length := utf8.RuneCountInString(text)
	switch {
	case !ok:
		rd.complain(fieldInvalid, path, "The field must be a string.")
	case length < rule.minimum || rule.maximum > 0 && length > rule.maximum:
		rd.complain(fieldInvalid, path, "The field has not a permitted length.")
	case rule.pattern != nil && !rule.pattern.MatchString(text):
		rd.complain(fieldInvalid, path, "The field has not the documented form.")
	default:
		return text
	}
	return ""
}

// texts returns an array of strings; nil when it is absent or wrong. An empty
// array is wrong wherever one is documented.
func (rd *reading) texts(parent map[string]any, path string, required bool) []string {
	value, ok := rd.member(parent, path, required)
	if !ok {
		return nil
	}
	elements, ok := value.([]any)
	if !ok || len(elements) == 0 {
		rd.complain(fieldInvalid, path, "The field must be an array with at least one string.")
		return nil
	}
	texts := make([]string, 0, len(elements))
	for i, element := range elements {
		text, ok := element.(string)
		if !ok {
			rd.complain(fieldInvalid, path, "Element %d of the field must be a string.", i)
			return nil
		}
		texts = append(texts, text)
	}
	return texts
}

// number returns a numeric member, such as a NumericDate in seconds.
func (rd *reading) number(parent map[string]any, path string) (float64, bool) {
	value, ok := rd.member(parent, path, true)
	if !ok {
		return 0, false
	}
	literal, ok := value.(json.Number)
	if ok {
		if number, err := literal.Float64(); err == nil {
			return number, true
		}
	}
	rd.complain(fieldInvalid, path, "The field must be a number.")
	return 0, false
}

// dateTimeForm is RFC 3339 date-time with its zone; time.Parse alone would also
// let through a comma before the fraction.
var dateTimeForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// instant returns an optional date-time member; nil when it is absent or wrong.
func (rd *reading) instant(parent map[string]any, path string) *time.Time {
	value, ok := rd.member(parent, path, false)
	if !ok {
		return nil
	}
	text, ok := value.(string)
	if ok && dateTimeForm.MatchString(text) {
		if parsed, err := time.Parse(time.RFC3339, text); err == nil {
			return &parsed
		}
	}
	rd.complain(fieldInvalidDate, path, "The field must be a date-time with a timezone.")
	return nil
}
