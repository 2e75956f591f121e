package schemas_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"obconform/harness/jsonschema"
	"obconform/schemas"
)

// examples is the content of one <model>.examples.json.
type examples struct {
	Valid   []example `json:"valid"`
	Invalid []example `json:"invalid"`
}

type example struct {
	Name   string `json:"name"`
	Body   any    `json:"body"`
	Breaks breach `json:"breaks"`
}

// breach says which single constraint an invalid example breaks.
type breach struct {
	Level   string `json:"level"`
	Pointer string `json:"pointer"`
	Keyword string `json:"keyword"`
}

// readExamples reads the examples of a model, numbers kept as written.
func readExamples(t *testing.T, model string) examples {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash(model) + ".examples.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	var e examples
	if err := decoder.Decode(&e); err != nil {
		t.Fatalf("%s: %v", model, err)
	}
	return e
}

// compileLayers compiles the schemas of a model, by level.
func compileLayers(t *testing.T, set *jsonschema.Set, model string) map[string]*jsonschema.Schema {
	t.Helper()
	compiled := map[string]*jsonschema.Schema{}
	for _, layer := range schemas.Layers(model) {
		schema, err := set.Compile(layer.File)
		if err != nil {
			t.Fatal(err)
		}
		compiled[layer.Level] = schema
	}
	return compiled
}

func newSet(t *testing.T) *jsonschema.Set {
	t.Helper()
	set, err := jsonschema.NewSet(schemas.FS())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestModels(t *testing.T) {
	want := []string{
		"accountaccessconsents/OBErrorResponse1",
		"accountaccessconsents/OBReadConsent1",
		"accountaccessconsents/OBReadConsentResponse1",
		"accounts/OBErrorResponse1",
		"accounts/OBReadAccount4",
		"confirmationoffunds/OBErrorResponse1",
		"confirmationoffunds/OBFundsConfirmation1",
		"confirmationoffunds/OBFundsConfirmationConsent1",
		"confirmationoffunds/OBFundsConfirmationConsentResponse1",
		"confirmationoffunds/OBFundsConfirmationResponse1",
		"dynamicregistration/OBClientRegistration1",
		"dynamicregistration/OBClientRegistration1Read",
		"dynamicregistration/OBClientRegistrationRequest1",
		"dynamicregistration/OBErrorResponse1",
	}
	if got := schemas.Models(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLayers(t *testing.T) {
	for model, want := range map[string][]schemas.Layer{
		"accounts/OBReadAccount4": {
			{Level: "doc", File: "accounts/OBReadAccount4.schema.json"}, {Level: "std", File: "accounts/OBReadAccount4.std.schema.json"}},
		"accounts/OBErrorResponse1": {
			{Level: "doc", File: "accounts/OBErrorResponse1.schema.json"}, {Level: "adv", File: "accounts/OBErrorResponse1.adv.schema.json"}},
		"confirmationoffunds/OBFundsConfirmation1": {
			{Level: "doc", File: "confirmationoffunds/OBFundsConfirmation1.schema.json"}},
		"accounts/OBReadAccount5": nil, "accounts": nil, "": nil, "../schemas/accounts/OBReadAccount4": nil,
	} {
		if got := schemas.Layers(model); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", model, got, want)
		}
	}
}

// Every file is either a layer of a model or a part in common/.
func TestNoFileIsLeftOut(t *testing.T) {
	var reached []string
	for _, model := range schemas.Models() {
		layers := schemas.Layers(model)
		if len(layers) == 0 || layers[0].Level != schemas.LevelDoc {
			t.Errorf("%s has no layer doc: %v", model, layers)
		}
		for _, layer := range layers {
			reached = append(reached, layer.File)
		}
	}
	err := fs.WalkDir(schemas.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasPrefix(path, "common/") && !slices.Contains(reached, path) {
			t.Errorf("%s belongs to no model", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLint(t *testing.T) {
	for _, line := range jsonschema.Lint(schemas.FS()) {
		t.Error(line)
	}
}

func TestValidExamples(t *testing.T) {
	set := newSet(t)
	for _, model := range schemas.Models() {
		valid := readExamples(t, model).Valid
		layers := compileLayers(t, set, model)
		var names []string
		for _, e := range valid {
			names = append(names, e.Name)
			for level, schema := range layers {
				for _, v := range schema.Validate(e.Body) {
					t.Errorf("%s, %q, level %s: %s", model, e.Name, level, v)
				}
			}
		}
		if len(names) < 3 || !slices.Contains(names, "shortest") || !slices.Contains(names, "fullest") {
			t.Errorf("%s: want the shortest, the fullest and one more, got %q", model, names)
		}
		if slices.Sort(names); len(slices.Compact(names)) != len(valid) {
			t.Errorf("%s: two valid examples have one name", model)
		}
	}
}

// An invalid example breaks one constraint of one layer, and no other layer
// minds it.
func TestInvalidExamples(t *testing.T) {
	set := newSet(t)
	for _, model := range schemas.Models() {
		layers := compileLayers(t, set, model)
		seen := map[string]bool{}
		for _, e := range readExamples(t, model).Invalid {
			if seen[e.Breaks.Level+e.Name] {
				t.Errorf("%s: two examples of level %s are named %q", model, e.Breaks.Level, e.Name)
			}
			seen[e.Breaks.Level+e.Name] = true
			if layers[e.Breaks.Level] == nil {
				t.Errorf("%s, %q: there is no layer %s", model, e.Name, e.Breaks.Level)
			}
			for level, schema := range layers {
				got := schema.Validate(e.Body)
				switch {
				case level != e.Breaks.Level && len(got) > 0:
					t.Errorf("%s, %q breaks level %s too: %v", model, e.Name, level, got)
				case level == e.Breaks.Level && (len(got) != 1 || got[0].Pointer != e.Breaks.Pointer || got[0].Keyword != e.Breaks.Keyword):
					t.Errorf("%s, %q: got %v, want one violation of %s at %s", model, e.Name, got, e.Breaks.Keyword, e.Breaks.Pointer)
				}
			}
		}
	}
}

// The two forms of a registration answer differ in the client secret and in
// nothing else.
func TestRegistrationAnswersDifferInTheSecretAlone(t *testing.T) {
	const model = "dynamicregistration/OBClientRegistration1"
	created, read := readSchema(t, model+".schema.json"), readSchema(t, model+"Read.schema.json")
	secret := func(schema map[string]any) map[string]any {
		return schema["properties"].(map[string]any)["client_secret"].(map[string]any)
	}
	if secret(created)["format"] != "uuid" || secret(read)["format"] != nil {
		t.Errorf("got formats %v and %v, want uuid and none", secret(created)["format"], secret(read)["format"])
	}
	delete(secret(created), "format")
	for _, own := range []string{"$id", "title", "description"} {
		delete(created, own)
		delete(read, own)
	}
	if got, want := encode(t, read), encode(t, created); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func readSchema(t *testing.T, name string) map[string]any {
	t.Helper()
	raw, err := fs.ReadFile(schemas.FS(), name)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return schema
}

func encode(t *testing.T, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
