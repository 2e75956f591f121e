package accounts

import (
	"context"

	"obconform/harness/contract"
	"obconform/harness/tpp"
	"obconform/suites/refusals"
)

// commonRefusals: what the operations of this API refuse as all others do.
func commonRefusals(bank *tpp.Client) {
	refusals.Describe(bank,
		refusals.Case{Operation: contract.ListAccounts, Valid: contract.AccList200,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				grant := bank.AccountsGrant(ctx, tpp.AnyAccess)
				return bank.Call(ctx, contract.ListAccounts, "", append([]tpp.Edit{tpp.Bearer(grant.Token)}, edits...)...)
			}},
		refusals.Case{Operation: contract.GetAccount, Valid: contract.AccGet200,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				return bank.GetAccount(ctx, bank.AccountsGrant(ctx, tpp.AnyAccess), bank.StandingAccount(ctx), edits...)
			}},
	)
}
