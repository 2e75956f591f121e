package audit

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"obconform/harness/strictjson"
)

// maxWords is the longest Expected, Actual or Where, in characters.
const maxWords = 200

// clip cuts text short, whole characters only.
func clip(text string) string {
	if utf8.RuneCountInString(text) <= maxWords {
		return text
	}
	return string([]rune(text)[:maxWords-3]) + "..."
}

// printable escapes what could disturb a report or a terminal; ordinary text
// stays as it is.
func printable(text string) string {
	quoted := strconv.Quote(text)
	if quoted == `"`+text+`"` {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`), `\\`, `\`)
}

// quote shows text from outside, escaped and cut short.
func quote(text string) string {
	const most = 80
	if utf8.RuneCountInString(text) > most {
		return strconv.Quote(string([]rune(text)[:most])) + fmt.Sprintf("... (%d characters)", utf8.RuneCountInString(text))
	}
	return strconv.Quote(text)
}

// quoteAll shows the values of a header.
func quoteAll(values []string) string {
	if len(values) == 0 {
		return "no such header"
	}
	if len(values) > 1 {
		return fmt.Sprintf("%d headers of this name, the first %s", len(values), quote(values[0]))
	}
	return quote(values[0])
}

// outline says what kind of value it is, and nothing of what is in it.
func outline(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return fmt.Sprintf("a string of %d characters", utf8.RuneCountInString(v))
	case []any:
		return fmt.Sprintf("an array of %d items", len(v))
	case map[string]any:
		return fmt.Sprintf("an object of %d members", len(v))
	}
	return fmt.Sprintf("a value of type %T", value)
}

// confidential are the members whose values are never shown: what names a
// person or an account, and what opens a door. In DebtorAccount everything is.
var confidential = []string{
	"Identification", "SecondaryIdentification", "Name", "Nickname", "Description", "DebtorAccount",
	"client_secret", "access_token", "refresh_token", "id_token", "softwareStatement", "software_statement",
	"registration_access_token",
}

// jwtLike recognises a signed token by its first characters, `{"` encoded.
var jwtLike = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.`)

// show describes the value at a pointer of the body, as openly as it may be.
func (e *examination) show(pointer string) string {
	value, found := strictjson.Pointer(e.body, pointer)
	if !found {
		return "no such member"
	}
	if !e.mayShow(pointer, value) {
		return outline(value) + ", not shown"
	}
	switch v := value.(type) {
	case string:
		return quote(v)
	case json.Number:
		return clip(v.String())
	case bool:
		return strconv.FormatBool(v)
	}
	return outline(value)
}

// mayShow tells whether the value at a pointer is neither personal nor secret.
// An account in a list of accounts is shown member by member, one that is a
// bare value might be a number of an account.
func (e *examination) mayShow(pointer string, value any) bool {
	tokens, _ := strictjson.Split(pointer)
	for _, token := range tokens {
		if slices.Contains(confidential, token) {
			return false
		}
	}
	for len(tokens) > 0 && tokens[len(tokens)-1] != "" && strings.Trim(tokens[len(tokens)-1], "0123456789") == "" {
		tokens = tokens[:len(tokens)-1] // the items of an array are of its kind
	}
	if len(tokens) > 0 && tokens[len(tokens)-1] == "Account" {
		return false
	}
	text, isText := value.(string)
	return !isText || !jwtLike.MatchString(text) && !e.holdsSecret(text)
}
