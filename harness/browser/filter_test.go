package browser_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// shown is what the page says of itself.
func (p *tab) shown() string {
	p.t.Helper()
	return evaluate[string](p, `document.getElementById('filter').elements.shown.value`)
}

// wantOnly fails the test unless the items that are shown are those that the
// condition holds for, and the page counts them.
func (p *tab) wantOnly(condition string) {
	p.t.Helper()
	p.want("shown are those, and only those, for which "+condition, `Array.from(document.querySelectorAll('[data-item]')).every(e => {
		const d = e.dataset, text = e.textContent.toLowerCase();
		return Boolean(`+condition+`) === !e.hidden;
	})`)
	clauses, specs := p.visible(`[data-item=clause]`), p.visible(`[data-item=spec]`)
	all := evaluate[[]int](p, `['clause', 'spec'].map(kind => document.querySelectorAll('[data-item=' + kind + ']').length)`)
	if want := fmt.Sprintf("%d of %d clauses, %d of %d specs", clauses, all[0], specs, all[1]); p.shown() != want {
		p.t.Errorf("the page says %q, shown are %q", p.shown(), want)
	}
	p.want("no heading is left without anything under it", `Array.from(document.querySelectorAll('[data-group]')).every(g => g.hidden === !g.querySelector('[data-item]:not([hidden])'))`)
}

func TestFilters(t *testing.T) {
	p, results := show(t, "medium"), readResults(t, filepath.Dir(reportOf("medium")))
	if want := fmt.Sprintf("%d clauses, %d specs", len(results.Clauses), len(results.Specs)); p.shown() != want {
		t.Errorf("the page says %q, it holds %q", p.shown(), want)
	}
	for _, c := range []struct{ field, value, condition string }{
		{"verdict", "failed", `d.verdict === 'failed'`},
		{"api", "accounts", `d.verdict === 'failed' && d.api.split(' ').includes('accounts')`},
		{"level", "std", `d.verdict === 'failed' && d.api.split(' ').includes('accounts') && d.level.split(' ').includes('std')`},
		{"verdict", "", `d.api.split(' ').includes('accounts') && d.level.split(' ').includes('std')`},
		{"api", "", `d.level.split(' ').includes('std')`},
		{"level", "", `true`},
	} {
		p.set(c.field, c.value)
		if c.condition == "true" {
			if n := p.visible("[data-item]"); n != evaluate[int](p, `document.querySelectorAll('[data-item]').length`) {
				t.Errorf("%d items are shown without a filter", n)
			}
			continue
		}
		p.wantOnly(c.condition)
		if p.visible("[data-item=clause]") == 0 || p.visible("[data-item=spec]") == 0 {
			t.Errorf("%s: nothing is left to look at", c.condition)
		}
	}
	p.set("verdict", "waived")
	p.wantOnly(`d.verdict === 'waived'`)
}

// An interaction id from the bank's logs leads to its spec, opened.
func TestTextFilter(t *testing.T) {
	p := show(t, "medium")
	p.set("q", "C6A1B3C2-0000-4000-8000-000123000002")
	p.wantOnly(`text.includes('c6a1b3c2-0000-4000-8000-000123000002')`)
	if n := p.visible("[data-item=spec]"); n != 1 {
		t.Errorf("%d specs have the interaction id", n)
	}
	p.want("its section is open", `document.querySelector('.spec:not([hidden])').closest('details.section').open`)
	p.set("q", "register  UUID")
	p.wantOnly(`text.includes('register') && text.includes('uuid')`)
	p.set("q", `<"'&`)
	p.wantOnly(`false`)
	p.set("q", "")
	p.want("sections are folded in again", `!document.querySelector('details.section[open]')`)
}

