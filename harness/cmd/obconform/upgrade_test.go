package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"obconform/harness/config"
	"obconform/harness/deprecation"
	"obconform/harness/waiver"
)

// shipped is the version that 'make dist' builds.
func shipped(t *testing.T) string {
	t.Helper()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^VERSION := (\S+)$`).FindSubmatch(makefile)
	if found == nil {
		t.Fatal("the Makefile has no VERSION")
	}
	return string(found[1])
}

// The README says what is new in the version that is built, before all others.
func TestTheVersionHasItsSectionInTheREADME(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, changes, found := strings.Cut(string(readme), "\n## Changelog\n")
	first := regexp.MustCompile(`(?m)^### (\S+)`).FindStringSubmatch(changes)
	if !found || first == nil || first[1] != shipped(t) {
		t.Errorf("the first section of the changelog is %q, the version is %s", first, shipped(t))
	}
}

// faultsOf are what is wrong with a table of flags that go.
func faultsOf(t *testing.T, table []deprecatedFlag) (faults []string) {
	t.Helper()
	var cli grammar
	parser, err := newParser(&cli, &shell{})
	if err != nil {
		t.Fatal(err)
	}
	hidden := map[string]bool{}
	_ = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if command, ok := node.(*kong.Node); ok {
			for _, flag := range command.Flags {
				hidden[strings.TrimPrefix(command.Path(), "obconform ")+" --"+flag.Name] = flag.Hidden
			}
		}
		return next(nil)
	})
	for _, f := range table {
		name := f.notice().Name
		if is, known := hidden[name]; !known || !is {
			faults = append(faults, name+" is no hidden flag")
		}
		if err := f.notice().Check(shipped(t)); err != nil {
			faults = append(faults, err.Error())
		}
		if err := parses(strings.Fields(f.instead)); err != nil {
			faults = append(faults, fmt.Sprintf("%s: instead: %v", name, err))
		}
	}
	return faults
}

// Whatever goes is warned of a version ahead, and is gone by its time.
func TestNothingGoesWithoutWarning(t *testing.T) {
	if faults := faultsOf(t, deprecatedFlags()); len(faults) > 0 {
		t.Error(strings.Join(faults, "\n"))
	}
	notices := []deprecation.Notice{waiver.BareNotice()}
	for _, r := range config.Renames() {
		notices = append(notices, r.Notice())
	}
	for _, notice := range notices {
		if err := notice.Check(shipped(t)); err != nil {
			t.Error(err)
		}
	}
	wrong := []deprecatedFlag{{"run", "fail-on", "run --fail-on doc", "1.0.0", "2.0.0"}, {"list", "nothing", "list --nothing", "1.0.0", "1.0.0"}}
	if faults := faultsOf(t, wrong); len(faults) != 4 {
		t.Errorf("%q", faults)
	}
}

// A flag that goes is said where it is given, and nowhere else.
func TestFlagsThatGoAreSaid(t *testing.T) {
	table := []deprecatedFlag{{"list", "ledger", "list --json", "1.0.0", "2.0.0"}, {"config check", "file", "nothing", "1.0.0", "2.0.0"}}
	for line, want := range map[string][]string{
		"list --ledger": {"list --ledger is deprecated since version 1.0.0 and goes with version 2.0.0: use list --json"},
		"list --json":   nil, "version": nil, "config check ledger": nil,
	} {
		var cli grammar
		parser, err := newParser(&cli, &shell{})
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.Parse(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, notice := range noticesOf(parsed, table) {
			got = append(got, notice.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestConfigMigrate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bank.json")
	const old, migrated = "{\n  \"client\": {\"id\": {\"env\": \"ID\"}}\n}\n", "{\n  \"version\": 1,\n  \"client\": {\"id\": {\"env\": \"ID\"}}\n}\n"
	if err := os.WriteFile(file, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	migrate := func(status int, says string, flags ...string) {
		t.Helper()
		var out bytes.Buffer
		if got := execute(append([]string{"config", "migrate", file}, flags...), &shell{out: &out, err: &out}); got != status || !strings.Contains(out.String(), says) {
			t.Errorf("%q: exit status %d, %q, want %d, %q", flags, got, out.String(), status, says)
		}
	}
	holds := func(path, want string) {
		t.Helper()
		data, err := os.ReadFile(path)
		if info, statErr := os.Stat(path); err != nil || statErr != nil || string(data) != want || info.Mode().Perm() != 0o600 {
			t.Errorf("%s holds %q, %v, %v", path, data, err, statErr)
		}
	}
	migrate(0, "bank.json: version: added, 1\nnothing is written; --write does it\n")
	holds(file, old)
	migrate(0, "bank.json is written; what it was is in ", "--write")
	holds(file, migrated)
	holds(file+".bak", old)
	migrate(0, "bank.json: up to date, version 1\n", "--write")
	holds(file+".bak", old)
	if err := os.WriteFile(file, []byte(`{"another": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	migrate(2, "bank.json.bak is there already and holds something else", "--write")
	holds(file, `{"another": {}}`)
	for text, says := range map[string]string{"{": "expected JSON", `{"version": 2}`: "it comes from a newer obconform"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		migrate(2, says, "--write")
		holds(file, text)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	migrate(2, "no such file")
}
