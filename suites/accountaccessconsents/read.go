package accountaccessconsents

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// read: GET /account-access-consents/{ConsentId}.
func read(bank *tpp.Client) {
	get := func(ctx SpecContext, id string) *tpp.Answer {
		return bank.GetConsent(ctx, contract.GetAccountAccessConsent, id).Must(contract.AacGet200, 200)
	}

	Describe("An account access consent that is read", func() {
		It("must be shown as it was created", Label("smoke"), bank.Proves(contract.AacGet200), func(ctx SpecContext) {
			created := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
			bank.GetNewConsent(ctx, contract.GetAccountAccessConsent, created.MustText(contract.Aac201, "/Data/ConsentId")).
				Must(contract.AacGet200, 200).CheckSameAccountsConsent(contract.AacGet200, created)
		})

		It("must be shown with all its date-times, and again just so", bank.Proves(contract.AacGet200), func(ctx SpecContext) {
			created, id := aNewConsent(ctx, bank, withAllDates())
			first := get(ctx, id)
			first.CheckSameAccountsConsent(contract.AacGet200, created)
			get(ctx, id).CheckSameAccountsConsent(contract.AacGet200, first)
		})

		It("must be shown as it was created after another one was created", bank.Proves(contract.AacGet200), func(ctx SpecContext) {
			created, id := aNewConsent(ctx, bank, aConsent())
			bank.CreateAccountsConsent(ctx, tpp.AccountsConsent("ReadAccountsBasic")).Must(contract.Aac201, 201)
			get(ctx, id).CheckSameAccountsConsent(contract.AacGet200, created)
		})

		It("must be the same but for its status once the customer has decided", bank.Proves(contract.AacGet200), func(ctx SpecContext) {
			created, id := aNewConsent(ctx, bank, withAllDates())
			bank.AuthoriseAccounts(ctx, id)
			decided := get(ctx, id)
			decided.CheckSameAccountsConsent(contract.AacGet200, created)
			get(ctx, id).CheckSameAccountsConsent(contract.AacGet200, decided)
		})

		for _, unknown := range []struct{ when, id string }{
			{"never existed", bank.UnknownID()},
			{"has an identifier that nobody gave out", "unknown"},
		} {
			It("must not be found when it "+unknown.when, Label("negative"), bank.Proves(contract.AacGetUnknown), func(ctx SpecContext) {
				aNewConsent(ctx, bank, aConsent())
				bank.GetConsent(ctx, contract.GetAccountAccessConsent, unknown.id).MustBeUnknown(contract.AacGetUnknown)
			})
		}

		It("must not be shown to another client", Label("negative"), bank.Proves(contract.AacGetUnknown), func(ctx SpecContext) {
			asOther := bank.ByOther(ctx, contract.ScopeAccounts)
			_, id := aNewConsent(ctx, bank, aConsent())
			refused := bank.GetConsent(ctx, contract.GetAccountAccessConsent, id, asOther).Must(contract.AacGetUnknown, 400, 403)
			_, shown := refused.Value("/Data")
			refused.Check(contract.AacGetUnknown, "/Data", !shown, "none of the consent's data")
		})
	})
}
