package folder_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"obconform/harness/report"
	"obconform/harness/report/folder"
	"obconform/harness/report/specimen"
)

// listed are the files below a folder, sorted.
func listed(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && path != dir {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func write(t *testing.T, dir string, results report.Results) []folder.File {
	t.Helper()
	results.EvidenceFolder = folder.Evidence(dir)
	files, err := folder.Write(dir, results)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestWriteAndClear(t *testing.T) {
	dir := t.TempDir()
	kinds := specimen.Kinds()
	files := write(t, dir, kinds["failed"])
	want := []string{"evidence", "evidence.har"}
	for _, spec := range kinds["failed"].Specs {
		if spec.HasEvidence() {
			want = append(want, "evidence/"+report.EvidenceName(spec.Suite, spec.Name))
		}
	}
	want = append(want, "junit.xml", "report.html", "results.json")
	slices.Sort(want)
	if got := listed(t, dir); !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
	for _, file := range files {
		size, count := 0, 0
		for _, path := range append(listed(t, dir), "") {
			info, err := os.Stat(filepath.Join(dir, path))
			if err != nil {
				t.Fatal(err)
			}
			if full := filepath.Join(dir, path); !info.IsDir() && (full == file.Path || strings.HasPrefix(full, file.Path+string(filepath.Separator))) {
				size, count = size+int(info.Size()), count+1
			}
		}
		if size != file.Bytes || count != file.Files || file.Took <= 0 {
			t.Errorf("%+v, but %d bytes in %d files", file, size, count)
		}
	}
	// A run that passes leaves no evidence of the one before it.
	write(t, dir, kinds["passed"])
	if got := listed(t, dir); !slices.Equal(got, []string{"evidence.har", "junit.xml", "report.html", "results.json"}) {
		t.Errorf("%q", got)
	}
	write(t, dir, kinds["failed"])
	if err := folder.Clear(dir); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, dir); len(got) != 0 {
		t.Errorf("%q is left", got)
	}
}

func TestClearLeavesWhatIsNotOurs(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, specimen.Kinds()["failed"])
	theirs := []string{"evidence/notes.json", "evidence/photo.png", "mine.xml"}
	for _, name := range theirs {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.Clear(dir); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, dir); !slices.Equal(got, append([]string{"evidence"}, theirs...)) {
		t.Errorf("%q", got)
	}
	if err := folder.Clear(filepath.Join(dir, "nowhere")); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "evidence"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if files, err := folder.Write(dir, specimen.Kinds()["failed"]); err == nil {
		t.Errorf("%+v was written", files)
	}
}

func TestEvidenceIsNamedAsTheUserNamesTheFolder(t *testing.T) {
	for dir, want := range map[string]string{"reports": "reports/evidence", "./out/": "out/evidence", "/tmp/x": "/tmp/x/evidence"} {
		if got := folder.Evidence(dir); got != want {
			t.Errorf("%s: %s, expected %s", dir, got, want)
		}
	}
}

// With KEEP_REPORTS the reports of every kind of run are kept in that folder,
// for programs of others to read (make dashboards).
func TestReportsOfEveryKindForOtherReaders(t *testing.T) {
	kept := os.Getenv("KEEP_REPORTS")
	if kept == "" {
		kept = t.TempDir()
	}
	kinds := specimen.Kinds()
	kinds["large"] = specimen.Large(3000)
	for name, results := range kinds {
		dir := filepath.Join(kept, strings.ReplaceAll(name, " ", "-"))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if files := write(t, dir, results); len(files) < 4 {
			t.Errorf("%s: only %v", name, files)
		}
	}
}

func TestOwns(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{"reports/evidence.har": true, "./reports/../reports/results.json": true, "reports/evidence/accounts-a-0123abcd.json": true, "reports/exchanges.ndjson": true,
		"reports/evidence/mine.json": false, "evidence.har": false, "other/evidence.har": false} {
		if got := folder.Owns("reports", path); got != want {
			t.Errorf("%s: got %t", path, got)
		}
	}
}
