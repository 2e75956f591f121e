package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"obconform/harness/contract"
)

// assign writes a document's value into the configuration, key by key. What
// does not fit is reported and left as it was.
func (l *loader) assign(target reflect.Value, value any, key string) {
	typ := target.Type()
	if typ.Kind() != reflect.Struct || typ == secretType {
		l.origins[key] = l.source
	}
	switch {
	case typ == secretType:
		l.assignSecret(target, value, key)
	case typ == durationType:
		l.assignDuration(target, value, key)
	case typ == pathsType:
		delete(l.origins, key) // each group has its own
		l.assignPaths(target, value, key)
	case typ.Kind() == reflect.Struct:
		l.assignStruct(target, value, key)
	case typ.Kind() == reflect.Slice:
		l.assignList(target, value, key)
	case typ.Kind() == reflect.Map:
		l.assignMap(target, value, key)
	default:
		l.assignScalar(target, value, key)
	}
}

func (l *loader) assignStruct(target reflect.Value, value any, key string) {
	members, ok := value.(map[string]any)
	if !ok {
		l.report(key, "an object", describe(value))
		return
	}
	fields := fieldsOf(target)
	for _, name := range sortedKeys(members) {
		if field, known := fields[name]; known {
			l.assign(field, members[name], join(key, name))
			continue
		}
		l.refuseKey(key, name, sortedKeys(fields))
	}
}

// assignPaths keeps the default of every group that is not named.
func (l *loader) assignPaths(target reflect.Value, value any, key string) {
	members, ok := value.(map[string]any)
	if !ok {
		l.report(key, "an object of strings", describe(value))
		return
	}
	var known []string
	for _, group := range pathGroups() {
		known = append(known, string(group))
	}
	for _, name := range sortedKeys(members) {
		path, isString := members[name].(string)
		switch {
		case !slices.Contains(known, name):
			l.refuseKey(key, name, known)
		case !isString:
			l.report(join(key, name), "a string", describe(members[name]))
		default:
			l.origins[join(key, name)] = l.source
			target.SetMapIndex(reflect.ValueOf(contract.PathGroup(name)), reflect.ValueOf(path))
		}
	}
}

// refuseKey reports a key that is not ours, or not yet.
func (l *loader) refuseKey(parent, name string, known []string) {
	key := join(parent, name)
	if slices.Contains(unavailable(), key) {
		l.report(key, "no such key", "one that is not available in this version")
		return
	}
	expected := "no such key"
	if likely := didYouMean(name, known); likely != "" {
		expected = fmt.Sprintf("a known key (did you mean %s?)", join(parent, likely))
	}
	l.report(key, expected, "an unknown one")
}

// longestList is how many elements a list or a map of free names may have: far
// more than any target needs, and few enough to compare each with each.
const longestList = 100

func (l *loader) assignList(target reflect.Value, value any, key string) {
	elements, ok := value.([]any)
	if !ok {
		l.report(key, "a list", describe(value))
		return
	}
	if len(elements) > longestList {
		l.report(key, fmt.Sprintf("at most %d elements", longestList), strconv.Itoa(len(elements)))
		return
	}
	list := reflect.MakeSlice(target.Type(), len(elements), len(elements))
	for i, element := range elements {
		l.assign(list.Index(i), element, index(key, i))
	}
	target.Set(list)
}

// assignMap fills a map of free names. Its values stay as they are where any
// type is allowed, numbers with all their digits.
func (l *loader) assignMap(target reflect.Value, value any, key string) {
	members, ok := value.(map[string]any)
	if !ok {
		l.report(key, "an object", describe(value))
		return
	}
	if len(members) > longestList {
		l.report(key, fmt.Sprintf("at most %d members", longestList), strconv.Itoa(len(members)))
		return
	}
	filled := reflect.MakeMap(target.Type())
	for _, name := range sortedKeys(members) {
		element := reflect.New(target.Type().Elem()).Elem()
		if element.Kind() != reflect.Interface {
			l.assign(element, members[name], join(key, name))
		} else if members[name] != nil {
			element.Set(reflect.ValueOf(members[name]))
		}
		filled.SetMapIndex(reflect.ValueOf(name).Convert(target.Type().Key()), element)
	}
	target.Set(filled)
}

// largestNumber fits every integer type, on any platform.
const largestNumber = 999_999_999

func (l *loader) assignScalar(target reflect.Value, value any, key string) {
	switch target.Kind() {
	case reflect.String:
		if text, ok := value.(string); ok {
			target.SetString(text)
			return
		}
		l.report(key, "a string", describe(value))
	case reflect.Bool:
		if truth, ok := value.(bool); ok {
			target.SetBool(truth)
			return
		}
		l.report(key, "true or false", describe(value))
	case reflect.Float64:
		number, ok := value.(json.Number)
		if !ok {
			l.report(key, "a number", describe(value))
			return
		}
		rational, err := number.Float64()
		if err != nil {
			l.report(key, "a number that is not so large", quote(number.String()))
			return
		}
		target.SetFloat(rational)
	default:
		number, ok := value.(json.Number)
		if !ok {
			l.report(key, "a whole number", describe(value))
			return
		}
		whole, err := number.Int64()
		if err != nil || whole > largestNumber || whole < -largestNumber {
			l.report(key, "a whole number of at most 9 digits", quote(number.String()))
			return
		}
		target.SetInt(whole)
	}
}

func (l *loader) assignDuration(target reflect.Value, value any, key string) {
	const expected = `a duration such as "30s" or "1m30s"`
	text, ok := value.(string)
	if !ok {
		l.report(key, expected, describe(value))
		return
	}
	span, err := time.ParseDuration(text)
	if err != nil {
		l.report(key, expected, quote(text))
		return
	}
	target.SetInt(int64(span))
}

// assignSecret remembers where the value is to be had; it is fetched once the
// environment has had its say.
func (l *loader) assignSecret(target reflect.Value, value any, key string) {
	const expected = `{"env": "NAME"} or {"file": "path"}`
	delete(l.references, key)
	members, ok := value.(map[string]any)
	if !ok {
		got := describe(value)
		if got == "a string" {
			got = "a value in the open (not shown); name the environment variable or the file that holds it"
		}
		l.report(key, expected, got)
		return
	}
	if len(members) != 1 {
		l.report(key, "exactly one of "+expected, fmt.Sprintf("an object of %d members", len(members)))
		return
	}
	for member, named := range members {
		name, isString := named.(string)
		if (member != "env" && member != "file") || !isString || name == "" {
			l.report(key, expected, "another object")
			return
		}
		l.references[key] = reference{target.Addr().Interface().(*Secret), member, name, l.source}
	}
}

func sortedKeys[K ~string, V any](members map[K]V) []K {
	return slices.Sorted(maps.Keys(members))
}
