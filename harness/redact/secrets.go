package redact

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// headLength is how many bytes of a form it is looked up by.
const headLength = 4

// enoughToTell is how many bytes of a form that was cut off still count as the
// secret: fewer stand in innocent words too. No form is as long as wholeOnly.
const (
	enoughToTell = 8
	wholeOnly    = math.MaxInt
)

// secretSet finds known values in a text, in every form that they may take
// there, also where they are cut off.
type secretSet struct {
	names map[string]string    // form -> what stands in its place
	heads map[string][]form    // the first bytes of forms -> the forms
	sizes [headLength + 1]bool // the lengths that heads have
	// begins has a bit for each hash of a head of full length: nearly all places
	// of a text are passed over by it, without a look at the maps.
	begins [1 << (hashBits - 6)]uint64
}

// hashBits is the size of a head's hash.
const hashBits = 18

// hash is that of the first headLength bytes of a text that has as many.
func hash(text string) uint32 {
	const golden = 2654435761 // Knuth's multiplicative hash
	head := uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
	return head * golden >> (32 - hashBits)
}

func newSecretSet() *secretSet {
	return &secretSet{names: map[string]string{}, heads: map[string][]form{}}
}

// learn makes a value known; the first name that it is given stays.
func (s *secretSet) learn(name, value string) {
	if value == "" || s.names[value] != "" {
		return
	}
	for _, form := range formsOf(value) {
		if s.names[form.text] != "" || form.text == "" {
			continue
		}
		s.names[form.text] = name
		head := form.text[:min(len(form.text), headLength)]
		s.heads[head] = append(s.heads[head], form)
		s.sizes[len(head)] = true
		if len(head) == headLength {
			h := hash(head)
			s.begins[h>>6] |= 1 << (h & 63)
		}
	}
}

// form is a way in which a value is written.
type form struct {
	text string
	// padded is one that up to two equals signs may belong to (RFC 4648, section 4).
	padded bool
}

// formsOf lists the ways in which a value is written in URLs, forms, headers,
// JSON and quoted messages.
func formsOf(value string) []form {
	if !strings.ContainsFunc(value, escapedSomewhere) {
		return append([]form{{text: value}}, base64Forms(value)...) // tokens, nearly always
	}
	query, path := url.QueryEscape(value), url.PathEscape(value)
	inJSON, _ := json.Marshal(value)
	escaped := string(inJSON[1 : len(inJSON)-1])
	quoted, ascii := strconv.Quote(value), strconv.QuoteToASCII(value)
	var forms []form
	for _, text := range []string{value, query, path, lowerHex(query), lowerHex(path),
		escaped, plainJSON.Replace(escaped), strings.ReplaceAll(plainJSON.Replace(escaped), "/", `\/`),
		quoted[1 : len(quoted)-1], ascii[1 : len(ascii)-1]} {
		forms = append(forms, form{text: text})
	}
	return append(forms, base64Forms(value)...)
}

// escapedSomewhere tells whether a character is written in another way in an
// address, in JSON or between quotes.
func escapedSomewhere(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}

// plainJSON undoes the escapes that encoding/json adds for HTML's sake.
var plainJSON = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

var percentEncoded = regexp.MustCompile(`%[0-9A-F]{2}`)

func lowerHex(text string) string { return percentEncoded.ReplaceAllStringFunc(text, strings.ToLower) }

// base64Forms are the encodings of the value alone, and what is the same in
// every encoding of a text that it is a part of, as in Basic credentials.
func base64Forms(value string) []form {
	forms := make([]form, 0, 8)
	other := false // a character that the two alphabets write in two ways
	add := func(text string) {
		forms = append(forms, form{text, true})
		other = other || strings.ContainsAny(text, "+/")
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		add(encoding.EncodeToString([]byte(value)))
		for before := range 3 {
			part := encoding.EncodeToString([]byte(strings.Repeat("x", before) + value))
			part = part[(before*8+5)/6:] // the characters that hold bits of what stands before
			if (before+len(value))%3 != 0 && part != "" {
				part = part[:len(part)-1] // and of what stands after
			}
			if len(part) >= enoughToTell {
				add(part)
			}
		}
		if !other {
			break
		}
	}
	return forms
}

// span is a part of a text that must not be kept, and what stands in its place.
type span struct {
	start, end int
	name       string
}

// find lists the spans that values take, whole ones or, with least, also such
// of which that many bytes are there.
func (s *secretSet) find(text string, least int) []span {
	var found []span
	short := s.sizes[1] || s.sizes[2] || s.sizes[3]
	for at := range len(text) {
		if !short && !s.mayBegin(text[at:]) {
			continue
		}
		if form, length := s.match(text[at:], least); length > 0 {
			found = append(found, span{at, at + length, s.names[form]})
		}
	}
	return found
}

// mayBegin tells whether a form with a head of full length can begin a text.
func (s *secretSet) mayBegin(text string) bool {
	if len(text) < headLength {
		return false
	}
	h := hash(text)
	return s.begins[h>>6]&(1<<(h&63)) != 0
}

// cover puts names in the place of spans; spans that overlap become one, so
// that nothing of the second is left over.
func cover(text string, spans []span) string {
	slices.SortStableFunc(spans, func(a, b span) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	var out strings.Builder
	end := 0
	for _, s := range spans {
		if s.start >= end {
			out.WriteString(text[end:s.start])
			out.WriteString("[" + s.name + "]")
		}
		end = max(end, s.end)
	}
	return out.String() + text[end:]
}

// match finds the form that most of the text's beginning agrees with.
func (s *secretSet) match(text string, least int) (form string, length int) {
	for head := 1; head <= min(headLength, len(text)); head++ {
		if !s.sizes[head] {
			continue
		}
		for _, candidate := range s.heads[text[:head]] {
			n := agreement(candidate.text, text)
			whole := n == len(candidate.text)
			for padding := 0; whole && candidate.padded && padding < 2 && n < len(text) && text[n] == '='; padding++ {
				n++
			}
			if (whole || n >= least) && n > length {
				form, length = candidate.text, n
			}
		}
	}
	return form, length
}

func agreement(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

var escapes = regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|.)|%[0-9a-fA-F]{2}`)

// Plain undoes the escapes of JSON strings and of addresses that a value could
// hide behind, but for the characters in keep.
func Plain(text, keep string) string {
	if !strings.ContainsAny(text, `\%`) {
		return text
	}
	return escapes.ReplaceAllStringFunc(text, func(escape string) string {
		letter, ok := unescaped(escape)
		if !ok || strings.ContainsRune(keep, letter) {
			return escape
		}
		return string(letter)
	})
}

// unescaped is the one character that an escape stands for; what is no escape
// of a printable character, or would become another escape, has none.
func unescaped(escape string) (letter rune, ok bool) {
	if escape == `\/` || escape == `\"` {
		return rune(escape[1]), true
	}
	inAddress := escape[0] == '%'
	if !inAddress && len(escape) != len(`\u0061`) {
		return 0, false
	}
	code, err := strconv.ParseUint(strings.TrimLeft(escape, `\u%`), 16, 32)
	letter = rune(code)
	return letter, err == nil && unicode.IsPrint(letter) && letter != '\\' && letter != '%' && (!inAddress || letter <= unicode.MaxASCII)
}
