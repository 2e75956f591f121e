package confirmationoffunds

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// deleteConsent: DELETE /funds-confirmation-consents/{ConsentId}.
func deleteConsent(bank *tpp.Client) {
	const read, remove = contract.GetFundsConfirmationConsent, contract.DeleteFundsConfirmationConsent
	Describe("A funds confirmation consent that is deleted", func() {
		Context("", Label("negative"), func() { refuseDeletion(bank) })

		It("must be answered with nothing", bank.Proves(contract.CofConsentDelete204), Label("legacy:OB-301-CBPII-000005"), func(ctx SpecContext) {
			id, _ := newConsent(ctx, bank, bank.FundsConsent())
			bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
			bank.DeleteConsent(ctx, remove, id).Must(contract.CofConsentDelete204, 204)
		})

		It("must not be readable any more", bank.Proves(contract.CofConsentDeleteGone), func(ctx SpecContext) {
			id, _ := newConsent(ctx, bank, bank.FundsConsent())
			bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
			bank.DeleteConsent(ctx, remove, id).Must(contract.CofConsentDelete204, 204)
			bank.GetConsent(ctx, read, id).MustBeUnknown(contract.CofConsentDeleteGone)
		})

		It("must be refused a second time, or answered with nothing again", bank.Proves(contract.CofConsentDeleteGone), func(ctx SpecContext) {
			id, _ := newConsent(ctx, bank, bank.FundsConsent())
			bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
			bank.DeleteConsent(ctx, remove, id).Must(contract.CofConsentDelete204, 204)
			bank.DeleteConsent(ctx, remove, id).Must(contract.CofConsentDeleteGone, 400, 403, 404, 204)
		})

		It("must not be readable any more when the customer had authorised it", bank.Proves(contract.CofConsentDeleteGone), func(ctx SpecContext) {
			grant := bank.OwnFundsGrant(ctx)
			bank.GetNewConsent(ctx, read, grant.ConsentID).Must(contract.CofConsentGet200, 200)
			bank.DeleteConsent(ctx, remove, grant.ConsentID).Must(contract.CofConsentDelete204, 204)
			bank.GetConsent(ctx, read, grant.ConsentID).MustBeUnknown(contract.CofConsentDeleteGone)
		})

		It("must no longer confirm funds", bank.Proves(contract.CofConsentDeleteGone), func(ctx SpecContext) {
			grant := bank.OwnFundsGrant(ctx)
			bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofFunds201, 201)
			bank.DeleteConsent(ctx, remove, grant.ConsentID).Must(contract.CofConsentDelete204, 204)
			bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofConsentDeleteGone, 400, 401, 403)
		})
	})
}

// refuseDeletion: consents that are not ours to delete.
func refuseDeletion(bank *tpp.Client) {
	const read, remove = contract.GetFundsConfirmationConsent, contract.DeleteFundsConfirmationConsent
	It("must be refused when it never existed", bank.Proves(contract.CofConsentDeleteUnknown), func(ctx SpecContext) {
		bank.Twin("a funds confirmation consent that is deleted", func() {
			id, _ := newConsent(ctx, bank, bank.FundsConsent())
			bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
			bank.DeleteConsent(ctx, remove, id).Must(contract.CofConsentDelete204, 204)
		})
		bank.DeleteConsent(ctx, remove, bank.UnknownID()).MustBeUnknown(contract.CofConsentDeleteUnknown)
	})

	It("must not be deleted by another client", bank.Proves(contract.CofConsentDeleteUnknown), func(ctx SpecContext) {
		id, _ := newConsent(ctx, bank, bank.FundsConsent())
		bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
		bank.DeleteConsentByOther(ctx, remove, id).Is(contract.CofConsentDeleteUnknown, 400, 403)
		bank.CheckKept(ctx, contract.CofConsentDeleteUnknown, read, id)
		bank.DeleteConsent(ctx, remove, id).Must(contract.CofConsentDelete204, 204)
	})
}