// A filter is part of the address, so that it can be sent to somebody.
func TestTheFilterIsInTheAddress(t *testing.T) {
	p := show(t, "kinds/failed")
	p.set("verdict", "failed")
	p.set("q", "list & more")
	address := evaluate[string](p, `location.href`)
	if err := chromedp.Do(p.Context, chromedp.Navigate("about:blank"), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	p.wantOnly(`d.verdict === 'failed' && text.includes('list') && text.includes('&') && text.includes('more')`)
	p.want("the fields say so", `document.getElementById('filter').elements.q.value === 'list & more'`)
}

func TestATileFilters(t *testing.T) {
	p := show(t, "kinds/failed")
	if err := chromedp.Do(p.Context, chromedp.Click(chromedp.CSS(`.tiles [data-filter=failed]`))); err != nil {
		t.Fatal(err)
	}
	p.wantOnly(`d.verdict === 'failed'`)
	p.want("the failures are in sight", `Math.abs(document.getElementById('failures').getBoundingClientRect().top) < innerHeight`)
}

// press presses the key of a character as a keyboard does: its text comes only
// if the page lets the key through.
func (p *tab) press(character string) {
	p.t.Helper()
	for _, half := range []input.DispatchKeyEventParams{
		{Type: input.DispatchKeyEventTypeKeyDown, Key: character, Text: character}, {Type: input.DispatchKeyEventTypeKeyUp, Key: character}} {
		if _, err := chromedp.Call(p.Context, input.DispatchKeyEvent, half); err != nil {
			p.t.Fatal(err)
		}
	}
}

// focused is the focused element in words.
func (p *tab) focused() string {
	p.t.Helper()
	return evaluate[string](p, `(e => e.name || e.hash || e.localName + (e.id ? '#' + e.id : ''))(document.activeElement)`)
}

// wantFocusSeen fails the test when nothing shows where the focus is.
func (p *tab) wantFocusSeen() {
	p.t.Helper()
	p.want("the focus is seen on "+p.focused(), `(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)(getComputedStyle(document.activeElement))`)
}

func TestKeyboard(t *testing.T) {
	p := show(t, "kinds/failed")
	p.keys(kb.Tab)
	if got := p.focused(); got != "#main" {
		t.Errorf("the first stop is %s, not the link past the navigation", got)
	}
	p.want("the link is seen once it has the focus", `document.activeElement.getBoundingClientRect().left >= 0`)
	p.wantFocusSeen()
	p.press("/")
	if got := p.focused(); got != "q" {
		t.Errorf("/ leads to %s", got)
	}
	p.wantFocusSeen()
	p.keys("stable/")
	p.want("a slash in the text is text", `document.getElementById('filter').elements.q.value === 'stable/'`)
	p.keys(kb.Backspace)
	p.wantOnly(`text.includes('stable')`)
	for _, want := range []string{"api", "verdict", "level"} {
		p.keys(kb.Tab)
		if got := p.focused(); got != want {
			t.Errorf("after the text comes %s, not %s", got, want)
		}
		p.wantFocusSeen()
	}
	p.press("/")
	p.keys(kb.Escape)
	p.want("Escape clears the filter", `!document.querySelector('[data-item][hidden]') && document.activeElement.name === 'q'`)
}

// Everything that opens with a click opens with a key.
func TestEvidenceOpensByKey(t *testing.T) {
	p := show(t, "kinds/failed")
	for key, selector := range map[string]string{kb.Enter: "details.exchange", " ": "details.section"} {
		p.want("can have the focus", `(document.querySelector('`+selector+` summary').focus(), document.activeElement.localName === 'summary')`)
		p.keys(key)
		p.want(selector+" opens", `document.querySelector('`+selector+`').open`)
		p.keys(key)
		p.want(selector+" closes", `!document.querySelector('`+selector+`').open`)
	}
}

// All stops of the tab key are seen, in the order of the page, and there is no
// trap: the last one leads out of the page.
func TestTheTabKeyGoesThroughThePage(t *testing.T) {
	p := show(t, "kinds/passed")
	evaluate[bool](p, `window.stops = [], addEventListener('focusin', e => stops.push([e.target.getBoundingClientRect().top + scrollY, getComputedStyle(e.target).outlineStyle, e.target.outerHTML.slice(0, 80)])), true`)
	wanted := evaluate[int](p, `Array.from(document.querySelectorAll('a[href], summary, input, select, button, [tabindex="0"]')).filter(e => e.checkVisibility({contentVisibilityAuto: false})).length`)
	for range wanted {
		p.keys(kb.Tab)
	}
	if got := evaluate[int](p, `new Set(stops.map(s => s[2] + s[0])).size`); got < wanted*9/10 || wanted < 100 {
		t.Errorf("%d stops in %d presses of the tab key", got, wanted)
	}
	if odd := evaluate[[]string](p, `stops.filter(s => s[1] === 'none').map(s => s[2])`); len(odd) > 0 {
		t.Errorf("stops without a mark: %q", odd[:min(3, len(odd))])
	}
	if back := evaluate[[]string](p, `stops.slice(1).filter((s, i) => s[0] < stops[i][0] - 200).map(s => s[2])`); len(back) > 0 {
		t.Errorf("the focus jumps back to %q", back)
	}
}
