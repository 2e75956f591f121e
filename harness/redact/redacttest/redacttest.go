// Package redacttest is for tests that look for a value in what is kept: it
// writes the value in every form that it may take there.
package redacttest

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"obconform/harness/redact"
)

var percentEncoded = regexp.MustCompile(`%[0-9A-F]{2}`)

func lowerHex(text string) string { return percentEncoded.ReplaceAllStringFunc(text, strings.ToLower) }

// Ways are the forms in which a value can stand in a text.
func Ways(value string) map[string]string {
	inJSON, _ := json.Marshal(value)
	percent, unicodes := "", ""
	for _, b := range []byte(value) {
		percent += "%" + string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15])
		unicodes += `\u00` + string("0123456789ABCDEF"[b>>4]) + string("0123456789ABCDEF"[b&15])
	}
	forms := map[string]string{
		"raw": value, "query": url.QueryEscape(value), "path": url.PathEscape(value),
		"lower-case query":                 lowerHex(url.QueryEscape(value)),
		"JSON":                             string(inJSON[1 : len(inJSON)-1]),
		"JSON slash":                       strings.ReplaceAll(value, "/", `\/`),
		"Base64":                           base64.StdEncoding.EncodeToString([]byte(value)),
		"Base64url":                        base64.RawURLEncoding.EncodeToString([]byte(value)),
		"every byte escaped in an address": percent,
		"every character escaped in JSON":  unicodes,
	}
	for _, before := range []string{"a", "ab", "abc:"} {
		forms["Base64 after "+before] = base64.StdEncoding.EncodeToString([]byte(before + value + "zz"))
	}
	return forms
}

// Shown tells whether a value can be read from a text, in any of the ways.
func Shown(text, value string) bool {
	if strings.Contains(text, value) || strings.Contains(redact.Plain(text, ""), value) {
		return true
	}
	for way, form := range Ways(value) {
		if strings.HasPrefix(way, "Base64 after") {
			if len(value) < 8 {
				continue // too short to tell from what surrounds it
			}
			form = form[4 : len(form)-4] // what stands there whatever surrounds the value
		}
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}
