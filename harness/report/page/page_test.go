package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/report/page"
	"obconform/harness/report/specimen"
)

func render(t *testing.T, results report.Results) string {
	t.Helper()
	data, err := page.Render(results)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEveryKindHasItsVerdictOnTop(t *testing.T) {
	for name, results := range specimen.Kinds() {
		text := render(t, results)
		for _, want := range []string{"</span> " + string(results.Outcome) + "</span>", results.Meaning(),
			fmt.Sprintf("exit status %d", report.ExitStatus(results))} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q", name, want)
			}
		}
		for verdict, n := range results.Totals.Clauses {
			if tile := fmt.Sprintf(`data-filter="%s"><span class="number">%d</span>`, verdict, n); !strings.Contains(text, tile) {
				t.Errorf("%s: no %q", name, tile)
			}
		}
	}
}

func TestThePageShowsWhatTheResultsHold(t *testing.T) {
	text := render(t, specimen.Kinds()["failed"])
	for _, want := range []string{
		`id="found-COM-FAPI-PRESENT"`, `<code class="wild">/Data/Account/0/AccountType</code>`, `<dd class="wild">a string</dd>`,
		`<span class="wild">a number</span>`, "Authorization: Bearer [access token]", "GET /accounts → 200", "c6a1b3c2-0000-4000-8000-000000000001",
		"{\n  &#34;Data&#34;: {\n    &#34;Account&#34;: []", "consents.way is none", "OB-301-ACC-100000", "curl --silent", `<th scope="col">429</th>`, "! over 1.00 ms", "2026-01-02 11:00:00 UTC, took 1m0s",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, clause := range contract.Clauses() {
		if !strings.Contains(text, `<tr id="`+string(clause.ID)+`"`) {
			t.Errorf("no row of %s", clause.ID)
		}
	}
	accepted := render(t, specimen.Kinds()["accepted"])
	for _, want := range []string{"BANK-1", "Waivers that have expired", "BANK-3", "Waivers that met no finding", "BANK-2",
		"the client certificate ends on 2026-01-20", `id="found-COM-FAPI-PRESENT"`, `<dt>Accepted</dt>`} {
		if !strings.Contains(accepted, want) {
			t.Errorf("what was accepted: no %q", want)
		}
	}
	if trouble := render(t, specimen.Kinds()["crashed"]); !strings.Contains(trouble, "the worker crashed: exit status 2") {
		t.Error("the tool's trouble is not shown")
	}
	warned := specimen.Kinds()["passed"]
	warned.Warnings = []string{"the client certificate ends soon"}
	if !strings.Contains(render(t, warned), "the client certificate ends soon") {
		t.Error("a warning of the configuration's is not shown")
	}
	if asserted := render(t, specimen.Kinds()["asserted"]); !strings.Contains(asserted, "expected one account, got none") {
		t.Error("a failed assertion is not shown")
	}
}

var (
	anchor = regexp.MustCompile(` id="([^"]*)"`)
	link   = regexp.MustCompile(` href="#([^"]*)"`)
	labels = regexp.MustCompile(` aria-labelledby="([^"]*)"`)
)

// A finding whose level is not its clause's says so.
func TestALevelOfItsOwnIsShown(t *testing.T) {
	for level, want := range map[contract.Level]int{contract.Std: 0, contract.Adv: 1} {
		results := specimen.Kinds()["failed"]
		for i := range results.Clauses {
			if clause := &results.Clauses[i]; clause.ID == contract.AccListStable {
				clause.Findings[0].Level = level
			}
		}
		if strings.Count(render(t, results), "<dt>Level</dt><dd>adv</dd>") != want {
			t.Errorf("%s: level adv is not shown %d times", level, want)
		}
	}
}

func TestAnchorsAreUniqueAndLinksResolve(t *testing.T) {
	kinds := specimen.Kinds()
	kinds["large"] = specimen.Large(900)
	for name, results := range kinds {
		text := render(t, results)
		ids := map[string]bool{}
		for _, match := range anchor.FindAllStringSubmatch(text, -1) {
			if ids[match[1]] || match[1] == "" {
				t.Errorf("%s: the anchor %q twice, or empty", name, match[1])
			}
			ids[match[1]] = true
		}
		for _, match := range append(link.FindAllStringSubmatch(text, -1), labels.FindAllStringSubmatch(text, -1)...) {
			if !ids[html.UnescapeString(match[1])] {
				t.Errorf("%s: nothing has the anchor %q", name, match[1])
			}
		}
	}
}

func TestAnchorsOfSpecsAreStable(t *testing.T) {
	find := regexp.MustCompile(`id="(spec-accounts-[0-9a-f]+)"`)
	first := find.FindStringSubmatch(render(t, specimen.Kinds()["passed"]))
	if first == nil || !strings.Contains(render(t, specimen.Kinds()["failed"]), `id="`+first[1]+`"`) {
		t.Errorf("the spec of one name has other anchors in other runs: %q", first)
	}
}

// tags lists what a page consists of, in order, without texts and attributes.
func tags(text string) string {
	body := text[:strings.Index(text, "<style>")] + text[strings.Index(text, "</style>"):strings.LastIndex(text, "<script>")]
	return strings.Join(regexp.MustCompile(`<[^>\s]*`).FindAllString(body, -1), " ")
}

// Markup that a server sends changes no element of the page: the page is the
// same as with a harmless text.
func TestHostileTextStaysText(t *testing.T) {
	harmless := tags(render(t, specimen.Hostile("harmless")))
	for _, text := range []string{
		`</script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, "<!--", "]]>", "</pre></details></main>",
		"javascript:alert(1)", "{{.}}", "<svg/onload=alert(1)>", "\x00\x1b[31mred\x1b[0m\u202e\u2066\ufeff\xff",
	} {
		got := render(t, specimen.Hostile(text))
		if strings.Contains(got, "ZgotmplZ") {
			t.Errorf("%q stands where no text is allowed", text)
		}
		if tags(got) != harmless {
			t.Errorf("%q changes the elements of the page", text)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) && r != '\n' && r != '\t' {
				t.Errorf("%q leaves %U in the page", text, r)
				break
			}
		}
	}
}

func TestThePolicyAllowsTheseElementsAndNothingElse(t *testing.T) {
	text := render(t, specimen.Kinds()["failed"])
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(text)[1])
	for element, directive := range map[string]string{"style": "style-src", "script": "script-src"} {
		if n := strings.Count(text, "<"+element); n != 1 {
			t.Fatalf("%d elements %s", n, element)
		}
		_, rest, _ := strings.Cut(text, "<"+element+">")
		content, _, _ := strings.Cut(rest, "</"+element+">")
		sum := sha256.Sum256([]byte(content))
		want := directive + " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"
		if !strings.Contains(policy, want) || len(content) < 1000 {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if inline := regexp.MustCompile(`<[a-z][^>]* (on[a-z]+|style)=`).FindString(text); inline != "" {
		t.Errorf("an inline handler or style: %s", inline)
	}
	if remote := regexp.MustCompile(` (src|href|action)="([a-z]+:|//)[^"]*"`).FindAllString(text, -1); len(remote) != 1 || !strings.HasPrefix(remote[0], ` href="data:image/svg`) {
		t.Errorf("the page refers to %q", remote)
	}
}

func TestThePageStaysSmall(t *testing.T) {
	results := specimen.Large(5000)
	for i := range results.Clauses {
		for j := range results.Clauses[i].Findings {
			x := *results.Clauses[i].Findings[j].Example
			x.ResponseBody, x.RequestBody = strings.Repeat("<&", 1<<15), strings.Repeat("x", 1<<16)
			results.Clauses[i].Findings[j].Example = &x
		}
	}
	text := render(t, results)
	t.Logf("%d bytes", len(text))
	if len(text) > 12<<20 {
		t.Errorf("%d bytes", len(text))
	}
}

func BenchmarkRenderOf5000Exchanges(b *testing.B) {
	results := specimen.Large(5001)
	size := 0
	for b.Loop() {
		data, err := page.Render(results)
		if err != nil {
			b.Fatal(err)
		}
		size = len(data)
	}
	b.ReportMetric(float64(size), "bytes")
}
