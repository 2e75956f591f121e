package mutate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

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

// mostPlain is how long a text may be that is no key or signature, in bytes.
const mostPlain = 40

// altered changes the last letter or digit to another one of its sort; of a
// longer text the last but one, since the last one of a Base64url text may hold
// bits that nobody reads.
func altered(text string) string {
	bytes := []byte(text)
	last := len(bytes) - 1
	if len(bytes) > mostPlain {
		last--
	}
	for i := last; i >= 0; i-- {
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
