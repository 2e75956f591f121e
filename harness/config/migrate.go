package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Migrate brings the text of a configuration up to today's version of the
// format: the version, and today's names of keys. All else stays as it was
// written. It answers what it changed, one line each; nothing where the text is
// up to date. The error is a *Problems: a text that cannot be read, or of a
// version that is not.
func Migrate(name string, data []byte) (migrated []byte, changes []string, err error) {
	if len(data) > longestFile {
		return nil, nil, &Problems{List: []Problem{{File: name, Expected: "a configuration file", Got: fmt.Sprintf("one of more than %d bytes", longestFile)}}}
	}
	return newLoader(name, "", nil).migrate(data)
}

func (l *loader) migrate(data []byte) (migrated []byte, changes []string, err error) {
	document, whole := readDocument("", data, l.report)
	members, isObject := document.(map[string]any)
	if whole && !isObject {
		l.report("", "an object", describe(document))
	}
	version := 0
	if isObject && whole {
		if version, err = l.format.VersionOf(members); err != nil {
			l.report(versionKey, "a file that this obconform reads", "one that "+err.Error())
		}
	}
	if len(l.problems) > 0 {
		return nil, nil, &Problems{List: l.problems}
	}
	edits := l.edits(data, members, version)
	if len(l.problems) > 0 {
		return nil, nil, &Problems{List: l.problems}
	}
	migrated = apply(data, edits)
	for _, e := range edits {
		changes = append(changes, e.says)
	}
	return migrated, changes, l.same(document, migrated)
}

// edit replaces data[from:to].
type edit struct {
	from, to   int
	text, says string
}

// apply makes edits, which do not overlap.
func apply(data []byte, edits []edit) []byte {
	ordered := slices.Clone(edits)
	slices.SortFunc(ordered, func(a, b edit) int { return a.from - b.from })
	var out bytes.Buffer
	at := 0
	for _, e := range ordered {
		out.Write(data[at:e.from])
		out.WriteString(e.text)
		at = e.to
	}
	out.Write(data[at:])
	return out.Bytes()
}

// edits are what has to change of a text whose grammar is sound.
func (l *loader) edits(data []byte, members map[string]any, version int) []edit {
	places := namesIn(data)
	var edits []edit
	today := strconv.Itoa(l.format.Version)
	switch place, given := places[versionKey]; {
	case !given:
		edits = append(edits, edit{from: places[""].to, to: places[""].to, text: firstMember(data[places[""].to:], `"`+versionKey+`": `+today, len(members) > 0),
			says: versionKey + ": added, " + today})
	case version != l.format.Version:
		edits = append(edits, edit{from: place.value, to: place.valueEnd, text: today, says: fmt.Sprintf("%s: %d is %s now", versionKey, version, today)})
	}
	for _, r := range l.renamed {
		place, there := places[r.Old]
		if !there {
			continue
		}
		if _, both := places[r.New]; both {
			l.report(r.Old, "either "+r.Old+" or "+r.New, "both")
			continue
		}
		name := r.New[strings.LastIndexByte(r.New, '.')+1:]
		edits = append(edits, edit{from: place.from, to: place.to, text: `"` + name + `"`, says: r.Old + " is " + r.New + " now"})
	}
	return edits
}

// firstMember is a member in the form of the text that follows the object's
// opening brace.
func firstMember(rest []byte, member string, others bool) string {
	if !others {
		return member
	}
	blank := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t\r\n"))]
	if bytes.ContainsRune(blank, '\n') {
		return string(blank) + member + ","
	}
	return member + ", "
}

// place is where a member's name stands, quotes and all, and its value.
type place struct{ from, to, value, valueEnd int }

// namesIn finds the names of the members of objects within objects by their
// dotted keys; under "" is the first brace. The grammar is known to be sound.
func namesIn(data []byte) map[string]place {
	places := map[string]place{}
	decoder := json.NewDecoder(bytes.NewReader(data))
	offset := func() int { return int(decoder.InputOffset()) }
	_, _ = decoder.Token() // the brace
	places[""] = place{from: offset() - 1, to: offset()}
	var object func(key string)
	object = func(key string) {
		for decoder.More() {
			before := offset()
			token, err := decoder.Token()
			if err != nil {
				return
			}
			name, _ := token.(string)
			p := place{from: before + bytes.IndexByte(data[before:], '"'), to: offset()}
			path := join(key, name)
			if next := nextByte(data[offset():]); next == '{' {
				_, _ = decoder.Token()
				places[path] = p
				object(path)
				continue
			}
			var value json.RawMessage
			if decoder.Decode(&value) != nil {
				return
			}
			p.valueEnd = offset()
			p.value = p.valueEnd - len(value)
			places[path] = p
		}
		_, _ = decoder.Token() // the closing brace
	}
	object("")
	return places
}

// nextByte is the first of a value, behind a colon and white space.
func nextByte(data []byte) byte {
	if rest := bytes.TrimLeft(data, ": \t\r\n"); len(rest) > 0 {
		return rest[0]
	}
	return 0
}

// same makes sure that the new text says what the old one did; that it does not
// is a mistake of ours, and nothing to write down.
func (l *loader) same(document any, migrated []byte) error {
	old, _ := l.modern(document)
	again := newLoader(l.file, "", nil)
	again.format, again.renamed = l.format, l.renamed
	read, whole := readDocument("", migrated, again.report)
	now, _ := again.modern(read)
	if !whole || len(again.problems) > 0 || !reflect.DeepEqual(old, now) {
		return fmt.Errorf("%s: the migrated text does not say what the old one did: %v", l.file, again.problems)
	}
	return nil
}
