package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a configuration. It never holds a
// secret's value.
type Problem struct {
	// File is the configuration file, or "environment variable NAME".
	File string
	// Key is the dotted key, with indices for list elements; empty where the
	// file as a whole is meant.
	Key string
	// Expected is what would have been right.
	Expected string
	// Got is what was there, empty where the expectation says it all.
	Got string
}

// String is the problem in one line.
func (p Problem) String() string {
	line := p.File + ": "
	if p.Key != "" {
		line += p.Key + ": "
	}
	line += "expected " + p.Expected
	if p.Got != "" {
		line += ", got " + p.Got
	}
	return line
}

// Problems is everything that is wrong with a configuration, and the error
// that Load and Parse return.
type Problems struct {
	List []Problem
}

// Error prints one problem per line.
func (p *Problems) Error() string {
	lines := make([]string, len(p.List))
	for i, problem := range p.List {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// longestQuote is how many characters of a wrong value are repeated: enough to
// recognise it.
const longestQuote = 80

// quote repeats a wrong value of a key that holds no secret. A value that looks
// as if key material or a token had been pasted there is described instead.
func quote(value string) string {
	length := utf8.RuneCountInString(value)
	switch {
	case value == "":
		return "an empty string"
	case strings.Contains(value, "-----BEGIN"), strings.HasPrefix(value, "eyJ"),
		strings.ContainsFunc(value, unicode.IsControl), length > longestQuote:
		return fmt.Sprintf("a text of %d characters", length)
	}
	return fmt.Sprintf("%q", value)
}

// describe names the kind of a JSON value, never the value: it may be a secret
// that was given in the wrong place.
func describe(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

// longestMiss is the number of typing slips up to which a name is still taken
// for a misspelling of another.
const longestMiss = 2

// didYouMean is the known name that the wrong one resembles, empty for none.
func didYouMean(wrong string, known []string) string {
	best, least := "", longestMiss+1
	for _, name := range known {
		if strings.EqualFold(wrong, name) {
			return name
		}
		// A short name is within two slips of nearly anything.
		if slips := distance(wrong, name); slips < least && 2*slips < len(name) {
			best, least = name, slips
		}
	}
	return best
}

// distance is the Levenshtein distance of two names, in bytes; names whose
// lengths alone set them apart are not compared any further.
func distance(a, b string) int {
	if len(a)-len(b) > longestMiss || len(b)-len(a) > longestMiss {
		return longestMiss + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
