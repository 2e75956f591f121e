package browser_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"obconform/harness/report/specimen"
)

// hostileTexts are what a bank might send to whoever reads a report of it.
func hostileTexts() map[string]string {
	return map[string]string{
		"a script":             `</script><script>window.owned = 1; document.title = 'owned'</script>`,
		"an image":             `"><img src=x onerror="window.owned = 1">`,
		"an attribute":         `' onmouseover='window.owned = 1' autofocus onfocus='window.owned = 1`,
		"a drawing":            `<svg onload="window.owned = 1"><animate onbegin="window.owned = 1" attributeName=x dur=1s></svg>`,
		"a frame":              `<iframe srcdoc="<script>parent.owned = 1</script>"></iframe>`,
		"a form":               `<form action=https://bank.example><input name=q></form>`,
		"the end of a style":   `</style><style>body { display: none }</style>`,
		"another base":         `<base href="https://bank.example/"><meta http-equiv=refresh content="0;url=https://bank.example/">`,
		"a script address":     `javascript:window.owned=1`,
		"an open comment":      `<!-- <![CDATA[ `,
		"a template":           `{{define "x"}}{{.}}{{end}} ${window.owned = 1}`,
		"an escape sequence":   "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x00",
		"reversed text":        "\u202egnp.exe\u202c \u2066isolated\u200f",
		"a line of its own":    "first\r\n\r\n<script>window.owned = 1</script>\u2028\u2029",
		"a very long word":     strings.Repeat("A", 5000),
		"a pile of accents":    "Z" + strings.Repeat("\u0301", 400),
		"broken UTF-8":         "\xff\xfe\xc0\xaf<script>",
		"an element's own end": `</pre></details></article></main></body></html><script>window.owned = 1</script>`,
	}
}

// Nothing that a bank sends runs, loads, shows as an element, moves other text,
// or widens the page.
func TestHostileContentIsInert(t *testing.T) {
	shape := `JSON.stringify(Array.from(document.body.querySelectorAll('*'), e => e.localName + '.' + Array.from(e.attributes, a => a.name)))`
	harmless := evaluate[string](show(t, specimen.Hostile("harmless")), shape)
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			p := show(t, specimen.Hostile(text))
			p.want("nothing ran", `window.owned === undefined && !document.title.includes('\u001b')`)
			p.want("the style stands", `getComputedStyle(document.body).display === 'block'`)
			if got := evaluate[string](p, shape); got != harmless {
				t.Error("the elements of the page are not those of a harmless run")
			}
			p.want("no character of it is invisible or turns text around", `!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/.test(document.body.innerText + document.title)`)
			for _, width := range []int64{1280, 390} {
				p.look(width, 800, "light")
				p.want("it does not widen the page", `document.documentElement.scrollWidth <= innerWidth`)
			}
			p.want("it is there to be read", `document.querySelector('.finding .actual').textContent.trim().length > 'Actual'.length + 3`)
		})
	}
}

// Markup that got past all escaping would still be held by the policy.
func TestThePolicyHolds(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer server.Close()
	var html strings.Builder
	if err := render(&html, specimen.Kinds()["failed"]); err != nil {
		t.Fatal(err)
	}
	smuggled := strings.NewReplacer("SERVER", server.URL).Replace(`
		<script>window.owned = 'script'</script><script src="SERVER/x.js"></script>
		<img src="SERVER/x.png" onerror="window.owned = 'handler'"><link rel="stylesheet" href="SERVER/x.css">
		<iframe src="SERVER/frame"></iframe><object data="SERVER/object"></object><video src="SERVER/video"></video>
		<p id="smuggled" style="position: fixed">styled</p><style>#smuggled { color: rgb(1, 2, 3) }</style>
		<a id="trap" href="javascript:window.owned='link'">link</a>
		<form id="form" action="SERVER/form"><input name="a" value="b"></form>`)
	page := strings.Replace(html.String(), "<main ", smuggled+"<main ", 1)
	p := newTab(t)
	p.open(write(t, page))
	evaluate[bool](p, `(document.getElementById('trap').click(), document.getElementById('form').submit(), true)`)
	refused, err := chromedp.Run(p.Context, chromedp.Evaluate[bool](
		`fetch('`+server.URL+`/fetch').then(() => false, () => true)`, chromedp.EvalAwaitPromise))
	if err != nil || !refused {
		t.Errorf("the page could fetch: %v", err)
	}
	p.want("nothing ran", `window.owned === undefined`)
	p.want("no smuggled style counts", `getComputedStyle(document.getElementById('smuggled')).position === 'static' && getComputedStyle(document.getElementById('smuggled')).color !== 'rgb(1, 2, 3)'`)
	p.want("our own script and style do", `!document.getElementById('filter').hidden && getComputedStyle(document.querySelector('.tiles')).display === 'grid'`)
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests reached the server", n)
	}
	violations := strings.Join(p.Said(), "\n")
	for _, directive := range []string{"script-src", "style-src", "img-src", "default-src", "form-action"} {
		if !strings.Contains(violations, directive) {
			t.Errorf("no violation of %s was noticed:\n%s", directive, violations)
		}
	}
}
