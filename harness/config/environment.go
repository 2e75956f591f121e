package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// environment reads os.Environ's form; of a doubled name the last one counts,
// as it does for a child process.
func environment(environ []string) map[string]string {
	values := map[string]string{}
	for _, entry := range environ {
		if name, value, found := strings.Cut(entry, "="); found {
			values[name] = value
		}
	}
	return values
}

// overlay lays the environment over the file: each variable is read as if the
// file had its value at that key.
func (l *loader) overlay() {
	var known []string
	for _, leaf := range leavesOf("", reflect.TypeFor[Config]()) {
		var names []string
		secret := map[string]any{}
		for _, variable := range leaf.variables() {
			known = append(known, variable.Name)
			value, set := l.environ[variable.Name]
			if !set {
				continue
			}
			l.source = envSource(variable.Name)
			if variable.Member == "" {
				l.override(leaf, value)
				continue
			}
			names = append(names, variable.Name)
			secret[variable.Member] = value
		}
		if len(names) > 0 {
			l.source = envSource(strings.Join(names, " and "))
			l.assign(reflect.ValueOf(l.cfg).Elem(), nest(leaf.key, secret), "")
		}
	}
	l.refuseVariables(known)
}

func envSource(name string) string { return "environment variable " + name }

// override reads one variable: strings and durations as they are, anything else
// as JSON.
func (l *loader) override(leaf leaf, text string) {
	value, ok := any(text), true
	if !utf8.ValidString(text) {
		l.report(leaf.key, "UTF-8", "bytes that are not")
		return
	}
	if leaf.typ.Kind() != reflect.String && leaf.typ != durationType {
		value, ok = readDocument(leaf.key, []byte(text), l.report)
	}
	if ok {
		l.assign(reflect.ValueOf(l.cfg).Elem(), nest(leaf.key, value), "")
	}
}

// nest is the document that holds nothing but this value at this key.
func nest(key string, value any) any {
	names := strings.Split(key, ".")
	for _, name := range slices.Backward(names) {
		value = map[string]any{name: value}
	}
	return value
}

// refuseVariables reports the variables that begin like ours and are none: a
// misspelt override must not be a silent one. A variable that a secret names
// may be called anything.
func (l *loader) refuseVariables(known []string) {
	later := map[string]bool{}
	for _, key := range unavailable() {
		later[EnvName(key)] = true
	}
	named := map[string]bool{}
	for _, reference := range l.references {
		named[reference.name] = true
	}
	for _, name := range sortedKeys(l.environ) {
		if !strings.HasPrefix(name, envPrefix) || named[name] || slices.Contains(known, name) {
			continue
		}
		expected, got := "no such variable", "an unknown one"
		if later[name] {
			got = "one that is not available in this version"
		} else if slices.Contains(known, name+"_ENV") {
			expected = fmt.Sprintf("%s_ENV with the name of a variable or %s_FILE with a path, never the value itself", name, name)
		} else if likely := didYouMean(name, known); likely != "" {
			expected = fmt.Sprintf("a known variable (did you mean %s?)", likely)
		}
		l.problems = append(l.problems, Problem{File: envSource(name), Expected: expected, Got: got})
	}
}

// reference is where a secret's value is to be had.
type reference struct {
	target *Secret
	// member is env or file, name the variable or the path.
	member, name string
	// source is who said so.
	source string
}

// fetchSecrets reads every secret that is named.
func (l *loader) fetchSecrets() {
	for _, key := range sortedKeys(l.references) {
		reference := l.references[key]
		l.source = reference.source
		value, ok := l.fetch(key, reference)
		if !ok {
			continue
		}
		if strings.TrimSpace(value) == "" {
			l.report(key, "a secret that is not empty", "")
			continue
		}
		if !utf8.ValidString(value) || strings.HasPrefix(value, "\ufeff") || strings.ContainsFunc(value, unicode.IsControl) {
			l.report(key, "a secret of one line of plain text", "something else (not shown)")
			continue
		}
		*reference.target = Literal(reference.member+" "+reference.name, value)
	}
}

// fetch is the value behind a reference, without the line ends that editors
// and command substitutions leave at its end.
func (l *loader) fetch(key string, from reference) (value string, ok bool) {
	if from.member == "env" {
		if value, ok = l.environ[from.name]; !ok {
			got := "one that is not set"
			if variableName.MatchString(from.name) {
				got = from.name + ", which is not set"
			}
			l.report(key, "the name of an environment variable", got)
		}
		return strings.TrimRight(value, "\r\n"), ok
	}
	data, reason := readFile(l.resolve(from.name))
	if reason != "" {
		l.report(key, "a readable file, its path relative to the configuration's folder", reason)
	}
	return strings.TrimRight(string(data), "\r\n"), reason == ""
}

// variableName is what the name of a variable looks like beyond doubt. Anything
// else may be the secret itself, given by mistake, and is not repeated.
var variableName = regexp.MustCompile(`^[A-Z]+(_[A-Z0-9]+)+$`)
