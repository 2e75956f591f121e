package browser_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// role is one node of what a screen reader is told.
type role struct{ role, name string }

func (p *tab) roles() []role {
	p.t.Helper()
	tree, err := chromedp.Call(p.Context, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	var roles []role
	for _, node := range tree.Nodes {
		if !node.Ignored && node.Role != nil {
			one := role{role: strings.Trim(string(node.Role.Value), `"`)}
			if node.Name != nil {
				one.name = strings.Trim(string(node.Name.Value), `"`)
			}
			roles = append(roles, one)
		}
	}
	return roles
}

func TestWhatAScreenReaderIsTold(t *testing.T) {
	p := show(t, "kinds/failed")
	roles := p.roles()
	count := func(name string) int {
		n := 0
		for _, r := range roles {
			if r.role == name {
				n++
			}
		}
		return n
	}
	for name, want := range map[string]int{"banner": 1, "navigation": 1, "main": 1, "search": 1, "contentinfo": 1} {
		if got := count(name); got != want {
			t.Errorf("%d landmarks %s, expected %d", got, name, want)
		}
	}
	for _, named := range []string{"searchbox", "combobox", "button", "link", "region", "article", "table"} {
		if count(named) == 0 && named != "table" {
			t.Errorf("nothing has the role %s", named)
		}
		for _, r := range roles {
			if r.role == named && r.name == "" && named != "table" {
				t.Errorf("a %s without a name", named)
			}
		}
	}
	if !slices.ContainsFunc(roles, func(r role) bool { return r.role == "status" }) {
		t.Error("no live region tells what a filter left")
	}
}

func TestTheStructureOfThePage(t *testing.T) {
	for _, name := range runs(t, "kinds") {
		p := show(t, name)
		for what, expression := range map[string]string{
			"landmarks have names of their own": `(names => new Set(names).size === names.length)(Array.from(document.querySelectorAll('section, [role=region], nav, form'), e => e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')).filter(Boolean))`,
			"one h1":                            `document.querySelectorAll('h1').length === 1`,
			"headings skip no level":            `Array.from(document.querySelectorAll('h1, h2, h3, h4'), h => Number(h.localName[1])).every((level, i, all) => i === 0 || level <= all[i - 1] + 1)`,
			"table headers say their scope":     `Array.from(document.querySelectorAll('th')).every(th => ['row', 'col', 'rowgroup'].includes(th.scope))`,
			"tables have headers":               `Array.from(document.querySelectorAll('table')).every(t => t.querySelector('thead th'))`,
			"fields have labels":                `Array.from(document.querySelectorAll('input, select')).every(f => f.labels.length === 1)`,
			"pictures are hidden from it":       `Array.from(document.querySelectorAll('svg')).every(s => s.getAttribute('aria-hidden') === 'true')`,
			"the count of a filter is spoken":   `document.querySelector('output').getAttribute('aria-live') === 'polite'`,
			"the language is named":             `document.documentElement.lang === 'en'`,
			"verdicts are words, too":           `Array.from(document.querySelectorAll('.matrix td:not(.gap):not(.others)')).every(td => /^(passed|failed|warned|waived|inconclusive|not exercised), \d+ exchange/.test(td.querySelector('.sr').textContent))`,
			"verdicts have signs, too":          `Array.from(document.querySelectorAll('.matrix td:not(.gap):not(.others) > [aria-hidden]')).every(s => /^[✓✗!~?–]/.test(s.textContent))`,
			"what scrolls can have the focus":   `Array.from(document.querySelectorAll('.scroll, pre')).every(e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight || e.tabIndex === 0)`,
		} {
			if !evaluate[bool](p, expression) {
				t.Errorf("%s: not so: %s", name, what)
			}
		}
	}
}

// contrast finds texts that stand out too little from what is behind them, by
// WCAG 2.2, success criterion 1.4.3, level AA.
const contrast = `(() => {
	const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
	const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; if (c[3] > 0) throw 'half transparent'; } throw 'nothing behind'; };
	const weak = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	let seen = 0;
	for (let node; (node = walker.nextNode());) {
		const e = node.parentElement;
		if (!node.textContent.trim() || !e.checkVisibility({contentVisibilityAuto: false}) || e.closest('.sr, script, style, option')) continue;
		const style = getComputedStyle(e), size = parseFloat(style.fontSize);
		const [a, b] = [light(parse(style.color)), light(behind(e))].sort((x, y) => y - x);
		const least = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700 ? 3 : 4.5;
		seen++;
		if ((a + 0.05) / (b + 0.05) < least) weak.add(((a + 0.05) / (b + 0.05)).toFixed(2) + ' ' + e.localName + '.' + e.className + ' ' + style.color);
	}
	return [String(seen), ...weak];
})()`

func TestContrast(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		for _, name := range []string{"failed", "inconclusive", "crashed", "hostile"} {
			p := show(t, "kinds/"+name)
			p.look(1280, 800, scheme)
			evaluate[bool](p, `(document.querySelectorAll('details').forEach(d => { d.open = true; }), true)`)
			got := evaluate[[]string](p, contrast)
			if len(got) > 1 || len(got[0]) < 3 {
				t.Errorf("%s, %s: of %s texts too weak: %q", name, scheme, got[0], got[1:])
			}
		}
	}
}

func TestTheSchemesDiffer(t *testing.T) {
	p := show(t, "kinds/failed")
	background := `getComputedStyle(document.body).backgroundColor`
	light := evaluate[string](p, background)
	p.look(1280, 800, "dark")
	if dark := evaluate[string](p, background); dark == light {
		t.Errorf("light and dark are both %s", dark)
	}
}

// Nothing but a table of its own accord is wider than the screen.
func TestNothingIsCutOff(t *testing.T) {
	for _, name := range []string{"failed", "inconclusive", "crashed", "nothing", "hostile"} {
		p := show(t, "kinds/"+name)
		for _, width := range []int64{320, 390, 768, 1280, 1920} {
			p.look(width, 800, "light")
			evaluate[bool](p, `(document.querySelectorAll('details').forEach(d => { d.open = true; }), true)`)
			if got := evaluate[int](p, `document.documentElement.scrollWidth`); int64(got) > width {
				t.Errorf("%s: %d px wide on a screen of %d px", name, got, width)
			}
		}
	}
}
