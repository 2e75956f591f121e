package confirmationoffunds

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// readConsent: GET /funds-confirmation-consents/{ConsentId}.
func readConsent(bank *tpp.Client) {
	Describe("A funds confirmation consent that is read", func() {
		It("must be shown as it was created", bank.Proves(contract.CofConsentGet200), func(ctx SpecContext) {
			created := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
			consent := bank.GetNewConsent(ctx, contract.GetFundsConfirmationConsent, created.MustText(contract.CofConsent201, "/Data/ConsentId")).
				Must(contract.CofConsentGet200, 200)
			for _, member := range []string{"ConsentId", "CreationDateTime", "ExpirationDateTime", "DebtorAccount"} {
				consent.CheckSameAs(contract.CofConsentGet200, "/Data/"+member, created)
			}
		})

		It("must not be found when it never existed", bank.Proves(contract.CofConsentGetUnknown), func(ctx SpecContext) {
			created := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
			id := created.MustText(contract.CofConsent201, "/Data/ConsentId")
			bank.GetNewConsent(ctx, contract.GetFundsConfirmationConsent, id).Must(contract.CofConsentGet200, 200)
			bank.GetConsent(ctx, contract.GetFundsConfirmationConsent, bank.UnknownID()).MustBeUnknown(contract.CofConsentGetUnknown)
		})
	})
}
