package evidence

import (
	"regexp"
	"strings"
)

// redactions are the names that stand in brackets where something was taken
// out, in small letters. A name that is missing here would be repeated by a
// command as if it were the value.
var redactions = []string{
	"access token", "altered access token", "client secret", "altered client secret", "client credentials",
	"authorisation code", "secret", "credential", "spoilt credential", "cookie", "jwt",
	"account number", "account name", "roll number",
	"access_token", "refresh_token", "id_token", "client_secret", "registration_access_token",
	"software_statement", "softwarestatement", "client_assertion", "code", "token", "password",
	"identification", "secondaryidentification", "name", "nickname", "description",
}

var redaction = regexp.MustCompile(`(?i)\[(` + strings.Join(redactions, "|") + `)\]`)

// Part is a piece of a redacted text: text that was kept, or the name of what
// was taken out.
type Part struct{ Text, Redacted string }

// Parts takes a redacted text apart, in order.
func Parts(text string) []Part {
	var parts []Part
	if !strings.Contains(text, "[") {
		return append(parts, Part{Text: text})
	}
	start := 0
	for _, at := range redaction.FindAllStringIndex(text, -1) {
		if at[0] > start {
			parts = append(parts, Part{Text: text[start:at[0]]})
		}
		parts = append(parts, Part{Redacted: text[at[0]+1 : at[1]-1]})
		start = at[1]
	}
	if start < len(text) {
		parts = append(parts, Part{Text: text[start:]})
	}
	return parts
}
