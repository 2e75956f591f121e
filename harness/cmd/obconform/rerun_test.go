package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// Only what failed is run again, and the reports say so; a spec that is no more
// is named.
func TestRerunFailed(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	bank := behind(t, func(x exchange) {
		// No spec shares a refusal with another, as they do a valid twin's answer.
		if strings.HasSuffix(x.request.URL.Path, "/funds-confirmations") && x.status == http.StatusBadRequest && !mended.Load() {
			x.header.Del("x-fapi-interaction-id")
		}
	})
	first := conform(t, "--config", bank.config, "--suite", "confirmationoffunds,accounts")
	first.wantStatus(t, 1)
	failed := first.inState("failed")
	if len(failed) < 10 {
		t.Fatalf("only %d specs failed", len(failed))
	}
	earlier := filepath.Join(first.dir, "results.json")
	still := conform(t, "--config", bank.config, "--rerun-failed", earlier, "--procs", "2")
	still.wantStatus(t, 1)
	if got := still.inState("failed"); len(got) != len(failed) || len(specsOf(still)) != len(failed) {
		t.Errorf("%d of %d specs failed again", len(got), len(specsOf(still)))
	}
	mended.Store(true)

	// The earlier run's reports are replaced by those of this one.
	text := string(readFile(t, earlier))
	gone := failed[0][strings.Index(failed[0], ": ")+2:]
	if err := os.WriteFile(earlier, []byte(strings.ReplaceAll(text, gone, "A spec of old")), 0o600); err != nil {
		t.Fatal(err)
	}
	e := obconform(t, "run", "--config", bank.config, "--rerun-failed", earlier, "--reports", first.dir)
	again := conformed{ended: e, reports: readReports(t, first.dir), dir: first.dir}
	again.wantStatus(t, 0)
	if got := specsOf(again); len(got) != len(failed)-1 || slices.ContainsFunc(got, func(spec specResult) bool { return spec.State != "passed" }) {
		t.Errorf("%d specs, expected %d that pass: %+v", len(got), len(failed)-1, got)
	}
	wantText(t, again.out, `the spec "A spec of old" of`, "specs that failed, errored or were inconclusive in the run of ")
	wantText(t, strings.Join(again.Warnings, "\n"), `"A spec of old"`)

	// Nothing failed now: nothing ran, and that is no pass.
	none := conform(t, "--config", bank.config, "--rerun-failed", filepath.Join(first.dir, "results.json"))
	none.wantStatus(t, 3)
	wantText(t, none.out, "there is nothing to run again", "NOTHING EXERCISED")
	obconform(t, "run", "--rerun-failed", filepath.Join(t.TempDir(), "no.json")).wantStatus(t, 2)
}

// specsOf are the specs of a run but for what a worker cleans up at its end.
func specsOf(r conformed) []specResult {
	return slices.DeleteFunc(slices.Clone(r.Specs), func(spec specResult) bool { return spec.Section == "cleanup" })
}
