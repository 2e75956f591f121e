// Package format says what a JSON document of ours is: its name, the version of
// its form, and its JSON Schema. Whoever writes a kind of document owns its
// Format; whoever reads one asks here whether it can.
//
// The versions keep upgrades calm. A member that is added leaves the version as
// it is, so a reader passes over members that it does not know. A member that is
// renamed, removed or retyped, and a value that an enumeration gets, raise it; a
// reader knows the versions from Oldest on, and refuses newer ones in words that
// say what to do.
//
// It imports the schema package and opens no file.
package format

import (
	"encoding/json"
	"fmt"
	"strings"

	"obconform/harness/jsonschema"
)

// Format is one kind of document.
type Format struct {
	// Name is what 'obconform schema' calls it, and what messages say: "results".
	Name string
	// Means is one line on what the document holds.
	Means string
	// Version is what is written, Oldest the first that is still read.
	Version, Oldest int
	// Member is the member that has the version: "schemaVersion", or "version" in
	// files that people write.
	Member string
	// Optional says that a document without the member is one of version 1, made
	// before there were others.
	Optional bool
	// ByHand says that people write the document: a member that is not known is
	// then a mistake, and its schema closes objects, for editors to show it.
	ByHand bool
	// Schema is the draft-07 JSON Schema of Version.
	Schema []byte
}

// New is a format of version 1 with the member schemaVersion.
func New(name, means string, schema []byte) Format {
	return Format{Name: name, Means: means, Version: 1, Oldest: 1, Member: "schemaVersion", Schema: schema}
}

// VersionOf is the version of a document, which is what encoding/json decodes
// with UseNumber. The error says why it cannot be read, as a sentence without a
// subject: "has schemaVersion 3; ...".
func (f Format) VersionOf(document any) (int, error) {
	object, ok := document.(map[string]any)
	if !ok {
		return 0, fmt.Errorf("is no %s: expected an object", f.Name)
	}
	value, there := object[f.Member]
	if !there && f.Optional {
		return 1, nil
	}
	number, ok := value.(json.Number)
	if !ok {
		return 0, fmt.Errorf("is no %s: it has no number %s", f.Name, f.Member)
	}
	return f.readable(number)
}

// readable is the number as a version that is read here.
func (f Format) readable(number json.Number) (int, error) {
	const longest = 20 // of what is repeated
	shown := number.String()
	if len(shown) > longest {
		shown = shown[:longest] + "…"
	}
	reads := fmt.Sprintf("this obconform reads %d", f.Version)
	if f.Oldest < f.Version {
		reads = fmt.Sprintf("this obconform reads %d to %d", f.Oldest, f.Version)
	}
	version, err := number.Int64()
	switch {
	case err != nil || version < 1:
		return 0, fmt.Errorf("has %s %s; expected a whole number from 1 on", f.Member, shown)
	case version > int64(f.Version):
		return 0, fmt.Errorf("has %s %s; %s: it comes from a newer obconform, so use that one", f.Member, shown, reads)
	case version < int64(f.Oldest):
		return 0, fmt.Errorf("has %s %s; %s: make it anew, or bring it up to date with the obconform before this one", f.Member, shown, reads)
	}
	return int(version), nil
}

// Compile is the format's schema, ready to validate.
func (f Format) Compile() (*jsonschema.Schema, error) {
	return jsonschema.Single(f.Name+jsonschema.Suffix, f.Schema)
}

// Row is the format as one line of a table.
func (f Format) Row() string {
	return strings.Join([]string{f.Name, fmt.Sprint(f.Version), f.Means}, "\t")
}
