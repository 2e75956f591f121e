package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"obconform/harness/report"
)

func TestWriteFileReplaces(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "junit.xml")
	for _, content := range []string{"the first, which is longer", "the second"} {
		if err := report.WriteFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("%q, %v", got, err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v %v: a temporary file is left", entries, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestWriteFileFailsAndLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	if err := report.WriteFile(filepath.Join(folder, "missing", "junit.xml"), nil); err == nil {
		t.Error("no error for a folder that does not exist")
	}
	// A folder in the place of the file: the last step, the rename, fails.
	if err := os.MkdirAll(filepath.Join(folder, "taken", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := report.WriteFile(filepath.Join(folder, "taken"), []byte("x")); err == nil {
		t.Error("no error for a folder in the file's place")
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("%v %v: a temporary file is left", entries, err)
	}
}
