package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// register: POST /register, what it must accept.
func register(bank *tpp.Client) {
	Describe("A registration", Label("destructive"), func() {
		It("must be accepted and give the client its credentials", bank.Proves(contract.Dcr201), tpp.Gets(contract.RegisterClient, 201), func(ctx SpecContext) {
			bank.FirstRegistration(ctx).CheckCredentials(contract.Dcr201)
		})

		It("must give back what was asked for", bank.Proves(contract.Dcr201Echo), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister)
			claims := bank.RegistrationClaims(ctx)
			bank.RegisteredBy(ctx, bank.Sign(claims)).Answer.
				CheckRegistered(contract.Dcr201Echo, claims, bank.SupportedAlgorithms(ctx))
		})

		for _, member := range []string{"grant_types", "scope"} {
			It("must give back fewer "+member+" where fewer were asked for", bank.Proves(contract.Dcr201Echo), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister)
				claims, _, _ := bank.Narrowed(ctx, member, bank.RegistrationClaims(ctx).Words(member))
				bank.RegisteredBy(ctx, bank.Sign(claims)).Answer.
					CheckRegistered(contract.Dcr201Echo, claims, bank.SupportedAlgorithms(ctx))
			})
		}

		It("must give every client an identifier of its own", bank.Proves(contract.Dcr201Unique), func(ctx SpecContext) {
			for range 2 {
				bank.Registered(ctx).Answer.CheckUnique(contract.Dcr201Unique, "/client_id")
			}
		})

		It("must give credentials that obtain a token", Label("legacy:DCR-002"), bank.Proves(contract.Dcr201Usable), func(ctx SpecContext) {
			client := bank.Registered(ctx)
			bank.ManagementToken(ctx, client.Identity).Must(contract.Dcr201Usable, 200)
		})
	})
}
