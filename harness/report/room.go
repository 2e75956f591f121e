package report

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"obconform/harness/evidence"
)

// Detailed says of which exchanges of specs with evidence headers and bodies
// are shown, where these may take room bytes in all: first those that show a
// finding, then the others. It is indexed like Specs and their exchanges.
func (r Results) Detailed(room int) [][]bool {
	shown := make([][]bool, len(r.Specs))
	take := func(spec, exchange int) {
		if size := detailSize(r.Specs[spec].Record.Exchanges[exchange]); size <= room && !shown[spec][exchange] {
			shown[spec][exchange] = true
			room -= size
		}
	}
	for i, spec := range r.Specs {
		if shown[i] = make([]bool, len(spec.Record.Exchanges)); spec.HasEvidence() {
			for _, exchange := range spec.Evidence {
				take(i, exchange)
			}
		}
	}
	for i, spec := range r.Specs {
		for exchange := range spec.Record.Exchanges {
			if spec.HasEvidence() {
				take(i, exchange)
			}
		}
	}
	return shown
}

func detailSize(x evidence.Exchange) int {
	size := len(x.RequestBody) + len(x.ResponseBody)
	for _, lines := range [][]evidence.HeaderLine{x.RequestHeaders, x.ResponseHeaders} {
		for _, line := range lines {
			size += len(line.Name) + len(line.Value)
		}
	}
	return size
}

// EscapeJSON escapes what does not print in the strings of a JSON text, so that
// the text can be shown as it is and still says exactly what was sent.
func EscapeJSON(text []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(text))
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRune(text[i:])
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out.Write(text[i : i+size])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}
