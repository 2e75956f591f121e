package audit

import (
	"maps"
	"slices"
	"strconv"

	"obconform/harness/contract"
	"obconform/harness/strictjson"
)

// COM-OPTIONAL: an optional member without a value is left out.
//
// The same null or "" also breaks a type or a length of the model, and one
// fault has one owner. It is COM-OPTIONAL's: that clause names just these three
// ways of writing no value, and since every documented member has a type its
// word on null would otherwise mean nothing. For a required member the value is
// missing in earnest, and COM-BODY has it. Optional is what can be left out
// without breaching the model.
//
// It returns the violations of the model that remain.
func (e *examination) optional() []violation {
	violations := e.violations(e.body)
	if _, ok := e.body.(map[string]any); !ok {
		return violations
	}
	e.decide(contract.ComOptional)
	unexpected := pointersOf(violations, "additionalProperties")
	empty := map[string]bool{}
	for _, pointer := range valueless(e.body, nil) {
		if !unexpected[pointer] && !slices.Contains(e.requiredBeyondModel(), pointer) {
			empty[pointer] = true
		}
	}
	if len(empty) == 0 {
		return violations
	}
	violations = e.violations(without(e.body, nil, empty))
	missed := false
	for pointer := range pointersOf(violations, "required") {
		missed = missed || empty[pointer]
		delete(empty, pointer)
	}
	if missed {
		violations = e.violations(without(e.body, nil, empty))
	}
	for _, pointer := range slices.Sorted(maps.Keys(empty)) {
		value, _ := strictjson.Pointer(e.body, pointer)
		e.breach(contract.ComOptional, pointer, "no such member, since it has no value", noValueWords(value))
	}
	return violations
}

func noValueWords(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "an empty string"
	}
	return "an empty object"
}

// pointersOf lists where a keyword was broken.
func pointersOf(violations []violation, keyword string) map[string]bool {
	pointers := map[string]bool{}
	for _, v := range violations {
		if v.Keyword == keyword {
			pointers[v.Pointer] = true
		}
	}
	return pointers
}

// valueless lists the members whose value is null, an empty string or an empty
// object, in a stable order. Meta and Risk may be empty objects. Items of an
// array are no members.
func valueless(value any, path []string) []string {
	var found []string
	switch v := value.(type) {
	case map[string]any:
		for _, name := range sortedNames(v) {
			at := append(path, name)
			if hasNoValue(name, v[name]) {
				found = append(found, strictjson.Join(at...))
			}
			found = append(found, valueless(v[name], at)...)
		}
	case []any:
		for i, item := range v {
			found = append(found, valueless(item, append(path, strconv.Itoa(i)))...)
		}
	}
	return found
}

func hasNoValue(name string, value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case map[string]any:
		return len(v) == 0 && name != "Meta" && name != "Risk"
	}
	return false
}

// without copies a document and leaves out the members at these pointers.
func without(value any, path []string, pointers map[string]bool) any {
	switch v := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v))
		for name, member := range v {
			at := append(path, name)
			if !pointers[strictjson.Join(at...)] {
				copied[name] = without(member, at, pointers)
			}
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, item := range v {
			copied[i] = without(item, append(path, strconv.Itoa(i)), pointers)
		}
		return copied
	}
	return value
}

func sortedNames(object map[string]any) []string {
	return slices.Sorted(maps.Keys(object))
}
