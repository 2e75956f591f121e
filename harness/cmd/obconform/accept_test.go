//go:build unix

package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"obconform/harness/report/junitcheck"
)

// written is a file with that text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ranCase tells whether junit.xml has the case, in the suite of the run itself.
func (r reports) ranCase(name, result string) bool {
	return slices.ContainsFunc(r.cases, func(c junitcheck.Case) bool {
		return c.Suite == "obconform.run" && strings.Contains(c.Name, name) && c.Result == result
	})
}

const droppedPermission = "aac-201-echo-drops-a-permission"

// A waived breach fails nothing until the day after, and is shown wherever the
// run is.
func TestWaivers(t *testing.T) {
	t.Parallel()
	config := mockFor(t, "--fault", droppedPermission)
	waive := func(more string) conformed {
		t.Helper()
		file := written(t, "waivers.json", `[{"clause":"AAC-201-ECHO","reason":"promised for spring","ticket":"OB-77",`+more+`]`)
		return conform(t, "--config", config, "--suite", "accountaccessconsents", "--waivers", file)
	}
	day := func(days int) string {
		return `"expires":"` + time.Now().UTC().AddDate(0, 0, days).Format("2006-01-02") + `"}`
	}
	r := waive(day(0) + `,{"clause":"COM-ALLOW","reason":"just in case","ticket":"OB-78",` + day(30))
	r.wantStatus(t, 0)
	if waived := r.withVerdict("waived"); !slices.Equal(waived, []string{"AAC-201-ECHO"}) {
		t.Errorf("waived: %q", waived)
	}
	wantText(t, r.out, "Waived", "(OB-77): promised for spring", "Waivers that met no finding", "COM-ALLOW until", "the clause is passed")
	wantText(t, string(readFile(t, r.dir+"/results.json")), `"state": "used"`, `"state": "unused"`, `"accepted": "waived until`)
	if !r.ranCase("waiver: COM-ALLOW", "passed") {
		t.Error("junit.xml does not show the waiver that met nothing")
	}
	if skipped := r.inState("skipped"); len(skipped) == 0 {
		t.Error("no spec is skipped for the waiver")
	}
	r = waive(day(-1))
	r.wantStatus(t, 1)
	wantText(t, r.out, "Waivers that have expired", "1 waiver expired")
	if failed := r.withVerdict("failed"); !slices.Equal(failed, []string{"AAC-201-ECHO"}) || !r.ranCase("waiver: AAC-201-ECHO", "failure") {
		t.Errorf("failed: %q", failed)
	}
	// For another operation it is for nothing.
	r = waive(`"operation":"GetAccountAccessConsent",` + day(1))
	r.wantStatus(t, 1)
	wantText(t, r.out, "Waivers that met no finding", "the clause is failed")
}

// A sound bank does not make up for a waiver that has expired.
func TestAnExpiredWaiverFailsASoundBank(t *testing.T) {
	t.Parallel()
	r := conform(t, "--suite", "accounts", "--waivers", written(t, "w.json", `[{"clause":"COM-META","reason":"r","ticket":"t","expires":"2020-01-01"}]`))
	r.wantStatus(t, 1)
	wantText(t, r.out, "FAILED: 1 waiver expired; no clause failed")
	if failed := r.withVerdict("failed"); len(failed) > 0 {
		t.Errorf("failed: %q", failed)
	}
}

