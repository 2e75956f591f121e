package mutate

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// The kinds of changes of a status.
const (
	kindSet      = "set " // and the status
	kindRedirect = "redirect "
)

// statusKinds are the neighbours of a status: the numbers beside it, the common
// ones of its class, and one of another class; and redirects.
func statusKinds(status int) []string {
	near := []int{status - 1, status + 1}
	switch status / 100 {
	case 2:
		near = append(near, 200, 201, 202, 204, 400, 500)
	case 4:
		near = append(near, 400, 401, 403, 404, 422, 200, 500)
	default:
		near = append(near, 200, 400, 503)
	}
	var kinds []string
	for _, other := range near {
		kind := kindSet + strconv.Itoa(other)
		if other >= 200 && other < 600 && other != status && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return append(kinds, kindRedirect+"302", kindRedirect+"307")
}

// changeStatus gives the answer another status, or sends the client elsewhere.
func (m *Mutator) changeStatus(a *Answer) bool {
	if number, ok := strings.CutPrefix(m.mutation.Kind, kindRedirect); ok {
		status, err := strconv.Atoi(number)
		a.Status, a.Body = status, nil
		a.Header.Del("Content-Type")
		a.Header.Set("Location", "/elsewhere")
		return err == nil
	}
	status, err := strconv.Atoi(strings.TrimPrefix(m.mutation.Kind, kindSet))
	a.Status = status
	if status == http.StatusNoContent || status == http.StatusResetContent {
		m.rebody(a, nil)
	}
	return err == nil
}

// The kinds of changes of a body as a whole.
const (
	kindCutShort  = "cut off the last byte"
	kindCutOff    = "close the connection in the middle"
	kindMark      = "byte-order mark"
	kindUTF16     = "in UTF-16"
	kindLatin     = "a byte that is not UTF-8"
	kindGarbage   = "garbage follows"
	kindValue     = "another value follows"
	kindPage      = "a page of HTML"
	kindEmptyObj  = "an empty object"
	kindOtherBody = "answer of "
	kindText      = "text where there is none"
)

// bodyKinds are the kinds that fit a body.
func bodyKinds(body []byte) []string {
	if len(body) == 0 {
		return []string{kindText, kindEmptyObj}
	}
	return []string{kindDrop, kindDouble, kindCutShort, kindCutOff, kindMark, kindUTF16, kindLatin, kindGarbage, kindValue,
		kindPage, kindEmptyObj}
}

// changeBody changes the body as a whole, or takes that of another operation.
func (m *Mutator) changeBody(a *Answer) bool {
	body := a.Body
	switch m.mutation.Kind {
	case kindDrop:
		a.Header["Content-Type"] = nil
		body = nil
	case kindDouble:
		body = slices.Concat(body, body)
	case kindCutShort:
		body = bytes.TrimRight(body, " \r\n")
		body = body[:max(len(body)-1, 0)]
	case kindCutOff:
		a.Cut = len(body) > 1
		return a.Cut
	case kindMark:
		body = slices.Concat([]byte("\xef\xbb\xbf"), body)
	case kindUTF16:
		body = inUTF16(body)
	case kindLatin:
		body = withBadByte(body)
	case kindGarbage:
		body = slices.Concat(body, []byte("garbage"))
	case kindValue:
		body = slices.Concat(body, []byte("{}"))
	case kindPage:
		a.Header["Content-Type"] = []string{"text/html"}
		body = []byte("<html><body>Something else</body></html>")
	case kindEmptyObj:
		a.Header["Content-Type"] = []string{"application/json"}
		body = []byte("{}")
	case kindText:
		a.Header["Content-Type"] = []string{"text/plain"}
		body = []byte("text")
	default:
		return m.standIn(a)
	}
	if bytes.Equal(body, a.Body) {
		return false
	}
	m.rebody(a, body)
	return true
}

// standIn answers what another operation has answered.
func (m *Mutator) standIn(a *Answer) bool {
	if m.mutation.With == nil || bytes.Equal(m.mutation.With.Body, a.Body) {
		return false
	}
	a.Header["Content-Type"] = slices.Clone(m.mutation.With.Header["Content-Type"])
	m.rebody(a, m.mutation.With.Body)
	return true
}

func inUTF16(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return out
}

// withBadByte puts a byte that no UTF-8 text holds into the last string, or at
// the end where there is none.
func withBadByte(body []byte) []byte {
	at := bytes.LastIndexByte(body, '"')
	if at < 0 {
		at = len(body)
	}
	return slices.Concat(body[:at], []byte{0xe9}, body[at:])
}

// standInKind is the kind of an answer that another operation's stands in for.
func standInKind(other Place) string { return fmt.Sprintf("%s%s", kindOtherBody, other) }
