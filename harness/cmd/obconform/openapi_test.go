package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// The document is written where it was asked for, and nowhere when the options
// are wrong.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	printed := obconform(t, "openapi", "--server", "https://bank.example")
	printed.wantStatus(t, 0)
	file := filepath.Join(t.TempDir(), "api.json")
	obconform(t, "openapi", "--server", "https://bank.example", "--output", file).wantStatus(t, 0)
	data := readFile(t, file)
	if string(data) != printed.out {
		t.Error("what was written is not what was printed")
	}
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	operations := 0
	for _, path := range document.Paths {
		operations += len(path)
	}
	if document.OpenAPI != "3.1.0" || operations != 14 {
		t.Errorf("OpenAPI %s with %d operations", document.OpenAPI, operations)
	}
	for _, wrong := range [][]string{{"--server", "bank.example"}, {"--output", t.TempDir()}, {"--output", filepath.Join(file, "below")}} {
		e := obconform(t, append([]string{"openapi"}, wrong...)...)
		e.wantStatus(t, 2)
		wantText(t, e.errors, wrong[0])
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}
