package tpp

import (
	"fmt"
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// testPage is one page of a list: its accounts, and members of Links and Meta.
func (c *Client) testPage(t *testing.T, ids, links, meta string, findings ...evidence.Finding) *Answer {
	t.Helper()
	var accounts []string
	for _, id := range strings.Fields(ids) {
		accounts = append(accounts, fmt.Sprintf(`{"AccountId":%q}`, id))
	}
	return c.testAnswer(t, contract.ListAccounts, 200,
		fmt.Sprintf(`{"Data":{"Account":[%s]},"Links":{%s},"Meta":{%s}}`, strings.Join(accounts, ","), links, meta), findings...)
}

// testPages are three pages that are right, by address; the first is read
// without one, and stands under 1 as well.
func testPages(t *testing.T, c *Client, change func(pages map[string]*Answer)) *AccountList {
	t.Helper()
	const ends = `"First":"1","Last":"3"`
	pages := map[string]*Answer{
		"":  c.testPage(t, "a b", ends+`,"Next":"2"`, `"TotalPages":3`),
		"1": c.testPage(t, "b a", ends+`,"Next":"2"`, `"TotalPages":3`),
		"2": c.testPage(t, "c d", ends+`,"Prev":"1","Next":"3"`, `"TotalPages":3`),
		"3": c.testPage(t, "e", ends+`,"Prev":"2"`, `"TotalPages":3`),
	}
	change(pages)
	list := &AccountList{}
	for address, more := "", true; more && len(list.Pages) < 4; address, more = list.last().link("Next") {
		list.add(address, pages[address])
	}
	list.checkPages(func(address string) *Answer { return pages[address] })
	return list
}

func TestPagesOfAList(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(c *Client, pages map[string]*Answer)
		found  string // where, empty when nothing is to be found
	}{
		{"all right", func(*Client, map[string]*Answer) {}, ""},
		{"no links but Next, and no totals", func(c *Client, p map[string]*Answer) {
			p[""], p["2"], p["3"] = c.testPage(t, "a b", `"Next":"2"`, ``), c.testPage(t, "c d", `"Next":"3"`, ``), c.testPage(t, "e", ``, ``)
		}, ""},
		{"a total too many", func(c *Client, p map[string]*Answer) { p["2"] = c.testPage(t, "c d", `"Next":"3"`, `"TotalPages":4`) }, "/Meta/TotalPages"},
		{"a total of none", func(c *Client, p map[string]*Answer) { p["3"] = c.testPage(t, "e", ``, `"TotalPages":0`) }, "/Meta/TotalPages"},
		{"Next missing", func(c *Client, p map[string]*Answer) {
			p["2"] = c.testPage(t, "c d", `"Prev":"1"`, `"TotalPages":3`)
		}, "/Meta/TotalPages"},
		{"Next back to a page before", func(c *Client, p map[string]*Answer) {
			p["3"] = c.testPage(t, "e", `"Next":"2"`, `"TotalPages":3`)
		}, "/Links/Next"},
		{"Prev to the page itself", func(c *Client, p map[string]*Answer) {
			p["3"] = c.testPage(t, "e", `"Prev":"3"`, `"TotalPages":3`)
		}, "/Links/Prev"},
		{"Prev on the first page", func(c *Client, p map[string]*Answer) {
			p[""] = c.testPage(t, "a b", `"Prev":"1","Next":"2"`, `"TotalPages":3`)
		}, "/Links/Prev"},
		{"First to the second page", func(c *Client, p map[string]*Answer) {
			p["2"] = c.testPage(t, "c d", `"First":"2","Next":"3"`, `"TotalPages":3`)
		}, "/Links/First"},
		{"Last to the second page", func(c *Client, p map[string]*Answer) {
			p["3"] = c.testPage(t, "e", `"Last":"2"`, `"TotalPages":3`)
		}, "/Links/Last"},
		{"a link to nothing", func(c *Client, p map[string]*Answer) {
			p["1"] = c.testAnswer(t, contract.ListAccounts, 404, "")
		}, "status"},
		{"Next at fault, as the audit has found", func(c *Client, p map[string]*Answer) {
			owned := evidence.Finding{Clause: contract.ComBody, Level: contract.Std, Where: "/Links/Next"}
			p["2"] = c.testPage(t, "c d", `"Last":"3","Next":"/3"`, `"TotalPages":3`, owned)
		}, ""},
		{"an account twice", func(c *Client, p map[string]*Answer) { p["3"] = c.testPage(t, "e a", ``, `"TotalPages":3`) }, "/Data/Account/1/AccountId"},
		{"an account lost", func(c *Client, p map[string]*Answer) { p["2"] = c.testPage(t, "c", `"Next":"3"`, `"TotalPages":3`) }, "/Data/Account"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) { cfg.Fixtures.MinimumAccounts = 5 })
			testPages(t, c, func(pages map[string]*Answer) { test.change(c, pages) })
			mustFind(t, c, contract.AccListPages, test.found)
		})
	}
}

// mustFind fails the test unless the client has found a breach of the clause
// at that place, and of no other clause; nothing where the place is empty.
func mustFind(t *testing.T, c *Client, clause contract.ClauseID, where string) {
	t.Helper()
	var places []string
	for _, f := range c.spec.Findings {
		places = append(places, f.Where)
		if f.Clause != clause {
			t.Errorf("found a breach of %s, want %s alone: %+v", f.Clause, clause, f)
		}
	}
	switch {
	case where == "" && len(places) > 0:
		t.Errorf("found %+v, want nothing", c.spec.Findings)
	case where != "" && !contains(places, where):
		t.Errorf("found breaches at %q, want one at %q", places, where)
	case where == "" && !containsClause(c.spec.Exercised, clause):
		t.Errorf("%s was not exercised", clause)
	}
}

func containsClause(list []contract.ClauseID, clause contract.ClauseID) bool {
	for _, one := range list {
		if one == clause {
			return true
		}
	}
	return false
}

func TestPagesLeaveNothingToHold(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	single := &AccountList{}
	single.add("", c.testPage(t, "a", ``, ``))
	if single.checkPages(nil) {
		t.Error("a single page without links and total was held against something")
	}
	counted := &AccountList{}
	counted.add("", c.testPage(t, "a", ``, `"TotalPages":1`))
	if !counted.checkPages(nil) {
		t.Error("a single page with its total was held against nothing")
	}
	mustFind(t, c, contract.AccListPages, "")
}

func TestListOfAccounts(t *testing.T) {
	for _, test := range []struct {
		name, ids, meta, found string
	}{
		{"enough", "a b", ``, ""},
		{"too few", "a", ``, "/Data/Account"},
		{"too few, but another page was not reached", "a", `"TotalPages":2`, ""},
		{"one twice", "a b a", ``, "/Data/Account/2/AccountId"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) { cfg.Fixtures.MinimumAccounts = 2 })
			list := &AccountList{}
			list.add("", c.testPage(t, test.ids, ``, test.meta))
			list.CheckAccounts(contract.AccList200)
			if test.meta != "" {
				if len(c.spec.Findings)+len(c.spec.Exercised) > 0 {
					t.Errorf("found %+v, exercised %v, want neither", c.spec.Findings, c.spec.Exercised)
				}
				return
			}
			mustFind(t, c, contract.AccList200, test.found)
		})
	}
}
