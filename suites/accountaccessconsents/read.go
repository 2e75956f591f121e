package accountaccessconsents

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// read: GET /account-access-consents/{ConsentId}.
func read(bank *tpp.Client) {
	Describe("An account access consent that is read", func() {
		It("must be shown as it was created", bank.Proves(contract.AacGet200), func(ctx SpecContext) {
			created := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
			consent := bank.GetNewConsent(ctx, contract.GetAccountAccessConsent, created.MustText(contract.Aac201, "/Data/ConsentId")).
				Must(contract.AacGet200, 200)
			for _, member := range []string{"ConsentId", "CreationDateTime", "Permissions", "ExpirationDateTime",
				"TransactionFromDateTime", "TransactionToDateTime"} {
				consent.CheckSameAs(contract.AacGet200, "/Data/"+member, created)
			}
		})

		It("must not be found when it never existed", bank.Proves(contract.AacGetUnknown), func(ctx SpecContext) {
			created := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
			id := created.MustText(contract.Aac201, "/Data/ConsentId")
			bank.GetNewConsent(ctx, contract.GetAccountAccessConsent, id).Must(contract.AacGet200, 200)
			bank.GetConsent(ctx, contract.GetAccountAccessConsent, bank.UnknownID()).MustBeUnknown(contract.AacGetUnknown)
		})
	})
}
