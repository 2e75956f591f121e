package detect

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/mockbank"
	"obconform/harness/report"
	"obconform/harness/tpp"
)

// NullBank is a server that is no bank: no spec may pass on it.
type NullBank struct {
	// Name says what it does.
	Name string `json:"name"`
	// answer writes its answer, and tells whether that is the right one after
	// all; the bank knows that one.
	answer func(w http.ResponseWriter, r *http.Request, bank http.Handler) (right bool)
	// door says that discovery and tokens are right.
	door bool
}

// NullBanks lists them all. Where discovery is no use hardly any spec gets as far
// as its own request; so there are banks too that are null behind it alone.
func NullBanks() []NullBank {
	list := outright()
	for _, null := range []NullBank{list[0], list[1], list[3], list[4], list[5], list[9]} {
		list = append(list, NullBank{null.Name + ", behind the right discovery and tokens", behindTheDoor(null.answer), true})
	}
	return list
}

// behindTheDoor gives the right answers where a client gets its tokens: below
// the paths of discovery and OAuth.
func behindTheDoor(answer func(http.ResponseWriter, *http.Request, http.Handler) bool) func(http.ResponseWriter, *http.Request, http.Handler) bool {
	return func(w http.ResponseWriter, r *http.Request, bank http.Handler) bool {
		if !strings.Contains(r.URL.Path, "/.well-known/") && !strings.HasPrefix(r.URL.Path, "/oauth2/") {
			return answer(w, r, bank)
		}
		bank.ServeHTTP(w, r)
		return true
	}
}

// outright are the servers that are null everywhere.
func outright() []NullBank {
	return []NullBank{
		{"404 to everything", always(http.StatusNotFound, "", ""), false},
		{"200 and an empty object to everything", always(http.StatusOK, "application/json", "{}"), false},
		{"200 and no body to everything", always(http.StatusOK, "", ""), false},
		{"204 to everything", always(http.StatusNoContent, "", ""), false},
		{"401 to everything", always(http.StatusUnauthorized, "", ""), false},
		{"400 and an error of Open Banking to everything", always(http.StatusBadRequest, "application/json",
			`{"Code":"400 BadRequest","Message":"No.","Errors":[{"ErrorCode":"UK.OBIE.Field.Invalid","Message":"No."}]}`), false},
		{"500 and a page to everything", always(http.StatusInternalServerError, "text/html", "<html><body>Something went wrong</body></html>"), false},
		{"503 to everything", always(http.StatusServiceUnavailable, "", ""), false},
		{"a redirect to everything", redirectAway, false},
		{"the request itself", echo, false},
		{"nothing, ever", func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			<-r.Context().Done()
			return false
		}, false},
		{"a closed connection", func(http.ResponseWriter, *http.Request, http.Handler) bool { panic(http.ErrAbortHandler) }, false},
		{"the right body, always with 200", alwaysOK, false},
	}
}

// always gives one answer.
func always(status int, mediaType, body string) func(http.ResponseWriter, *http.Request, http.Handler) bool {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		w.Header()["Content-Type"] = nil
		if mediaType != "" {
			w.Header().Set("Content-Type", mediaType)
		}
		// What a gateway would do, so that nothing else is at fault.
		w.Header().Set("X-Fapi-Interaction-Id", r.Header.Get("X-Fapi-Interaction-Id"))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // a client that has gone is nobody's loss
		return false
	}
}

func redirectAway(w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
	w.Header().Set("Location", "/login")
	w.WriteHeader(http.StatusFound)
	return false
}

func echo(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
	for name, values := range r.Header {
		w.Header()[name] = values
	}
	_, _ = io.Copy(w, r.Body)
	return false
}

// alwaysOK knows the right answer and has just one status for it; where that
// is the right one too, the answer is.
func alwaysOK(w http.ResponseWriter, r *http.Request, bank http.Handler) bool {
	right, _ := inMemory{bank}.RoundTrip(r) // never fails
	for name, values := range right.Header {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	_, _ = io.Copy(w, right.Body)
	return right.StatusCode == http.StatusOK
}

// NullSighting is what the suites made of a null bank.
type NullSighting struct {
	Name string `json:"name"`
	// Way is the configured way to a consent.
	Way       string         `json:"way"`
	Outcome   report.Outcome `json:"outcome"`
	Specs     int            `json:"specs"`
	Exchanges int            `json:"exchanges"`
	// Passed are the specs that passed although an answer to them was wrong, or
	// without an answer at all.
	Passed []string `json:"passed"`
	// Clauses are those of an API that passed although no answer of the API's own
	// was right.
	Clauses []contract.ClauseID `json:"clauses"`
	Seconds float64             `json:"seconds"`
}

// nullTime bounds one request to a null bank.
const nullTime = time.Second

// Ways are the ways to a consent with which null banks are tried.
func Ways() []string { return []string{"headless", "codes"} }

// SeeNull runs all suites against a null bank.
func SeeNull(null NullBank, way string, keys *mockbank.Keys, suites []tpp.Suite) (NullSighting, error) {
	began := time.Now()
	seen := NullSighting{Name: null.Name, Way: way, Passed: []string{}, Clauses: []contract.ClauseID{}}
	count := &counting{rights: map[string]int{}, all: map[string]int{}}
	g, err := newMockGround(mockbank.Options{Keys: keys}, func(bank http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			spec := count.asked()
			if null.answer(w, r, bank) {
				count.rightly(spec)
			}
		})
	})
	if err != nil {
		return seen, err
	}
	defer g.close()
	g.config.Timeouts.Request = config.Duration(nullTime)
	g.config.Consents.Way = way
	results, err := part{suites: suites, observe: func(suite, spec string) { count.begin(suite + "\t" + spec) }}.run(g)
	if err != nil {
		return seen, err
	}
	seen.Outcome, seen.Specs, seen.Exchanges = results.Outcome, len(results.Specs), results.Exchanges
	for _, spec := range results.Specs {
		observer := string(spec.Suite) + "\t" + strings.TrimSpace(spec.Name)
		if spec.State == report.StatePassed && !count.right(observer) {
			seen.Passed = append(seen.Passed, string(spec.Suite)+": "+spec.Name)
		}
	}
	if null.door || !count.anyRight() {
		for _, clause := range results.Clauses {
			if clause.Verdict == report.Passed && clause.API != contract.Common && !(null.door && atTheDoor(clause.ID)) {
				seen.Clauses = append(seen.Clauses, clause.ID)
			}
		}
	}
	seen.Seconds = time.Since(began).Seconds()
	return seen, nil
}

// atTheDoor tells whether a clause is about what is right behind a door: discovery
// and tokens.
func atTheDoor(clause contract.ClauseID) bool {
	return slices.Contains([]string{"DIS", "TOK"}, Subject(clause))
}

// counting counts answers by the spec that got them.
type counting struct {
	mu          sync.Mutex
	spec        string
	rights, all map[string]int
}

func (c *counting) begin(spec string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spec = spec
}

func (c *counting) asked() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[c.spec]++
	return c.spec
}

func (c *counting) rightly(spec string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rights[spec]++
}

// right tells whether the spec got answers, and right ones only.
func (c *counting) right(spec string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[spec] > 0 && c.rights[spec] == c.all[spec]
}

// anyRight tells whether any answer was right.
func (c *counting) anyRight() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.rights) > 0
}
