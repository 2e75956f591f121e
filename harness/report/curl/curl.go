// Package curl writes a recorded exchange as a command line of curl that
// repeats it, in the words of the POSIX shell. Whatever was redacted becomes a
// variable that the reader sets. It imports the evidence and nothing else.
package curl

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"obconform/harness/evidence"
)

// Files are the certificates that the target's configuration names, and the
// proxy; empty for none. A PKCS#12 file stands in the place of a certificate and
// its key.
type Files struct{ CA, Certificate, Key, PKCS12, Proxy string }

// Command is the command line that repeats the request; empty where its headers
// were not kept. Line breaks of a body are its only ones, and it holds no other
// character that does not print.
//
// A variable stands as "${NAME:?}", so that the shell refuses to send a request
// without it.
func Command(x evidence.Exchange, files Files) string {
	if len(x.RequestHeaders) == 0 {
		return ""
	}
	words := []string{"curl --silent --show-error --include --globoff --path-as-is --compressed"}
	add := func(option, value string) { words = append(words, option+" "+value) }
	for _, file := range []struct{ option, path string }{
		{"--cacert", files.CA}, {"--cert", files.Certificate}, {"--key", files.Key}} {
		if file.path != "" {
			add(file.option, literal(file.path))
		}
	}
	if files.PKCS12 != "" {
		add("--cert-type P12 --cert", literal(files.PKCS12))
		add("--pass", variable("certificate password"))
	}
	if files.Proxy != "" {
		add("--proxy", literal(files.Proxy))
	}
	if x.Method == http.MethodHead {
		words = append(words, "--head") // with --request it would wait for a body
	} else {
		add("--request", literal(x.Method))
	}
	sent := map[string]bool{}
	for _, line := range x.RequestHeaders {
		sent[http.CanonicalHeaderKey(line.Name)] = true
		add("--header", header(line))
	}
	// What curl adds by itself.
	for _, name := range []string{"Accept", "User-Agent", "Content-Type"} {
		if !sent[name] && (name != "Content-Type" || hasBody(x)) {
			add("--header", literal(name+":"))
		}
	}
	if hasBody(x) {
		add("--data-raw", body(x))
	}
	return strings.Join(append(words, "--url "+quoted(x.URL)), " ")
}

// hasBody tells whether curl must be given a body, if only an empty one.
func hasBody(x evidence.Exchange) bool {
	return x.RequestBody != "" || x.Method == http.MethodPost || x.Method == http.MethodPut
}

// maxBody bounds a body that stands in a command line, in bytes.
const maxBody = 16 << 10

// body is the request's body; one that is not there whole, or that no argument
// can hold, is a variable.
func body(x evidence.Exchange) string {
	if x.RequestCut || len(x.RequestBody) > maxBody || strings.ContainsRune(x.RequestBody, 0) {
		return variable("request body")
	}
	return quoted(x.RequestBody)
}

func header(line evidence.HeaderLine) string {
	if line.Value == "" {
		return literal(line.Name + ";") // curl's word for a header without a value
	}
	return quoted(line.Name + ": " + line.Value)
}

// quoted is one word of the shell that stands for the text.
func quoted(text string) string {
	var word strings.Builder
	for _, part := range evidence.Parts(text) {
		if part.Redacted != "" {
			word.WriteString(variable(part.Redacted))
		} else {
			word.WriteString(literal(part.Text))
		}
	}
	if word.Len() == 0 {
		return "''"
	}
	return word.String()
}

// variable stands for what was redacted.
func variable(name string) string {
	return `"${` + Variable(name) + `:?}"`
}

// Variable is the shell variable for what was redacted under that name: letters
// of the alphabet in capitals, everything else an underscore.
func Variable(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return unicode.ToUpper(r)
		}
		return '_'
	}, name)
}

// literal quotes a text as it is. What does not print is written by printf, so
// that the command can be shown and copied.
func literal(text string) string {
	var word strings.Builder
	open := false
	quote := func(want bool) {
		if open != want {
			word.WriteByte('\'')
			open = want
		}
	}
	for _, r := range text {
		switch {
		case r == '\'':
			quote(false)
			word.WriteString(`\'`)
		case r == '\n' || unicode.IsPrint(r):
			quote(true)
			word.WriteRune(r)
		default:
			quote(false)
			word.WriteString(`"$(printf '`)
			for _, b := range utf8.AppendRune(nil, r) {
				fmt.Fprintf(&word, `\%03o`, b)
			}
			word.WriteString(`')"`)
		}
	}
	quote(false)
	if word.Len() == 0 {
		return "''"
	}
	return word.String()
}
