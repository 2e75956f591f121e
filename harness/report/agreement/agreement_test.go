package agreement_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"obconform/harness/report"
	"obconform/harness/report/agreement"
	"obconform/harness/report/folder"
	"obconform/harness/report/specimen"
)

// written writes all reports of a run, and answers their folder and what the
// terminal shows.
func written(t *testing.T, results report.Results) (dir, printed string) {
	t.Helper()
	dir = t.TempDir()
	if _, err := folder.Write(dir, results, folder.Markdown, folder.CodeQuality); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report.Terminal(&out, results, report.TerminalOptions{Color: true}); err != nil {
		t.Fatal(err)
	}
	return dir, out.String()
}

func TestTheReportsOfEveryKindAgree(t *testing.T) {
	kinds := specimen.Kinds()
	kinds["large"] = specimen.Large(3000)
	for name, results := range kinds {
		if err := agreement.Check(written(t, results)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each folder is one that agrees, with one figure of one report changed.
func TestADisagreementIsSeen(t *testing.T) {
	for _, change := range []struct{ file, old, new string }{
		{"results.json", `"passed": 2,`, `"passed": 3,`},
		{"junit.xml", `<skipped message="consents.way is none">`, `<error message="consents.way is none">`},
		{"summary.md", "| **all** | 1 |", "| **all** | 7 |"},
		{"summary.md", "- specs: 2 passed", "- specs: 3 passed"},
		{"summary.md", "# obconform: failed", "# obconform: passed"},
		{"report.html", `data-filter="failed"><span class="number">2<`, `data-filter="failed"><span class="number">3<`},
		{"evidence.har", `"pages": [`, `"pages": [{},`},
		{"evidence.har", `"entries": [`, `"entries": [{},`},
		{"", "(exit status 1)", "(exit status 0)"},
		{"", "2 failed", "3 failed"},
	} {
		dir, printed := written(t, specimen.Kinds()["failed"])
		if change.file == "" {
			changed := strings.ReplaceAll(printed, change.old, change.new)
			if changed == printed || agreement.Check(dir, changed) == nil {
				t.Errorf("the terminal: %q as %q is not seen", change.old, change.new)
			}
			continue
		}
		path := filepath.Join(dir, change.file)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		broken := strings.Replace(string(data), change.old, change.new, 1)
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if broken == string(data) || agreement.Check(dir, printed) == nil {
			t.Errorf("%s: %q as %q is not seen", change.file, change.old, change.new)
		}
	}
	dir, printed := written(t, specimen.Kinds()["failed"])
	files, err := filepath.Glob(filepath.Join(dir, "evidence", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %d files", err, len(files))
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if agreement.Check(dir, printed) == nil {
		t.Error("a missing evidence file is not seen")
	}
}
