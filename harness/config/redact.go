package config

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"obconform/harness/contract"
)

// Secrets lists the values of all secrets that are set, in the order of Keys:
// what must not appear in anything that is written.
func (c Config) Secrets() []string {
	var values []string
	for _, value := range c.values() {
		if secret, ok := value.(Secret); ok && secret.IsSet() {
			values = append(values, secret.Reveal())
		}
	}
	return values
}

// Redacted is the configuration as a report may show it, in the shape of the
// file: a secret is its source in brackets, personal data a length, and of maps
// with free names the names alone. Its JSON is the same every time.
func (c Config) Redacted() map[string]any {
	report := map[string]any{}
	for key, value := range c.values() {
		names := strings.Split(key, ".")
		object := report
		for _, name := range names[:len(names)-1] {
			next, exists := object[name].(map[string]any)
			if !exists {
				next = map[string]any{}
				object[name] = next
			}
			object = next
		}
		object[names[len(names)-1]] = redacted(key, value)
	}
	return report
}

// values yields every key of Keys with its value, in that order.
func (c Config) values() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, leaf := range leavesOf("", reflect.TypeFor[Config]()) {
			if !yield(leaf.key, valueAt(reflect.ValueOf(c), leaf.key)) {
				return
			}
		}
	}
}

// valueAt follows a dotted key of Keys.
func valueAt(from reflect.Value, key string) any {
	for name := range strings.SplitSeq(key, ".") {
		if from.Kind() == reflect.Map {
			path, _ := from.Interface().(map[contract.PathGroup]string)
			return path[contract.PathGroup(name)]
		}
		from = fieldsOf(from)[name]
	}
	return from.Interface()
}

// personal lists the keys whose values are about a customer.
func personal() []string {
	return []string{
		"fixtures.debtorAccount.identification", "fixtures.debtorAccount.name",
		"fixtures.debtorAccount.secondaryIdentification",
	}
}

func redacted(key string, value any) any {
	switch value := value.(type) {
	case Secret:
		return value.String()
	case Duration:
		return value.String()
	case string:
		if slices.Contains(personal(), key) && value != "" {
			return fmt.Sprintf("[%d characters]", utf8.RuneCountInString(value))
		}
	case map[contract.OperationID]Duration:
		shown := map[string]any{}
		for operation, span := range value {
			shown[string(operation)] = span.String()
		}
		return shown
	case []string:
		return append([]string{}, value...) // an empty list and not null
	case map[string]any:
		return sortedKeys(value)
	case []Provocation:
		shown := make([]map[string]any, len(value))
		for i, provocation := range value {
			shown[i] = map[string]any{"status": provocation.Status, "headers": sortedKeys(provocation.Headers)}
		}
		return shown
	}
	return value
}
