// Package agreement holds the reports of one run against each other, for tests:
// what the terminal said, junit.xml, results.json, the page, the summary in
// Markdown, the evidence files and their archive all count the same. It reads
// the files as any reader would and shares no type with their writers. No
// product code imports it.
package agreement

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"obconform/harness/report/junitcheck"
)

// results is what is read of results.json.
type results struct {
	Outcome    string
	ExitStatus int
	Trouble    []struct{ What string }
	Shortfalls []string
	Waivers    []struct{ State string }
	Baseline   *struct{ Gone []struct{ Clause string } }
	Totals     struct{ Clauses, Specs map[string]int }
	Specs      []struct {
		State     string
		Findings  []struct{ Clause string }
		Exchanges []struct{ Method string }
	}
}

// Check reads the reports in a folder, and what was printed where that is not
// empty; the error joins every disagreement. The page and the Markdown summary
// may be absent.
func Check(dir, printed string) error { return check(dir, printed, true) }

// CheckRemade is Check for reports that were made anew from results.json, which
// does not hold what evidence files are made of.
func CheckRemade(dir, printed string) error { return check(dir, printed, false) }

func check(dir, printed string, evidence bool) error {
	c := &checker{dir: dir}
	var r results
	c.json("results.json", &r)
	if c.problems != nil {
		return errors.Join(c.problems...)
	}
	c.lists(r)
	c.junit(r)
	if evidence {
		c.evidence(r)
	}
	c.markdown(r)
	c.page(r)
	if printed != "" {
		c.terminal(r, printed)
	}
	return errors.Join(c.problems...)
}

type checker struct {
	dir      string
	problems []error
}

func (c *checker) wrong(format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf(format, args...))
}

func (c *checker) read(name string) (data []byte, there bool) {
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.wrong("%w", err)
	}
	return data, err == nil
}

func (c *checker) json(name string, into any) {
	data, there := c.read(name)
	if !there {
		c.wrong("%s is not there", name)
	} else if err := json.Unmarshal(data, into); err != nil {
		c.wrong("%s: %w", name, err)
	}
}

func (c *checker) equal(what string, got, want int) {
	if got != want {
		c.wrong("%s: %d, results.json says %d", what, got, want)
	}
}

// lists holds the totals against the lists that they count.
func (c *checker) lists(r results) {
	counted := map[string]int{}
	for _, spec := range r.Specs {
		counted[spec.State]++
	}
	for state, n := range r.Totals.Specs {
		c.equal("specs listed as "+state, counted[state], n)
	}
}

func (c *checker) junit(r results) {
	data, _ := c.read("junit.xml")
	cases, err := junitcheck.Check(data)
	if err != nil {
		c.wrong("junit.xml: %w", err)
		return
	}
	counted, extra, accepted, short := map[string]int{}, 0, 0, 0
	for _, test := range cases {
		// What was accepted has cases of its own, beside those of the specs.
		if test.Suite == "obconform.run" && (strings.HasPrefix(test.Name, "waiver: ") || strings.HasPrefix(test.Name, "baseline: ")) {
			accepted++
			continue
		}
		// So has a coverage that is too low: one, whatever it falls short of.
		if test.Suite == "obconform.run" && test.Name == "as much must be covered as was asked for" && test.Result == "failure" {
			short++
			continue
		}
		if test.Result == "error" && (test.Name == "nothing was exercised" || strings.HasPrefix(test.Name, "trouble: ")) {
			extra++
			continue
		}
		// A shard for which there was nothing says so in one.
		if test.Suite == "obconform.run" && test.Name == "this shard has nothing to run" && test.Result == "skipped" && r.Outcome == "empty shard" {
			continue
		}
		counted[test.Result]++
	}
	told := 0
	for _, w := range r.Waivers {
		if w.State != "used" {
			told++
		}
	}
	if r.Baseline != nil && len(r.Baseline.Gone) > 0 {
		told++
	}
	c.equal("junit.xml, cases of waivers and of the baseline", accepted, told)
	c.equal("junit.xml, cases of a coverage that is too low", short, min(len(r.Shortfalls), 1))
	s := r.Totals.Specs
	c.equal("junit.xml, passed", counted["passed"], s["passed"])
	c.equal("junit.xml, failures", counted["failure"], s["failed"])
	c.equal("junit.xml, skipped", counted["skipped"], s["skipped"])
	c.equal("junit.xml, errors", counted["error"], s["errored"]+s["inconclusive"]+s["interrupted"]+s["not run"])
	if extra < len(r.Trouble) {
		c.wrong("junit.xml shows %d of %d troubles", extra, len(r.Trouble))
	}
}

