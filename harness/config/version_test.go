package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"obconform/harness/format"
	"obconform/harness/format/formattest"
)

// later is a loader of a program in which keys have been renamed twice: in
// version 1 of the format, which it reads still, and in version 2.
func later(environ ...string) *loader {
	l := newLoader("c.json", "", environ)
	l.format = format.Format{Name: "config", Version: 2, Oldest: 1, Member: versionKey, Optional: true}
	l.renamed = []Renamed{
		{Old: "client.keyFile", New: "client.signingKeyFile", Last: 1, Since: "1.1.0", Removal: "2.0.0"},
		{Old: "target.speed", New: "target.rate", Last: 2, Since: "2.1.0", Removal: "3.0.0"},
	}
	return l
}

func TestVersionsOfTheFile(t *testing.T) {
	for text, want := range map[string]string{
		`{"version": 1}`:   "",
		`{}`:               "",
		`{"version": 2}`:   "c.json: version: expected a file that this obconform reads, got one that has version 2; this obconform reads 1: it comes from a newer obconform",
		`{"version": "1"}`: "has no number version",
		`{"version": 0}`:   "has version 0; expected a whole number",
		`{"version": 2, "nonsense": 1, "client": 7}`: "has version 2", // and not a word about what it has
	} {
		l := newLoader("c.json", "", nil)
		_, err := l.load([]byte(text))
		said := err.Error() // something is always missing
		if want == "" && strings.Contains(said, "version") || !strings.Contains(said, want) || strings.Contains(said, "nonsense") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// What had another name is read under it, and said; in a newer version it is not.
func TestKeysOfAnOlderVersion(t *testing.T) {
	l := later("OBCONFORM_TARGET_SPEED_BURST=7")
	_, _ = l.load([]byte(`{"client": {"keyFile": "a.pem"}}`)) // much is missing
	if l.cfg.Client.SigningKeyFile != "a.pem" || l.cfg.Target.Rate.Burst != 7 {
		t.Errorf("%q, %d", l.cfg.Client.SigningKeyFile, l.cfg.Target.Rate.Burst)
	}
	want := []string{
		"c.json: client.keyFile is deprecated since version 1.1.0 and goes with version 2.0.0: use client.signingKeyFile ('obconform config migrate' rewrites the file)",
		"c.json: target.speed is deprecated since version 2.1.0 and goes with version 3.0.0: use target.rate ('obconform config migrate' rewrites the file)",
	}
	if !slices.Equal(l.cfg.Warnings(), want) {
		t.Errorf("%q", l.cfg.Warnings())
	}
	for text, says := range map[string]string{
		`{"version": 2, "client": {"keyFile": "a.pem"}}`:                                    "c.json: client.keyFile: expected client.signingKeyFile (the name of this key since version 2 of the format), got the old name",
		`{"client": {"keyFile": "a.pem", "signingKeyFile": "b.pem"}}`:                       "c.json: client.keyFile: expected either client.keyFile or client.signingKeyFile, got both",
		`{"target": {"speed": {"burst": 1}, "rate": {"requestsPerSecond": 1, "burst": 1}}}`: "expected either target.speed or target.rate, got both",
	} {
		if _, err := later().load([]byte(text)); !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	_, err := later("OBCONFORM_TARGET_SPEED_BURST=7", "OBCONFORM_TARGET_RATE_BURST=8").load([]byte(`{}`))
	if !strings.Contains(err.Error(), "environment variable OBCONFORM_TARGET_SPEED_BURST: target.speed: expected either it or OBCONFORM_TARGET_RATE_BURST, got both") {
		t.Error(err)
	}
}

func TestMigrate(t *testing.T) {
	for _, c := range []struct {
		text, want string
		changes    []string
	}{
		{`{}`, `{"version": 2}`, []string{"version: added, 2"}},
		{`{"client": {}}`, `{"version": 2, "client": {}}`, []string{"version: added, 2"}},
		{"{\n\t\"client\": {}\n}\n", "{\n\t\"version\": 2,\n\t\"client\": {}\n}\n", []string{"version: added, 2"}},
		{"{\r\n  \"version\" : 1 ,\r\n  \"client\": {\"keyFile\" : \"keyFile\", \"x\": [{\"keyFile\": 1}]}}",
			"{\r\n  \"version\" : 2 ,\r\n  \"client\": {\"signingKeyFile\" : \"keyFile\", \"x\": [{\"keyFile\": 1}]}}",
			[]string{"version: 1 is 2 now", "client.keyFile is client.signingKeyFile now"}},
		{`{"target":{"speed":{"burst":1e0}},"keyFile":"{\"client\"","version":2}`, `{"target":{"rate":{"burst":1e0}},"keyFile":"{\"client\"","version":2}`,
			[]string{"target.speed is target.rate now"}},
		{`{"client": {"\u006beyFile": "é"}, "version": 2}`, ``, nil}, // which version 2 does not have
		{`{"client": {"signingKeyFile": "a"}, "version": 2}`, `{"client": {"signingKeyFile": "a"}, "version": 2}`, nil},
	} {
		got, changes, err := later().migrate([]byte(c.text))
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: %s", c.text, got)
			}
			continue
		}
		if err != nil || string(got) != c.want || !slices.Equal(changes, c.changes) {
			t.Errorf("%q:\n%q\nwant\n%q\n%q, %v", c.text, got, c.want, changes, err)
		}
		if again, more, err := later().migrate(got); err != nil || len(more) > 0 || string(again) != string(got) {
			t.Errorf("%q again: %q, %q, %v", got, again, more, err)
		}
	}
	for text, says := range map[string]string{
		`{`: "expected JSON", `[]`: "expected an object, got a list", `{"version": 3}`: "has version 3; this obconform reads 1 to 2",
		`{"a": 1, "a": 2}`: "each key once", `{"client": {"keyFile": 1, "signingKeyFile": 2}}`: "got both",
	} {
		if got, _, err := later().migrate([]byte(text)); err == nil || !strings.Contains(err.Error(), says) || got != nil {
			t.Errorf("%s: %q, %v, want %q", text, got, err, says)
		}
	}
}

// A renamed key stays in its object, and is a key today.
func TestRenamedKeys(t *testing.T) {
	for _, r := range append(renamed(), later().renamed...) {
		known := slices.ContainsFunc(Keys(), func(key string) bool { return key == r.New || strings.HasPrefix(key, r.New+".") })
		old := slices.ContainsFunc(Keys(), func(key string) bool { return key == r.Old || strings.HasPrefix(key, r.Old+".") })
		if parent := func(key string) string { return key[:max(0, strings.LastIndexByte(key, '.'))] }; parent(r.Old) != parent(r.New) || !known || old || r.Last < 1 {
			t.Errorf("%+v", r)
		}
	}
}

// The schema has each key, of a type that the key has, and no other; the example
// keeps it.
func TestTheSchemaOfTheFile(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Format().Schema, &root); err != nil {
		t.Fatal(err)
	}
	keys := Keys()
	var got []string
	var walk func(key string, node map[string]any)
	walk = func(key string, node map[string]any) {
		properties, _ := node["properties"].(map[string]any)
		if slices.Contains(keys, key) || len(properties) == 0 {
			got = append(got, key)
			return
		}
		if node["additionalProperties"] != false {
			t.Errorf("%s takes any key", key)
		}
		for name, member := range properties {
			if key != "" || name != versionKey {
				walk(strings.TrimPrefix(key+"."+name, "."), member.(map[string]any))
			}
		}
	}
	walk("", root)
	slices.Sort(got)
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		t.Errorf("the schema has\n%q\nwant\n%q", got, keys)
	}
	schema := formattest.Closed(t, Format().Schema)
	example, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(example); err != nil {
		t.Error(err)
	}
	path, environ := exampleFolder(t)
	if _, err := Load(path, environ); err != nil {
		t.Fatal(err)
	}
	for old, wrong := range map[string]string{
		`"version": 1`: `"version": 2`, `"name": "Virgin Money sandbox"`: `"name": 1`, `"settleTime": "30s"`: `"settleTime": "30"`,
		`{"env": "PROXY_PASSWORD"}`: `"PROXY_PASSWORD"`, `"httpVersion": "auto"`: `"httpVersion": "3"`, `"burst": 5`: `"burst": 5.5`,
		`"way": "codes"`: `"way": "code"`, `["doc", "std"]`: `["doc", "must"]`, `"budgets"`: `"budget"`, `"kind": "sandbox"`: `"kind": "test"`,
		`"authMethod": "client_secret_basic"`: `"authMethod": "none"`, `"profile": "observed"`: `"profile": "seen"`, `"tokenKind": "refresh"`: `"tokenKind": "id"`,
	} {
		text := strings.Replace(string(example), old, wrong, 1)
		if text == string(example) {
			t.Errorf("%s: the case breaks nothing", wrong)
		}
		_, loads := Parse(path, []byte(text), filepath.Dir(path), environ)
		if schema.Validate([]byte(text)) == nil || loads == nil {
			t.Errorf("%s is accepted", wrong)
		}
	}
}

// Every value that the schema lists is one that a configuration may have.
func TestTheSchemaListsOnlyWhatIsTaken(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Format().Schema, &root); err != nil {
		t.Fatal(err)
	}
	checked := 0
	var walk func(key string, node map[string]any)
	walk = func(key string, node map[string]any) {
		items, _ := node["items"].(map[string]any)
		for _, holder := range []map[string]any{node, items} {
			values, _ := holder["enum"].([]any)
			for _, value := range values {
				checked++
				var given any = value
				if reflect.DeepEqual(holder, items) {
					given = []any{value}
				}
				l := newLoader("c.json", "", nil)
				l.assign(reflect.ValueOf(l.cfg).Elem(), nest(key, given), "")
				l.check()
				for _, problem := range l.problems {
					if problem.Key == key && strings.HasPrefix(problem.Expected, "one of") {
						t.Errorf("%s: %v: %s", key, value, problem)
					}
				}
			}
		}
		properties, _ := node["properties"].(map[string]any)
		for name, member := range properties {
			walk(strings.TrimPrefix(key+"."+name, "."), member.(map[string]any))
		}
	}
	walk("", root)
	if checked < 30 {
		t.Errorf("only %d values are listed", checked)
	}
}
