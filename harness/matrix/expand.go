package matrix

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/config"
)

// axis is one dimension of the matrix.
type axis struct {
	// name is that of its placeholder: brand, environment, configuration.
	name    string
	choices []Choice
}

func (m Matrix) axes() []axis {
	return []axis{{"brand", m.Brands}, {"environment", m.Environments}, {"configuration", m.Configurations}}
}

// combination is one choice of each axis, in their order.
type combination [3]Choice

func (m Matrix) combinations() []combination {
	var all []combination
	for _, brand := range m.Brands {
		for _, environment := range m.Environments {
			for _, configuration := range m.Configurations {
				c := combination{brand, environment, configuration}
				if !slices.ContainsFunc(m.Exclude, func(e Exclusion) bool { return e.takes(c) }) {
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// takes tells whether the exclusion takes the combination away.
func (e Exclusion) takes(c combination) bool {
	for i, name := range []string{e.Brand, e.Environment, e.Configuration} {
		if name != "" && name != c[i].Name {
			return false
		}
	}
	return true
}

// Cell is one run.
type Cell struct {
	Brand, Environment, Configuration string
	// Config is its configuration file.
	Config string
	// Variables override keys of it, in the order of their names.
	Variables []Variable
	// Secrets are what the engine's store holds, in the order of their keys.
	Secrets []Secret
}

// Name is the cell in words, for people.
func (c Cell) Name() string { return c.Brand + " " + c.Environment + " " + c.Configuration }

// ID is the cell as file names and names of objects have it.
func (c Cell) ID() string { return c.Brand + "-" + c.Environment + "-" + c.Configuration }

// Variable is one environment variable.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Secret is something that the configuration takes from a store.
type Secret struct {
	// Key is the configuration's.
	Key string
	// Store is the name that the store has for it.
	Store string
	// File says that the key names a file with the secret, and no secret.
	File bool
}

// Cells are the runs of the matrix, in the order of its choices.
func (m Matrix) Cells() []Cell {
	var cells []Cell
	for _, c := range m.combinations() {
		cells = append(cells, m.cell(c))
	}
	return cells
}

func (m Matrix) cell(c combination) Cell {
	fill := filler(c)
	cell := Cell{Brand: c[0].Name, Environment: c[1].Name, Configuration: c[2].Name, Config: fill.Replace(m.Config)}
	set, secrets := maps.Clone(m.Set), maps.Clone(m.Secrets)
	if set == nil {
		set = map[string]any{}
	}
	if secrets == nil {
		secrets = map[string]string{}
	}
	for _, choice := range c {
		if choice.Config != "" {
			cell.Config = fill.Replace(choice.Config)
		}
		for key, value := range choice.Set {
			set[key] = value
			delete(secrets, key)
		}
		for key, name := range choice.Secrets {
			secrets[key] = name
			delete(set, key)
		}
	}
	for _, key := range sorted(set) {
		cell.Variables = append(cell.Variables, Variable{config.EnvName(key), fill.text(set[key])})
	}
	slices.SortFunc(cell.Variables, func(a, b Variable) int { return cmp.Compare(a.Name, b.Name) })
	for _, key := range sorted(secrets) {
		cell.Secrets = append(cell.Secrets, Secret{Key: key, Store: fill.Replace(secrets[key]), File: kindOf(key) == isFile})
	}
	return cell
}

// filling replaces placeholders.
type filling struct{ *strings.Replacer }

func filler(c combination) filling {
	var pairs []string
	for i, axis := range (Matrix{}).axes() {
		capitals := strings.ToUpper(strings.ReplaceAll(c[i].Name, "-", "_"))
		pairs = append(pairs, "{"+axis.name+"}", c[i].Name, "{"+strings.ToUpper(axis.name)+"}", capitals)
	}
	return filling{strings.NewReplacer(pairs...)}
}

// text is a value as its variable has it: a text as it is, anything else as
// JSON. Of texts alone placeholders are replaced.
func (f filling) text(value any) string {
	if text, ok := value.(string); ok {
		return f.Replace(text)
	}
	data, err := json.Marshal(value)
	if err != nil {
		panic("matrix: a value that was JSON is none: " + err.Error())
	}
	return string(data)
}

// placeholder is what looks like one.
var placeholder = regexp.MustCompile(`\{[A-Za-z]*\}`)

// template refuses placeholders that there are not.
func (r *reader) template(at, text string) {
	var known []string
	for _, axis := range (Matrix{}).axes() {
		known = append(known, "{"+axis.name+"}", "{"+strings.ToUpper(axis.name)+"}")
	}
	for _, found := range placeholder.FindAllString(text, -1) {
		if !slices.Contains(known, found) {
			r.complain(at, "of placeholders only "+strings.Join(known, ", "), quote(found))
		}
	}
}

// storeName is what all three engines take as the name of a secret, and what
// nobody takes for the secret itself.
var storeName = regexp.MustCompile(`^[A-Z]+(_[A-Z0-9]+)+$`)

// expanded checks what only the runs show.
func (r *reader) expanded(m Matrix) {
	ids := map[string]string{}
	for _, cell := range m.Cells() {
		if like, taken := ids[cell.ID()]; taken {
			r.complain("", "names that tell all runs apart", quote(like)+" and "+quote(cell.Name())+", which are both "+cell.ID())
		}
		ids[cell.ID()] = cell.Name()
		if base := path.Base(cell.Config); path.IsAbs(cell.Config) || base == "." || base == ".." || strings.HasSuffix(cell.Config, "/") {
			r.complain("/config", "the relative path of a file, for "+cell.Name(), quote(cell.Config))
		}
		for _, secret := range cell.Secrets {
			if !storeName.MatchString(secret.Store) || strings.HasPrefix(secret.Store, "GITHUB_") {
				r.complain("/secrets/"+secret.Key, "a name like SANDBOX_CLIENT_SECRET, which does not begin with GITHUB_, for "+cell.Name(), "something else (not shown)")
			}
		}
	}
}

// sorted are the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// shardName is the value of --shard for the i-th shard, from 0.
func (m Matrix) shardName(i int) string { return fmt.Sprintf("%d/%d", i+1, m.Shards) }
