package browser_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// Nothing that a bank sends runs, loads, shows as an element, moves other text,
// or widens the page.
func TestHostileContentIsInert(t *testing.T) {
	shape := `JSON.stringify(Array.from(document.body.querySelectorAll('*'), e => e.localName + '.' + Array.from(e.attributes, a => a.name)))`
	harmless := evaluate[string](show(t, "hostile/harmless"), shape)
	for _, name := range runs(t, "hostile") {
		t.Run(name, func(t *testing.T) {
			p := show(t, name)
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
	html, err := os.ReadFile(reportOf("kinds/failed"))
	if err != nil {
		t.Fatal(err)
	}
	smuggled := strings.NewReplacer("SERVER", server.URL).Replace(`
		<script>window.owned = 'script'</script><script src="SERVER/x.js"></script>
		<img src="SERVER/x.png" onerror="window.owned = 'handler'"><link rel="stylesheet" href="SERVER/x.css">
		<iframe src="SERVER/frame"></iframe><object data="SERVER/object"></object><video src="SERVER/video"></video>
		<p id="smuggled" style="position: fixed">styled</p><style>#smuggled { color: rgb(1, 2, 3) }</style>
		<a id="trap" href="javascript:window.owned='link'">link</a>
		<form id="form" action="SERVER/form"><input name="a" value="b"></form>`)
	page := filepath.Join(t.TempDir(), "report.html")
	smuggling := strings.Replace(string(html), "<main ", smuggled+"<main ", 1)
	p := newTab(t)
	if err := os.WriteFile(page, []byte(smuggling), 0o600); err != nil {
		t.Fatal(err)
	}
	p.open(page)
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
