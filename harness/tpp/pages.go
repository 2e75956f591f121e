package tpp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"obconform/harness/contract"
)

// maxPages bounds how far a chain of Next links is followed.
const maxPages = 100

// opener reads the page at an address.
type opener func(address string) *Answer

// CheckPages holds the list against ACC-LIST-PAGES: TotalPages is the number of
// pages, no account is lost or doubled between them, and each link of each page
// leads where it says. A list of one page without links and without TotalPages
// leaves nothing to hold.
func (c *Client) CheckPages(ctx context.Context, grant Grant, list *AccountList) {
	read := map[string]*Answer{}
	for i, address := range list.addresses {
		read[address] = list.Pages[i]
	}
	open := func(address string) *Answer {
		if read[address] == nil {
			read[address] = c.Call(ctx, contract.ListAccounts, "", Bearer(grant.Token), At(address))
		}
		return read[address]
	}
	if !list.checkPages(open) {
		c.NotExercised("the list is a single page, without TotalPages and without a link to another page")
	}
}

// checkPages answers whether there was anything to hold.
func (l *AccountList) checkPages(open opener) (held bool) {
	for _, page := range l.Pages {
		held = l.checkTotal(page) || held
	}
	held = l.checkLinks(open) || held
	if len(l.Pages) > 1 {
		held = true
		l.First.client.exercised(contract.AccListPages)
		l.checkChain()
		l.checkLost()
		l.checkDoubled()
	}
	return held
}

// checkTotal: TotalPages, where a page has it, is the number of pages. A chain
// that goes on beyond what we read proves only that there are at least so many.
func (l *AccountList) checkTotal(page *Answer) (held bool) {
	const pointer = "/Meta/TotalPages"
	if _, present := page.Value(pointer); !present {
		return false
	}
	total, ok := page.totalPages()
	met := ok && (total == len(l.Pages) || l.cutShort() && total > len(l.Pages))
	page.Check(contract.AccListPages, pointer, met, fmt.Sprintf("%d, the number of pages", len(l.Pages)))
	return true
}

func (a *Answer) totalPages() (total int, ok bool) {
	value, _ := a.Value("/Meta/TotalPages")
	digits, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	total, err := strconv.Atoi(digits.String())
	return total, err == nil
}

// cutShort tells whether we stopped reading before the chain ended: at our
// bound, or at a link that the audit has found wanting.
func (l *AccountList) cutShort() bool {
	next, more := l.last().Text("/Links/Next")
	return more && next != "" && !slices.Contains(l.addresses, next)
}

func (l *AccountList) last() *Answer { return l.Pages[len(l.Pages)-1] }

// checkLinks: First, Prev and Last lead to the first page, to the one before
// and to the last; Next has led from page to page already.
func (l *AccountList) checkLinks(open opener) (held bool) {
	first, last := 0, len(l.Pages)-1
	for i, page := range l.Pages {
		held = page.checkLink("First", l.Pages[first], "page 1", open) || held
		if i > first {
			held = page.checkLink("Prev", l.Pages[i-1], fmt.Sprintf("page %d", i), open) || held
		} else if _, shown := page.link("Prev"); shown {
			held = true
			page.Check(contract.AccListPages, "/Links/Prev", false, "no such member on the first page")
		}
		if !l.cutShort() {
			held = page.checkLink("Last", l.Pages[last], fmt.Sprintf("page %d", last+1), open) || held
		}
	}
	return held
}

// link is an address that the page gives, unless the audit has found the link
// itself wanting.
func (a *Answer) link(name string) (address string, ok bool) {
	address, ok = a.Text("/Links/" + name)
	return address, ok && address != "" && !a.owned("/Links/"+name)
}

// checkLink holds that a link, where the page has it, leads to the accounts of
// the wanted page.
func (a *Answer) checkLink(name string, wanted *Answer, which string, open opener) (held bool) {
	address, ok := a.link(name)
	if !ok {
		return false
	}
	reached := open(address)
	if !reached.Is(contract.AccListPages, 200) {
		return true
	}
	want, got := wanted.pageIDs(), reached.pageIDs()
	if !slices.Equal(want, got) { // that it led somewhere has exercised the clause
		a.find(contract.AccListPages, "/Links/"+name, which+", with "+orNone(want), "a page with "+orNone(got))
	}
	return true
}

// pageIDs are the AccountIds of one page in order of name.
func (a *Answer) pageIDs() []string {
	return (&AccountList{Accounts: a.accounts()}).ids()
}

func orNone(ids []string) string {
	if len(ids) == 0 {
		return "no account"
	}
	return strings.Join(ids, ", ")
}

// checkChain: Next never leads back to a page that was read before.
func (l *AccountList) checkChain() {
	if next, more := l.last().link("Next"); more && slices.Contains(l.addresses, next) {
		l.last().Check(contract.AccListPages, "/Links/Next", false, "a page that was not read before")
	}
}

// checkLost: the pages together hold the accounts that the customer is known
// to have.
func (l *AccountList) checkLost() {
	minimum := l.First.client.cfg.Fixtures.MinimumAccounts
	if len(l.Accounts) < minimum && !l.cutShort() {
		l.First.find(contract.AccListPages, "/Data/Account", fmt.Sprintf("at least %d accounts on all pages together", minimum),
			fmt.Sprintf("%d accounts on %d pages", len(l.Accounts), len(l.Pages)))
	}
}

// checkDoubled: no account stands on two pages.
func (l *AccountList) checkDoubled() {
	seen := map[string]int{}
	for number, page := range l.Pages {
		for i, account := range page.accounts() {
			if before, twice := seen[account.ID]; twice && before != number && account.ID != "" {
				page.find(contract.AccListPages, fmt.Sprintf("/Data/Account/%d/AccountId", i), "an account that no other page has",
					fmt.Sprintf("%.60q, which stands on page %d too", account.ID, before+1))
			}
			seen[account.ID] = number
		}
	}
}
