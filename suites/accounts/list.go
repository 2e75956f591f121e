package accounts

import (
	. "github.com/onsi/ginkgo/v2"

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
			first := bank.ListAccounts(ctx, grant)
			first.MustHave(contract.AccList200)
			for range 2 {
				first.CheckSameAccounts(contract.AccListStable, bank.ListAccounts(ctx, grant))
			}
		})

		It("must show no account number with ReadAccountsBasic alone", Label("legacy:OB-301-ACC-100300"), bank.Proves(contract.AccListBasic), func(ctx SpecContext) {
			accounts := bank.ListAccounts(ctx, bank.AccountsGrant(ctx, tpp.BasicAccess))
			accounts.MustHave(contract.AccList200)
			accounts.CheckNoIdentifications(contract.AccListBasic)
		})

		It("must show the number of every account, in its scheme's form, with ReadAccountsDetail", Label("legacy:OB-301-ACC-100400"), bank.Proves(contract.AccListDetail), func(ctx SpecContext) {
			accounts := bank.ListAccounts(ctx, bank.AccountsGrant(ctx, tpp.DetailAccess))
			accounts.MustHave(contract.AccList200)
			accounts.CheckIdentifications(contract.AccListDetail)
		})

		It("must have links that lead where they say, and lose or double no account between its pages", bank.Proves(contract.AccListPages), func(ctx SpecContext) {
			grant := bank.AccountsGrant(ctx, tpp.AnyAccess)
			bank.CheckPages(ctx, grant, bank.ListAccounts(ctx, grant))
		})

		It("must give every currency as an ISO 4217 code", bank.Proves(contract.AccListCurrency), func(ctx SpecContext) {
			accounts := bank.ListAccounts(ctx, bank.AccountsGrant(ctx, tpp.AnyAccess))
			accounts.MustHave(contract.AccList200)
			accounts.CheckCurrencies(contract.AccListCurrency)
		})
	})
}