// evidence holds the evidence files and the archive against the specs that did
// not simply pass.
func (c *checker) evidence(r results) {
	files, exchanges := 0, 0
	for _, spec := range r.Specs {
		told := len(spec.Findings) > 0
		switch spec.State {
		case "failed", "errored", "inconclusive", "interrupted":
			told = true
		}
		if told && len(spec.Exchanges) > 0 {
			files, exchanges = files+1, exchanges+len(spec.Exchanges)
		}
	}
	paths, err := filepath.Glob(filepath.Join(c.dir, "evidence", "*.json"))
	if err != nil {
		c.wrong("%w", err)
	}
	c.equal("evidence files", len(paths), files)
	held := 0
	for _, path := range paths {
		var file struct{ Exchanges []struct{ Method string } }
		c.json(filepath.Join("evidence", filepath.Base(path)), &file)
		held += len(file.Exchanges)
	}
	c.equal("exchanges in evidence files", held, exchanges)
	var har struct {
		Log struct{ Pages, Entries []json.RawMessage }
	}
	c.json("evidence.har", &har)
	c.equal("pages of evidence.har", len(har.Log.Pages), files)
	c.equal("entries of evidence.har", len(har.Log.Entries), exchanges)
}

// verdicts are the columns of the Markdown table and the tiles of the page.
var verdicts = []string{"passed", "failed", "warned", "waived", "inconclusive", "not exercised"}

func (c *checker) markdown(r results) {
	data, there := c.read("summary.md")
	if !there {
		return
	}
	row := "| **all** |"
	for _, verdict := range verdicts {
		row += fmt.Sprintf(" %d |", r.Totals.Clauses[verdict])
	}
	if !strings.Contains(string(data), row+"\n") {
		c.wrong("summary.md has no row %q", row)
	}
	if want := fmt.Sprintf("# obconform: %s\n", r.Outcome); !strings.HasPrefix(string(data), want) {
		c.wrong("summary.md does not begin with %q", want)
	}
	specs := regexp.MustCompile(`(?m)^- specs: (.*)$`).FindStringSubmatch(string(data))
	if specs == nil {
		c.wrong("summary.md does not count the specs")
		return
	}
	c.counts("summary.md, specs", specs[1], r.Totals.Specs)
}

// counts holds a list like "2 passed, 1 not run" against totals.
func (c *checker) counts(what, list string, totals map[string]int) {
	got := map[string]int{}
	for part := range strings.SplitSeq(list, ", ") {
		if number, word, found := strings.Cut(part, " "); found {
			n, err := strconv.Atoi(number)
			if err != nil {
				c.wrong("%s: %q is no count", what, part)
			}
			got[word] = n
		}
	}
	for word, n := range totals {
		c.equal(what+" "+word, got[word], n)
	}
}

var tile = regexp.MustCompile(`data-filter="([a-z ]+)"><span class="number">([0-9]+)</span>`)

func (c *checker) page(r results) {
	data, there := c.read("report.html")
	if !there {
		return
	}
	found := map[string]int{}
	for _, match := range tile.FindAllStringSubmatch(string(data), -1) {
		n, err := strconv.Atoi(match[2])
		if err != nil {
			c.wrong("report.html: %w", err)
		}
		found[match[1]] = n
	}
	for _, verdict := range verdicts {
		if n, shown := found[verdict]; !shown || n != r.Totals.Clauses[verdict] {
			c.wrong("report.html counts %d clauses as %s (shown: %v), results.json %d", n, verdict, shown, r.Totals.Clauses[verdict])
		}
	}
}

var (
	colour      = regexp.MustCompile("\x1b\\[[0-9;]*m")
	exitStatus  = regexp.MustCompile(`\(exit status ([0-9]+)\)`)
	clauseCount = regexp.MustCompile(`(?m)^clauses: (.*)$`)
)

func (c *checker) terminal(r results, printed string) {
	printed = colour.ReplaceAllString(printed, "")
	if match := exitStatus.FindStringSubmatch(printed); match == nil || match[1] != strconv.Itoa(r.ExitStatus) {
		c.wrong("the terminal shows the exit status %q, results.json %d", match, r.ExitStatus)
	}
	if match := clauseCount.FindStringSubmatch(printed); match == nil {
		c.wrong("the terminal does not count the clauses")
	} else {
		c.counts("the terminal, clauses", match[1], r.Totals.Clauses)
	}
	if !strings.Contains(printed, "\n"+strings.ToUpper(r.Outcome)+": ") {
		c.wrong("the terminal does not say %q", r.Outcome)
	}
}
