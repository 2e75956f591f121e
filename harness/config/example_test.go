package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const examplePath = "../../config.example.json"

// exampleFolder holds the example beside every file that it names, and gives
// the environment with every variable that it names.
func exampleFolder(t testing.TB) (path string, environ []string) {
	t.Helper()
	data, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "config.example.json")
	writeFile(t, path, string(data))
	l := newLoader(path, "", nil)
	document, _ := readDocument("", data, l.report)
	l.assign(reflect.ValueOf(l.cfg).Elem(), document, "")
	for key, reference := range l.references {
		if reference.member == "env" {
			environ = append(environ, reference.name+"=value of "+key)
			continue
		}
		writeFile(t, filepath.Join(filepath.Dir(path), reference.name), "value of "+key)
	}
	files := testMaterial().files
	for name, text := range map[string]string{
		l.cfg.TLS.CAFile: files["certificate.pem"], l.cfg.TLS.CertificateFile: files["certificate.pem"],
		l.cfg.TLS.KeyFile: files["transport.key"], l.cfg.Client.SigningKeyFile: files["signing.pkcs8.key"],
		l.cfg.Waivers: files["waivers.json"],
	} {
		writeFile(t, filepath.Join(filepath.Dir(path), name), text)
	}
	return path, environ
}

func TestExampleIsValidAndSetsEverything(t *testing.T) {
	path, environ := exampleFolder(t)
	cfg, err := Load(path, environ)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range cfg.values() {
		if secret, ok := value.(Secret); ok && secret.Reveal() != "value of "+key {
			t.Errorf("%s is %v", key, secret)
		}
		if reflect.ValueOf(value).IsZero() && reflect.TypeOf(value).Kind() != reflect.Bool {
			t.Errorf("%s has no realistic value", key)
		}
	}
}

func TestExampleHoldsEveryKeyAndNoOther(t *testing.T) {
	data, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	if document[versionKey] != float64(Format().Version) {
		t.Errorf("the example is of version %v", document[versionKey])
	}
	delete(document, versionKey)
	keys := Keys()
	var got []string
	var walk func(key string, value any)
	walk = func(key string, value any) {
		if object, ok := value.(map[string]any); ok && !slices.Contains(keys, key) {
			for name, member := range object {
				walk(strings.TrimPrefix(key+"."+name, "."), member)
			}
			return
		}
		got = append(got, key)
	}
	walk("", document)
	slices.Sort(got)
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		t.Errorf("the example has the keys\n%v\nwant\n%v", got, keys)
	}
}
