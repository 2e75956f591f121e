package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
)

func TestMinimalConfigurationIsTheDefaultsAndWhatItSays(t *testing.T) {
	cfg, err := Parse("c.json", []byte(minimal), t.TempDir(), testEnviron())
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Client.ID.Reveal() != "client-one" || cfg.Client.Secret.Reveal() != planted {
		t.Error("the client's credentials are not those of the environment")
	}
	want := Default()
	want.Target.Name, want.Target.BaseURL = "bank.example.com", "https://bank.example.com"
	want.Registration.Register = false
	want.Fixtures.DebtorAccount.Identification = "80200110203345"
	cfg.Client.ID, cfg.Client.Secret = Secret{}, Secret{}
	if !reflect.DeepEqual(cfg, want) {
		t.Errorf("got\n%+v\nwant\n%+v", cfg, want)
	}
}

func TestDefaultsFollowTheContract(t *testing.T) {
	cfg := Default()
	paths := map[contract.PathGroup]string{
		"discovery": "/open-banking/v3.0", "registration": "/open-banking/v3.2",
		"accountAccessConsents": "/open-banking/v3.1/aisp", "accounts": "/open-banking/v3.1/aisp",
		"confirmationOfFunds": "/open-banking/v3.1/cbpii",
	}
	if !reflect.DeepEqual(cfg.Target.Paths, paths) {
		t.Errorf("paths are %v", cfg.Target.Paths)
	}
	if len(pathGroups()) != len(paths) {
		t.Errorf("the contract has the groups %v", pathGroups())
	}
	if got := time.Duration(cfg.Target.SettleTime); got != 30*time.Second {
		t.Errorf("settleTime is %v", got)
	}
	if got := time.Duration(cfg.Target.ClockSkew); got != 60*time.Second {
		t.Errorf("clockSkew is %v", got)
	}
	if !slices.Equal(cfg.FailOn, []contract.Level{contract.Doc, contract.Std}) {
		t.Errorf("failOn is %v", cfg.FailOn)
	}
	Default().Target.Paths["accounts"] = "/changed"
	if Default().Target.Paths["accounts"] != "/open-banking/v3.1/aisp" {
		t.Error("one configuration's paths are another's")
	}
}

