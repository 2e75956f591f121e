package evidence

import (
	"regexp"
	"strings"
)

// index is one element of an array in a JSON pointer.
var index = regexp.MustCompile(`/[0-9]+(/|$)`)

// AnyIndex is a finding's place with every array index as *, so that the same
// fault in ten accounts is one: /Data/Account/3/AccountType becomes
// /Data/Account/*/AccountType. What is no JSON pointer stays as it is.
func AnyIndex(where string) string {
	if !strings.HasPrefix(where, "/") {
		return where
	}
	// Twice, because neighbours share a slash: /0/1/ is two indexes.
	return index.ReplaceAllString(index.ReplaceAllString(where, "/*$1"), "/*$1")
}

// Elements names what the last * of such a place stands for, in the plural:
// "accounts" for /Data/Account/*/AccountType; empty where there is no *.
func Elements(place string) string {
	parts := strings.Split(place, "/")
	for i := len(parts) - 1; i > 0; i-- {
		if parts[i] != "*" {
			continue
		}
		name := strings.ToLower(parts[i-1])
		switch {
		case name == "" || name == "*":
			return "elements"
		case strings.HasSuffix(name, "s"):
			return name
		}
		return name + "s"
	}
	return ""
}
