package accounts

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// list: GET /accounts.
func list(bank *tpp.Client) {
	Describe("The list of accounts", func() {
		It("must show the accounts of the consent, each with an AccountId of its own", bank.Proves(contract.AccList200), func(ctx SpecContext) {
			grant := bank.AccountsGrant(ctx, tpp.AnyAccess)
			bank.ListAccounts(ctx, grant).CheckAccounts(contract.AccList200)
		})

		It("must give the same AccountIds from call to call", bank.Proves(contract.AccListStable), func(ctx SpecContext) {
			grant := bank.AccountsGrant(ctx, tpp.AnyAccess)
			bank.ListAccounts(ctx, grant).CheckSameAccounts(contract.AccListStable, bank.ListAccounts(ctx, grant))
		})

		It("must be refused without a token", bank.Proves(contract.Com401Missing), func(ctx SpecContext) {
			bank.ListAccounts(ctx, bank.AccountsGrant(ctx, tpp.AnyAccess))
			bank.Call(ctx, contract.ListAccounts, "").Must(contract.Com401Missing, 401)
		})

		It("must be refused to a client-credentials token", bank.Proves(contract.Com403Grant), func(ctx SpecContext) {
			bank.ListAccounts(ctx, bank.AccountsGrant(ctx, tpp.AnyAccess))
			bank.Call(ctx, contract.ListAccounts, "", tpp.Bearer(bank.Token(ctx, contract.ScopeAccounts))).Must(contract.Com403Grant, 401, 403)
		})
	})
}
