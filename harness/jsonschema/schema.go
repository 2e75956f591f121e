package jsonschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonreference"
	"github.com/xeipuuv/gojsonschema"
)

// draft07 is the one dialect that this package speaks.
const draft07 = "http://json-schema.org/draft-07/schema#"

// KeywordUnjudged stands in a violation for a value that could not be held
// against the schema at all: a number too large to compute with, or a value that
// no JSON decoder produces. It is not a keyword of JSON Schema.
const KeywordUnjudged = "unjudged"

// Schema is one compiled document, safe for use by many goroutines.
type Schema struct {
	name     string
	tree     map[string]any // the document with its references expanded
	compiled *gojsonschema.Schema
}

// compile hands an expanded document to the library.
func compile(name string, tree map[string]any) (schema *Schema, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("compile schema %s: the library panicked: %v", name, trouble)
		}
	}()
	// The library writes into what it compiles.
	raw, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", name, err)
	}
	compiled, err := gojsonschema.NewSchemaLoader().Compile(literal(raw))
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", name, err)
	}
	return &Schema{name: name, tree: tree, compiled: compiled}, nil
}

// Name is the path of the schema's document in its set.
func (s *Schema) Name() string { return s.name }

// Validate holds a document against the schema and returns what is wrong with
// it, sorted, each fault once; nothing if nothing is. The document is what
// encoding/json decodes with UseNumber.
func (s *Schema) Validate(document any) []Violation {
	if unjudged := screen(document, nil); len(unjudged) > 0 {
		return tidy(unjudged)
	}
	return s.judge(document)
}

// ValidateBytes decodes a document and validates it. It returns an error if raw
// is not one JSON value with nothing but white space around it.
func (s *Schema) ValidateBytes(raw []byte) ([]Violation, error) {
	document, err := decode(raw)
	if err != nil {
		return nil, err
	}
	return s.Validate(document), nil
}

// judge asks the library. A panic there must not take the run down, and must
// not pass for a valid document either.
func (s *Schema) judge(document any) (violations []Violation) {
	defer func() {
		if recover() != nil {
			violations = []Violation{{Keyword: KeywordUnjudged, Expected: "a document that can be validated", Actual: actual(document)}}
		}
	}()
	result, err := s.compiled.Validate(gojsonschema.NewRawLoader(document))
	if err != nil {
		return []Violation{{Keyword: KeywordUnjudged, Expected: "a document that can be validated", Actual: actual(document)}}
	}
	for _, fault := range result.Errors() {
		violations = append(violations, s.translate(fault))
	}
	return tidy(violations)
}

// decode reads one JSON value and keeps its numbers as they were written.
func decode(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("decode JSON: more than one value, from byte %d on", decoder.InputOffset())
	}
	return value, nil
}

// screen looks for values that the library would panic on or wave through: it
// ignores Go numbers, and computes numbers digit by digit.
func screen(value any, path []string) []Violation {
	unjudged := func(expected string) []Violation {
		return []Violation{{Pointer: pointer(path), Keyword: KeywordUnjudged, Expected: expected, Actual: actual(value)}}
	}
	var found []Violation
	switch v := value.(type) {
	case nil, bool, string:
	case json.Number:
		if !computable(string(v)) {
			return unjudged("a number within the range of an IEEE 754 double")
		}
	case []any:
		for i, item := range v {
			found = append(found, screen(item, append(path, strconv.Itoa(i)))...)
		}
	case map[string]any:
		for name, member := range v {
			found = append(found, screen(member, append(path, name))...)
		}
	default:
		return unjudged("a value decoded from JSON")
	}
	return found
}

// computable tells whether a JSON number can be computed exactly at little cost.
// Doubles end at 1.8e308 and 4.9e-324 (RFC 8259 section 6 lets a reader draw
// this line), and no double needs more than 767 digits.
func computable(number string) bool {
	mantissa, exponent, has := strings.Cut(strings.ToLower(number), "e")
	if len(mantissa) > 800 {
		return false
	}
	if has {
		e, err := strconv.Atoi(exponent)
		if err != nil || e > 308 || e < -400 {
			return false
		}
	}
	_, err := strconv.ParseFloat(number, 64)
	return err == nil
}

// literal is a document in memory, in the form that the library asks for.
type literal []byte

func (l literal) JsonSource() any { return []byte(l) }

func (l literal) LoadJSON() (any, error) { return decode(l) }

func (l literal) JsonReference() (gojsonreference.JsonReference, error) {
	return gojsonreference.NewJsonReference("#")
}

func (l literal) LoaderFactory() gojsonschema.JSONLoaderFactory { return refuseAll{} }

// refuseAll answers every request for another document with an error. The
// library's own factories read files and the network instead.
type refuseAll struct{}

func (refuseAll) New(source string) gojsonschema.JSONLoader { return refused(source) }

type refused string

func (r refused) JsonSource() any { return string(r) }

func (r refused) LoadJSON() (any, error) { return nil, fmt.Errorf("%w: %q", errOutside, string(r)) }

func (r refused) JsonReference() (gojsonreference.JsonReference, error) {
	return gojsonreference.NewJsonReference(string(r))
}

func (refused) LoaderFactory() gojsonschema.JSONLoaderFactory { return refuseAll{} }
