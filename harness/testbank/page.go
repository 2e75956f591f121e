package testbank

import (
	"bytes"
	_ "embed" // the page
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/evidence"
	"obconform/harness/mockbank"
	"obconform/harness/tap/scenario"
	"obconform/harness/tap/trail"
	"obconform/harness/traffic"
)

// What the page shows at most.
const (
	shownExchanges = 50
	shownThings    = 20
	shownBody      = 4 << 10 // bytes of each body
	shownText      = 300     // bytes of one line
)

//go:embed page.html
var pageText string

// page writes the page at /.
func (t *Bank) page(w http.ResponseWriter) {
	var out bytes.Buffer
	if err := t.look.Execute(&out, t.view()); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(out.Len()))
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	_, _ = w.Write(out.Bytes()) // a reader who has gone needs none
}

// look is the page's template.
func look() *template.Template { return template.Must(template.New("page").Parse(pageText)) }

// view is what the page says.
type view struct {
	Address, Manner string
	Since, Now      string
	Deviations      []string
	Seed            int64
	Bank            mockbank.State
	Consents        []consentView
	Steps           []stepView
	Counts          trail.Counts
	Exchanges       []exchangeView
}

type consentView struct {
	mockbank.Consent
	Created, Updated, Expires string
}

type stepView struct {
	scenario.Step
	Does string
	Met  bool
}

type exchangeView struct {
	Number                 int
	At, Took               string
	Method, Path, What     string
	Status                 string
	Class                  string // "failed" where something was found
	Findings               []evidence.Finding
	RequestHead, Request   string
	ResponseHead, Response string
	Err                    string
}

func (t *Bank) view() view {
	v := view{Address: t.server.URL(), Manner: t.options.Bank.Manner, Since: instant(t.started), Now: instant(time.Now()),
		Deviations: slices.Concat(t.options.Bank.Faults, t.options.Bank.Habits), Seed: t.options.Bank.Seed,
		Bank: t.bank.State(shownThings), Counts: t.trail.Counts()}
	if v.Manner == "" {
		v.Manner = mockbank.MannerDocumented
	}
	for _, c := range v.Bank.Consents {
		shown := consentView{Consent: c, Created: instant(c.Created), Updated: instant(c.Updated), Expires: "never"}
		if c.Expires != nil {
			shown.Expires = instant(*c.Expires)
		}
		v.Consents = append(v.Consents, shown)
	}
	unmet := t.Unmet()
	for _, step := range t.options.Scenario {
		met := !slices.ContainsFunc(unmet, func(u scenario.Step) bool { return u.String() == step.String() })
		v.Steps = append(v.Steps, stepView{step, does(step), met})
	}
	for _, entry := range t.trail.Recent() {
		v.Exchanges = append(v.Exchanges, shown(entry))
	}
	return v
}

// does says what a step does.
func does(step scenario.Step) string {
	var parts []string
	if step.Delay > 0 {
		parts = append(parts, "after "+step.Delay.String())
	}
	switch {
	case step.Drop == scenario.Before:
		parts = append(parts, "the connection ends before the bank sees the request")
	case step.Drop == scenario.After:
		parts = append(parts, "the connection ends in the place of the answer")
	case step.Drop == scenario.Midway:
		parts = append(parts, "the connection ends midway in the answer")
	case step.Status != 0:
		parts = append(parts, "status "+strconv.Itoa(step.Status))
	default:
		parts = append(parts, "the usual answer")
	}
	return strings.Join(parts, ", ")
}

func instant(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// shown is one exchange for the page.
func shown(entry trail.Entry) exchangeView {
	x := entry.Exchange
	v := exchangeView{Number: entry.Number, At: x.Started.UTC().Format("15:04:05.000"), Took: x.Ended.Sub(x.Started).Round(10 * time.Microsecond).String(),
		Method: line(x.Request.Method), Path: line(x.Request.URL.RequestURI()), What: string(entry.Judged.Route.Operation),
		Status: "no answer", Findings: slices.Clone(entry.Judged.Findings), Err: line(x.Err),
		RequestHead: head(x.Request.Header), Request: body(x.Request.Body)}
	if v.What == "" {
		v.What = "no operation of the contract"
	}
	if x.Response != nil {
		v.Status = strconv.Itoa(x.Response.Status)
		v.ResponseHead, v.Response = head(x.Response.Header), body(x.Response.Body)
	}
	for i, f := range v.Findings {
		v.Findings[i].Expected, v.Findings[i].Actual, v.Findings[i].Where = line(f.Expected), line(f.Actual), line(f.Where)
		v.Class = "failed"
	}
	return v
}

// line is a text of others', as far as one line has room for it.
func line(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) > shownText {
		text = strings.ToValidUTF8(text[:shownText], "") + " …"
	}
	return text
}

func head(header http.Header) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if out.Len() < shownBody {
				out.WriteString(line(name) + ": " + line(value) + "\n")
			}
		}
	}
	return out.String()
}

func body(b traffic.Body) string {
	text := strings.ToValidUTF8(string(b.Bytes[:min(len(b.Bytes), shownBody)]), "\uFFFD")
	if len(b.Bytes) > shownBody || b.Lack == traffic.Cut {
		text += " …"
	}
	return text
}
