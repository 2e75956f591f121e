package confirmationoffunds

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// deleteConsent: DELETE /funds-confirmation-consents/{ConsentId}.
func deleteConsent(bank *tpp.Client) {
	Describe("A funds confirmation consent that is deleted", func() {
		It("must be gone", bank.Proves(contract.CofConsentDelete204, contract.CofConsentDeleteGone), func(ctx SpecContext) {
			created := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
			id := created.MustText(contract.CofConsent201, "/Data/ConsentId")
			bank.GetNewConsent(ctx, contract.GetFundsConfirmationConsent, id).Must(contract.CofConsentGet200, 200)
			bank.DeleteConsent(ctx, contract.DeleteFundsConfirmationConsent, id).Must(contract.CofConsentDelete204, 204)
			bank.GetConsent(ctx, contract.GetFundsConfirmationConsent, id).MustBeUnknown(contract.CofConsentDeleteGone)
			bank.DeleteConsent(ctx, contract.DeleteFundsConfirmationConsent, id).Is(contract.CofConsentDeleteGone, 400, 403, 404, 204)
		})

		It("must no longer confirm funds", bank.Proves(contract.CofConsentDeleteGone), func(ctx SpecContext) {
			grant := bank.OwnFundsGrant(ctx)
			bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofFunds201, 201)
			bank.DeleteConsent(ctx, contract.DeleteFundsConfirmationConsent, grant.ConsentID).Must(contract.CofConsentDelete204, 204)
			bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofConsentDeleteGone, 400, 401, 403)
		})
	})
}
