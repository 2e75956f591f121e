package mutate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
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

// word is what an enumeration's values look like.
var word = regexp.MustCompile(`^[A-Za-z]+([._-]?[A-Za-z0-9]+)*$`)

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

// replacement is the text of the value that stands in for another one.
func (m *Mutator) replacement(n *node, raw string) (string, bool) {
	switch m.mutation.Kind {
	case kindNull:
		return "null", true
	case kindRetype:
		return retyped(n, raw), true
	case kindEmpty:
		empty := map[kind]string{isString: `""`, isArray: "[]", isObject: "{}"}[n.kind]
		return empty, empty != ""
	case kindInvert:
		return map[string]string{"true": "false", "false": "true"}[raw], n.kind == isBool
	case kindAdd:
		return addedTo(n, raw), n.kind == isObject
	}
	switch n.kind {
	case isString:
		text, ok := m.reworded(n.text)
		return quote(text), ok
	case isNumber:
		return recounted(m.mutation.Kind, raw)
	case isArray:
		return relisted(m.mutation.Kind, n, raw)
	}
	return "", false
}

// retyped is a value of another type that looks like the old one.
func retyped(n *node, raw string) string {
	switch n.kind {
	case isString:
		if _, err := strconv.ParseFloat(n.text, 64); err == nil && !strings.HasPrefix(n.text, "0") && n.text != "" && unicode.IsDigit(rune(n.text[0])) {
			return n.text
		}
		return "1"
	case isArray:
		if len(n.elements) > 0 {
			return raw[n.elements[0].start-n.start : n.elements[0].end-n.start]
		}
		return "{}"
	case isObject:
		return "[" + raw + "]"
	case isNull:
		return "true"
	}
	return quote(raw)
}

func addedTo(n *node, raw string) string {
	if len(n.members) == 0 {
		return `{"Added":"by nobody"}`
	}
	return raw[:len(raw)-1] + `,"Added":"by nobody"}`
}

// reworded changes a string.
func (m *Mutator) reworded(text string) (string, bool) {
	switch m.mutation.Kind {
	case kindLengthen:
		return text + strings.Repeat("x", lengthening), true
	case kindSpace:
		return text + " ", true
	case kindRecase:
		return recase(text), true
	case kindReplace:
		return "Reworded", true
	case kindAlter:
		return altered(text), text != ""
	case kindSwap:
		return m.swapped(text)
	case kindSignature:
		return damaged(text), isJWS(text)
	case kindHost, kindPath, kindHTTP:
		return readdressed(m.mutation.Kind, text), isAddress(text)
	}
	return redated(m.mutation.Kind, text)
}

// swapped gives the value that the point had before in place of this one.
func (m *Mutator) swapped(text string) (string, bool) {
	if !slices.Contains(m.values, text) {
		m.values = append(m.values, text)
	}
	for _, other := range m.values {
		if other != text {
			return other, true
		}
	}
	return text, false
}

// recase turns capitals into small letters and back.
func recase(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, text)
}

// altered changes the last letter or digit to another one of its sort.
func altered(text string) string {
	bytes := []byte(text)
	for i := len(bytes) - 1; i >= 0; i-- {
		switch c := bytes[i]; {
		case c >= '0' && c <= '9':
			bytes[i] = '0' + (c-'0'+1)%10
		case c >= 'a' && c <= 'z':
			bytes[i] = 'a' + (c-'a'+1)%6 // a hexadecimal digit stays one
		case c >= 'A' && c <= 'Z':
			bytes[i] = 'A' + (c-'A'+1)%26
		default:
			continue
		}
		return string(bytes)
	}
	return text + "1"
}

// readdressed changes the host, the path, or the scheme of an address.
func readdressed(kind, text string) string {
	scheme, rest, _ := strings.Cut(text, "://")
	host, path, _ := strings.Cut(rest, "/")
	switch kind {
	case kindHost:
		return scheme + "://elsewhere.invalid/" + path
	case kindPath:
		return scheme + "://" + host + "/elsewhere/" + path
	}
	return "http://elsewhere.invalid/" + path
}

// redated changes a date-time of RFC 3339.
func redated(kind, text string) (string, bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text, false
	}
	const day, seconds = len("2006-01-02"), len("2006-01-02T15:04:05")
	switch kind {
	case kindShift:
		return at.AddDate(0, 0, 1).Format(time.RFC3339Nano), true
	case kindZone:
		zone := strings.LastIndexAny(text, "Zz+-")
		return text[:max(zone, seconds)], true
	case kindDayOnly:
		return text[:day], true
	}
	return text, false
}

// recounted changes a number.
func recounted(kind, raw string) (string, bool) {
	number, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return raw, false
	}
	switch kind {
	case kindIncrease:
		return fmt.Sprintf("%.0f", number+1), true
	case kindNegate:
		return fmt.Sprintf("%.0f", -number-1), true
	case kindFraction:
		return fmt.Sprintf("%.1f", number+0.5), true
	}
	return raw, false
}

// relisted changes an array.
func relisted(kind string, n *node, raw string) (string, bool) {
	if len(n.elements) == 0 {
		return raw, false
	}
	texts := make([]string, len(n.elements))
	for i, element := range n.elements {
		texts[i] = raw[element.start-n.start : element.end-n.start]
	}
	switch kind {
	case kindDouble:
		texts = append(texts, texts...)
	case kindReverse:
		slices.Reverse(texts)
	case kindShorten:
		texts = texts[:len(texts)-1]
	default:
		return raw, false
	}
	return "[" + strings.Join(texts, ",") + "]", true
}

// steps splits a pointer; the empty pointer is the whole document.
func steps(pointer string) []string {
	if pointer == "" || pointer == "/" {
		return nil
	}
	return strings.Split(strings.TrimPrefix(pointer, "/"), "/")
}
