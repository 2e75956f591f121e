package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// deepest bounds the nesting of a document; the configuration needs five levels.
const deepest = 32

// document reads one JSON document more strictly than encoding/json does: no
// byte-order mark, valid UTF-8, no member name twice, nothing after the end.
type document struct {
	data    []byte
	decoder *json.Decoder
	report  func(key, expected, got string)
}

// readDocument reads data, whose keys lie below key. Every fault is reported;
// ok is false where the grammar itself is broken and value holds only a part.
func readDocument(key string, data []byte, report func(key, expected, got string)) (value any, ok bool) {
	if trimmed := bytes.TrimPrefix(data, []byte("\ufeff")); len(trimmed) < len(data) {
		report(key, "JSON without a byte-order mark", "one at its beginning")
		data = trimmed
	}
	if !utf8.Valid(data) {
		report(key, "UTF-8", "bytes that are not")
	}
	d := document{data: data, decoder: json.NewDecoder(bytes.NewReader(data)), report: report}
	d.decoder.UseNumber()
	value, err := d.value(key, 0)
	if err != nil {
		d.broken(key, err)
		return value, false
	}
	if _, err := d.decoder.Token(); !errors.Is(err, io.EOF) {
		report(key, "one JSON document", "more after its end, "+d.position())
	}
	return value, true
}

// value reads the next value, whatever it is.
func (d *document) value(key string, depth int) (any, error) {
	if depth > deepest {
		return nil, fmt.Errorf("more than %d levels of nesting", deepest)
	}
	token, err := d.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return d.object(key, depth)
	case json.Delim('['):
		return d.list(key, depth)
	}
	return token, nil
}

func (d *document) object(key string, depth int) (any, error) {
	members := map[string]any{}
	for d.decoder.More() {
		token, err := d.decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the decoder lets nothing else stand here
		path := join(key, name)
		if _, doubled := members[name]; doubled {
			d.report(path, "each key once", "the same key again")
		}
		if members[name], err = d.value(path, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.decoder.Token()
	return members, err
}

func (d *document) list(key string, depth int) (any, error) {
	elements := []any{}
	for d.decoder.More() {
		element, err := d.value(index(key, len(elements)), depth+1)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := d.decoder.Token()
	return elements, err
}

// broken reports what is wrong with the grammar, and where.
func (d *document) broken(key string, err error) {
	reason := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		reason = "its end too early"
	}
	d.report(key, "JSON", reason+", "+d.position())
}

// position is where the decoder stands, counted from 1 as editors do.
func (d *document) position() string {
	read := d.data[:min(d.decoder.InputOffset(), int64(len(d.data)))]
	line := bytes.Count(read, []byte("\n")) + 1
	column := utf8.RuneCount(read[bytes.LastIndexByte(read, '\n')+1:]) + 1
	return fmt.Sprintf("at line %d, column %d", line, column)
}

// join is the dotted key of a member. A name that no key of ours could have is
// not repeated: it may be a value in the wrong place, or unprintable.
func join(key, name string) string {
	if !isName(name) {
		name = "?"
	}
	if key == "" {
		return name
	}
	return key + "." + name
}

// index is the key of a list's element.
func index(key string, i int) string { return key + "[" + strconv.Itoa(i) + "]" }

// longestName is what a key is taken to have at most; ours have 26 characters.
const longestName = 40

func isName(name string) bool {
	if name == "" || len(name) > longestName {
		return false
	}
	for _, c := range []byte(name) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
