package main_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/mockbank"
)

// outside finds what a user could not follow: a path of the machine that built
// the program, or a wiki of its makers.
var outside = regexp.MustCompile(`(/(root|home|work|tmp)/|\.\./)\S*`)

func wantInside(t *testing.T, e ended) {
	t.Helper()
	if found := outside.FindString(e.out + e.errors); found != "" {
		t.Errorf("the output points outside the project: %q", found)
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	commands := []string{"run", "mock", "list", "explain", "openapi", "config check", "version", "help"}
	for _, args := range [][]string{{}, {"help"}, {"--help"}} {
		e := obconform(t, args...)
		e.wantStatus(t, 0)
		wantText(t, e.out, commands...)
		wantInside(t, e)
		if strings.Contains(e.out, "worker  ") {
			t.Errorf("the help shows a command that is not for users:\n%s", e.out)
		}
	}
	for _, args := range [][]string{{"help", "run"}, {"run", "--help"}} {
		e := obconform(t, args...)
		e.wantStatus(t, 0)
		wantText(t, e.out, "--config", "--reports", "--suite", "--label-filter", "--focus", "--fail-on", "--deadline", "--procs", "--seed")
		wantInside(t, e)
	}
	e := obconform(t, "version")
	e.wantStatus(t, 0)
	if !regexp.MustCompile(`^obconform \S+ \(go\S+, \w+/\w+\)\n$`).MatchString(e.out) {
		t.Errorf("version prints %q", e.out)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	all := listed(t)
	e := obconform(t, "list")
	e.wantStatus(t, 0)
	wantInside(t, e)
	known, sections := map[contract.ClauseID]bool{}, map[string]bool{}
	for _, clause := range contract.Clauses() {
		known[clause.ID] = true
	}
	location := regexp.MustCompile(`^suites/[a-z]+/[a-z_]+\.go:[1-9][0-9]*$`)
	for _, spec := range all {
		wantText(t, e.out, spec.Name)
		sections[spec.Suite+"/"+spec.Section] = true
		if !location.MatchString(spec.Location) {
			t.Errorf("%q stands at %q", spec.Name, spec.Location)
		}
		if len(spec.Clauses) == 0 {
			t.Errorf("%q proves no clause", spec.Name)
		}
		for _, id := range spec.Clauses {
			if !known[contract.ClauseID(id)] {
				t.Errorf("%q names the unknown clause %q", spec.Name, id)
			}
		}
	}
	if len(sections) < 4 {
		t.Errorf("only the sections %v", sections)
	}
	accounts := listed(t, "--suite", "accounts")
	if len(accounts) == 0 || len(accounts) >= len(all) {
		t.Errorf("--suite accounts lists %d of %d specs", len(accounts), len(all))
	}
	for _, spec := range accounts {
		if spec.Suite != "accounts" {
			t.Errorf("--suite accounts lists a spec of %s", spec.Suite)
		}
	}
	for _, spec := range listed(t, "--label-filter", "clause:ACC-LIST-200") {
		wantText(t, strings.Join(spec.Clauses, " "), "ACC-LIST-200")
	}
	focused := listed(t, "--focus", "AccountIds? from call to call")
	if len(focused) != 1 {
		t.Errorf("--focus lists %d specs", len(focused))
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	all := obconform(t, "explain", "--all")
	all.wantStatus(t, 0)
	wantInside(t, all)
	for i, clause := range slices.Concat(contract.Clauses(), contract.ClientClauses()) {
		wantText(t, all.out, string(clause.ID)+"  (", clause.Rule, "source: "+clause.Source.String())
		if i%12 != 0 { // one alone is printed as all are
			continue
		}
		e := obconform(t, "explain", string(clause.ID))
		e.wantStatus(t, 0)
		if !strings.HasPrefix(e.out, string(clause.ID)+"  (") {
			t.Errorf("explain %s begins with %.60q", clause.ID, e.out)
		}
		wantText(t, e.out, clause.Rule, "source: "+clause.Source.String(), string(clause.Level))
		if !strings.Contains(all.out, e.out) {
			t.Errorf("explain --all lacks what explain %s prints", clause.ID)
		}
	}
	lower := obconform(t, "explain", "acc-list-200")
	lower.wantStatus(t, 0)
	wantText(t, lower.out, "ACC-LIST-200", "proved by suites/accounts/")
	client := obconform(t, "explain", "CLI-CODE-ONCE")
	client.wantStatus(t, 0)
	wantText(t, client.out, "CLI-CODE-ONCE", "RFC 6749", "asked of a client")
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	address, connections := countingListener(t)
	config := configure(t, address, newBank(t, address, mockbank.Options{}).Credentials(), nil)
	e := obconform(t, "config", "check", config)
	e.wantStatus(t, 0)
	wantText(t, e.out, config, "no problem found", address)
	if n := connections.Load(); n > 0 {
		t.Errorf("config check made %d connections", n)
	}
}
