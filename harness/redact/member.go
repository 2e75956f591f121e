package redact

import (
	"encoding/json"
	"strings"
)

// memberNames are names of JSON members whose value is redacted, whatever it is.
// A text is searched byte by byte and not by a regular expression: this is most
// of what redacting a body costs.
type memberNames struct {
	names map[string]bool // in small letters, unless exact
	exact bool
	// lengths are those that the names have: most others are passed over by it.
	lengths [longestName + 1]bool
}

// longestName is in bytes, more than any of the names has.
const longestName = 64

// members are members of these names, in capitals or small letters.
func members(names ...string) memberNames {
	m := memberNames{names: map[string]bool{}}
	for _, name := range names {
		m.names[strings.ToLower(name)] = true
		m.lengths[len(name)] = true
	}
	return m
}

// exactly are members of these names, as they are written.
func exactly(names ...string) memberNames {
	m := memberNames{names: map[string]bool{}, exact: true}
	for _, name := range names {
		m.names[name], m.lengths[len(name)] = true, true
	}
	return m
}

// has tells whether a name is one of them.
func (m memberNames) has(name string) bool {
	if !m.lengths[len(name)] {
		return false
	}
	if !m.exact {
		name = strings.ToLower(name)
	}
	return m.names[name]
}

// redact puts the name of each of the members in the place of its value, as far
// as that goes: a body may be cut off, or be no JSON any more.
func (m memberNames) redact(text string) string {
	var out strings.Builder
	done := 0 // what of the text is in out
	m.each(text, func(name string, value, end int) {
		out.WriteString(text[done:value])
		out.WriteString(`"[` + name + `]"`)
		done = end
	})
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// each finds the members, and where the value of each begins and ends.
func (m memberNames) each(text string, found func(name string, value, end int)) {
	for at := 0; at < len(text); {
		quote := strings.IndexByte(text[at:], '"')
		if quote < 0 {
			return
		}
		at += quote
		rest := text[at+1:]
		length := strings.IndexByte(rest[:min(len(rest), longestName)], '"')
		if length < 0 || !m.has(rest[:length]) {
			at++
			continue
		}
		value := valueAt(text, at+length+2)
		if value < 0 {
			at++
			continue
		}
		end := valueEnd(text, value)
		found(rest[:length], value, end)
		at = end
	}
}

// Members finds members of JSON by their names, as they are written.
type Members struct{ names memberNames }

// NewMembers is for members of these names, none longer than 64 bytes.
func NewMembers(names ...string) Members { return Members{exactly(names...)} }

// Texts passes on the name and the value of each that is a string; a body that
// is no JSON any more is read as far as it can be.
func (m Members) Texts(body []byte, each func(name, text string)) {
	text := string(body)
	m.names.each(text, func(name string, value, end int) {
		var plain string
		if raw := text[value:end]; raw[0] == '"' && json.Unmarshal([]byte(raw), &plain) == nil {
			each(name, plain)
		}
	})
}

// space are the characters between a name, its colon and a value.
const space = "\t\n\f\r "

// valueAt is where the value of a member begins whose name has ended; -1 where it
// has none.
func valueAt(text string, at int) int {
	at = skip(text, at)
	if at >= len(text) || text[at] != ':' {
		return -1
	}
	at = skip(text, at+1)
	if at >= len(text) || strings.IndexByte(",}]", text[at]) >= 0 {
		return -1
	}
	return at
}

func skip(text string, at int) int {
	for at < len(text) && strings.IndexByte(space, text[at]) >= 0 {
		at++
	}
	return at
}

// valueEnd is where a value ends: a string behind its quote, an array or an object
// behind the first bracket that can be its end, anything else before a comma or a
// bracket; and where the text ends, if that comes first.
func valueEnd(text string, at int) int {
	switch text[at] {
	case '"':
		return stringEnd(text, at+1)
	case '[':
		return behind(text, at, ']')
	case '{':
		return behind(text, at, '}')
	}
	if end := strings.IndexAny(text[at+1:], ",}]"); end >= 0 {
		return at + 1 + end
	}
	return len(text)
}

// stringEnd is behind the quote that ends a string; a backslash that escapes
// nothing ends it too.
func stringEnd(text string, at int) int {
	for at < len(text) {
		switch text[at] {
		case '"':
			return at + 1
		case '\\':
			if at+1 == len(text) || text[at+1] == '\n' {
				return at
			}
			at++
		}
		at++
	}
	return at
}

func behind(text string, at int, bracket byte) int {
	if end := strings.IndexByte(text[at:], bracket); end >= 0 {
		return at + end + 1
	}
	return len(text)
}

// parameterNames are names of parameters of an address whose value is redacted.
type parameterNames []string

// redact puts the name of each of the parameters in the place of its value.
func (p parameterNames) redact(text string) string {
	var out strings.Builder
	done := 0 // what of the text is in out
	for at := 0; at < len(text); {
		mark := strings.IndexAny(text[at:], "?&#")
		if mark < 0 {
			break
		}
		at += mark + 1
		name, ok := p.at(text[at:])
		if !ok {
			continue
		}
		value := at + len(name) + 1
		end := parameterEnd(text, value)
		if end == value {
			continue
		}
		out.WriteString(text[done:value])
		out.WriteString("[" + name + "]")
		done, at = end, end
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// redactForm does it in the body of a form.
func (p parameterNames) redactForm(text string) string {
	var out strings.Builder
	done := 0 // what of the text is in out
	for at := 0; at <= len(text); {
		end := len(text)
		if next := strings.IndexByte(text[at:], '&'); next >= 0 {
			end = at + next
		}
		if name, ok := p.at(text[at:end]); ok && len(name)+1 < end-at {
			value := at + len(name) + 1
			out.WriteString(text[done:value])
			out.WriteString("[" + name + "]")
			done = end
		}
		at = end + 1
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// at is the parameter that a text begins with, in capitals or small letters.
func (p parameterNames) at(text string) (string, bool) {
	for _, name := range p {
		if len(text) > len(name) && text[len(name)] == '=' && strings.EqualFold(text[:len(name)], name) {
			return name, true
		}
	}
	return "", false
}

// parameterEnd is where a parameter's value ends: one in brackets, which was
// redacted before, behind them; any other before what no address has.
func parameterEnd(text string, at int) int {
	if at < len(text) && text[at] == '[' {
		if end := strings.IndexByte(text[at:], ']'); end >= 0 {
			return at + end + 1
		}
	}
	if end := strings.IndexAny(text[at:], "&#\"'<>"+space); end >= 0 {
		return at + end
	}
	return len(text)
}
