package confirmationoffunds

import (
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// confirm: POST /funds-confirmations.
func confirm(bank *tpp.Client) {
	Describe("A funds confirmation", func() {
		It("must be answered with an identifier of its own", bank.Proves(contract.CofFunds201), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			for range 2 {
				answer := bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofFunds201, 201)
				answer.CheckUnique(contract.CofFunds201, "/Data/FundsConfirmationId")
			}
		})

		It("must give back what was asked", bank.Proves(contract.CofFunds201Echo), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant)
			answer := bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201, 201)
			for _, pointer := range []string{"/Data/ConsentId", "/Data/Reference", "/Data/InstructedAmount/Amount", "/Data/InstructedAmount/Currency"} {
				answer.CheckText(contract.CofFunds201Echo, pointer, request.At(pointer))
			}
		})

		It("must say that a small amount is available", bank.Proves(contract.CofFunds201True), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant).With("/Data/InstructedAmount/Amount", bank.Config().Fixtures.AvailableAmount)
			bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201, 201).CheckBoolean(contract.CofFunds201True, "/Data/FundsAvailable", true)
		})

		It("must say that an absurd amount is not available", bank.Proves(contract.CofFunds201False), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant).With("/Data/InstructedAmount/Amount", bank.Config().Fixtures.UnavailableAmount)
			bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201, 201).CheckBoolean(contract.CofFunds201False, "/Data/FundsAvailable", false)
		})

		for _, refused := range []struct {
			when    string
			clause  contract.ClauseID
			pointer string
			value   any
		}{
			{"its amount is a number", contract.CofFunds400Amount, "/Data/InstructedAmount/Amount", 1},
			{"its amount has no decimals", contract.CofFunds400Amount, "/Data/InstructedAmount/Amount", "1"},
			{"its currency is too short", contract.CofFunds400Currency, "/Data/InstructedAmount/Currency", "GB"},
			{"its reference is empty", contract.CofFunds400Length, "/Data/Reference", ""},
		} {
			It("must be refused when "+refused.when, bank.Proves(refused.clause), func(ctx SpecContext) {
				grant := bank.FundsGrant(ctx)
				bank.Twin("a valid funds confirmation", func() {
					bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofFunds201, 201)
				})
				bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant).With(refused.pointer, refused.value)).Must(refused.clause, 400)
			})
		}

		It("must be refused when it names a consent that never existed", bank.Proves(contract.CofFundsConsent), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			bank.Twin("a valid funds confirmation", func() {
				bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofFunds201, 201)
			})
			bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant).With("/Data/ConsentId", bank.UnknownID())).
				Must(contract.CofFundsConsent, 400, 401, 403)
		})
	})
}
