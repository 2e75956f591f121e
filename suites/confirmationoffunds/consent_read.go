package confirmationoffunds

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// readConsent: GET /funds-confirmation-consents/{ConsentId}.
func readConsent(bank *tpp.Client) {
	const read = contract.GetFundsConfirmationConsent
	Describe("A funds confirmation consent that is read", func() {
		for _, created := range []struct {
			as     string
			labels Labels
			with   tpp.Document
		}{
			{"it was created", Label("smoke"), bank.FundsConsent()},
			{"it was created with an expiry", nil, bank.FundsConsent().With(expiry, inThreeMonths("+05:30"))},
			{"it was created with every member of the debtor account", nil, tpp.FundsConsentOf(bban)},
		} {
			It("must be shown as "+created.as, bank.Proves(contract.CofConsentGet200), created.labels, func(ctx SpecContext) {
				id, answer := newConsent(ctx, bank, created.with)
				bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200).CheckSameFundsConsent(contract.CofConsentGet200, answer)
			})
		}

		It("must be shown as it was before, whenever it is read", bank.Proves(contract.CofConsentGet200), func(ctx SpecContext) {
			id, _ := newConsent(ctx, bank, bank.FundsConsent())
			first := bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
			bank.GetConsent(ctx, read, id).Must(contract.CofConsentGet200, 200).CheckSameFundsConsent(contract.CofConsentGet200, first)
		})

		It("must be shown as it was created when the customer has authorised it", bank.Proves(contract.CofConsentGet200), func(ctx SpecContext) {
			id, answer := newConsent(ctx, bank, bank.FundsConsent())
			bank.AuthoriseFunds(ctx, id)
			bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200).CheckSameFundsConsent(contract.CofConsentGet200, answer)
		})

		It("must not be found when it never existed", bank.Proves(contract.CofConsentGetUnknown), Label("negative"), func(ctx SpecContext) {
			bank.Twin("a funds confirmation consent that is read", func() {
				id, _ := newConsent(ctx, bank, bank.FundsConsent())
				bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
			})
			bank.GetConsent(ctx, read, bank.UnknownID()).MustBeUnknown(contract.CofConsentGetUnknown)
		})

		It("must not be shown to another client", bank.Proves(contract.CofConsentGetUnknown), Label("negative"), func(ctx SpecContext) {
			other := bank.ByOther(ctx, contract.ScopeFunds)
			id, _ := newConsent(ctx, bank, bank.FundsConsent())
			bank.GetNewConsent(ctx, read, id).Must(contract.CofConsentGet200, 200)
			bank.GetConsent(ctx, read, id, other).Must(contract.CofConsentGetUnknown, 400, 403)
		})
	})
}
