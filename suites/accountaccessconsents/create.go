package accountaccessconsents

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// create: POST /account-access-consents, 201.
func create(bank *tpp.Client) {
	Describe("An account access consent", func() {
		It("must be created, waiting for the customer, with a ConsentId of its own", bank.Proves(contract.Aac201), func(ctx SpecContext) {
			for range 2 {
				consent := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
				consent.CheckStatus(contract.Aac201)
				consent.CheckUnique(contract.Aac201, "/Data/ConsentId")
			}
		})

		It("must give back what was asked for, and no date-time that was not", bank.Proves(contract.Aac201Echo), func(ctx SpecContext) {
			consent := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
			consent.CheckPermissions(contract.Aac201Echo, asked())
			consent.CheckEmptyObject(contract.Aac201Echo, "/Risk")
			for _, member := range dateMembers() {
				consent.CheckAbsent(contract.Aac201Echo, "/Data/"+member)
			}
		})

		for _, member := range dateMembers() {
			It("must give back its "+member+", and no other date-time", bank.Proves(contract.Aac201Echo), func(ctx SpecContext) {
				date := withAllDates().At("/Data/" + member)
				consent := bank.CreateAccountsConsent(ctx, aConsent().With("/Data/"+member, date)).Must(contract.Aac201, 201)
				for _, other := range dateMembers() {
					if other == member {
						consent.CheckInstant(contract.Aac201Echo, "/Data/"+member, date)
						continue
					}
					consent.CheckAbsent(contract.Aac201Echo, "/Data/"+other)
				}
			})
		}

		It("must give back all its date-times together", bank.Proves(contract.Aac201Echo), func(ctx SpecContext) {
			request := withAllDates()
			consent := bank.CreateAccountsConsent(ctx, request).Must(contract.Aac201, 201)
			for _, member := range dateMembers() {
				consent.CheckInstant(contract.Aac201Echo, "/Data/"+member, request.At("/Data/"+member))
			}
		})

		It("must have been created and updated while it was asked for", bank.Proves(contract.Aac201Times), func(ctx SpecContext) {
			consent := bank.CreateAccountsConsent(ctx, aConsent()).Must(contract.Aac201, 201)
			consent.CheckDuring(contract.Aac201Times, "/Data/CreationDateTime")
			consent.CheckDuring(contract.Aac201Times, "/Data/StatusUpdateDateTime")
			consent.CheckNotBefore(contract.Aac201Times, "/Data/StatusUpdateDateTime", "/Data/CreationDateTime")
		})
	})
}

// withAllDates is a valid request that uses every member that there is.
func withAllDates() tpp.Document {
	return aConsent().With("/Data/ExpirationDateTime", inMonths(3)).
		With("/Data/TransactionFromDateTime", inMonths(-12)).With("/Data/TransactionToDateTime", inMonths(-1))
}
