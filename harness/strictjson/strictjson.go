// Package strictjson is the gate that a body passes before anything else reads
// it as JSON. It owns the rules of COM-JSON that encoding/json is silent on:
// doubled member names, lone surrogates, bytes after the document, invalid
// UTF-8, excessive depth. It imports the standard library alone, and knows
// nothing of HTTP, schemas or the contract.
package strictjson

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

const (
	// MaxDepth is how many objects and arrays may be open at once (contract,
	// section 3: deeper than 64 levels breaches COM-JSON).
	MaxDepth = 64
	// maxNumber is the longest number in bytes: a float64 written out in full
	// needs at most a sign, "0." and 1,074 digits, so nothing longer tells a
	// reader more. It keeps arbitrary-precision arithmetic behind this gate cheap.
	maxNumber = 1100
	// maxProblems bounds what is reported of one hostile document.
	maxProblems = 20
)

// Problem is one reason why a document is refused.
type Problem struct {
	// Pointer is the JSON pointer (RFC 6901) of the value or member concerned;
	// for a fault of grammar, of the value that was being read.
	Pointer string
	// Offset is the position of the fault, in bytes from the start.
	Offset int
	// Message says what is wrong. It quotes member names and short pieces of
	// syntax, never a string or number of the document.
	Message string
}

// Parse reads data as a single JSON value (RFC 8259). Objects become
// map[string]any, arrays []any, numbers json.Number. If there is any problem
// the value is nil: an ambiguous document has no meaning to go on with.
// Problems are in document order, at most 20 of them; the first fault of
// grammar ends the reading.
func Parse(data []byte) (value any, problems []Problem) {
	switch {
	case len(data) == 0:
		return nil, []Problem{{Message: "the document is empty"}}
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return nil, []Problem{{Message: "starts with a byte-order mark (RFC 8259, section 8.1)"}}
	case !utf8.Valid(data):
		return nil, []Problem{{Offset: invalidUTF8(data), Message: "is not valid UTF-8 (RFC 8259, section 8.1)"}}
	}
	p := &parser{data: data}
	p.space()
	value, ok := p.value(0)
	if ok {
		p.space()
		if p.pos < len(data) {
			p.path = nil
			p.problem(p.pos, "has bytes after the JSON value")
		}
	}
	if len(p.problems) > 0 {
		slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Compare(a.Offset, b.Offset) })
		return nil, p.problems
	}
	return value, nil
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// parser reads one document from left to right; its methods return false once
// the grammar is broken, having reported it.
type parser struct {
	data     []byte
	pos      int
	path     []string
	problems []Problem
}

func (p *parser) problem(offset int, format string, args ...any) {
	if len(p.problems) < maxProblems {
		path := slices.Clone(p.path)
		for i, name := range path {
			path[i] = shorten(name) // a name may be megabytes long
		}
		p.problems = append(p.problems, Problem{Pointer: Join(path...), Offset: offset, Message: fmt.Sprintf(format, args...)})
	}
}

// stop reports a fault of grammar at the current position.
func (p *parser) stop(expected string) bool {
	if p.pos >= len(p.data) {
		p.problem(p.pos, "ends where %s was expected", expected)
		return false
	}
	r, _ := utf8.DecodeRune(p.data[p.pos:])
	p.problem(p.pos, "has %q where %s was expected", r, expected)
	return false
}

func (p *parser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\r', '\n':
			p.pos++
		default:
			return
		}
	}
}

// at tells whether the next byte is c, and steps over it if so.
func (p *parser) at(c byte) bool {
	if p.pos < len(p.data) && p.data[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) value(depth int) (any, bool) {
	if p.pos >= len(p.data) {
		return nil, p.stop("a value")
	}
	switch c := p.data[p.pos]; {
	case c == '{' || c == '[':
		if depth == MaxDepth {
			p.problem(p.pos, "is nested deeper than %d levels", MaxDepth)
			return nil, false
		}
		p.pos++
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case c == '"':
		return p.string()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	for _, word := range literals {
		if bytes.HasPrefix(p.data[p.pos:], []byte(word.text)) {
			p.pos += len(word.text)
			return word.value, true
		}
	}
	return nil, p.stop("a value")
}

var literals = [...]struct {
	text  string
	value any
}{{"true", true}, {"false", false}, {"null", nil}}

func (p *parser) object(depth int) (any, bool) {
	object := map[string]any{}
	p.space()
	if p.at('}') {
		return object, true
	}
	for {
		p.space()
		start := p.pos
		if p.pos >= len(p.data) || p.data[p.pos] != '"' {
			return nil, p.stop("a member name")
		}
		name, ok := p.string()
		if !ok {
			return nil, false
		}
		p.path = append(p.path, name)
		if _, doubled := object[name]; doubled {
			p.problem(start, "has the member %q more than once in one object", shorten(name))
		}
		p.space()
		if !p.at(':') {
			return nil, p.stop("a colon")
		}
		p.space()
		member, ok := p.value(depth)
		if !ok {
			return nil, false
		}
		object[name] = member
		p.path = p.path[:len(p.path)-1]
		p.space()
		if p.at('}') {
			return object, true
		}
		if !p.at(',') {
			return nil, p.stop("a comma or the end of the object")
		}
	}
}

func (p *parser) array(depth int) (any, bool) {
	array := []any{}
	p.space()
	if p.at(']') {
		return array, true
	}
	for {
		p.path = append(p.path, strconv.Itoa(len(array)))
		p.space()
		element, ok := p.value(depth)
		if !ok {
			return nil, false
		}
		p.path = p.path[:len(p.path)-1]
		array = append(array, element)
		p.space()
		if p.at(']') {
			return array, true
		}
		if !p.at(',') {
			return nil, p.stop("a comma or the end of the array")
		}
	}
}

// number reads one number. Its grammar is left to encoding/json: what is
// decided here is where it ends and whether a float64 can hold it.
func (p *parser) number() (any, bool) {
	start := p.pos
	for p.pos < len(p.data) && bytes.IndexByte([]byte("+-.eE0123456789"), p.data[p.pos]) >= 0 {
		p.pos++
	}
	text := p.data[start:p.pos]
	if !json.Valid(text) {
		p.problem(start, "has a malformed number")
		return nil, false
	}
	if len(text) > maxNumber {
		p.problem(start, "has a number of %d characters; at most %d are read", len(text), maxNumber)
	} else if !withinFloat64(string(text)) {
		p.problem(start, "has a number outside the range of a 64-bit float")
	}
	return json.Number(text), true
}

// withinFloat64 refuses numbers that overflow to infinity and those that are
// not zero but underflow to it: both blow up in exact arithmetic.
func withinFloat64(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return false
	}
	return f != 0 || isZero(text)
}

func isZero(text string) bool {
	for _, c := range text {
		switch {
		case c == 'e' || c == 'E':
			return true
		case '1' <= c && c <= '9':
			return false
		}
	}
	return true
}
