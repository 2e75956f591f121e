//go:build unix

package main_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"obconform/harness/format/formattest"
)

// formatOf is the format of a file that a command writes: "" for one of another
// standard, whose own tests judge it.
func formatOf(t *testing.T, path string) string {
	t.Helper()
	switch name := filepath.Base(path); {
	case filepath.Base(filepath.Dir(path)) == "evidence":
		return "evidence"
	case slices.Contains([]string{"results.json", "detection.json", "baseline.json"}, name):
		return strings.TrimSuffix(name, ".json")
	case slices.Contains([]string{"evidence.har", "gl-code-quality-report.json"}, name):
		return ""
	}
	t.Errorf("%s is written, and nobody has said in what format", path)
	return ""
}

// Every JSON file that a run or a proof writes is of a kind that 'schema' knows,
// and keeps its schema; so does what diff and doctor say of it.
func TestFilesOfARunKeepTheirSchemas(t *testing.T) {
	t.Parallel()
	keeps := func(format, path string, data []byte) {
		t.Helper()
		schema := obconform(t, "schema", format)
		schema.wantStatus(t, 0)
		if err := formattest.Closed(t, []byte(schema.out)).Validate(data); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	dir := t.TempDir()
	config := mockFor(t, "--fault", "acc-list-200-one-short")
	baseline := filepath.Join(dir, "baseline.json")
	e := obconform(t, "run", "--config", config, "--suite", "accounts", "--reports", filepath.Join(dir, "run"), "--code-quality", "always",
		"--baseline", baseline, "--update-baseline")
	e.wantStatus(t, 1)
	obconform(t, "prove", "--suite", "accounts", "--fault", "acc-list-200-one-short", "--reports", filepath.Join(dir, "proof")).wantStatus(t, 0)
	seen := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		extension := filepath.Ext(path)
		if err != nil || entry.IsDir() || extension != ".json" && extension != ".jsonl" && extension != ".har" {
			return err
		}
		if format := formatOf(t, path); format != "" {
			seen[format]++
			keeps(format, path, readFile(t, path))
		}
		return nil
	})
	if err != nil || seen["results"] != 1 || seen["evidence"] == 0 || seen["detection"] != 1 || seen["baseline"] != 1 {
		t.Errorf("%v, %v", seen, err)
	}
	results := filepath.Join(dir, "run", "results.json")
	sound := conform(t, "--suite", "accounts")
	keeps("diff", "diff --json", []byte(obconform(t, "diff", "--json", filepath.Join(sound.dir, "results.json"), results).out))
	keeps("doctor", "doctor --json", []byte(obconform(t, "doctor", "--json", "--config", config).out))
}
