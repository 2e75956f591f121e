package confirmationoffunds

import (
	"time"

	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// createConsent: POST /funds-confirmation-consents.
func createConsent(bank *tpp.Client) {
	Describe("A funds confirmation consent", func() {
		It("must be created, waiting for the customer, with a ConsentId of its own", bank.Proves(contract.CofConsent201), func(ctx SpecContext) {
			for range 2 {
				consent := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
				consent.CheckStatus(contract.CofConsent201)
				consent.CheckUnique(contract.CofConsent201, "/Data/ConsentId")
			}
		})

		It("must give back what was asked for", bank.Proves(contract.CofConsent201Echo), func(ctx SpecContext) {
			expiry := time.Now().AddDate(0, 3, 0).UTC().Format(time.RFC3339)
			request := bank.FundsConsent().With("/Data/ExpirationDateTime", expiry)
			consent := bank.CreateFundsConsent(ctx, request).Must(contract.CofConsent201, 201)
			consent.CheckDebtor(contract.CofConsent201Echo, request)
			consent.CheckInstant(contract.CofConsent201Echo, "/Data/ExpirationDateTime", expiry)
			bare := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
			bare.CheckAbsent(contract.CofConsent201Echo, "/Data/ExpirationDateTime")
		})

		It("must have been created and updated while it was asked for", bank.Proves(contract.CofConsent201Times), func(ctx SpecContext) {
			consent := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
			consent.CheckDuring(contract.CofConsent201Times, "/Data/CreationDateTime")
			consent.CheckDuring(contract.CofConsent201Times, "/Data/StatusUpdateDateTime")
			consent.CheckNotBefore(contract.CofConsent201Times, "/Data/StatusUpdateDateTime", "/Data/CreationDateTime")
		})

		for _, refused := range []struct {
			when   string
			clause contract.ClauseID
			body   tpp.Edit
		}{
			{"its body is empty", contract.CofConsent400Syntax, tpp.Raw("")},
			{"it has no debtor account", contract.CofConsent400Missing, tpp.JSON(bank.FundsConsent().Without("/Data/DebtorAccount"))},
			{"its scheme is a number", contract.CofConsent400Type, tpp.JSON(bank.FundsConsent().With("/Data/DebtorAccount/SchemeName", 1))},
			{"its identification is empty", contract.CofConsent400Length, tpp.JSON(bank.FundsConsent().With("/Data/DebtorAccount/Identification", ""))},
			{"its expiry is no date", contract.CofConsent400DateTime, tpp.JSON(bank.FundsConsent().With("/Data/ExpirationDateTime", "soon"))},
		} {
			It("must be refused when "+refused.when, bank.Proves(refused.clause), func(ctx SpecContext) {
				bank.Twin("a valid funds confirmation consent", func() {
					bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
				})
				bank.CreateFundsConsent(ctx, bank.FundsConsent(), refused.body).Must(refused.clause, 400)
			})
		}
	})
}
