package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// update: PUT /register/{ClientId}.
func update(bank *tpp.Client) {
	Describe("A registration that is updated", Label("destructive"), func() {
		It("must have the new values and keep its client_id", bank.Proves(contract.DcrPut200), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanGet)
			client := bank.Registered(ctx)
			claims := bank.RegistrationClaims(ctx).With("/grant_types", []string{"authorization_code", "client_credentials"})
			for _, answer := range []*tpp.Answer{
				bank.Manage(ctx, contract.UpdateClient, client.Identity, bank.Sign(claims)).Must(contract.DcrPut200, 200),
				bank.Manage(ctx, contract.GetClient, client.Identity, "").Must(contract.DcrGet200, 200),
			} {
				answer.CheckText(contract.DcrPut200, "/client_id", client.ID)
				answer.CheckSameSet(contract.DcrPut200, "/grant_types", []string{"authorization_code", "client_credentials"})
			}
		})

		It("must be refused and left as it was when the request is no JWT", bank.Proves(contract.DcrPut400), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanGet)
			client := bank.Registered(ctx)
			bank.Manage(ctx, contract.UpdateClient, client.Identity, bank.Sign(bank.RegistrationClaims(ctx))).Must(contract.DcrPut200, 200)
			before := bank.Manage(ctx, contract.GetClient, client.Identity, "").Must(contract.DcrGet200, 200)
			bank.Manage(ctx, contract.UpdateClient, client.Identity, "not a token").Must(contract.DcrPut400, 400)
			bank.Manage(ctx, contract.GetClient, client.Identity, "").Must(contract.DcrGet200, 200).
				CheckSameRegistration(contract.DcrPut400, before)
		})

		It("must be refused without credentials", bank.Proves(contract.DcrPutAuth), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanPut)
			client := bank.Registered(ctx)
			request := bank.Sign(bank.RegistrationClaims(ctx))
			bank.Manage(ctx, contract.UpdateClient, client.Identity, request, tpp.NoAuthorization()).Must(contract.DcrPutAuth, 401)
			bank.Manage(ctx, contract.UpdateClient, client.Identity, request).Must(contract.DcrPut200, 200)
		})
	})
}
