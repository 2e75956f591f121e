package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The command prints what its package writes, and refuses a file that is wrong
// with all that is.
func TestMatrix(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs("../../matrix/testdata")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "matrix.json")
	for format, want := range map[string]string{"github": "github.json", "gitlab": "gitlab.yml", "kubernetes": "kubernetes.yml"} {
		e := obconform(t, "matrix", file, "--format", format)
		e.wantStatus(t, 0)
		if e.out != string(readFile(t, filepath.Join(folder, want))) || e.errors != "" {
			t.Errorf("--format %s prints something else than %s, and says %q", format, want, e.errors)
		}
	}
	wrong := filepath.Join(t.TempDir(), "wrong.json")
	text := strings.NewReplacer(`"shards": 3`, `"shards": 0`, `"schemaVersion": 1`, `"schemaVersion": 2`).Replace(string(readFile(t, file)))
	if err := os.WriteFile(wrong, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	pasted := filepath.Join(t.TempDir(), "pasted.json")
	secret := canaries()["client.secret"]
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	text = strings.NewReplacer(`"{BRAND}_SIGNING_KEY"`, string(quoted), `"client.authMethod": "private_key_jwt"`, `"client.secret": `+string(quoted)).Replace(string(readFile(t, file)))
	if err := os.WriteFile(pasted, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{wrong, "--format", "gitlab"}, []string{wrong + ": at /shards: expected", wrong + ": at /schemaVersion: expected"}},
		{[]string{filepath.Join(folder, "nowhere.json"), "--format", "gitlab"}, []string{"nowhere.json"}},
		{[]string{pasted, "--format", "github"}, []string{"/secrets/client.signingKeyFile"}},
		{[]string{file}, []string{"--format"}}, {[]string{file, "--format", "jenkins"}, []string{"jenkins", "github"}},
	} {
		e := obconform(t, append([]string{"matrix"}, c.args...)...)
		e.wantStatus(t, 2)
		wantText(t, e.errors, c.says...)
		if strings.Contains(e.out, "apiVersion") || strings.Contains(e.out, "extends") {
			t.Errorf("%v prints jobs all the same", c.args)
		}
		lookFor(t, map[string]string{secret: "client.secret"}).search(t, "matrix", e.out+e.errors)
	}
}
