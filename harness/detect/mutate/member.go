package mutate

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// lengthening is longer than any text that a service means to send as one value.
const lengthening = 600

// changeMember changes members of a JSON body, or claims of a JWS in it.
func (m *Mutator) changeMember(a *Answer) bool {
	pointer, claims, inToken := strings.Cut(m.mutation.At, claimsMark)
	var changed []byte
	var done bool
	if inToken {
		changed, done = m.editTokens(a.Body, steps(pointer), claims)
	} else {
		changed, done = m.edit(a.Body, steps(pointer))
	}
	if done {
		m.rebody(a, changed)
	}
	return done
}

// edit makes the mutation in a JSON text.
func (m *Mutator) edit(text []byte, steps []string) ([]byte, bool) {
	root, err := parse(text)
	if err != nil {
		return nil, false
	}
	// One element of a list is at fault, not the list; identifiers change places.
	one := len(steps) > 0 && steps[len(steps)-1] == "*" && m.mutation.Kind != kindSwap
	var edits []edit
	for _, s := range root.find(steps) {
		if e, ok := m.editOf(text, s); ok && (!one || len(edits) == 0) {
			edits = append(edits, e)
		}
	}
	if len(edits) == 0 {
		return nil, false
	}
	changed := apply(text, edits)
	return changed, string(changed) != string(text)
}

// The kinds of changes of a value and its name.
const (
	kindDrop       = "drop"
	kindNull       = "null"
	kindEmpty      = "empty"
	kindRetype     = "retype"
	kindRename     = "rename"
	kindTwice      = "name twice"
	kindRecaseName = "recase name"
	kindLengthen   = "lengthen"
	kindRecase     = "recase"
	kindReplace    = "replace word"
	kindAlter      = "alter text"
	kindSpace      = "add a space"
	kindShift      = "shift date"
	kindZone       = "strip zone"
	kindDayOnly    = "day alone"
	kindIncrease   = "increase"
	kindNegate     = "negate"
	kindFraction   = "make a fraction"
	kindInvert     = "invert"
	kindDouble     = "double"
	kindReverse    = "reverse"
	kindShorten    = "drop last"
	kindAdd        = "add a member"
	kindSwap       = "swap identifiers"
	kindSignature  = "damage signature"
	kindHost       = "another host"
	kindPath       = "another path"
	kindHTTP       = "plain http"
)

// kindsOf are the kinds that fit a value; whether it has a name to change says
// named, whether it is an element of an array says element.
func kindsOf(n *node, named, element bool) []string {
	kinds := []string{kindNull, kindRetype}
	if named {
		kinds = append(kinds, kindDrop, kindRename, kindTwice, kindRecaseName)
	}
	if element {
		kinds = append(kinds, kindDrop)
	}
	switch n.kind {
	case isString:
		kinds = append(kinds, textKinds(n.text)...)
	case isNumber:
		kinds = append(kinds, kindIncrease, kindNegate, kindFraction)
	case isBool:
		kinds = append(kinds, kindInvert)
	case isArray:
		kinds = append(kinds, kindEmpty)
		if len(n.elements) > 0 {
			kinds = append(kinds, kindDouble, kindShorten)
		}
		if len(n.elements) > 1 {
			kinds = append(kinds, kindReverse)
		}
	case isObject:
		kinds = append(kinds, kindEmpty, kindAdd)
	}
	return kinds
}

// textKinds are the kinds that fit a string.
func textKinds(text string) []string {
	kinds := []string{kindEmpty, kindLengthen, kindSpace}
	if strings.IndexFunc(text, unicode.IsLetter) >= 0 {
		kinds = append(kinds, kindRecase)
	}
	switch {
	case isDate(text):
		kinds = append(kinds, kindShift, kindZone, kindDayOnly)
	case isAddress(text):
		kinds = append(kinds, kindHost, kindPath, kindHTTP)
	case isJWS(text):
		kinds = append(kinds, kindSignature)
	case word.MatchString(text):
		kinds = append(kinds, kindReplace)
	case text != "":
		kinds = append(kinds, kindAlter)
	}
	return kinds
}

// word is what an enumeration's values look like, and no identifier or key does,
// so that the kinds for a place do not change with what a bank makes up.
var word = regexp.MustCompile(`^[A-Za-z]+([._-]?[A-Za-z]+)*[0-9]*$`)

func isDate(text string) bool {
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}

func isAddress(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
}

// editOf is the change of one value, or of its name.
func (m *Mutator) editOf(text []byte, s spot) (edit, bool) {
	raw := string(text[s.start:s.end])
	switch m.mutation.Kind {
	case kindDrop:
		return s.removal(), s.parent != nil
	case kindRename, kindRecaseName, kindTwice:
		return m.editName(text, s)
	}
	with, ok := m.replacement(s.node, raw)
	return edit{s.start, s.end, with}, ok && with != raw
}

func (m *Mutator) editName(text []byte, s spot) (edit, bool) {
	if s.parent == nil || len(s.parent.members) == 0 {
		return edit{}, false
	}
	one := s.parent.members[s.index]
	written := string(text[one.nameStart:s.start]) // the name with its colon
	colon := written[strings.LastIndexByte(written, ':'):]
	switch m.mutation.Kind {
	case kindTwice:
		return edit{one.nameStart, one.nameStart, written + string(text[s.start:s.end]) + ","}, true
	case kindRename:
		return edit{one.nameStart, s.start, quote(one.name+"X") + colon}, true
	}
	return edit{one.nameStart, s.start, quote(recase(one.name)) + colon}, true
}

// steps splits a pointer; the empty pointer is the whole document.
func steps(pointer string) []string {
	if pointer == "" || pointer == "/" {
		return nil
	}
	return strings.Split(strings.TrimPrefix(pointer, "/"), "/")
}
