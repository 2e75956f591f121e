package mutate

import (
	"bytes"
	"encoding/json"
	"errors"
	"sort"
	"strings"
)

// node is one JSON value with its place in the text, so that a change leaves
// all other bytes as they are.
type node struct {
	kind       kind
	start, end int // of the value in the text
	text       string
	members    []member
	elements   []*node
}

// member is one member of an object: its name starts at nameStart.
type member struct {
	name      string
	nameStart int
	value     *node
}

// kind is the type of a JSON value.
type kind int

const (
	isNull kind = iota
	isBool
	isNumber
	isString
	isArray
	isObject
)

var errNotOne = errors.New("not one JSON value")

// parse reads a text that is one JSON value and nothing else.
func parse(text []byte) (*node, error) {
	p := parser{text: text, in: json.NewDecoder(bytes.NewReader(text))}
	p.in.UseNumber()
	root, err := p.value()
	if err == nil && len(bytes.TrimSpace(text[p.in.InputOffset():])) > 0 {
		err = errNotOne
	}
	return root, err
}

type parser struct {
	text []byte
	in   *json.Decoder
}

// begin is where the next token starts.
func (p *parser) begin() int {
	at := int(p.in.InputOffset())
	for at < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[at]) >= 0 {
		at++
	}
	return at
}

func (p *parser) value() (*node, error) {
	n := &node{start: p.begin()}
	token, err := p.in.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			n.kind, err = isObject, p.membersOf(n)
		} else {
			n.kind, err = isArray, p.elementsOf(n)
		}
		if err == nil {
			_, err = p.in.Token() // the closing one
		}
	case string:
		n.kind, n.text = isString, token
	case json.Number:
		n.kind, n.text = isNumber, token.String()
	case bool:
		n.kind = isBool
	}
	n.end = int(p.in.InputOffset())
	return n, err
}

func (p *parser) membersOf(n *node) error {
	for p.in.More() {
		start := p.begin()
		name, err := p.in.Token()
		if err != nil {
			return err
		}
		value, err := p.value()
		if err != nil {
			return err
		}
		text, _ := name.(string)
		n.members = append(n.members, member{text, start, value})
	}
	return nil
}

func (p *parser) elementsOf(n *node) error {
	for p.in.More() {
		element, err := p.value()
		if err != nil {
			return err
		}
		n.elements = append(n.elements, element)
	}
	return nil
}

// spot is one place in a document that a pointer leads to.
type spot struct {
	*node
	parent *node
	// index is the place in the parent's members or elements.
	index int
}

// find are the spots that a generalised pointer leads to, in the text's order.
func (n *node) find(steps []string) []spot {
	at := []spot{{node: n}}
	for _, step := range steps {
		var next []spot
		for _, one := range at {
			for i, element := range one.elements {
				if step == "*" {
					next = append(next, spot{element, one.node, i})
				}
			}
			for i, m := range one.members {
				if unescape(step) == m.name {
					next = append(next, spot{m.value, one.node, i})
				}
			}
		}
		at = next
	}
	return at
}

// walk visits every value with its generalised pointer.
func (n *node) walk(pointer string, visit func(pointer string, n *node)) {
	visit(pointer, n)
	for _, m := range n.members {
		m.value.walk(pointer+"/"+escape(m.name), visit)
	}
	for _, element := range n.elements {
		element.walk(pointer+"/*", visit)
	}
}

// escape writes a member's name as a step of a pointer (RFC 6901); a star of
// the name's own cannot be told from an index, and is not met in practice.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func unescape(step string) string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
}

// edit replaces a stretch of a text.
type edit struct {
	start, end int
	with       string
}

// apply makes the edits, which do not overlap.
func apply(text []byte, edits []edit) []byte {
	sort.Slice(edits, func(a, b int) bool { return edits[a].start < edits[b].start })
	var out bytes.Buffer
	from := 0
	for _, e := range edits {
		out.Write(text[from:e.start])
		out.WriteString(e.with)
		from = e.end
	}
	out.Write(text[from:])
	return out.Bytes()
}

// removal is the edit that takes a member or an element out, with one comma.
func (s spot) removal() edit {
	starts, ends := s.parent.bounds()
	switch last := len(starts) - 1; {
	case s.index < last:
		return edit{starts[s.index], starts[s.index+1], ""}
	case last > 0:
		return edit{ends[last-1], ends[last], ""}
	}
	return edit{starts[s.index], ends[s.index], ""}
}

// bounds are where the members or elements start and end.
func (n *node) bounds() (starts, ends []int) {
	for _, m := range n.members {
		starts, ends = append(starts, m.nameStart), append(ends, m.value.end)
	}
	for _, element := range n.elements {
		starts, ends = append(starts, element.start), append(ends, element.end)
	}
	return starts, ends
}

// quote writes a JSON string.
func quote(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		return `""` // a Go string always can be written
	}
	return string(data)
}
