// Package matrix reads a matrix file, which says what is to be run (every brand
// in every environment in every configuration, each run cut into shards), and
// writes the job definitions of an engine for it: GitHub, GitLab or Kubernetes.
//
// It starts and schedules nothing, reads no configuration and no secret, and
// imports nothing that does. What it knows of the engines is in one file each.
package matrix

import (
	_ "embed" // the schema of the file
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"obconform/harness/config"
	"obconform/harness/jsonschema"
	"obconform/harness/strictjson"
)

//go:embed matrix.schema.json
var schema []byte

// Schema is the JSON Schema (draft-07) of a matrix file.
func Schema() []byte { return slices.Clone(schema) }

// MaxBytes is the longest file that is read.
const MaxBytes = 1 << 20

// Matrix is a file.
type Matrix struct {
	Name           string            `json:"name"`
	Config         string            `json:"config"`
	Brands         []Choice          `json:"brands"`
	Environments   []Choice          `json:"environments"`
	Configurations []Choice          `json:"configurations"`
	Set            map[string]any    `json:"set"`
	Secrets        map[string]string `json:"secrets"`
	Exclude        []Exclusion       `json:"exclude"`
	// Shards is at least 1.
	Shards        int         `json:"shards"`
	Arguments     []string    `json:"arguments"`
	ForGitLab     *GitLab     `json:"gitlab"`
	ForKubernetes *Kubernetes `json:"kubernetes"`
}

// Choice is one brand, one environment or one configuration.
type Choice struct {
	Name string `json:"name"`
	// Config is the configuration file of this choice, empty for none of its own.
	Config string `json:"config"`
	// Set has values of the configuration, by key.
	Set map[string]any `json:"set"`
	// Secrets has the store's names of what is secret, by key.
	Secrets map[string]string `json:"secrets"`
}

// Exclusion is a set of combinations that there are not; an empty member is any
// choice.
type Exclusion struct {
	Brand         string `json:"brand"`
	Environment   string `json:"environment"`
	Configuration string `json:"configuration"`
}

// Problem is one thing that is wrong with a file.
type Problem struct {
	// Where is a JSON pointer, empty for the file as a whole.
	Where string
	// Expected and Got complete "expected ..., got ...".
	Expected, Got string
}

// String is the problem in one line.
func (p Problem) String() string {
	at := ""
	if p.Where != "" {
		at = "at " + p.Where + ": "
	}
	return fmt.Sprintf("%sexpected %s, got %s", at, p.Expected, p.Got)
}

// Parse reads a file. It answers every problem at once, and no matrix where
// there is one.
func Parse(data []byte) (Matrix, []Problem) {
	if len(data) > MaxBytes {
		return Matrix{}, []Problem{{"", fmt.Sprintf("at most %d bytes", MaxBytes), fmt.Sprint(len(data))}}
	}
	value, faults := strictjson.Parse(data)
	if len(faults) > 0 {
		return Matrix{}, []Problem{{plain(faults[0].Pointer), "strict JSON", fmt.Sprintf("at byte %d: %s", faults[0].Offset, faults[0].Message)}}
	}
	compiled, err := compiledSchema()
	if err != nil {
		return Matrix{}, []Problem{{"", "a schema of the program's own", err.Error()}}
	}
	var r reader
	for _, violation := range compiled.Validate(value) {
		r.complain(plain(violation.Pointer), violation.Expected, violation.Actual)
	}
	if len(r.problems) > 0 {
		return Matrix{}, r.problems
	}
	m := Matrix{Shards: 1}
	if err := json.Unmarshal(data, &m); err != nil {
		return Matrix{}, []Problem{{"", "a matrix", err.Error()}}
	}
	r.check(m)
	if len(r.problems) > 0 {
		return Matrix{}, r.problems
	}
	return m, nil
}

// compiledSchema is matrix.schema.json, compiled on first use.
var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return jsonschema.Single("matrix.schema.json", schema)
})

type reader struct{ problems []Problem }

