package matrix_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"obconform/harness/matrix"
)

var update = flag.Bool("update", false, "write what is printed of the sample anew")

func sample(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func parsed(t *testing.T, text string) matrix.Matrix {
	t.Helper()
	m, problems := matrix.Parse([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

// formats are what each engine is given.
func formats(m matrix.Matrix) map[string]func() ([]byte, error) {
	return map[string]func() ([]byte, error){"github.json": m.GitHub, "gitlab.yml": m.GitLab, "kubernetes.yml": m.Kubernetes}
}

// What is printed of the sample is what lies beside it, which the engines' own
// schemas and types are held against (harness/engines, harness/recipes).
func TestSample(t *testing.T) {
	for name, write := range formats(parsed(t, sample(t))) {
		got, err := write()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(got) != string(want) {
			t.Errorf("%v: %s is another now: go test ./harness/matrix -update writes it anew", err, path)
		}
	}
}

// Every brand meets every environment and every configuration, but where that
// is excluded, and each run has what its choices say.
func TestCells(t *testing.T) {
	m := parsed(t, sample(t))
	var names []string
	for _, cell := range m.Cells() {
		names = append(names, cell.Name())
	}
	want := []string{"virgin-money sandbox basic", "virgin-money sandbox signed", "virgin-money pre-live basic", "virgin-money pre-live signed",
		"yorkshire sandbox basic", "yorkshire sandbox signed"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, expected %q", names, want)
	}
	cell := m.Cells()[2]
	if cell.Config != "config/pre-live.json" || cell.ID() != "virgin-money-pre-live-basic" {
		t.Errorf("%s is run with %s", cell.ID(), cell.Config)
	}
	if got, want := fmt.Sprint(cell.Variables), "[{OBCONFORM_CLIENT_AUTH_METHOD client_secret_basic} {OBCONFORM_TARGET_ALLOW_DESTRUCTIVE false} "+
		"{OBCONFORM_TARGET_BASE_URL https://virgin-money.example.com} {OBCONFORM_TARGET_NAME Virgin Money pre-live}]"; got != want {
		t.Errorf("variables %s", got)
	}
	if got, want := fmt.Sprint(cell.Secrets), "[{client.id VIRGIN_MONEY_PRE_LIVE_CLIENT_ID false} {client.secret VIRGIN_MONEY_PRE_LIVE_CLIENT_SECRET false} "+
		"{client.signingKeyFile VIRGIN_MONEY_SIGNING_KEY true}]"; got != want {
		t.Errorf("secrets %s", got)
	}
}

// The last choice counts, whether it sets a value or names a secret.
func TestTheLastChoiceCounts(t *testing.T) {
	m := parsed(t, `{"schemaVersion": 1, "name": "n", "config": "a.json", "set": {"target.name": "all", "client.signingKeyFile": "all.pem", "provoke": []},
		"brands": [{"name": "b", "set": {"target.name": "{brand} {ENVIRONMENT}"}, "secrets": {"client.signingKeyFile": "A_KEY"}}],
		"environments": [{"name": "e-1", "config": "{environment}/b.json", "set": {"registration.claims": {"x": ["{brand}", 1]}, "target.allowedHosts": ["a", "b"]}}],
		"configurations": [{"name": "c"}, {"name": "d", "config": "d.json", "set": {"client.signingKeyFile": "d.pem"}}]}`)
	cells := m.Cells()
	if cells[0].Config != "e-1/b.json" || cells[1].Config != "d.json" || m.Shards != 1 {
		t.Errorf("%s, %s, %d shards", cells[0].Config, cells[1].Config, m.Shards)
	}
	if got, want := fmt.Sprint(cells[0].Variables), `[{OBCONFORM_PROVOKE []} {OBCONFORM_REGISTRATION_CLAIMS {"x":["{brand}",1]}} {OBCONFORM_TARGET_ALLOWED_HOSTS ["a","b"]} {OBCONFORM_TARGET_NAME b E_1}]`; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
	if len(cells[0].Secrets) != 1 || len(cells[1].Secrets) != 0 || !strings.Contains(fmt.Sprint(cells[1].Variables), "{OBCONFORM_CLIENT_SIGNING_KEY_FILE d.pem}") {
		t.Errorf("%v, %v and %v", cells[0].Secrets, cells[1].Secrets, cells[1].Variables)
	}
}

// Each file is the sample with one thing broken, and the problem names its
// place.
func TestWrongFiles(t *testing.T) {
	text := sample(t)
	for name, c := range map[string]struct{ old, new, says string }{
		"no JSON":                 {"{", "", "strict JSON"},
		"a member twice":          {`"shards": 3,`, `"shards": 3, "shards": 4,`, "strict JSON"},
		"another version":         {`"schemaVersion": 1`, `"schemaVersion": 2`, "at /schemaVersion: expected"},
		"an unknown member":       {`"shards": 3`, `"shard": 3`, "at /shard: expected"},
		"no brand":                {`"brands": [`, `"brands": [], "brands_": [`, "at /brands: expected"},
		"too many shards":         {`"shards": 3`, `"shards": 65`, "at /shards: expected"},
		"a name in capitals":      {`"name": "yorkshire"`, `"name": "Yorkshire"`, "at /brands/1/name: expected"},
		"a name twice":            {`"name": "yorkshire"`, `"name": "virgin-money"`, `at /brands/1/name: expected a name of its own, got "virgin-money" again`},
		"an unknown key":          {`"target.rate.requestsPerSecond"`, `"target.rate.perSecond"`, `at /environments/0/set: expected keys of the configuration, as in target.baseUrl, got "target.rate.perSecond"`},
		"a group of keys":         {`"target.rate.requestsPerSecond": 5`, `"target.rate": {}`, `got "target.rate"`},
		"a secret in the clear":   {`"client.authMethod": "private_key_jwt"`, `"client.secret": "hunter2hunter2"`, "at /configurations/1/set/client.secret: expected no secret"},
		"a secret that is none":   {`"client.id": "{B`, `"client.authMethod": "{B`, `at /secrets: expected keys of the configuration that are secrets or name files, as in client.secret, got "client.authMethod"`},
		"no name of a secret":     {`"{BRAND}_SIGNING_KEY"`, `"{brand}_SIGNING_KEY"`, `at /secrets/client.signingKeyFile: `},
		"GitHub's own":            {`"{BRAND}_SIGNING_KEY"`, `"GITHUB_TOKEN"`, "does not begin with GITHUB_"},
		"a secret and no name":    {`"{BRAND}_SIGNING_KEY"`, `"hunter2hunter2"`, "at /secrets/client.signingKeyFile: expected"},
		"a secret in capitals":    {`"{BRAND}_SIGNING_KEY"`, `"HUNTER2HUNTER2"`, "at /secrets/client.signingKeyFile: expected a name like SANDBOX_CLIENT_SECRET"},
		"an unknown placeholder":  {"config/{environment}.json", "config/{env}.json", `at /config: expected of placeholders only {brand}, {BRAND},`},
		"an absolute path":        {"config/{environment}.json", "/etc/{environment}.json", `at /config: expected the relative path of a file`},
		"an argument of ours":     {`"--fail-on"`, `"--shard=1/2"`, `at /arguments/0: expected no argument that the job gives itself`},
		"an argument for a shell": {`"--fail-on"`, `"$(id)"`, "at /arguments/0: expected"},
		"what belongs to a whole": {`"--fail-on"`, `"--min-coverage"`, "at /arguments/0: expected"},
		"an exclusion of nothing": {`"environment": "pre-live"}]`, `"environment": "preview"}]`, `at /exclude/0: expected a combination that there is, got "yorkshire preview"`},
		"everything excluded":     {`{"brand": "yorkshire", "environment": "pre-live"}`, `{"configuration": "basic"}, {"configuration": "signed"}`, "at /exclude: expected something to be left"},
		"an empty exclusion":      {`{"brand": "yorkshire", "environment": "pre-live"}`, `{}`, "at /exclude/0: expected"},
		"no tag for an image":     {`"registry.example.com/obconform:1.2.3"`, `"registry.example.com/obconform; rm"`, "at /kubernetes/image: expected"},
	} {
		broken := strings.Replace(text, c.old, c.new, 1)
		if broken == text {
			t.Fatalf("%s: nothing is broken", name)
		}
		_, problems := matrix.Parse([]byte(broken))
		said := fmt.Sprint(problems)
		if len(problems) == 0 || !strings.Contains(said, c.says) {
			t.Errorf("%s: %s, expected %q", name, said, c.says)
		}
		if strings.Contains(strings.ToLower(said), "hunter2") {
			t.Errorf("%s: the secret is repeated: %s", name, said)
		}
	}
}

// Everything that is wrong is said at once, and nothing of it acts on a
// terminal.
func TestAllProblemsAtOnce(t *testing.T) {
	text := strings.NewReplacer(`"target.name"`, `"target.nome\u001b[31m"`, `"client.id"`, `"client.it"`, "{BRAND}_SIGNING_KEY", "{BRANT}_KEY").Replace(sample(t))
	_, problems := matrix.Parse([]byte(text))
	if len(problems) != 4 || strings.ContainsAny(fmt.Sprint(problems), "\x1b\n") {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
	if _, problems := matrix.Parse([]byte(strings.Repeat(" ", matrix.MaxBytes+1))); len(problems) != 1 {
		t.Errorf("a file that is too long: %v", problems)
	}
}

// Names that run together to the same are told apart.
func TestRunsOfOneName(t *testing.T) {
	_, problems := matrix.Parse([]byte(`{"schemaVersion": 1, "name": "n", "config": "a.json", "brands": [{"name": "a"}, {"name": "a-b"}],
		"environments": [{"name": "b-c"}, {"name": "c"}], "configurations": [{"name": "d"}]}`))
	if len(problems) != 1 || !strings.Contains(problems[0].String(), "which are both a-b-c-d") {
		t.Errorf("%v", problems)
	}
}

// What an engine needs of the file, or does not take, is said by its format.
func TestWhatAnEngineDoesNotTake(t *testing.T) {
	text := sample(t)
	cut := func(from string) string { return text[:strings.LastIndex(text[:strings.Index(text, from)], ",")] + "}" }
	for name, c := range map[string]struct{ file, text, says string }{
		"no image":       {"gitlab.yml", cut(`"gitlab"`), "at /gitlab: expected the image"},
		"no Kubernetes":  {"kubernetes.yml", cut(`"kubernetes"`), "at /kubernetes: expected image"},
		"many jobs":      {"github.json", strings.Replace(text, `"shards": 3`, `"shards": 64`, 1), "at most 256 jobs in one matrix, and this one has 6 runs of 64 shards"},
		"a long name":    {"kubernetes.yml", strings.NewReplacer(`"nightly"`, `"nightly-and-all-the-rest-of-it"`, `"signed"`, `"signed-by-us"`).Replace(text), "expected a name of at most 60 characters"},
		"no object":      {"kubernetes.yml", strings.Replace(text, `"obconform-{brand}"`, `"obconform-{BRAND}"`, 1), `at /kubernetes/secret: expected the name of an object for virgin-money sandbox basic, got "obconform-VIRGIN_MONEY"`},
		"files that lie": {"kubernetes.yml", strings.NewReplacer("config/{environment}.json", "{environment}/config.json", "obconform-{environment}", "obconform").Replace(text), `expected one that tells "pre-live/config.json" from "sandbox/config.json"`},
	} {
		if _, err := formats(parsed(t, c.text))[c.file](); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, expected %q", name, err, c.says)
		}
	}
}

// A matrix of GitHub is one line, as a step's output has to be, and has a row
// for each shard of each run.
func TestGitHub(t *testing.T) {
	text, err := parsed(t, sample(t)).GitHub()
	if err != nil || strings.Count(string(text), "\n") != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	var got struct {
		Include []struct {
			Cell, Shard string
			Variables   map[string]string
			Secrets     map[string]string
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	jobs := map[string]bool{}
	for _, row := range got.Include {
		jobs[row.Cell+row.Shard] = true
		if row.Variables["OBCONFORM_CLIENT_ID_ENV"] != "CLIENT_ID" || !strings.HasSuffix(row.Secrets["client.id"], "_CLIENT_ID") {
			t.Errorf("%+v", row)
		}
	}
	if len(jobs) != 18 || len(got.Include) != 18 {
		t.Errorf("%d rows, %d different jobs, expected 18", len(got.Include), len(jobs))
	}
}

// What an engine would take for a variable of its own in a value is none.
func TestValuesAreNotExpanded(t *testing.T) {
	m := parsed(t, strings.Replace(sample(t), `"Yorkshire {environment}"`, `"$HOME $(JOB_COMPLETION_INDEX) ${{ secrets.X }}: \"# 'a\\nb"`, 1))
	for file, want := range map[string]string{
		"gitlab.yml": `'$$HOME $$(JOB_COMPLETION_INDEX) $${{ secrets.X }}: "# ''a\nb'`, "kubernetes.yml": `'$HOME $$(JOB_COMPLETION_INDEX) ${{ secrets.X }}: "# ''a\nb'`,
	} {
		if text, err := formats(m)[file](); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%v: %s lacks %s", err, file, want)
		}
	}
}
