package recording

import (
	"bytes"
	"net/url"
	"regexp"

	"obconform/harness/traffic"
)

// quoted finds strings of a JSON text that may be placeholders; traffic.Withheld
// knows which are.
var quoted = regexp.MustCompile(`"([^"\\]{0,64})"`)

// bracketed finds what our own redaction leaves in the midst of texts.
var bracketed = regexp.MustCompile(`(?i)\[[a-z][a-z_ ]{1,40}\]`)

// hints are what every text with a placeholder has: most bodies have none of them
// and need not be looked at more closely.
var hints = [][]byte{[]byte(`"[`), []byte(`"<`), []byte("***"), []byte("xxxxx"), []byte("XXXXX"), []byte("•••"), []byte("=["), []byte("=%5B"), []byte("=%3C"),
	[]byte("edacted"), []byte("EDACTED"), []byte("asked"), []byte("ASKED"), []byte("emoved"), []byte("EMOVED"), []byte("iltered"), []byte("ILTERED"),
	[]byte("idden"), []byte("IDDEN"), []byte(`"secret"`), []byte(`"SECRET"`)}

// replaced tells whether placeholders stand for values of a body: a string of a
// JSON text, or a value of a form.
func replaced(body []byte) bool {
	hinted := false
	for _, hint := range hints {
		hinted = hinted || bytes.Contains(body, hint)
	}
	if !hinted {
		return false
	}
	if start := bytes.TrimSpace(body); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		for _, found := range quoted.FindAllSubmatchIndex(body, -1) {
			behind := bytes.TrimLeft(body[found[1]:], " \t\r\n")
			isName := len(behind) > 0 && behind[0] == ':'
			if !isName && traffic.Withheld(string(body[found[2]:found[3]])) {
				return true
			}
		}
		return false
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return false
	}
	for _, list := range values {
		for _, value := range list {
			if traffic.Withheld(value) {
				return true
			}
		}
	}
	return traffic.Withheld(string(bytes.TrimSpace(body)))
}
