package accountaccessconsents

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// remove: DELETE /account-access-consents/{ConsentId}.
func remove(bank *tpp.Client) {
	deleted := func(ctx SpecContext, id string) {
		bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, id).Must(contract.AacDelete204, 204)
	}

	Describe("An account access consent that is deleted", func() {
		It("must be gone", Label("smoke"), bank.Proves(contract.AacDelete204, contract.AacDeleteGone), func(ctx SpecContext) {
			_, id := aNewConsent(ctx, bank, aConsent())
			deleted(ctx, id)
			bank.GetConsent(ctx, contract.GetAccountAccessConsent, id).MustBeUnknown(contract.AacDeleteGone)
		})

		It("must not be there to be deleted again", bank.Proves(contract.AacDeleteGone), func(ctx SpecContext) {
			_, id := aNewConsent(ctx, bank, aConsent())
			deleted(ctx, id)
			bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, id).Must(contract.AacDeleteGone, 400, 403, 404, 204)
			bank.GetConsent(ctx, contract.GetAccountAccessConsent, id).MustBeUnknown(contract.AacDeleteGone)
		})

		It("must leave another consent of the same client alone", bank.Proves(contract.AacDelete204, contract.AacGet200), func(ctx SpecContext) {
			kept, other := aNewConsent(ctx, bank, aConsent())
			_, id := aNewConsent(ctx, bank, aConsent())
			deleted(ctx, id)
			bank.CheckKept(ctx, contract.AacGet200, contract.GetAccountAccessConsent, other)
			bank.GetConsent(ctx, contract.GetAccountAccessConsent, other).CheckSameAccountsConsent(contract.AacGet200, kept)
		})

		It("must be gone when the customer had authorised it", bank.Proves(contract.AacDelete204, contract.AacDeleteGone), func(ctx SpecContext) {
			grant := bank.OwnAccountsGrant(ctx, tpp.AnyAccess)
			deleted(ctx, grant.ConsentID)
			bank.GetConsent(ctx, contract.GetAccountAccessConsent, grant.ConsentID).MustBeUnknown(contract.AacDeleteGone)
		})

		It("must no longer give access to accounts", bank.Proves(contract.AacDeleteGone), func(ctx SpecContext) {
			grant := bank.OwnAccountsGrant(ctx, tpp.AnyAccess)
			bank.Call(ctx, contract.ListAccounts, "", tpp.Bearer(grant.Token)).Must(contract.AccList200, 200)
			deleted(ctx, grant.ConsentID)
			bank.Call(ctx, contract.ListAccounts, "", tpp.Bearer(grant.Token)).Must(contract.AacDeleteGone, 401, 403)
		})

		for _, unknown := range []struct{ when, id string }{
			{"never existed", bank.UnknownID()},
			{"has an identifier that nobody gave out", "unknown"},
		} {
			It("must be refused when it "+unknown.when, Label("negative"), bank.Proves(contract.AacDeleteUnknown), func(ctx SpecContext) {
				bank.Twin("a deletion of an account access consent", func() {
					_, id := aNewConsent(ctx, bank, aConsent())
					deleted(ctx, id)
				})
				bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, unknown.id).MustBeUnknown(contract.AacDeleteUnknown)
			})
		}

		It("must be refused to another client, and still be there", Label("negative"), bank.Proves(contract.AacDeleteUnknown), func(ctx SpecContext) {
			bank.ByOther(ctx, contract.ScopeAccounts)
			_, id := aNewConsent(ctx, bank, aConsent())
			bank.DeleteConsentByOther(ctx, contract.DeleteAccountAccessConsent, id).Is(contract.AacDeleteUnknown, 400, 403)
			bank.CheckKept(ctx, contract.AacDeleteUnknown, contract.GetAccountAccessConsent, id)
		})
	})
}
