package mutate

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Templates are the places in paths that hold an identifier: a path up to the
// identifier, which is written {}, as in "/things/{}". They are learnt from the
// traffic: where one path has had a segment that an answer gave before, every
// segment there is an identifier.
type Templates []string

// hole stands for an identifier in a path.
const hole = "{}"

// Of is the template of a path, in its encoded form.
func (t Templates) Of(path string) string {
	var template strings.Builder
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if slices.Contains(t, template.String()+"/"+hole) {
			segment = hole
		}
		template.WriteString("/" + segment)
	}
	return template.String()
}

// learn adds what a path tells when those are the identifiers that answers have
// given.
func (t *Templates) learn(path string, given map[string]bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil || !given[plain] {
			continue
		}
		template := t.Of("/"+strings.Join(segments[:i], "/")) + "/" + hole
		if i == 0 {
			template = "/" + hole
		}
		if !slices.Contains(*t, template) {
			*t = append(*t, template)
		}
	}
}

// isIdentifier tells what may be an identifier from words and version numbers.
func isIdentifier(text string) bool {
	const shortest, longest = 8, 128
	return len(text) >= shortest && len(text) <= longest && !isAddress(text) && !isDate(text) &&
		strings.IndexFunc(text, unicode.IsDigit) >= 0 && strings.IndexFunc(text, unicode.IsSpace) < 0
}
