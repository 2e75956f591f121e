package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// times are what the browser needs for a page, in milliseconds.
type times struct{ load, filter, text, clear float64 }

// measure opens a page anew and filters it; each step includes layout.
func measure(p *tab) times {
	p.t.Helper()
	if err := chromedp.Do(p.Context, chromedp.Navigate("about:blank"), chromedp.Navigate(p.address)); err != nil {
		p.t.Fatal(err)
	}
	step := func(field, value string) float64 {
		return evaluate[float64](p, fmt.Sprintf(`(() => {
			const field = document.getElementById('filter').elements[%q], begin = performance.now();
			field.value = %q;
			field.dispatchEvent(new Event('input', {bubbles: true}));
			document.body.getBoundingClientRect();
			return performance.now() - begin;
		})()`, field, value))
	}
	return times{
		load:   evaluate[float64](p, `(e => e.loadEventEnd - e.startTime)(performance.getEntriesByType('navigation')[0])`),
		filter: step("verdict", "failed"), text: step("q", "c6a1b3c2-0000-4000-8000-000123000002"), clear: step("q", ""),
	}
}

// A page with 5,000 exchanges works; how fast it does is for the benchmark.
func TestALargePage(t *testing.T) {
	p := show(t, "large")
	if n := p.visible(".exchanges li"); n != 5001 {
		t.Errorf("%d exchanges are shown, there are 5001", n)
	}
	p.set("q", "000123000002")
	if n := p.visible("[data-item=spec]"); n != 1 {
		t.Errorf("%d specs have the interaction id", n)
	}
	got := measure(p)
	t.Logf("load %.0f ms, filter by verdict %.0f ms, by text %.0f ms, clear the text %.0f ms", got.load, got.filter, got.text, got.clear)
	if got.load <= 0 || got.load > 20_000 {
		t.Errorf("it took %.0f ms to load", got.load)
	}
}

func BenchmarkPageOf5000Exchanges(b *testing.B) {
	p := show(b, "large")
	var sum times
	for b.Loop() {
		got := measure(p)
		sum = times{sum.load + got.load, sum.filter + got.filter, sum.text + got.text, sum.clear + got.clear}
	}
	n := float64(b.N)
	b.ReportMetric(sum.load/n, "ms-to-load")
	b.ReportMetric(sum.filter/n, "ms-to-filter")
	b.ReportMetric(sum.text/n, "ms-to-search")
	b.ReportMetric(sum.clear/n, "ms-to-clear")
}
