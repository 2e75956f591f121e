package config

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// FuzzParse: no input makes Parse panic, leave the strict grammar of JSON, or
// show a secret, be it fetched or given in a secret's place by mistake.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		minimal, "", "null", "{}", "[[[[", `{"client":{"id":"` + planted + `"}}`,
		`{"client":{"secret":{"` + planted + `":1}}}`, `{"client":{"secret":{"env":"` + planted + `"}}}`,
		`{"client":{"secret":{"file":"` + planted + `"}},"failOn":["x"]}`, `{"limits":{"headerBytes":1e400}}`,
		`{"fixtures":{"availableAmount":"1e99999999"}}`, `{"provoke":[{"status":429,"headers":{"a":"b\n"}}]}`,
	} {
		f.Add([]byte(seed), "OBCONFORM_TARGET_NAME=x")
	}
	if example, err := os.ReadFile(examplePath); err == nil {
		f.Add(example, "OBCONFORM_CLIENT_SECRET="+planted)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, variable string) {
		if strings.Contains(string(data), `"file"`) || strings.Contains(variable, "FILE") {
			t.Skip("would read files of the machine")
		}
		cfg, err := Parse("c.json", data, dir, testEnviron(variable))
		if err == nil {
			if !json.Valid(data) {
				t.Errorf("accepts what is not JSON: %q", data)
			}
			if text, err := json.Marshal(cfg.Redacted()); err != nil || shows(text, cfg) {
				t.Errorf("the report shows a secret, error %v", err)
			}
			return
		}
		var problems *Problems
		if !errors.As(err, &problems) || len(problems.List) == 0 {
			t.Fatalf("error of type %T without a problem", err)
		}
		// Where the input itself names the value in an open place, it may be quoted.
		if strings.Contains(err.Error(), planted) && !strings.Contains(string(data)+variable, planted) {
			t.Errorf("shows the secret: %v", err)
		}
	})
}

// shows says whether the text holds the planted secret, given that the
// configuration has it as a secret alone.
func shows(text []byte, cfg Config) bool {
	open := cfg.Target.Name + cfg.Client.SigningKeyID + cfg.Registration.SoftwareID
	return strings.Contains(string(text), planted) && !strings.Contains(open, planted)
}

// FuzzMisplacedSecret gives a secret's value where its source belongs, in a
// configuration that is otherwise fuzzed, and looks for it in the problems.
func FuzzMisplacedSecret(f *testing.F) {
	f.Add("s3cret-value", byte(0), `"x":1`)
	f.Add("-----BEGIN PRIVATE KEY-----\nMII", byte(1), "")
	f.Add("eyJhbGciOiJQUzI1NiJ9.e30.c2ln", byte(2), `"failOn":[]`)
	f.Add("two words", byte(3), "")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, secret string, place byte, more string) {
		if len(secret) < 8 || variableName.MatchString(secret) {
			t.Skip("too short to tell from our own words, or a name")
		}
		places := []any{secret, map[string]any{"env": secret}, map[string]any{"file": secret}, map[string]any{secret: "x"}, []any{secret}}
		quoted, err := json.Marshal(places[int(place)%len(places)])
		if err != nil {
			t.Fatal(err)
		}
		data := `{"client":{"secret":` + string(quoted) + `}`
		if more != "" {
			data += "," + more
		}
		_, err = Parse("c.json", []byte(data+"}"), dir, testEnviron("OBCONFORM_CLIENT_SECRET="+secret))
		clean, cleanErr := Parse("c.json", []byte(strings.Replace(data, string(quoted), `"x"`, 1)+"}"), dir, testEnviron("OBCONFORM_CLIENT_SECRET=x"))
		if err == nil || cleanErr == nil {
			t.Fatalf("accepted: %v", clean.Client.Secret)
		}
		if strings.Contains(err.Error(), secret) && !strings.Contains(cleanErr.Error(), secret) {
			t.Errorf("shows the secret %q: %v", secret, err)
		}
	})
}
