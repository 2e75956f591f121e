package matrix_test

import (
	"encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"

	"obconform/harness/matrix"
)

// Whatever a file says, it is refused or makes jobs that can be read.
func FuzzParse(f *testing.F) {
	f.Add(`{"schemaVersion": 1, "name": "n", "config": "a.json", "set": {"target.name": "# : {brand}", "provoke": [1e300]}, "shards": 2,
		"brands": [{"name": "b"}], "environments": [{"name": "e"}], "configurations": [{"name": "c", "secrets": {"client.secret": "A_B"}}],
		"gitlab": {"image": "i"}, "kubernetes": {"image": "i", "configMap": "c", "secret": "s", "reportsClaim": "r"}}`)
	f.Add(`{"schemaVersion": 1, "name": "n", "config": "a.json", "brands": [{"name": "b", "set": {"target.name": "\u2028 'x' \t|"}}], "environments": [{"name": "e"}], "configurations": [{"name": "c"}]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		m, problems := matrix.Parse([]byte(text))
		if len(problems) > 0 {
			return
		}
		if data, err := m.GitHub(); err == nil && !json.Valid(data) {
			t.Errorf("no JSON: %s", data)
		}
		for _, write := range []func() ([]byte, error){m.GitLab, m.Kubernetes} {
			var document any
			if data, err := write(); err == nil && yaml.Unmarshal(data, &document) != nil {
				t.Errorf("no YAML: %s", data)
			}
		}
	})
}
