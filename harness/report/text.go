package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Lengths of texts in the reports, in bytes.
const (
	maxName  = 250
	maxShort = 200
	maxValue = 1 << 10
	// maxNote is room for the note of what was cut.
	maxNote = 40
)

// Line makes one printable line of at most limit bytes (and a note of what was
// cut) of any text: what a server sends is hostile, and a report is read in
// terminals, browsers and XML parsers. Whatever does not print, line breaks and
// the escape character of ANSI sequences among it, becomes visible as \u{1b};
// invalid UTF-8 becomes U+FFFD.
func Line(text string, limit int) string { return clean(text, limit, "") }

// Milliseconds is a time as the reports print it.
func Milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', digits(d), 64) + " ms"
}

// digits keeps about three that say something, of a fraction at most two.
func digits(d time.Duration) int {
	switch {
	case d >= 100*time.Millisecond:
		return 0
	case d >= 10*time.Millisecond:
		return 1
	}
	return 2
}

// Block is Line for longer texts: line breaks and tabs stay.
func Block(text string, limit int) string { return clean(text, limit, "\n\t") }

func clean(text string, limit int, keep string) string {
	text, whole, wasCut := uncut(text)
	var out strings.Builder
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		piece := text[i : i+size]
		switch {
		case r == utf8.RuneError && size == 1:
			piece = string(utf8.RuneError)
		case !unicode.IsPrint(r) && !strings.ContainsRune(keep, r):
			piece = fmt.Sprintf(`\u{%x}`, r)
		}
		if out.Len()+len(piece) > limit {
			wasCut = true
			break
		}
		out.WriteString(piece)
	}
	if wasCut {
		fmt.Fprintf(&out, "%s%d%s", cutBegins, whole, cutEnds)
	}
	return out.String()
}

// The note of what was cut stands between these, with a length in bytes.
const (
	cutBegins = " … ("
	cutEnds   = " bytes in all)"
)

// uncut takes a text that may have been cut before from its note, so that
// cutting it again, or not, says the same as cutting the whole text once.
func uncut(text string) (rest string, whole int, wasCut bool) {
	tail := text[max(len(text)-maxNote, 0):] // the note is short, and a text may be long
	if at := strings.LastIndex(tail, cutBegins); at >= 0 {
		number, ends := strings.CutSuffix(tail[at+len(cutBegins):], cutEnds)
		if n, err := strconv.ParseUint(number, 10, 40); ends && err == nil {
			return text[:len(text)-len(tail)+at], int(n), true
		}
	}
	return text, len(text), false
}
