package main_test

import (
	"os"
	"path/filepath"
	"testing"
)

// Whoever looks for the reports of a run that could not begin must not find
// those of an earlier one.
func TestStaleReports(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"an unknown suite":        {"--suite", "payments"},
		"a wrong label filter":    {"--label-filter", "(clause"},
		"a wrong configuration":   {"--config", "nowhere.json"},
		"an unknown flag":         {"--no-such-flag"},
		"a flag that is no value": {"--procs", "many"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			stale := []string{"junit.xml", "results.json", "report.html", "evidence.har", "evidence/accounts-a-list-0123abcd.json"}
			if err := os.Mkdir(filepath.Join(dir, "evidence"), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, file := range append([]string{"notes.txt"}, stale...) {
				if err := os.WriteFile(filepath.Join(dir, file), []byte("of an earlier run"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, flag := range [][]string{{"--reports", dir}, {"--reports=" + dir}} {
				obconform(t, append(append([]string{"run"}, flag...), args...)...).wantStatus(t, 2)
				for _, file := range stale {
					if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
						t.Errorf("%s of an earlier run is still there after run %q", file, args)
					}
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "notes.txt")); err != nil {
				t.Errorf("a file that is no report was removed: %v", err)
			}
		})
	}
}
