package config

import (
	"bytes"
	_ "embed" // the schema of the file
	"maps"
	"slices"
	"strconv"
	"strings"

	"obconform/harness/deprecation"
	"obconform/harness/format"
)

//go:embed config.schema.json
var schema []byte

// Format is the format of the file. One without the key version is of version 1.
func Format() format.Format {
	f := format.New("config", "the configuration", bytes.Clone(schema))
	f.Member, f.Optional, f.ByHand = versionKey, true, true
	return f
}

// versionKey is no key of a configuration but of its file: no variable of the
// environment overrides it.
const versionKey = "version"

// Renamed is a key that had another name.
type Renamed struct {
	// Old and New are dotted keys of the same object.
	Old, New string
	// Last is the last version of the format in which the old name is read, with
	// a warning; in a newer one there is no such key.
	Last int
	// Since and Removal are the versions of the program between which it warns.
	Since, Removal string
}

// Notice is what a file of the old name's last version is told.
func (r Renamed) Notice() deprecation.Notice {
	return deprecation.Notice{Name: r.Old, Instead: r.New + " ('obconform config migrate' rewrites the file)", Since: r.Since, Removal: r.Removal}
}

// renamed lists every key that had another name in a version of the format that
// is read still.
func renamed() []Renamed { return nil }

// Renames is that list, for those who hold it against the version of the program.
func Renames() []Renamed { return renamed() }

// modern is a document as today's version of the format has it: without its
// version, and with today's names of its keys. It is not ok for a version that
// is not read here: then nothing else can be said of the file.
func (l *loader) modern(document any) (modern any, ok bool) {
	members, isObject := document.(map[string]any)
	if !isObject {
		return document, true
	}
	version, err := l.format.VersionOf(members)
	if err != nil {
		l.report(versionKey, "a file that this obconform reads", "one that "+err.Error())
		return nil, false
	}
	members = maps.Clone(members)
	delete(members, versionKey)
	for _, r := range l.renamed {
		l.rename(members, r, version)
	}
	return members, true
}

// rename gives a key its name of today.
func (l *loader) rename(members map[string]any, r Renamed, version int) {
	path := strings.Split(r.Old, ".")
	for _, name := range path[:len(path)-1] {
		below, ok := members[name].(map[string]any)
		if !ok {
			return
		}
		members = below
	}
	old, today := path[len(path)-1], r.New[strings.LastIndexByte(r.New, '.')+1:]
	value, there := members[old]
	_, both := members[today]
	switch {
	case !there:
	case version > r.Last:
		l.report(r.Old, r.New+" (the name of this key since version "+strconv.Itoa(r.Last+1)+" of the format)", "the old name")
		delete(members, old)
	case both:
		l.report(r.Old, "either "+r.Old+" or "+r.New, "both")
		delete(members, old)
	default:
		members[today] = value
		delete(members, old)
		l.notice(r.Notice())
	}
}

// modernVariables gives variables of keys with an old name those of today.
func (l *loader) modernVariables() {
	today := Variables()
	for _, r := range l.renamed {
		for name, value := range maps.Clone(l.environ) {
			rest, ours := strings.CutPrefix(name, EnvName(r.Old))
			isToday := slices.ContainsFunc(today, func(v Variable) bool { return v.Name == name })
			if !ours || rest != "" && rest[0] != '_' || isToday {
				continue
			}
			delete(l.environ, name)
			if _, both := l.environ[EnvName(r.New)+rest]; both {
				l.source = envSource(name)
				l.report(r.Old, "either it or "+EnvName(r.New)+rest, "both")
				continue
			}
			l.environ[EnvName(r.New)+rest] = value
			l.notice(r.Notice())
		}
	}
}

// notice tells of something that goes, once.
func (l *loader) notice(notice deprecation.Notice) {
	if line := l.file + ": " + notice.String(); !slices.Contains(l.cfg.warnings, line) {
		l.cfg.warnings = append(l.cfg.warnings, line)
	}
}
