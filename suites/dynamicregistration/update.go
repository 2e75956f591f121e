package dynamicregistration

import (
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// update: PUT /register/{ClientId}.
func update(bank *tpp.Client) {
	narrowed := func(ctx SpecContext, client tpp.Registration, member string) (tpp.Document, []string) {
		granted, _ := client.Answer.RegisteredValues(member)
		claims, left, _ := bank.Narrowed(ctx, member, granted)
		return claims, left
	}
	twin := func(ctx SpecContext) {
		bank.Twin("a valid update of a registration", func() {
			client := bank.Registered(ctx)
			bank.Manage(ctx, contract.UpdateClient, client.Identity, bank.Sign(bank.ValidUpdate(ctx, client))).Must(contract.DcrPut200, 200)
			bank.TidyUp(ctx)
		})
	}
	// unchanged reads a client's registration before and after an attempt to
	// update it that must not do anything.
	unchanged := func(ctx SpecContext, clause contract.ClauseID, client tpp.Registration, attempt func(claims tpp.Document)) {
		claims := bank.ValidUpdate(ctx, client)
		before := bank.ReadRegistration(ctx, client.Identity).Must(contract.DcrGet200, 200)
		attempt(claims)
		bank.CheckUnchanged(ctx, clause, client.Identity, before)
	}

	Describe("A registration that is updated", Label("destructive"), func() {
		for _, member := range []string{"grant_types", "scope"} {
			It("must answer with the new "+member+" and keep its client_id", Label("legacy:DCR-008"), bank.Proves(contract.DcrPut200), tpp.Gets(contract.UpdateClient, 200), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister, tpp.CanPut)
				client := bank.Registered(ctx)
				claims, left := narrowed(ctx, client, member)
				answer := bank.Manage(ctx, contract.UpdateClient, client.Identity, bank.Sign(claims)).Must(contract.DcrPut200, 200)
				answer.CheckText(contract.DcrPut200, "/client_id", client.ID)
				answer.CheckValues(contract.DcrPut200, member, left)
				answer.CheckRegistered(contract.DcrPut200, claims, bank.SupportedAlgorithms(ctx))
			})

			It("must be read with the new "+member+" and the old client_id", bank.Proves(contract.DcrPut200), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanGet)
				client := bank.Registered(ctx)
				claims, left := narrowed(ctx, client, member)
				updated := bank.Manage(ctx, contract.UpdateClient, client.Identity, bank.Sign(claims)).Must(contract.DcrPut200, 200)
				answer := bank.Manage(ctx, contract.GetClient, client.Identity, "").Must(contract.DcrGet200, 200)
				answer.CheckText(contract.DcrPut200, "/client_id", client.ID)
				answer.CheckValues(contract.DcrPut200, member, left)
				answer.CheckSameRegistration(contract.DcrPut200, updated)
			})
		}
	})

	Describe("An update of a registration", Label("destructive", "negative"), func() {
		for _, invalid := range []struct {
			when     string
			request  func(claims tpp.Document) string
			statuses []int
		}{
			{"it is no JWT", func(tpp.Document) string { return "not a token" }, []int{400}},
			{"it was altered after it was signed", func(claims tpp.Document) string {
				return bank.AlterSigned(bank.Sign(claims), tpp.Document{"jti": uuid.NewString()})
			}, []int{400, 401}},
			{"it has no application_type", func(claims tpp.Document) string { return bank.Sign(claims.Without("/application_type")) }, []int{400}},
			{"it has grant_types of the wrong type", func(claims tpp.Document) string { return bank.Sign(claims.Mistyped("grant_types")) }, []int{400}},
			{"it has expired", func(claims tpp.Document) string {
				return bank.Sign(claims.With("/iat", time.Now().Add(-65*time.Minute).Unix()).With("/exp", time.Now().Add(-time.Hour).Unix()))
			}, []int{400}},
			{"it has a redirect URI outside the software statement's list", func(claims tpp.Document) string {
				return bank.Sign(claims.With("/redirect_uris", []string{"https://tpp.obconform.example/callback"}))
			}, []int{400}},
			{"its software statement was altered", func(claims tpp.Document) string {
				return bank.Sign(claims.With("/software_statement", bank.AlteredStatement()))
			}, []int{400, 401, 403}},
		} {
			It("must be refused and change nothing when "+invalid.when, bank.Proves(contract.DcrPut400), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanGet)
				twin(ctx)
				client := bank.Registered(ctx)
				unchanged(ctx, contract.DcrPut400, client, func(claims tpp.Document) {
					bank.Manage(ctx, contract.UpdateClient, client.Identity, invalid.request(claims)).Is(contract.DcrPut400, invalid.statuses...)
				})
			})
		}

		for _, unfit := range bank.UnfitCredentials() {
			It("must be refused and change nothing "+unfit.When, bank.Proves(contract.DcrPutAuth), tpp.Gets(contract.UpdateClient, 401), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanGet)
				twin(ctx)
				client := bank.Registered(ctx)
				unchanged(ctx, contract.DcrPutAuth, client, func(claims tpp.Document) {
					bank.Manage(ctx, contract.UpdateClient, client.Identity, bank.Sign(claims), unfit.Spoil).Is(contract.DcrPutAuth, 401)
				})
			})
		}

		It("must be refused and change nothing under an unknown identifier", bank.Proves(contract.DcrPutOther), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanGet)
			twin(ctx)
			client := bank.Registered(ctx)
			unchanged(ctx, contract.DcrPutOther, client, func(claims tpp.Document) {
				bank.ManageOther(ctx, contract.UpdateClient, client.Identity, bank.UnknownID(), bank.Sign(claims)).
					Is(contract.DcrPutOther, 400, 401, 403, 404)
			})
		})

		It("must be refused to another client and change nothing", bank.Proves(contract.DcrPutOther), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister, tpp.CanPut, tpp.CanGet)
			twin(ctx)
			victim, stranger := bank.Registered(ctx), bank.Registered(ctx)
			unchanged(ctx, contract.DcrPutOther, victim, func(claims tpp.Document) {
				bank.ManageOther(ctx, contract.UpdateClient, stranger.Identity, victim.ID, bank.Sign(claims)).
					Is(contract.DcrPutOther, 400, 401, 403, 404)
			})
		})
	})
}
