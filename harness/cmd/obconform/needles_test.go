package main_test

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// needle is one way to write a secret down.
type needle struct{ written, what, form string }

// haystack searches texts for many needles at once: by their first bytes.
type haystack struct {
	byHead map[string][]needle
	short  []needle
}

// head is how many bytes of a needle it is looked up by.
const head = 8

// lookFor makes a haystack of secrets, each with what it is.
func lookFor(t *testing.T, secrets map[string]string) haystack {
	t.Helper()
	h := haystack{byHead: map[string][]needle{}}
	for secret, what := range secrets {
		for form, written := range forms(t, secret) {
			if n := (needle{written, what, form}); len(written) < head {
				h.short = append(h.short, n)
			} else {
				h.byHead[written[:head]] = append(h.byHead[written[:head]], n)
			}
		}
	}
	return h
}

var lowerHex = regexp.MustCompile(`%[0-9A-F]{2}`)

// forms are the ways in which a secret may be written down.
func forms(t *testing.T, secret string) map[string]string {
	t.Helper()
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	inJSON, inQuery, inPath := string(quoted[1:len(quoted)-1]), url.QueryEscape(secret), url.PathEscape(secret)
	inGo := strconv.Quote(secret)
	all := map[string]string{
		"raw": secret, "query-escaped": inQuery, "path-escaped": inPath,
		"query-escaped in small letters": lowerHex.ReplaceAllStringFunc(inQuery, strings.ToLower),
		"path-escaped in small letters":  lowerHex.ReplaceAllStringFunc(inPath, strings.ToLower),
		"JSON-escaped":                   inJSON,
		"JSON-escaped, not for HTML":     strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(inJSON),
		"JSON-escaped, slashes too":      strings.ReplaceAll(inJSON, "/", `\/`),
		"quoted":                         inGo[1 : len(inGo)-1], "HTML-escaped": html.EscapeString(secret),
		"JSON in JSON": strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(inJSON),
	}
	for name, encoding := range map[string]*base64.Encoding{"Base64": base64.RawStdEncoding, "Base64url": base64.RawURLEncoding} {
		all[name] = encoding.EncodeToString([]byte(secret))
		for before := range 3 {
			// What is the same whatever stands before and after the secret.
			whole := encoding.EncodeToString([]byte(strings.Repeat("-", before) + secret))
			middle := whole[(before*8+5)/6 : (before+len(secret))*8/6]
			if len(middle) >= head {
				all[name+" after "+strconv.Itoa(before)] = middle
			}
		}
	}
	return all
}

// find lists the needles in a text, each with where it stands.
func (h haystack) find(text string) map[needle]int {
	found := map[needle]int{}
	for at := 0; at+head <= len(text); at++ {
		for _, n := range h.byHead[text[at:at+head]] {
			if strings.HasPrefix(text[at:], n.written) {
				found[n] = at
			}
		}
	}
	for _, n := range h.short {
		if at := strings.Index(text, n.written); at >= 0 {
			found[n] = at
		}
	}
	return found
}

// search fails the test for every secret in a text.
func (h haystack) search(t *testing.T, where, text string) {
	t.Helper()
	for n, at := range h.find(text) {
		t.Errorf("%s shows the %s, %s: ...%s[here]", where, n.what, n.form, text[max(0, at-120):at])
	}
}

// searchFiles searches every file below a folder, as it is and with the
// references of HTML and XML undone, and answers how many there were.
func (h haystack) searchFiles(t *testing.T, dir string) int {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		h.search(t, "the name of a file", path)
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		h.search(t, name, string(data))
		if plain := html.UnescapeString(string(data)); plain != string(data) {
			h.search(t, name+", unescaped", plain)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The search itself finds what it is to find, in every form and at every
// alignment, and nothing in what was redacted.
func TestTheSearchFindsSecrets(t *testing.T) {
	t.Parallel()
	const secret = `s3cret/+"é<&> value`
	h := lookFor(t, map[string]string{secret: "secret", "short": "short secret"})
	quoted, _ := json.Marshal(map[string]string{"a": secret})
	again, _ := json.Marshal(string(quoted))
	for name, text := range map[string]string{
		"raw": "x" + secret + "x", "query": url.Values{"a": {secret}}.Encode(), "path": url.PathEscape(secret),
		"JSON": string(quoted), "JSON in JSON": string(again), "HTML": html.EscapeString(secret), "short": "a short one",
		"Go": strconv.Quote(secret), "small letters": strings.ToLower(url.QueryEscape("é<")) + strings.ToLower(url.PathEscape("x")) + lowerHex.ReplaceAllStringFunc(url.QueryEscape(secret), strings.ToLower),
		"Basic": base64.StdEncoding.EncodeToString([]byte("client:" + secret)),
		"0":     base64.StdEncoding.EncodeToString([]byte("abc" + secret + "xyz")), "1": base64.URLEncoding.EncodeToString([]byte("abcd" + secret + "x")),
		"2": base64.RawURLEncoding.EncodeToString([]byte("abcde" + secret + "xy")),
	} {
		if len(h.find(text)) == 0 {
			t.Errorf("%s: not found in %s", name, text)
		}
	}
	if found := h.find("Bearer [access token], s3cret/+ value, shor t"); len(found) > 0 {
		t.Errorf("found in an innocent text: %v", found)
	}
}
