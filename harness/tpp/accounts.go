package tpp

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"obconform/harness/contract"
)

// Account is one entry of OBReadAccount4 with its AccountId.
type Account struct {
	ID    string
	Value map[string]any
}

// AccountList is the list of accounts, from its first page to its last.
type AccountList struct {
	// First is the answer to GET /accounts itself.
	First    *Answer
	Pages    []*Answer
	Accounts []Account

	// addresses are where the pages were read, in their order; the first page's
	// is empty, since no link has named it.
	addresses []string
}

// ListAccounts reads all pages of the list, of which there may be 100 at most;
// the spec ends unless each is a 200.
func (c *Client) ListAccounts(ctx context.Context, grant Grant, edits ...Edit) *AccountList {
	edits = append([]Edit{Bearer(grant.Token)}, edits...)
	list := &AccountList{}
	list.add("", c.Call(ctx, contract.ListAccounts, "", edits...).Must(contract.AccList200, 200))
	for len(list.Pages) < maxPages {
		next, ok := list.last().link("Next")
		if !ok || slices.Contains(list.addresses, next) {
			break
		}
		all := append(slices.Clone(edits), At(next))
		list.add(next, c.Call(ctx, contract.ListAccounts, "", all...).Must(contract.AccListPages, 200))
	}
	return list
}

func (l *AccountList) add(address string, page *Answer) {
	if l.First == nil {
		l.First = page
	}
	l.Pages, l.addresses = append(l.Pages, page), append(l.addresses, address)
	l.Accounts = append(l.Accounts, page.accounts()...)
}

// GetAccount reads one account, without judging the answer.
func (c *Client) GetAccount(ctx context.Context, grant Grant, id string, edits ...Edit) *Answer {
	return c.Call(ctx, contract.GetAccount, id, append([]Edit{Bearer(grant.Token)}, edits...)...)
}

// accounts are the entries that are objects; what is none, the audit has found.
func (a *Answer) accounts() []Account {
	value, _ := a.Value("/Data/Account")
	entries, _ := value.([]any)
	var accounts []Account
	for _, entry := range entries {
		if object, ok := entry.(map[string]any); ok {
			id, _ := object["AccountId"].(string)
			accounts = append(accounts, Account{ID: id, Value: object})
		}
	}
	return accounts
}

// MustHave is the accounts of the list, which the spec cannot go on without;
// that there is none breaches the clause, unless the audit has found it.
func (l *AccountList) MustHave(clause contract.ClauseID) []Account {
	if len(l.Accounts) == 0 {
		l.First.Check(clause, "/Data/Account", false, "at least one account")
		l.First.client.stop()
	}
	return l.Accounts
}

// AnAccount is the identifier of the first account that the list shows; the
// spec ends where it shows none.
func (c *Client) AnAccount(ctx context.Context, grant Grant) string {
	page := c.Call(ctx, contract.ListAccounts, "", Bearer(grant.Token)).Must(contract.AccList200, 200)
	return page.MustText(contract.AccList200, "/Data/Account/0/AccountId")
}

// CheckAccounts holds that the list shows at least the configured number of
// accounts, and none twice on a page. Accounts that are missing because a page
// could not be reached, or that stand on two pages, are CheckPages' business.
func (l *AccountList) CheckAccounts(clause contract.ClauseID) {
	minimum := max(1, l.First.client.cfg.Fixtures.MinimumAccounts)
	total, counted := l.First.totalPages()
	switch {
	case len(l.Accounts) >= minimum:
		l.First.client.exercised(clause)
	case counted && total > len(l.Pages), l.cutShort(): // CheckPages', or the audit's
	case !l.First.owned("/Data/Account"):
		l.First.find(clause, "/Data/Account", fmt.Sprintf("at least %d accounts", minimum), fmt.Sprintf("%d accounts", len(l.Accounts)))
	}
	for _, page := range l.Pages {
		seen := map[string]bool{}
		for i, account := range page.accounts() {
			if account.ID != "" && seen[account.ID] {
				page.find(clause, fmt.Sprintf("/Data/Account/%d/AccountId", i), "each AccountId once", fmt.Sprintf("%.60q twice", account.ID))
			}
			seen[account.ID] = true
		}
	}
}

// ids are the AccountIds in order of name.
func (l *AccountList) ids() []string {
	ids := make([]string, len(l.Accounts))
	for i, account := range l.Accounts {
		ids[i] = account.ID
	}
	slices.Sort(ids)
	return ids
}

// CheckSameAccounts holds that two lists show the same AccountIds.
func (l *AccountList) CheckSameAccounts(clause contract.ClauseID, other *AccountList) {
	want, got := l.ids(), other.ids()
	if slices.Equal(want, got) && len(want) > 0 {
		other.First.client.exercised(clause)
		return
	}
	other.First.find(clause, "/Data/Account", "the AccountIds "+orNone(want), orNone(got))
}

// CheckOnly holds that the answer shows just that account, as it stands in the
// list.
func (a *Answer) CheckOnly(clause contract.ClauseID, listed Account) {
	shown := a.accounts()
	if a.owned("/Data/Account") {
		return
	}
	if len(shown) != 1 || shown[0].ID != listed.ID {
		a.find(clause, "/Data/Account", fmt.Sprintf("the account %.60q alone", listed.ID), fmt.Sprintf("%d accounts", len(shown)))
		return
	}
	for _, name := range differing(listed.Value, shown[0].Value) {
		a.find(clause, "/Data/Account/0/"+name, "the same as in the list", "another value, or none on one side")
	}
	a.client.exercised(clause)
}

// CheckSameList holds that a list answers the same accounts as an earlier one,
// in any order.
func (a *Answer) CheckSameList(clause contract.ClauseID, earlier *Answer) {
	if a.owned("/Data/Account") || earlier.owned("/Data/Account") {
		return
	}
	shown, before := a.accounts(), earlier.accounts()
	if len(shown) != len(before) {
		a.find(clause, "/Data/Account", fmt.Sprintf("%d accounts, as before", len(before)), fmt.Sprintf("%d accounts", len(shown)))
		return
	}
	for _, account := range before {
		if !slices.ContainsFunc(shown, func(one Account) bool { return alike(account.Value, one.Value) }) {
			a.find(clause, "/Data/Account", fmt.Sprintf("the account %.60q as before", account.ID), "no account that equals it")
		}
	}
	a.client.exercised(clause)
}

// differing names the members that two objects do not agree in.
func differing(a, b map[string]any) []string {
	var names []string
	for name, value := range a {
		if other, present := b[name]; !present || !alike(value, other) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, present := a[name]; !present {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// alike compares JSON values; arrays, in whatever order, since none of a model
// here has a meaningful one.
func alike(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		other, ok := b.(map[string]any)
		return ok && len(differing(a, other)) == 0
	case []any:
		other, ok := b.([]any)
		return ok && sameElements(a, slices.Clone(other))
	}
	return reflect.DeepEqual(a, b)
}

// sameElements uses other up, element by element.
func sameElements(list, other []any) bool {
	for _, item := range list {
		at := slices.IndexFunc(other, func(candidate any) bool { return alike(item, candidate) })
		if at < 0 {
			return false
		}
		other = slices.Delete(other, at, at+1)
	}
	return len(other) == 0
}
