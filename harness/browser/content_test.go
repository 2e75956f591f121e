package browser_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func TestEveryKindOpensQuietly(t *testing.T) {
	for _, name := range runs(t, "kinds") {
		t.Run(name, func(t *testing.T) {
			p, want := show(t, name), readResults(t, filepath.Dir(reportOf(name)))
			if got := p.texts("h1 .stamp")[0]; !strings.HasSuffix(got, " "+want.Outcome) {
				t.Errorf("the page begins with %q, the outcome is %s", got, want.Outcome)
			}
			p.wantTotals(want)
			p.want("the title names outcome and target", `document.title.startsWith(document.querySelector('.stamp').lastChild.textContent.trim() + ': ')`)
		})
	}
}

// Verdict, target, time and counts are seen without scrolling, on a desk and on
// a phone; on a desk so is the beginning of the matrix.
func TestTheFirstScreen(t *testing.T) {
	p := show(t, "kinds/failed")
	for _, screen := range []struct {
		width, height int64
		selectors     []string
	}{
		{1280, 800, []string{"h1 .stamp", "h1 .wild", ".address", ".facts", ".tiles li:last-child", ".matrix tbody tr:nth-child(4)"}},
		{390, 844, []string{"h1 .stamp", "h1 .wild", ".address", ".facts", ".tiles li:last-child"}},
	} {
		p.look(screen.width, screen.height, "light")
		for _, selector := range screen.selectors {
			p.want(selector+" is on the first screen", `(() => {
				const box = document.querySelector('`+selector+`').getBoundingClientRect();
				return box.height > 0 && box.bottom <= innerHeight && box.right <= innerWidth;
			})()`)
		}
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	for _, name := range []string{"kinds/failed", "medium", "hostile/an image"} {
		p := show(t, name)
		dead := evaluate[[]string](p, `Array.from(document.links, a => a.hash.slice(1)).filter(id => !document.getElementById(id))`)
		if n := evaluate[int](p, `document.links.length`); len(dead) > 0 || n < 200 {
			t.Errorf("%s: of %d links these lead nowhere: %q", name, n, dead)
		}
	}
}

// A link to a clause or a spec shows it, also when it is folded in or filtered
// out.
func TestLinksOpenWhatTheyLeadTo(t *testing.T) {
	p := show(t, "kinds/failed")
	inSight := func(id string) string {
		return `(() => {
			const box = document.getElementById('` + id + `').getBoundingClientRect();
			return box.height > 0 && box.top >= 0 && box.top < innerHeight;
		})()`
	}
	spec := evaluate[string](p, `document.querySelector('#failures .finding dd a').hash.slice(1)`)
	p.want("the spec is folded in", `!document.getElementById('`+spec+`').checkVisibility()`)
	p.follow(spec)
	p.want("the spec is open and in sight", `document.getElementById('`+spec+`').open && `+inSight(spec))
	p.set("verdict", "passed")
	p.want("the failed clause is filtered out", `document.getElementById('ACC-LIST-STABLE').hidden`)
	p.follow("ACC-LIST-STABLE")
	p.want("the clause is shown again and in sight", inSight("ACC-LIST-STABLE"))
	p.want("the filter is clear", `document.getElementById('filter').elements.verdict.value === ''`)
}

// follow goes to an anchor and waits for the page to have done so.
func (p *tab) follow(id string) {
	p.t.Helper()
	action := chromedp.Poll[bool](`window.followed === true`)
	evaluate[bool](p, `(() => {
		window.followed = false;
		addEventListener('hashchange', () => setTimeout(() => { window.followed = true; }), {once: true});
		location.hash = '`+id+`';
		return true;
	})()`)
	if _, err := chromedp.Run(p.Context, action); err != nil {
		p.t.Fatal(err)
	}
}

func TestAPageOpenedAtALinkShowsItsTarget(t *testing.T) {
	p := show(t, "medium")
	spec := evaluate[string](p, `document.querySelectorAll('.spec')[250].id`)
	if err := chromedp.Do(p.Context, chromedp.Navigate("about:blank"), chromedp.Navigate(p.address+"#"+spec)); err != nil {
		t.Fatal(err)
	}
	p.want("the spec is open and in sight", `(() => {
		const element = document.getElementById('`+spec+`');
		const box = element.getBoundingClientRect();
		return element.open && box.top >= 0 && box.top < innerHeight;
	})()`)
}

// Without its script the page shows all that it holds, and no filter that
// would do nothing.
func TestWithoutScript(t *testing.T) {
	p := newTab(t)
	if _, err := chromedp.Call(p.Context, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.open(reportOf("kinds/failed"))
	p.want("the filter is not shown", `document.getElementById('filter').hidden`)
	p.want("what failed is shown", `document.querySelector('#failures .finding').checkVisibility()`)
	p.want("evidence is folded in", `!document.querySelector('details.exchange pre').checkVisibility()`)
	if err := chromedp.Do(p.Context, chromedp.Click(chromedp.CSS("details.exchange summary"))); err != nil {
		t.Fatal(err)
	}
	p.want("evidence opens", `document.querySelector('details.exchange pre').checkVisibility()`)
	p.wantQuiet()
}

// On paper there is nothing to press, and what was found is complete.
func TestPrinted(t *testing.T) {
	p := show(t, "kinds/failed")
	if _, err := chromedp.Call(p.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	p.want("navigation and filter are gone", `!document.querySelector('nav').checkVisibility() && !document.getElementById('filter').checkVisibility()`)
	p.want("evidence is unfolded", `document.querySelector('details.exchange pre').getBoundingClientRect().height > 20`)
	pdf, err := chromedp.Run(p.Context, chromedp.PrintToPDF())
	if err != nil || len(pdf) < 10_000 {
		t.Errorf("a PDF of %d bytes, %v", len(pdf), err)
	}
}
