package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// remove: DELETE /register/{ClientId}.
func remove(bank *tpp.Client) {
	Describe("A registration that is deleted", Label("destructive"), func() {
		It("must be gone", bank.Proves(contract.DcrDelete204, contract.DcrDeleteGone), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanGet, tpp.CanDelete)
			client := bank.Registered(ctx)
			credential := bank.ManagementCredential(ctx, client.Identity)
			bank.Manage(ctx, contract.GetClient, client.Identity, "").Must(contract.DcrGet200, 200)
			bank.Manage(ctx, contract.DeleteClient, client.Identity, "").Must(contract.DcrDelete204, 204)
			bank.Call(ctx, contract.GetClient, client.ID, tpp.Authorization(credential)).Must(contract.DcrDeleteGone, 401, 403, 404)
			bank.TokenRequest(ctx, client.Identity, tpp.ClientCredentials(bank.Scope(contract.ScopeAccounts))).
				Must(contract.DcrDeleteGone, 400, 401)
		})

		It("must not be deleted without credentials", bank.Proves(contract.DcrDeleteAuth), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanDelete)
			client := bank.Registered(ctx)
			bank.Manage(ctx, contract.DeleteClient, client.Identity, "", tpp.NoAuthorization()).Must(contract.DcrDeleteAuth, 401)
			bank.TokenRequest(ctx, client.Identity, tpp.ClientCredentials(bank.Scope(contract.ScopeAccounts))).Must(contract.DcrDeleteAuth, 200)
			bank.Manage(ctx, contract.DeleteClient, client.Identity, "").Must(contract.DcrDelete204, 204)
		})
	})
}
