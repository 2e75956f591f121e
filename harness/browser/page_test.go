// The tests of this package look at pages in the browser: made-up runs of every
// kind, and the reports of real ones.
package browser_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"obconform/harness/browser"
)

// What all tests share; TestMain sets it once.
var (
	// chromium is the browser, specimens the folder of the made-up runs and
	// program the path of obconform.
	chromium           context.Context
	specimens, program string
)

func TestMain(m *testing.M) {
	status, err := startAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func startAndRun(m *testing.M) (status int, err error) {
	dir, err := os.MkdirTemp("", "obconform-browser-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	specimens, program = filepath.Join(dir, "specimens"), filepath.Join(dir, "obconform")
	for _, args := range [][]string{{"run", "./harness/cmd/specimens", specimens}, {"build", "-o", program, "./harness/cmd/obconform"}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = "../.."
		if out, err := cmd.CombinedOutput(); err != nil {
			return 1, fmt.Errorf("go %s: %w\n%s", args[0], err, out)
		}
	}
	ctx, stop, err := browser.Start(filepath.Join(dir, "profile"))
	if err != nil {
		return 1, err
	}
	defer stop()
	chromium = ctx
	return m.Run(), nil
}

// tab is a page that is being looked at.
type tab struct {
	*browser.Tab
	t       testing.TB
	address string
}

// newTab opens an empty page, closed at the end of the test.
func newTab(t testing.TB) *tab {
	t.Helper()
	opened, err := browser.NewTab(chromium)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	limited, cancel := context.WithTimeout(opened.Context, time.Minute)
	t.Cleanup(cancel)
	opened.Context = limited
	return &tab{Tab: opened, t: t}
}

// show opens the page of a made-up run. At the end of the test the page must
// have been quiet: no message, no exception, no violation, no request but for
// itself.
func show(t testing.TB, name string) *tab {
	t.Helper()
	opened := newTab(t)
	opened.look(1280, 800, "light")
	opened.open(reportOf(name))
	t.Cleanup(opened.wantQuiet)
	return opened
}

// reportOf is the page of a made-up run.
func reportOf(name string) string { return filepath.Join(specimens, name, "report.html") }

// runs lists the made-up runs of a kind.
func runs(t testing.TB, kind string) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(specimens, kind, "*", "report.html"))
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d runs of kind %s, %v", len(pages), kind, err)
	}
	for i, page := range pages {
		pages[i] = kind + "/" + filepath.Base(filepath.Dir(page))
	}
	return pages
}

func (p *tab) open(path string) {
	p.t.Helper()
	p.address = (&url.URL{Scheme: "file", Path: path}).String()
	if err := p.Open(path); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) look(width, height int64, scheme string) {
	p.t.Helper()
	if err := p.Look(width, height, scheme); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) wantQuiet() {
	if said := p.Said(); len(said) > 0 {
		p.t.Errorf("the page said %q", said)
	}
	for _, request := range p.Requests() {
		if address, _, _ := strings.Cut(request, "#"); address != p.address && address != "about:blank" && !strings.HasPrefix(address, "data:") {
			p.t.Errorf("the page asked for %s", request)
		}
	}
}

// evaluate is the value of an expression in the page.
func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.Context, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// keys types keys, as kb names them, where the focus is.
func (p *tab) keys(keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	if err := chromedp.Do(p.Context, chromedp.KeyEvent(keys, options...)); err != nil {
		p.t.Fatal(err)
	}
}

// set gives a field of the filter a value, as a reader would.
func (p *tab) set(field, value string) {
	p.t.Helper()
	evaluate[bool](p, fmt.Sprintf(`(() => {
		const field = document.getElementById('filter').elements[%q];
		field.value = %q;
		return field.dispatchEvent(new Event('input', {bubbles: true}));
	})()`, field, value))
}

// visible counts the elements that match and are shown: the reader could
// scroll to them, or open what they are folded into.
func (p *tab) visible(selector string) int {
	p.t.Helper()
	return evaluate[int](p, fmt.Sprintf(`Array.from(document.querySelectorAll(%q)).filter(e => !e.closest('[hidden]')).length`, selector))
}

// texts are the texts of the elements that match.
func (p *tab) texts(selector string) []string {
	p.t.Helper()
	return evaluate[[]string](p, fmt.Sprintf(`Array.from(document.querySelectorAll(%q), e => e.textContent)`, selector))
}

// want fails the test unless the expression is true in the page.
func (p *tab) want(what, expression string) {
	p.t.Helper()
	if !evaluate[bool](p, `Boolean(`+expression+`)`) {
		p.t.Errorf("not so: %s", what)
	}
}