// complain notes a problem of a place once, in however many runs it shows.
func (r *reader) complain(where, expected, got string) {
	if where != "" && slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Where == where && p.Got == got }) {
		return
	}
	r.problems = append(r.problems, Problem{where, expected, got})
}

// check finds what a schema cannot say.
func (r *reader) check(m Matrix) {
	axes := m.axes()
	for _, axis := range axes {
		taken := map[string]bool{}
		for i, choice := range axis.choices {
			at := fmt.Sprintf("/%ss/%d", axis.name, i)
			if taken[choice.Name] {
				r.complain(at+"/name", "a name of its own", quote(choice.Name)+" again")
			}
			taken[choice.Name] = true
			r.template(at+"/config", choice.Config)
			r.values(at, choice.Set, choice.Secrets)
		}
	}
	r.template("/config", m.Config)
	r.values("", m.Set, m.Secrets)
	for i, argument := range m.Arguments {
		name, _, _ := strings.Cut(argument, "=")
		if slices.Contains([]string{"--config", "--shard", "--seed", "--reports", "--timings", "--min-coverage", "--update-baseline", "run"}, name) {
			r.complain(fmt.Sprintf("/arguments/%d", i), "no argument that the job gives itself, and none that belongs to the whole", quote(name))
		}
	}
	if k := m.ForKubernetes; k != nil {
		r.template("/kubernetes/namespace", k.Namespace)
		r.template("/kubernetes/configMap", k.ConfigMap)
		r.template("/kubernetes/secret", k.Secret)
		r.template("/kubernetes/reportsClaim", k.ReportsClaim)
	}
	r.exclusions(m)
	if len(r.problems) == 0 {
		r.expanded(m)
	}
}

// values checks the keys that one place of the file sets.
func (r *reader) values(at string, set map[string]any, secrets map[string]string) {
	for _, key := range sorted(set) {
		switch kindOf(key) {
		case isValue, isFile:
			if text, ok := set[key].(string); ok {
				r.template(at+"/set/"+key, text)
			}
		case isSecret:
			r.complain(at+"/set/"+key, "no secret: its place is under secrets, with the name that the store has for it", "one (not shown)")
		default:
			r.complain(at+"/set", "keys of the configuration, as in target.baseUrl", quote(key))
		}
	}
	for _, key := range sorted(secrets) {
		if kind := kindOf(key); kind != isSecret && kind != isFile {
			r.complain(at+"/secrets", "keys of the configuration that are secrets or name files, as in client.secret", quote(key))
		}
		r.template(at+"/secrets/"+key, secrets[key])
	}
}

// exclusions checks that each of them takes something away, and that something
// is left.
func (r *reader) exclusions(m Matrix) {
	all := m
	all.Exclude = nil
	for i, exclusion := range m.Exclude {
		if !slices.ContainsFunc(all.combinations(), func(c combination) bool { return exclusion.takes(c) }) {
			r.complain(fmt.Sprintf("/exclude/%d", i), "a combination that there is", quote(strings.TrimSpace(strings.Join(
				[]string{exclusion.Brand, exclusion.Environment, exclusion.Configuration}, " "))))
		}
	}
	if len(m.combinations()) == 0 {
		r.complain("/exclude", "something to be left", "every combination taken away")
	}
	if n := len(m.combinations()); n > mostCells {
		r.complain("", fmt.Sprintf("at most %d combinations", mostCells), fmt.Sprint(n))
	}
}

// mostCells bounds the combinations: more than any engine takes at once.
const mostCells = 500

// kind is what a key of the configuration holds.
type kind int

const (
	isUnknown kind = iota
	isValue
	isSecret
	isFile
)

func kindOf(key string) kind {
	if slices.Contains(config.FileKeys(), key) {
		return isFile
	}
	for _, variable := range config.Variables() {
		if variable.Key == key && variable.Member != "" {
			return isSecret
		} else if variable.Key == key {
			return isValue
		}
	}
	return isUnknown
}

// plain is a pointer into the file without what a terminal would act on.
func plain(pointer string) string { return strings.Trim(quote(pointer), `"`) }

// quote shows a text of the file on one line.
func quote(text string) string { return fmt.Sprintf("%+.100q", text) }