func TestDocumentFaults(t *testing.T) {
	inside := strings.TrimSuffix(strings.TrimSpace(minimal), "}")
	for _, c := range []struct {
		name, text string
		want       []string // each problem, in order
	}{
		{"empty", "", []string{"c.json: expected JSON, got its end too early, at line 1, column 1"}},
		{"a list", "[]", []string{"c.json: expected an object, got a list"}},
		{"null", "null", []string{"c.json: expected an object, got null"}},
		{"cut off", "{\n  \"target\": {", []string{"c.json: expected JSON, got its end too early, at line 2, column 14"}},
		{"not JSON", `{"target": {},}`, []string{"c.json: expected JSON, got "}},
		{"trailing data", minimal + "\n{}", []string{"c.json: expected one JSON document, got more after its end, at line 7, column 2"}},
		{"trailing garbage", minimal + "x", []string{"c.json: expected one JSON document, got more after its end"}},
		{"a byte-order mark", "\ufeff" + minimal, []string{"c.json: expected JSON without a byte-order mark"}},
		{"not UTF-8", strings.Replace(minimal, "80200110203345", "8020011020334\xff", 1), []string{"c.json: expected UTF-8, got bytes that are not"}},
		{"a key twice", inside + `,"limits":{"headerBytes":5,"headerBytes":6}}`, []string{"c.json: limits.headerBytes: expected each key once, got the same key again"}},
		{"an unknown key", inside + `,"colour":{}}`, []string{"c.json: colour: expected no such key, got an unknown one"}},
		{"a misspelt key", inside + `,"timeout":{}}`, []string{"c.json: timeout: expected a known key (did you mean timeouts?), got an unknown one"}},
		{"a key in the wrong case", inside + `,"FAILON":[]}`, []string{"c.json: FAILON: expected a known key (did you mean failOn?), got an unknown one"}},
		{"a secret as key", inside + `,"pl4nted s3cret":1}`, []string{"c.json: ?: expected no such key, got an unknown one"}},
		{"an unknown path group", strings.Replace(minimal, `"baseUrl"`, `"paths":{"account":"/a"},"baseUrl"`, 1), []string{"c.json: target.paths.account: expected a known key (did you mean target.paths.accounts?), got an unknown one"}},
		{"too deep", strings.Repeat("[", deepest+2), []string{"c.json: expected JSON, got more than 32 levels of nesting"}},
		{"several", inside + `,"colour":1,"limits":{"headerBytes":"x"},"failOn":[1],"timeouts":[],"consents":{"way":7}}`, []string{
			"c.json: colour: expected no such key", "c.json: consents.way: expected a string, got a number",
			"c.json: failOn[0]: expected a string, got a number", "c.json: limits.headerBytes: expected a whole number, got a string",
			"c.json: timeouts: expected an object, got a list",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("c.json", []byte(c.text), t.TempDir(), testEnviron())
			problems := problemsOf(t, err)
			if len(problems) != len(c.want) {
				t.Fatalf("got %d problems, want %d:\n%v", len(problems), len(c.want), err)
			}
			for i, want := range c.want {
				if got := problems[i].String(); !strings.HasPrefix(got, want) {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
}

func TestWrongTypes(t *testing.T) {
	wrong := map[string][]any{ // what each kind of key must refuse
		"string": {1, true, nil, []any{}, map[string]any{}},
		"bool":   {"true", 1, nil}, "int": {"1", 1.5, true, nil, 1e12}, "int64": {"1", 0.5, nil},
		"float64":         {"1", true, nil, json.Number("1e999")},
		"config.Duration": {30, "30", "soon", nil}, "config.Secret": {"x", 1, nil, []any{}},
		"[]string": {"x", nil, []any{1}}, "[]contract.Level": {"doc", []any{nil}},
		"[]config.NotOffered":                      {"x", []any{"AAC-201"}, nil},
		"profile.Profile":                          {1, true, nil, []any{}},
		"map[contract.OperationID]config.Duration": {"1s", []any{}, nil, map[string]any{"ListAccounts": "soon"}},
		"map[string]interface {}":                  {"x", []any{}, nil}, "[]config.Provocation": {map[string]any{}, []any{"x"}, []any{map[string]any{"status": "429", "headers": map[string]any{"Prefer": "x"}}}},
	}
	for _, leaf := range leavesOf("", reflect.TypeFor[Config]()) {
		values := wrong[leaf.typ.String()]
		if len(values) == 0 {
			t.Errorf("no wrong value for %s of type %s", leaf.key, leaf.typ)
		}
		for _, value := range values {
			_, err := Parse("c.json", edited(t, map[string]any{leaf.key: value}), t.TempDir(), testEnviron())
			problems := problemsOf(t, err)
			if len(problems) != 1 || !within(problems[0].Key, leaf.key) {
				t.Errorf("%s = %v: got %v, want one problem of that key", leaf.key, value, err)
			}
		}
	}
	for _, key := range []string{"target", "client", "target.paths", "client.scopes", "fixtures.debtorAccount"} {
		_, err := Parse("c.json", edited(t, map[string]any{key: "x"}), t.TempDir(), testEnviron())
		if problems := problemsOf(t, err); !slices.Contains(keysOf(problems), key) || len(problems) != 1 {
			t.Errorf("%s = x: got %v", key, err)
		}
	}
}

func TestListsAreBounded(t *testing.T) {
	hosts, claims := []any{}, map[string]any{}
	for i := range longestList {
		hosts, claims[string(rune('a'+i))] = append(hosts, "a.example.com"), i
	}
	fits := map[string]any{"target.allowedHosts": hosts, "registration.claims": claims}
	if _, err := Parse("c.json", edited(t, fits), t.TempDir(), testEnviron()); err != nil {
		t.Errorf("%d elements: %v", longestList, err)
	}
	claims["one more"] = true
	tooMany := map[string]any{"target.allowedHosts": append(hosts, "a.example.com"), "registration.claims": claims}
	_, err := Parse("c.json", edited(t, tooMany), t.TempDir(), testEnviron())
	got := keysOf(problemsOf(t, err))
	if !slices.Equal(got, []string{"registration.claims", "target.allowedHosts"}) || strings.Count(err.Error(), "got 101") != 2 {
		t.Errorf("%d elements: %v", longestList+1, err)
	}
}

func TestKeysOfLaterVersionsAreRefusedByName(t *testing.T) {
	for _, key := range unavailable() {
		if slices.Contains(Keys(), key) {
			t.Errorf("%s is a key already", key)
		}
		_, err := Parse("c.json", edited(t, map[string]any{key: "x"}), t.TempDir(), testEnviron())
		problems := problemsOf(t, err)
		if len(problems) != 1 || problems[0].Key != key || !strings.Contains(err.Error(), "is not available in this version") {
			t.Errorf("%s: got %v", key, err)
		}
		_, err = Parse("c.json", []byte(minimal), t.TempDir(), testEnviron(EnvName(key)+"=x"))
		if len(problemsOf(t, err)) != 1 || !strings.Contains(err.Error(), EnvName(key)+": expected no such variable, got one that is not available in this version") {
			t.Errorf("%s: got %v", EnvName(key), err)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	data := edited(t, map[string]any{
		"target.baseUrl": "http://bank.example.com", "client.secret": absent{}, "client.authMethod": "basic",
		"failOn": []any{}, "colour": 1, "tls.caFile": "nowhere.pem", "limits.headerBytes": "x",
	})
	_, err := Parse("c.json", data, t.TempDir(), testEnviron("OBCONFORM_TIMEOUTS_RUN=soon", "OBCONFORM_COLOUR=1"))
	got := keysOf(problemsOf(t, err))
	// client.secret is not asked for while the method is unknown.
	want := []string{"", "client.authMethod", "colour", "failOn", "limits.headerBytes", "target.baseUrl", "timeouts.run", "tls.caFile"}
	if !slices.Equal(got, want) {
		t.Errorf("got problems of %v, want %v:\n%v", got, want, err)
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(want) {
		t.Errorf("%d problems on %d lines", len(want), lines)
	}
	_, again := Parse("c.json", data, t.TempDir(), testEnviron("OBCONFORM_COLOUR=1", "OBCONFORM_TIMEOUTS_RUN=soon"))
	if again.Error() != err.Error() {
		t.Errorf("the order changes:\n%v\n%v", err, again)
	}
}

func TestLoad(t *testing.T) {
	dir := testFolder(t)
	path := filepath.Join(dir, "c.json")
	writeFile(t, path, string(edited(t, map[string]any{"tls.caFile": "certificate.pem"})))
	cfg, err := Load(path, testEnviron())
	if err != nil {
		t.Fatal(err)
	}
	if cfg.TLS.CAFile != filepath.Join(dir, "certificate.pem") {
		t.Errorf("caFile is %s", cfg.TLS.CAFile)
	}
	t.Chdir(dir)
	if cfg, err = Load("c.json", testEnviron()); err != nil || !filepath.IsAbs(cfg.TLS.CAFile) {
		t.Errorf("from its own folder: %s, %v", cfg.TLS.CAFile, err)
	}
	for _, missing := range []string{filepath.Join(dir, "none.json"), dir} {
		_, err := Load(missing, os.Environ())
		if problems := problemsOf(t, err); len(problems) != 1 || problems[0].File != missing {
			t.Errorf("%s: got %v", missing, err)
		}
	}
}
