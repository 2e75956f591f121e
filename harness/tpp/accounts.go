package tpp

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

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
}

// maxPages bounds how far a chain of Next links is followed.
const maxPages = 100

// ListAccounts reads all pages of the list; the spec ends unless each is a 200.
func (c *Client) ListAccounts(ctx context.Context, grant Grant, edits ...Edit) *AccountList {
	edits = append([]Edit{Bearer(grant.Token)}, edits...)
	list := &AccountList{}
	for address := ""; len(list.Pages) < maxPages; {
		all := edits
		if address != "" {
			all = append(slices.Clone(edits), At(address))
		}
		page := c.Call(ctx, contract.ListAccounts, "", all...).Must(contract.AccList200, 200)
		list.Pages = append(list.Pages, page)
		list.Accounts = append(list.Accounts, page.accounts()...)
		next, ok := page.Text("/Links/Next")
		if !ok || next == "" {
			break
		}
		address = next
	}
	list.First = list.Pages[0]
	return list
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

// MustHave is the accounts of the list, at least the configured number and at
// least one; the spec cannot go on without.
func (l *AccountList) MustHave(clause contract.ClauseID) []Account {
	l.CheckAccounts(clause)
	if len(l.Accounts) == 0 {
		l.First.client.stop()
	}
	return l.Accounts
}

// CheckAccounts holds that the list shows at least the configured number of
// accounts, and none twice.
func (l *AccountList) CheckAccounts(clause contract.ClauseID) {
	minimum := max(1, l.First.client.cfg.Fixtures.MinimumAccounts)
	if met := len(l.Accounts) >= minimum; met {
		l.First.Check(clause, "/Data/Account", true, "")
	} else if !l.First.owned("/Data/Account") {
		l.First.find(clause, "/Data/Account", fmt.Sprintf("at least %d accounts", minimum), fmt.Sprintf("%d accounts", len(l.Accounts)))
	}
	seen := map[string]bool{}
	for _, account := range l.Accounts {
		if account.ID != "" && seen[account.ID] {
			l.First.find(clause, "/Data/Account", "each AccountId once", fmt.Sprintf("%.60q twice", account.ID))
		}
		seen[account.ID] = true
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
	other.First.find(clause, "/Data/Account", "the AccountIds "+strings.Join(want, ", "), strings.Join(got, ", "))
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

// differing names the members that two objects do not agree in.
func differing(a, b map[string]any) []string {
	var names []string
	for name, value := range a {
		if other, present := b[name]; !present || !reflect.DeepEqual(value, other) {
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
