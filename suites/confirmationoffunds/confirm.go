package confirmationoffunds

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

const (
	consentID = "/Data/ConsentId"
	reference = "/Data/Reference"
	money     = "/Data/InstructedAmount"
	amount    = money + "/Amount"
	currency  = money + "/Currency"
)

// confirm: POST /funds-confirmations, what must be answered.
func confirm(bank *tpp.Client) {
	Describe("A funds confirmation", func() {
		confirmationGivenBack(bank)
		It("must be answered with an identifier of its own",
			bank.Proves(contract.CofFunds201), Label("legacy:OB-301-CBPII-000004"), func(ctx SpecContext) {
				grant := bank.FundsGrant(ctx)
				for _, asked := range []string{"0.13", "0.17"} {
					answer := bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant).With(amount, asked)).Must(contract.CofFunds201, 201)
					answer.CheckUnique(contract.CofFunds201, "/Data/FundsConfirmationId")
				}
			})

		It("must say that a small amount is available", bank.Proves(contract.CofFunds201True), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant).With(amount, bank.Config().Fixtures.AvailableAmount)
			bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201, 201).CheckBoolean(contract.CofFunds201True, "/Data/FundsAvailable", true)
		})

		It("must say that an absurd amount is not available", bank.Proves(contract.CofFunds201False), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant).With(amount, bank.Config().Fixtures.UnavailableAmount)
			bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201, 201).CheckBoolean(contract.CofFunds201False, "/Data/FundsAvailable", false)
		})

		It("should have an identifier of its own when its reference alone is new", bank.Proves(contract.CofFundsNotStored), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant)
			first := bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201, 201)
			bank.ConfirmFunds(ctx, grant, request.With(reference, bank.FundsConfirmation(grant).At(reference))).Must(contract.CofFunds201, 201).
				CheckOtherThan(contract.CofFundsNotStored, "/Data/FundsConfirmationId", first)
		})
	})
}

// confirmationGivenBack: what was asked comes back, whatever it was.
func confirmationGivenBack(bank *tpp.Client) {
	for _, sent := range []struct{ what, pointer, value string }{
		{"what was asked", amount, "1.23"},
		{"an amount with zeros at its end", amount, "1.50000"},
		{"an amount with zeros at its start", amount, "0001.50"},
		{"a reference with spaces and signs", reference, "Shop 7/till 1, order #42 (a-b)"},
	} {
		It("must give back "+sent.what+", to the letter", bank.Proves(contract.CofFunds201Echo), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant).With(sent.pointer, sent.value)
			bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201, 201).CheckConfirmed(contract.CofFunds201Echo, request)
		})
	}

	for _, allowed := range justAllowed {
		It("must be answered with "+allowed.what, bank.Proves(contract.CofFunds201Limits), func(ctx SpecContext) {
			grant := bank.FundsGrant(ctx)
			request := bank.FundsConfirmation(grant).With(allowed.pointer, allowed.value)
			bank.ConfirmFunds(ctx, grant, request).Must(contract.CofFunds201Limits, 201).CheckConfirmed(contract.CofFunds201Echo, request)
		})
	}
}

// justAllowed are the shortest and longest values of the model.
var justAllowed = []struct{ what, pointer, value string }{
	{"a reference of 1 character", reference, "R"},
	{"a reference of 35 characters", reference, strings.Repeat("R", 35)},
	{"an amount of 1 digit and 1 decimal", amount, "0.1"},
	{"an amount of 1 digit and 5 decimals", amount, "0.12345"},
	{"an amount of 13 digits and 1 decimal", amount, "1234567890123.1"},
	{"an amount of 13 digits and 5 decimals", amount, "1234567890123.12345"},
}
