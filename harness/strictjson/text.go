package strictjson

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads one string, member name or value, whose opening quotation mark
// is the next byte. A lone surrogate is reported and read on as U+FFFD.
func (p *parser) string() (string, bool) {
	p.pos++
	start := p.pos
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"': // nothing was escaped: the common case
			text := string(p.data[start:p.pos])
			p.pos++
			return text, true
		case c == '\\':
			return p.escaped(append([]byte(nil), p.data[start:p.pos]...))
		case c < 0x20:
			return "", p.stop("an escaped control character")
		}
		p.pos++
	}
	return "", p.stop("a closing quotation mark")
}

// escaped reads the rest of a string from its first backslash.
func (p *parser) escaped(text []byte) (string, bool) {
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == '"':
			p.pos++
			return string(text), true
		case c < 0x20:
			return "", p.stop("an escaped control character")
		case c != '\\':
			text = append(text, c)
			p.pos++
			continue
		}
		p.pos++
		r, ok := p.escape()
		if !ok {
			return "", false
		}
		text = utf8.AppendRune(text, r)
	}
	return "", p.stop("a closing quotation mark")
}

// escape reads what follows a backslash.
func (p *parser) escape() (rune, bool) {
	if p.pos >= len(p.data) {
		return 0, p.stop("an escape")
	}
	c := p.data[p.pos]
	if c == 'u' {
		p.pos++
		return p.unicodeEscape()
	}
	const letters, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	i := strings.IndexByte(letters, c)
	if i < 0 {
		return 0, p.stop("a known escape")
	}
	p.pos++
	return rune(meanings[i]), true
}

// unicodeEscape reads the digits after \u, and the second half of a pair.
func (p *parser) unicodeEscape() (rune, bool) {
	start := p.pos - len(`\u`)
	first, ok := p.hex4(p.pos)
	if !ok {
		return 0, p.stop("four hexadecimal digits")
	}
	p.pos += 4
	if !utf16.IsSurrogate(first) {
		return first, true
	}
	if p.pos+1 < len(p.data) && p.data[p.pos] == '\\' && p.data[p.pos+1] == 'u' {
		if second, ok := p.hex4(p.pos + 2); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				p.pos += 6
				return r, true
			}
		}
	}
	p.problem(start, "has a lone surrogate in a string")
	return utf8.RuneError, true
}

func (p *parser) hex4(at int) (rune, bool) {
	if at+4 > len(p.data) {
		return 0, false
	}
	for _, c := range p.data[at : at+4] {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(string(p.data[at:at+4]), 16, 32)
	return rune(n), err == nil
}

// shorten keeps a hostile member name out of messages beyond its start.
func shorten(name string) string {
	const most = 40
	seen := 0
	for i := range name {
		if seen == most {
			return name[:i] + "..."
		}
		seen++
	}
	return name
}
