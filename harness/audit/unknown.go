package audit

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/strictjson"
	"obconform/harness/traffic"
)

// unknownHeader tells whether a field of the answer is not known: no fields were
// kept, or a placeholder stands for its value.
func (e *examination) unknownHeader(name string) bool {
	return e.unknown.Header || e.placeholders(e.res.Header.Values(name))
}

// unknownRequestHeader tells the same of a field of the request.
func (e *examination) unknownRequestHeader(name string) bool {
	return e.unknown.RequestHeader || e.placeholders(e.req.Header.Values(name))
}

func (e *examination) placeholders(values []string) bool {
	return e.unknown.Placeholders && slices.ContainsFunc(values, traffic.Withheld)
}

// bracketed finds a placeholder in the midst of a text, as redaction leaves it in
// addresses and messages, percent-encoded or not.
var bracketed = regexp.MustCompile(`(?i)(?:\[|%5B)[a-z][a-z_ %0-9]{1,40}(?:\]|%5D)`)

// replaced tells whether a text was withheld, or a part of it.
func (e *examination) replaced(text string) bool {
	return e.unknown.Placeholders && (traffic.Withheld(text) || e.unknown.Redacted && bracketed.MatchString(text))
}

// withheld tells whether what stands at a place of the body is not what was sent
// but a placeholder: then it breaches nothing.
func (e *examination) withheld(where string) bool {
	if !e.unknown.Placeholders || !strings.HasPrefix(where, "/") {
		return false
	}
	value, found := strictjson.Pointer(e.body, where)
	text, isText := value.(string)
	return found && isText && e.replaced(text)
}

// unreadable tells whether a body is one that redaction may have spoilt.
func (e *examination) unreadable(body []byte) bool {
	return e.unknown.Body || e.unknown.Redacted && !json.Valid(body)
}
