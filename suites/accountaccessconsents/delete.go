package accountaccessconsents

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// remove: DELETE /account-access-consents/{ConsentId}.
func remove(bank *tpp.Client) {
	Describe("An account access consent that is deleted", func() {
		It("must be gone", bank.Proves(contract.AacDelete204, contract.AacDeleteGone), func(ctx SpecContext) {
			created := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
			id := created.MustText(contract.Aac201, "/Data/ConsentId")
			bank.GetNewConsent(ctx, contract.GetAccountAccessConsent, id).Must(contract.AacGet200, 200)
			bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, id).Must(contract.AacDelete204, 204)
			bank.GetConsent(ctx, contract.GetAccountAccessConsent, id).MustBeUnknown(contract.AacDeleteGone)
			bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, id).Is(contract.AacDeleteGone, 400, 403, 404, 204)
		})

		It("must no longer give access to accounts", bank.Proves(contract.AacDeleteGone), func(ctx SpecContext) {
			grant := bank.OwnAccountsGrant(ctx, tpp.AnyAccess)
			bank.Call(ctx, contract.ListAccounts, "", tpp.Bearer(grant.Token)).Must(contract.AccList200, 200)
			bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, grant.ConsentID).Must(contract.AacDelete204, 204)
			bank.Call(ctx, contract.ListAccounts, "", tpp.Bearer(grant.Token)).Must(contract.AacDeleteGone, 401, 403)
		})

		It("must be refused when it never existed", bank.Proves(contract.AacDeleteUnknown), func(ctx SpecContext) {
			bank.Twin("a deletion of an account access consent", func() {
				created := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
				bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, created.MustText(contract.Aac201, "/Data/ConsentId")).
					Must(contract.AacDelete204, 204)
			})
			bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, bank.UnknownID()).MustBeUnknown(contract.AacDeleteUnknown)
		})
	})
}
