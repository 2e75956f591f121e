package dist_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The recipe of many machines.
const matrixRecipe = "github-matrix.yml"

// matrixOf is a matrix file of two runs in two shards each, of which one takes
// what the other has by another variable.
const matrixOf = `{"schemaVersion": 1, "name": "nightly", "shards": 2, "arguments": ["--smoke"],
	"config": "conformance/{environment}.json", "brands": [{"name": "own"}, {"name": "other", "set": {"target.name": "The \"other\" $brand"}}],
	"environments": [{"name": "sandbox"}], "configurations": [{"name": "basic", "set": {"target.rate.requestsPerSecond": 500}}],
	"secrets": {"client.secret": "{BRAND}_CLIENT_SECRET", "client.signingKeyFile": "{BRAND}_SIGNING_KEY"}}`

// row is a job of the printed matrix.
type row struct {
	Cell, Shard, Config, Arguments string
	Index                          int
	Variables, Secrets, Files      map[string]string
}

// plan runs the recipe's first job, and answers what it gives to the others.
func plan(t *testing.T, dir string) (matrix string, rows []row) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "conformance", "matrix.json"), []byte(matrixOf), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, status := shell(t, dir, scriptWith(t, matrixRecipe, "./obconform matrix ")); status != 0 {
		t.Fatalf("exit status %d\n%s", status, out)
	}
	output, err := os.ReadFile(filepath.Join(dir, "output"))
	if err != nil {
		t.Fatal(err)
	}
	matrix = strings.TrimPrefix(strings.TrimSpace(string(output)), "matrix=")
	var document struct{ Include []row }
	if err := json.Unmarshal([]byte(matrix), &document); err != nil || len(document.Include) != 4 {
		t.Fatalf("%v: %s", err, output)
	}
	return matrix, document.Include
}

// variablesOf are those that the recipe's step leaves for the steps after it, in
// the form of GitHub's environment files.
func variablesOf(t *testing.T, dir string, r row) (environ []string) {
	t.Helper()
	file := filepath.Join(dir, r.Cell+".env")
	variables, err := json.Marshal(r.Variables)
	if err != nil {
		t.Fatal(err)
	}
	if out, status := shell(t, dir, scriptWith(t, matrixRecipe, "jq -r 'to_entries"), "VARIABLES="+string(variables), "GITHUB_ENV="+file); status != 0 {
		t.Fatalf("exit status %d\n%s", status, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`(?s)(\w+)<<END-OF-VALUE\n(.*?)\nEND-OF-VALUE\n`).FindAllStringSubmatch(string(text), -1) {
		environ = append(environ, found[1]+"="+found[2])
	}
	if len(environ) != len(r.Variables) {
		t.Errorf("%d of %d variables are left: %s", len(environ), len(r.Variables), text)
	}
	return environ
}

// Every shard of every run is run and merged by the scripts of the recipe; a
// shard that is missing is said, and a run of which nothing is there is an
// error.
func TestMatrixRecipe(t *testing.T) {
	bank, address := sandbox(t)
	dir := checkout(t, "exit 1")
	key, err := os.ReadFile(filepath.Join(filepath.Dir(bank), "signing-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := append(clientOf(t, bank, filepath.Join(dir, "conformance", "sandbox.json"), address), "SIGNING_KEY="+string(key), "GITHUB_RUN_ID=4711")
	matrix, rows := plan(t, dir)
	run := scriptWith(t, matrixRecipe, "./obconform run ")
	for _, r := range rows {
		if r.Secrets["client.secret"] == "" || r.Files["client.signingKeyFile"] == "" {
			t.Errorf("%s has no names of its secrets: %+v", r.Cell, r)
		}
		environ := append(variablesOf(t, dir, r), secrets...)
		environ = append(environ, "CONFIG="+r.Config, "SHARD="+r.Shard, "ARGUMENTS="+r.Arguments,
			"REPORTS=reports/"+r.Cell+"/shard-"+r.Shard[:1])
		if out, status := shell(t, dir, run, environ...); status != 0 || !strings.Contains(out, "shard   "+r.Shard) {
			t.Errorf("%s %s: exit status %d\n%s", r.Cell, r.Shard, status, out)
		}
	}
	merge := scriptWith(t, matrixRecipe, "./obconform report ")
	whole := func() (out string, status int) {
		return shell(t, dir, merge, "MATRIX="+matrix, "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md"))
	}
	if out, status := whole(); status != 0 || strings.Count(out, "shard   all 2: ") != 2 || strings.Count(out, "PASSED") != 2 {
		t.Errorf("exit status %d\n%s", status, out)
	}
	results, err := os.ReadFile(filepath.Join(dir, "other-sandbox-basic.json"))
	if err != nil || !strings.Contains(string(results), `"name": "The \"other\" $brand"`) {
		t.Errorf("%v: the merged run is not that of the other brand", err)
	}
	if summary, err := os.ReadFile(filepath.Join(dir, "summary.md")); err != nil || strings.Count(string(summary), "- shard: all 2") != 2 {
		t.Errorf("%v: %s", err, summary)
	}
	if err := os.RemoveAll(filepath.Join(dir, "reports", "own-sandbox-basic", "shard-2")); err != nil {
		t.Fatal(err)
	}
	if out, status := whole(); status != 0 || !strings.Contains(out, "Unstable: own-sandbox-basic") || !strings.Contains(out, "shard 2/2 is missing") {
		t.Errorf("a shard is missing: exit status %d\n%s", status, out)
	}
	if err := os.RemoveAll(filepath.Join(dir, "reports", "own-sandbox-basic")); err != nil {
		t.Fatal(err)
	}
	if out, status := whole(); status == 0 {
		t.Errorf("all shards are missing: exit status %d\n%s", status, out)
	}
}
