package conduct

import (
	"encoding/json"
	"fmt"
	"mime"
	"strconv"
	"strings"
	"unicode/utf8"

	"obconform/harness/traffic"
)

// maxWords is the longest Expected, Actual or Where, in characters.
const maxWords = 200

// clip cuts text short, whole characters only.
func clip(text string) string {
	if len(text) <= maxWords || utf8.RuneCountInString(text) <= maxWords {
		return text
	}
	return string([]rune(text)[:maxWords-3]) + "..."
}

// printable escapes what could disturb a report or a terminal.
func printable(text string) string {
	quoted := strconv.Quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// quote shows text from outside that is public by nature, escaped and cut short.
func quote(text string) string {
	const most = 80
	if text == "" {
		return "nothing"
	}
	if utf8.RuneCountInString(text) > most {
		return strconv.Quote(string([]rune(text)[:most])) + "..."
	}
	return strconv.Quote(text)
}

// outline says what kind of value it is, and nothing of what is in it.
func outline(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return "a number"
	case string:
		return fmt.Sprintf("a string of %d characters", utf8.RuneCountInString(v))
	case []any:
		return fmt.Sprintf("an array, %d long", len(v))
	case map[string]any:
		return fmt.Sprintf("an object of %d members", len(v))
	}
	return "another value"
}

// isMedia tells whether a Content-Type is one of those, in UTF-8 if it says.
func isMedia(value string, types ...string) bool {
	for _, one := range types {
		if value == one {
			return true
		}
	}
	media, parameters, err := mime.ParseMediaType(value)
	if err != nil {
		return false
	}
	if charset, given := parameters["charset"]; given && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	for _, one := range types {
		if media == one {
			return true
		}
	}
	return false
}

// withheld tells whether a value is a placeholder.
func withheld(value any) bool {
	text, ok := value.(string)
	return ok && traffic.Withheld(text)
}
