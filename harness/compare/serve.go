package compare

import (
	"net/http"
	"strconv"
	"strings"
)

// NumberHeader says in a request which recorded exchange it repeats. A path below
// PathPrefix says the same for a tool that sends no header of ours.
const (
	NumberHeader = "X-Recorded"
	PathPrefix   = "/recorded/"
)

// Repeat answers each request as it was recorded, and nothing else with 599.
func Repeat(tape []Exchange) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := r.Header.Get(NumberHeader)
		if rest, below := strings.CutPrefix(r.URL.Path, PathPrefix); below {
			text, _, _ = strings.Cut(rest, "/")
		}
		number, err := strconv.Atoi(text)
		if err != nil || number < 0 || number >= len(tape) {
			w.WriteHeader(599)
			return
		}
		x := tape[number]
		w.Header()["Date"] = nil // what was recorded has none
		for name, values := range x.AnswerHeader {
			w.Header()[name] = values
		}
		if x.AnswerHeader.Get("Content-Type") == "" {
			w.Header()["Content-Type"] = nil // or net/http would guess one
		}
		w.WriteHeader(x.Status)
		_, _ = w.Write(x.AnswerBody) // a client that is gone needs none
	})
}