// The configuration can name the file, relative to its own folder.
func TestWaiversOfTheConfiguration(t *testing.T) {
	t.Parallel()
	config := mockFor(t, "--fault", droppedPermission)
	waivers := filepath.Join(filepath.Dir(config), "waivers.json")
	if err := os.WriteFile(waivers, []byte(`[{"clause":"AAC-201-ECHO","reason":"r","ticket":"t","expires":"2999-12-31"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	data := strings.Replace(string(readFile(t, config)), "{", `{"waivers":"waivers.json",`, 1)
	if err := os.WriteFile(config, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	conform(t, "--config", config, "--suite", "accountaccessconsents").wantStatus(t, 0)
	obconform(t, "config", "check", config).wantStatus(t, 0)
	if err := os.WriteFile(waivers, []byte(`[{"clause":"AAC-2","reason":"r","expires":"2999-12-31"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"config", "check", config}, {"run", "--config", config}} {
		e := obconform(t, args...)
		e.wantStatus(t, 2)
		wantText(t, e.errors, "waivers.json: [0].clause: expected a clause", `"AAC-2"`, "waivers.json: [0].ticket: expected a text, got none")
	}
}

// Everything that is wrong with what a run is to accept is said at once, beside
// what is wrong with its configuration, and nothing is sent.
func TestWhatCannotBeAcceptedIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := obconform(t, "run", "--reports", dir, "--config", written(t, "c.json", `{"target":{"baseUrl":"ftp://bank"}}`),
		"--waivers", written(t, "w.json", `[{"clause":"X","reason":"","ticket":"t","expires":"soon"}]`),
		"--baseline", written(t, "b.json", `{"version":1,"entries":[{"clause":"Y","operation":"","status":7,"pointer":"body"}]}`))
	e.wantStatus(t, 2)
	wantText(t, e.errors, "w.json: [0].clause", "w.json: [0].reason", "w.json: [0].expires", "entries[0].clause", "entries[0].status", "target.baseUrl")
	for _, flags := range [][]string{
		{"--baseline", filepath.Join(dir, "none.json")}, {"--update-baseline"},
		{"--update-baseline", "--baseline", filepath.Join(dir, "none", "b.json")}, {"--waivers", filepath.Join(dir, "none.json")},
	} {
		e := obconform(t, append([]string{"run", "--reports", dir}, flags...)...)
		e.wantStatus(t, 2)
		wantText(t, e.errors, filepath.Base(flags[len(flags)-1]))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// A baseline takes what is known out of the way of what is new, and says what it
// need not hold any more.
func TestBaseline(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "baseline.json")
	run := func(config string, flags ...string) conformed {
		t.Helper()
		return conform(t, append([]string{"--config", config, "--baseline", file, "--procs", "2"}, flags...)...)
	}
	known := mockFor(t, "--fault", droppedPermission)
	r := run(known, "--update-baseline")
	r.wantStatus(t, 1) // judged by what the file held before: nothing
	wantText(t, r.out, "has 1 entry now")
	wantText(t, string(readFile(t, file)), `{"clause":"AAC-201-ECHO","operation":"CreateAccountAccessConsent","status":201,"pointer":"/Data/Permissions"}`)
	r = run(known)
	r.wantStatus(t, 0)
	wantText(t, r.out, "held by the baseline", "0 no longer occur")
	wantText(t, string(readFile(t, filepath.Join(r.dir, "results.json"))), `"accepted": "held by the baseline"`, `"baseline": {`)
	both := mockFor(t, "--fault", droppedPermission+",com-405-method-answers-404")
	r = run(both)
	r.wantStatus(t, 1)
	if failed := r.withVerdict("failed"); !slices.Equal(failed, []string{"COM-405-METHOD"}) {
		t.Errorf("failed: %q", failed)
	}
	sound := mockFor(t)
	r = run(sound, "--suite", "accounts", "--update-baseline") // cannot tell
	r.wantStatus(t, 0)
	wantText(t, r.out, "1 could not be judged", "has 1 entry now, 1 of them kept")
	r = run(sound)
	r.wantStatus(t, 0)
	wantText(t, r.out, "no longer occurs: AAC-201-ECHO at CreateAccountAccessConsent 201, /Data/Permissions")
	if !r.ranCase("baseline: entries that no longer occur", "passed") {
		t.Error("junit.xml does not show it")
	}
	r = run(sound, "--update-baseline")
	r.wantStatus(t, 0)
	wantText(t, r.out, "has 0 entries now")
	run(known).wantStatus(t, 1)
}

// An interrupted run has seen only part, and writes no baseline.
func TestAnInterruptedRunLeavesTheBaseline(t *testing.T) {
	t.Parallel()
	const before = `{"version": 1, "entries": [{"clause":"AAC-201-ECHO","operation":"CreateAccountAccessConsent","status":201,"pointer":"/Data/Permissions"}]}`
	file := written(t, "baseline.json", before)
	dir := t.TempDir()
	p := begin(t, "run", "--reports", dir, "--verbose", "--config", mockFor(t, "--latency", "20ms"), "--baseline", file, "--update-baseline")
	eventually(t, 30*time.Second, "a run under way", func() bool { return whole(filepath.Join(dir, "results.json")) })
	p.signal(syscall.SIGTERM)
	e := p.wait(patience)
	e.wantStatus(t, 130)
	wantText(t, e.out, "is left as it was")
	if after := string(readFile(t, file)); after != before {
		t.Errorf("the baseline is now\n%s", after)
	}
}
