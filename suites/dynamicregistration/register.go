package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// register: POST /register.
func register(bank *tpp.Client) {
	Describe("A registration", Label("destructive"), func() {
		It("must be accepted and give the client its credentials", bank.Proves(contract.Dcr201), func(ctx SpecContext) {
			bank.Registered(ctx).CheckCredentials(contract.Dcr201)
		})

		It("must give back what was asked for", bank.Proves(contract.Dcr201Echo), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister)
			claims := bank.RegistrationClaims(ctx)
			bank.Register(ctx, bank.Sign(claims)).Must(contract.Dcr201, 201).
				CheckRegistered(contract.Dcr201Echo, claims, bank.SupportedAlgorithms(ctx))
		})

		It("must give every client an identifier of its own", bank.Proves(contract.Dcr201Unique), func(ctx SpecContext) {
			for range 2 {
				bank.Registered(ctx).Answer.CheckUnique(contract.Dcr201Unique, "/client_id")
			}
		})

		It("must give credentials that obtain a token", bank.Proves(contract.Dcr201Usable), func(ctx SpecContext) {
			client := bank.Registered(ctx)
			bank.TokenRequest(ctx, client.Identity, tpp.ClientCredentials(bank.Scope(contract.ScopeAccounts))).Must(contract.Dcr201Usable, 200)
		})

		for _, refused := range []struct {
			when, request string
		}{
			{"its body is empty", ""},
			{"its body is no JWT", "not a token"},
			{"its body has five parts", "a.b.c.d.e"},
		} {
			It("must be refused when "+refused.when, bank.Proves(contract.Dcr400Syntax), func(ctx SpecContext) {
				bank.Twin("a valid registration", func() { bank.Registered(ctx) })
				bank.Register(ctx, refused.request).Must(contract.Dcr400Syntax, 400)
			})
		}
	})
}
