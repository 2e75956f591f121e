package strictjson

import (
	"strconv"
	"strings"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// Join writes reference tokens as a JSON pointer (RFC 6901, section 3).
func Join(tokens ...string) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteByte('/')
		b.WriteString(escaper.Replace(token))
	}
	return b.String()
}

// Split reads a JSON pointer into its reference tokens; ok is false where it
// is none (it does not begin with a slash, or a tilde escapes nothing).
func Split(pointer string) (tokens []string, ok bool) {
	if pointer == "" {
		return nil, true
	}
	if pointer[0] != '/' {
		return nil, false
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		for i := range len(token) {
			if token[i] == '~' && (i+1 == len(token) || token[i+1] != '0' && token[i+1] != '1') {
				return nil, false
			}
		}
		tokens = append(tokens, unescaper.Replace(token))
	}
	return tokens, true
}

// Pointer finds the value that a JSON pointer names in a value from Parse (RFC
// 6901, section 4); ok is false for a malformed pointer and where it leads
// nowhere.
func Pointer(value any, ptr string) (found any, ok bool) {
	if ptr != "" && ptr[0] != '/' {
		return nil, false
	}
	// Token by token, without a list of them: it is asked of every document, many
	// times.
	for rest, more := strings.CutPrefix(ptr, "/"); more; {
		var token string
		token, rest, more = strings.Cut(rest, "/")
		if strings.Contains(token, "~") {
			unescaped, ok := Split("/" + token)
			if !ok {
				return nil, false
			}
			token = unescaped[0]
		}
		switch container := value.(type) {
		case map[string]any:
			if value, ok = container[token]; !ok {
				return nil, false
			}
		case []any:
			i, ok := arrayIndex(token, len(container))
			if !ok {
				return nil, false
			}
			value = container[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// arrayIndex reads an index without sign or leading zero.
func arrayIndex(token string, length int) (int, bool) {
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || i >= length || strconv.Itoa(i) != token {
		return 0, false
	}
	return i, true
}
