package traffic

import "regexp"

// placeholder is what recorders put in the place of a secret: ours ("[access
// token]", also behind a scheme), and the words, stars and crosses of others.
var placeholder = regexp.MustCompile(`(?i)^(?:[A-Za-z][A-Za-z-]{0,15} )?(?:\[[^\]]*\]|<[^>]*>|\*{3,}|x{5,}|•{3,}|\{?\{?(?:redacted|masked|removed|filtered|hidden|secret)\}?\}?)$`)

// Withheld tells whether a value is a placeholder for one that was not kept. What
// depends on such a value is not known, and must not be judged.
func Withheld(value string) bool { return mayEnd(value) && placeholder.MatchString(value) }

// mayEnd tells whether the last byte is one that a placeholder can end in. It is
// asked of every header and every value, and an expression costs a microsecond.
func mayEnd(value string) bool {
	if value == "" {
		return false
	}
	switch value[len(value)-1] {
	case ']', '>', '*', '}', 'x', 'X', 'd', 'D', 'n', 'N', 't', 'T', "•"[len("•")-1]:
		return true
	}
	return false
}
