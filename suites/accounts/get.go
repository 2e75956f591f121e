package accounts

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// get: GET /accounts/{AccountId}.
func get(bank *tpp.Client) {
	Describe("An account", func() {
		It("must be shown alone, as it stands in the list", bank.Proves(contract.AccGet200), func(ctx SpecContext) {
			grant := bank.AccountsGrant(ctx, tpp.AnyAccess)
			for _, listed := range bank.ListAccounts(ctx, grant).MustHave(contract.AccList200) {
				bank.GetAccount(ctx, grant, listed.ID).Must(contract.AccGet200, 200).CheckOnly(contract.AccGet200, listed)
			}
		})

		It("must not be found when it never existed", bank.Proves(contract.AccGetUnknown), func(ctx SpecContext) {
			grant := bank.AccountsGrant(ctx, tpp.AnyAccess)
			listed := bank.ListAccounts(ctx, grant).MustHave(contract.AccList200)
			bank.GetAccount(ctx, grant, listed[0].ID).Must(contract.AccGet200, 200)
			bank.GetAccount(ctx, grant, bank.UnknownID()).MustBeUnknown(contract.AccGetUnknown)
		})
	})
}
