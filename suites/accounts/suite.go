// Package accounts is the suite of the Accounts API v3.1: one file per section
// of its documentation. It says what must hold and leaves transport, JSON and
// audit to the TPP.
package accounts

import (
	"context"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Suite is the suite with its sections in the documentation's order.
func Suite() tpp.Suite {
	return tpp.Suite{API: contract.Accounts, Sections: []tpp.Section{
		{Name: "list", Specs: list, Requests: 5},
		{Name: "get", Specs: get, Requests: 3},
		{Name: "consents", Specs: consents, Requests: 2},
		{Name: "headers", Specs: headers, Requests: 2},
		{Name: "refusals", Specs: commonRefusals, Requests: 1},
	}}
}

// anAccount is an authorised consent and one of its accounts, which can be
// read: the valid twin of what must be refused.
func anAccount(ctx context.Context, bank *tpp.Client) (grant tpp.Grant, id string) {
	grant, id = bank.AccountsGrant(ctx, tpp.AnyAccess), bank.StandingAccount(ctx)
	bank.Twin("a listed account", func() { bank.GetAccount(ctx, grant, id).Must(contract.AccGet200, 200) })
	return grant, id
}
