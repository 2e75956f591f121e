package main_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// What broke between two runs ends with 1, what was mended with 0, and a target
// that has drifted is shown.
func TestDiff(t *testing.T) {
	t.Parallel()
	sound := conform(t, "--suite", "accounts")
	faulty := behind(t, func(x exchange) {
		if strings.HasSuffix(x.request.URL.Path, "/accounts") {
			x.body = []byte(strings.ReplaceAll(string(x.body), `"AccountType":"Personal"`, `"AccountType":"Trust"`))
		}
	})
	broken := conform(t, "--config", faulty.config, "--suite", "accounts")
	broken.wantStatus(t, 1)
	before, after := filepath.Join(sound.dir, "results.json"), filepath.Join(broken.dir, "results.json")

	broke := obconform(t, "diff", before, after)
	broke.wantStatus(t, 1)
	wantText(t, broke.out, "\nBroke\n", "COM-BODY (doc): passed, now failed", "+ /Data/Account/*/AccountType=Trust (not documented)", "note: the targets differ", "\n  keys\n    + kid ")
	mended := obconform(t, "diff", after, before)
	mended.wantStatus(t, 0)
	wantText(t, mended.out, "\nMended\n  COM-BODY (doc): failed, now passed", "\n0 broke, ")
	same := obconform(t, "diff", before, before)
	same.wantStatus(t, 0)
	wantText(t, same.out, "0 broke, 0 mended, 0 appeared, 0 disappeared, 0 slower, 0 changed of the target")

	machine := obconform(t, "diff", "--json", before, after)
	machine.wantStatus(t, 1)
	var document struct{ Broke []struct{ Clause string } }
	if err := json.Unmarshal([]byte(machine.out), &document); err != nil || len(document.Broke) == 0 || document.Broke[0].Clause != "COM-BODY" {
		t.Errorf("%v: %s", err, machine.out)
	}
}

func TestDiffOfWhatIsNoRun(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "no.json")
	wrong := obconform(t, "diff", "--slower", "0.5", "--by=-1s", missing, "diff_test.go")
	wrong.wantStatus(t, 2)
	wantText(t, wrong.errors, "--slower", "--by", missing)
	obconform(t, "diff", missing).wantStatus(t, 2)
}
