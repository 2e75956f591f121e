package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// remove: DELETE /register/{ClientId}.
func remove(bank *tpp.Client) {
	deleted := func(ctx SpecContext, client tpp.Registration) {
		bank.Manage(ctx, contract.DeleteClient, client.Identity, "").Must(contract.DcrDelete204, 204)
	}
	// gone deletes a client and answers the credential that it had.
	gone := func(ctx SpecContext, client tpp.Registration) string {
		credential := bank.ManagementCredential(ctx, client.Identity)
		deleted(ctx, client)
		return credential
	}

	Describe("A registration that is deleted", Label("destructive"), func() {
		It("must be answered with nothing but 204", bank.Proves(contract.DcrDelete204), tpp.Gets(contract.DeleteClient, 204), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanDelete)
			deleted(ctx, bank.Registered(ctx))
		})

		It("must leave another registration alone", bank.Proves(contract.DcrDelete204, contract.Dcr201Usable), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanDelete)
			kept, client := bank.Registered(ctx), bank.Registered(ctx)
			deleted(ctx, client)
			bank.MustStillStand(ctx, contract.DcrDelete204, kept.Identity)
		})

		It("must not be there to be read", Label("legacy:DCR-003", "legacy:DCR-010"), bank.Proves(contract.DcrDeleteGone), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanGet, tpp.CanDelete)
			client := bank.Registered(ctx)
			bank.ReadRegistration(ctx, client.Identity).Must(contract.DcrGet200, 200)
			bank.ManageGone(ctx, contract.GetClient, client.Identity, gone(ctx, client), "").Must(contract.DcrDeleteGone, 401, 403, 404)
		})

		It("must not be there to be updated", Label("legacy:DCR-009"), bank.Proves(contract.DcrDeleteGone), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanDelete)
			client := bank.Registered(ctx)
			bank.Manage(ctx, contract.UpdateClient, client.Identity, bank.Sign(bank.RegistrationClaims(ctx))).Must(contract.DcrPut200, 200)
			bank.ManageGone(ctx, contract.UpdateClient, client.Identity, gone(ctx, client), bank.Sign(bank.RegistrationClaims(ctx))).
				Must(contract.DcrDeleteGone, 401, 403, 404)
		})

		It("must not be there to be deleted again", bank.Proves(contract.DcrDeleteGone), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanDelete)
			client := bank.Registered(ctx)
			bank.ManageGone(ctx, contract.DeleteClient, client.Identity, gone(ctx, client), "").Must(contract.DcrDeleteGone, 401, 403, 404)
		})

		It("must leave no credentials that obtain a token", bank.Proves(contract.DcrDeleteGone), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanDelete)
			client := bank.Registered(ctx)
			bank.ManagementToken(ctx, client.Identity).Must(contract.Dcr201Usable, 200)
			deleted(ctx, client)
			// With which status is TOK-SECRET's; here it is enough that none comes.
			bank.ManagementToken(ctx, client.Identity).Must(contract.DcrDeleteGone, 400, 401, 403)
		})
	})

	Describe("A deletion of a registration", Label("destructive", "negative"), func() {
		for _, unfit := range bank.UnfitCredentials() {
			It("must be refused and delete nothing "+unfit.When, bank.Proves(contract.DcrDeleteAuth), tpp.Gets(contract.DeleteClient, 401), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister, tpp.CanDelete)
				client := bank.Registered(ctx)
				bank.Manage(ctx, contract.DeleteClient, client.Identity, "", unfit.Spoil).Is(contract.DcrDeleteAuth, 401)
				bank.MustStillStand(ctx, contract.DcrDeleteAuth, client.Identity)
				deleted(ctx, client)
			})
		}

		It("must be refused and delete nothing under an unknown identifier", bank.Proves(contract.DcrDeleteOther), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanDelete)
			client := bank.Registered(ctx)
			bank.ManageOther(ctx, contract.DeleteClient, client.Identity, bank.UnknownID(), "").Is(contract.DcrDeleteOther, 400, 401, 403, 404)
			bank.MustStillStand(ctx, contract.DcrDeleteOther, client.Identity)
			deleted(ctx, client)
		})

		It("must be refused to another client and delete nothing", bank.Proves(contract.DcrDeleteOther), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanDelete)
			victim, stranger := bank.Registered(ctx), bank.Registered(ctx)
			bank.ManageOther(ctx, contract.DeleteClient, stranger.Identity, victim.ID, "").Is(contract.DcrDeleteOther, 400, 401, 403, 404)
			for _, client := range []tpp.Registration{victim, stranger} {
				bank.MustStillStand(ctx, contract.DcrDeleteOther, client.Identity)
			}
			deleted(ctx, victim)
		})
	})
}
