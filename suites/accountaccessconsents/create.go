package accountaccessconsents

import (
	"time"

	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// create: POST /account-access-consents.
func create(bank *tpp.Client) {
	Describe("An account access consent", func() {
		It("must be created, waiting for the customer, with a ConsentId of its own", bank.Proves(contract.Aac201), func(ctx SpecContext) {
			for range 2 {
				consent := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
				consent.CheckStatus(contract.Aac201)
				consent.CheckUnique(contract.Aac201, "/Data/ConsentId")
			}
		})

		It("must give back what was asked for", bank.Proves(contract.Aac201Echo), func(ctx SpecContext) {
			expiry := time.Now().AddDate(0, 3, 0).UTC().Format(time.RFC3339)
			consent := bank.CreateAccountsConsent(ctx, aConsent().With("/Data/ExpirationDateTime", expiry)).Must(contract.Aac201, 201)
			consent.CheckSameSet(contract.Aac201Echo, "/Data/Permissions", []string{"ReadAccountsBasic", "ReadAccountsDetail", "ReadBalances"})
			consent.CheckInstant(contract.Aac201Echo, "/Data/ExpirationDateTime", expiry)
			consent.CheckAbsent(contract.Aac201Echo, "/Data/TransactionFromDateTime")
			consent.CheckAbsent(contract.Aac201Echo, "/Data/TransactionToDateTime")
			consent.CheckEmptyObject(contract.Aac201Echo, "/Risk")
		})

		It("must have been created and updated while it was asked for", bank.Proves(contract.Aac201Times), func(ctx SpecContext) {
			consent := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
			consent.CheckDuring(contract.Aac201Times, "/Data/CreationDateTime")
			consent.CheckDuring(contract.Aac201Times, "/Data/StatusUpdateDateTime")
			consent.CheckNotBefore(contract.Aac201Times, "/Data/StatusUpdateDateTime", "/Data/CreationDateTime")
		})

		twin := func(ctx SpecContext) {
			bank.Twin("a valid account access consent", func() { bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201) })
		}
		for _, refused := range []struct {
			when   string
			clause contract.ClauseID
			body   tpp.Edit
		}{
			{"its body is empty", contract.Aac400Syntax, tpp.Raw("")},
			{"its body is cut off", contract.Aac400Syntax, tpp.Raw(`{"Data":{"Permissions":["ReadAccountsBasic"`)},
			{"it has no Data", contract.Aac400Missing, tpp.JSON(aConsent().Without("/Data"))},
			{"it has no Risk", contract.Aac400Missing, tpp.JSON(aConsent().Without("/Risk"))},
			{"it asks for no permission", contract.Aac400Empty, tpp.JSON(aConsent().With("/Data/Permissions", []string{}))},
			{"it asks for a permission that does not exist", contract.Aac400Unknown, tpp.JSON(tpp.AccountsConsent("ReadAccountsBasic", "ReadEverything"))},
			{"it asks for ReadOffers", contract.Aac400Unsupported, tpp.JSON(tpp.AccountsConsent("ReadAccountsBasic", "ReadOffers"))},
		} {
			It("must be refused when "+refused.when, bank.Proves(refused.clause), func(ctx SpecContext) {
				twin(ctx)
				bank.CreateAccountsConsent(ctx, aConsent(), refused.body).Must(refused.clause, 400)
			})
		}

		It("must be refused without a token", bank.Proves(contract.Com401Missing), func(ctx SpecContext) {
			twin(ctx)
			bank.CreateAccountsConsent(ctx, aConsent(), tpp.NoAuthorization()).Must(contract.Com401Missing, 401)
		})
	})
}
