package confirmationoffunds

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// question gives the shared grant, and a valid request that the bank has been
// seen to answer.
func question(ctx context.Context, bank *tpp.Client) (tpp.Grant, tpp.Document) {
	grant := bank.FundsGrant(ctx)
	bank.Twin("a valid funds confirmation", func() {
		bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant)).Must(contract.CofFunds201, 201)
	})
	return grant, bank.FundsConfirmation(grant)
}

// refuseConfirmation: POST /funds-confirmations, what must be refused.
func refuseConfirmation(bank *tpp.Client) {
	Describe("A funds confirmation", Label("negative"), func() {
		for _, body := range malformed {
			It("must be refused when "+body.when, bank.Proves(contract.CofFunds400Syntax), func(ctx SpecContext) {
				grant, request := question(ctx, bank)
				bank.ConfirmFunds(ctx, grant, request, body.body(request)).Must(contract.CofFunds400Syntax, 400)
			})
		}
		for _, pointer := range []string{"/Data", consentID, reference, money, amount, currency} {
			It("must be refused without "+pointer, bank.Proves(contract.CofFunds400Missing), func(ctx SpecContext) {
				grant, request := question(ctx, bank)
				bank.ConfirmFunds(ctx, grant, request.Without(pointer)).Must(contract.CofFunds400Missing, 400)
			})
		}
		for _, refused := range wrongValues {
			It("must be refused when "+refused.pointer+" is "+refused.what, bank.Proves(refused.clause), func(ctx SpecContext) {
				grant, request := question(ctx, bank)
				bank.ConfirmFunds(ctx, grant, request.With(refused.pointer, refused.value)).Must(refused.clause, 400)
			})
		}
		It("must be refused in a currency that is not the account's", bank.Proves(contract.CofFundsCurrencyMatch), func(ctx SpecContext) {
			grant, request := question(ctx, bank)
			bank.ConfirmFunds(ctx, grant, request.With(currency, bank.Config().Fixtures.OtherCurrency)).Must(contract.CofFundsCurrencyMatch, 400)
		})
		refuseConsents(bank)
	})
}

var wrongValues = []struct {
	pointer, what string
	clause        contract.ClauseID
	value         any
}{
	{"/Data", "an array", contract.CofFunds400Type, []any{}},
	{"/Data", "a string", contract.CofFunds400Type, "confirmation"},
	{"/Data", "null", contract.CofFunds400Type, nil},
	{consentID, "a number", contract.CofFunds400Type, 7},
	{consentID, "null", contract.CofFunds400Type, nil},
	{reference, "a number", contract.CofFunds400Type, 7},
	{reference, "an array", contract.CofFunds400Type, []string{"reference"}},
	{reference, "null", contract.CofFunds400Type, nil},
	{money, "a string", contract.CofFunds400Type, "1.00 GBP"},
	{money, "an array", contract.CofFunds400Type, []any{map[string]any{"Amount": "1.00", "Currency": "GBP"}}},
	{money, "null", contract.CofFunds400Type, nil},
	{amount, "null", contract.CofFunds400Type, nil},
	{currency, "a number", contract.CofFunds400Type, 826},
	{currency, "an array", contract.CofFunds400Type, []string{"GBP"}},
	{currency, "null", contract.CofFunds400Type, nil},

	{consentID, "empty", contract.CofFunds400Length, ""},
	{consentID, "129 characters long", contract.CofFunds400Length, strings.Repeat("c", 129)},
	{reference, "empty", contract.CofFunds400Length, ""},
	{reference, "36 characters long", contract.CofFunds400Length, strings.Repeat("R", 36)},

	{amount, "without decimals", contract.CofFunds400Amount, "1"},
	{amount, "without decimals after its point", contract.CofFunds400Amount, "1."},
	{amount, "without digits before its point", contract.CofFunds400Amount, ".5"},
	{amount, "negative", contract.CofFunds400Amount, "-1.00"},
	{amount, "signed", contract.CofFunds400Amount, "+1.00"},
	{amount, "written with a comma", contract.CofFunds400Amount, "1,00"},
	{amount, "written with 6 decimals", contract.CofFunds400Amount, "1.000000"},
	{amount, "written with 14 digits", contract.CofFunds400Amount, "12345678901234.00"},
	{amount, "written with an exponent", contract.CofFunds400Amount, "1e3"},
	{amount, "a number", contract.CofFunds400Amount, 1.5},

	{currency, "too short", contract.CofFunds400Currency, "GB"},
	{currency, "in small letters", contract.CofFunds400Currency, "gbp"},
	{currency, "too long", contract.CofFunds400Currency, "GBPP"},
	{currency, "empty", contract.CofFunds400Currency, ""},
}

// refuseConsents: a consent that the token is not for.
func refuseConsents(bank *tpp.Client) {
	for _, wrong := range []struct {
		what    string
		consent func(ctx context.Context) string
	}{
		{"never existed", func(context.Context) string { return bank.UnknownID() }},
		{"no customer has authorised", func(ctx context.Context) string {
			id, _ := newConsent(ctx, bank, bank.FundsConsent())
			bank.GetNewConsent(ctx, contract.GetFundsConfirmationConsent, id).Must(contract.CofConsentGet200, 200)
			return id
		}},
		{"another token is for", func(ctx context.Context) string { return bank.OwnFundsGrant(ctx).ConsentID }},
	} {
		It("must be refused when it names a consent that "+wrong.what, bank.Proves(contract.CofFundsConsent), func(ctx SpecContext) {
			grant, request := question(ctx, bank)
			bank.ConfirmFunds(ctx, grant, request.With(consentID, wrong.consent(ctx))).Must(contract.CofFundsConsent, 400, 401, 403)
		})
	}
}
