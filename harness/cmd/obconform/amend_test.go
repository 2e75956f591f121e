package main_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// amend sets dotted keys of a configuration, beside those that it has, and
// answers its path.
func amend(t *testing.T, path string, settings map[string]any) string {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(readFile(t, path), &document); err != nil {
		t.Fatal(err)
	}
	for key, value := range settings {
		names := strings.Split(key, ".")
		object := document
		for _, name := range names[:len(names)-1] {
			next, exists := object[name].(map[string]any)
			if !exists {
				next = map[string]any{}
				object[name] = next
			}
			object = next
		}
		object[names[len(names)-1]] = value
	}
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
