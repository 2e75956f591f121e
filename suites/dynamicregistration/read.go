package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// read: GET /register/{ClientId}.
func read(bank *tpp.Client) {
	Describe("A registration that is read", Label("destructive"), func() {
		It("must be shown as it was registered", bank.Proves(contract.DcrGet200), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanGet)
			client := bank.Registered(ctx)
			bank.Manage(ctx, contract.GetClient, client.Identity, "").Must(contract.DcrGet200, 200).
				CheckSameRegistration(contract.DcrGet200, client.Answer)
		})

		It("must not be shown without credentials", bank.Proves(contract.DcrGetAuth), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanGet)
			client := bank.Registered(ctx)
			bank.Manage(ctx, contract.GetClient, client.Identity, "").Must(contract.DcrGet200, 200)
			bank.Manage(ctx, contract.GetClient, client.Identity, "", tpp.NoAuthorization()).Must(contract.DcrGetAuth, 401)
		})
	})
}
