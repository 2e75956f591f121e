package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// read: GET /register/{ClientId}.
func read(bank *tpp.Client) {
	Describe("A registration that is read", Label("destructive"), func() {
		It("must be shown as it was registered", Label("legacy:DCR-005"), bank.Proves(contract.DcrGet200), tpp.Gets(contract.GetClient, 200), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanGet)
			client := bank.Registered(ctx)
			bank.ReadRegistration(ctx, client.Identity).Must(contract.DcrGet200, 200).CheckSameRegistration(contract.DcrGet200, client.Answer)
		})

		It("must be shown under its client's own client_id, the same each time", bank.Proves(contract.DcrGet200), func(ctx SpecContext) {
			client := bank.Reader(ctx)
			first := bank.ReadRegistration(ctx, client).Must(contract.DcrGet200, 200)
			first.CheckText(contract.DcrGet200, "/client_id", client.ID)
			bank.ReadRegistration(ctx, client).Must(contract.DcrGet200, 200).CheckSameRegistration(contract.DcrGet200, first)
		})

		for i, unfit := range bank.UnfitCredentials() {
			legacy := Labels{}
			if i == 1 {
				legacy = Label("legacy:DCR-007")
			}
			It("must not be shown "+unfit.When, Label("negative"), legacy, bank.Proves(contract.DcrGetAuth), tpp.Gets(contract.GetClient, 401), func(ctx SpecContext) {
				client := bank.Reader(ctx)
				bank.ReadRegistration(ctx, client).Must(contract.DcrGet200, 200)
				bank.Manage(ctx, contract.GetClient, client, "", unfit.Spoil).Must(contract.DcrGetAuth, 401)
			})
		}

		It("must not be shown under an unknown identifier", Label("negative"), bank.Proves(contract.DcrGetOther), func(ctx SpecContext) {
			client := bank.Reader(ctx)
			bank.ReadRegistration(ctx, client).Must(contract.DcrGet200, 200)
			bank.ManageOther(ctx, contract.GetClient, client, bank.UnknownID(), "").Must(contract.DcrGetOther, 400, 401, 403, 404)
		})

		It("must not be shown to another client", Label("negative"), bank.Proves(contract.DcrGetOther), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanGet)
			client := bank.Registered(ctx)
			bank.ReadRegistration(ctx, client.Identity).Must(contract.DcrGet200, 200)
			bank.ManageOther(ctx, contract.GetClient, client.Identity, bank.Self().ID, "").Must(contract.DcrGetOther, 400, 401, 403, 404)
		})

		It("must not be shown to the second client", Label("negative"), bank.Proves(contract.DcrGetOther), func(ctx SpecContext) {
			other, client := bank.SecondClient(), bank.Reader(ctx)
			bank.ReadRegistration(ctx, client).Must(contract.DcrGet200, 200)
			bank.ManageOther(ctx, contract.GetClient, other, client.ID, "").Must(contract.DcrGetOther, 400, 401, 403, 404)
		})
	})
}
