package accountaccessconsents

import (
	"context"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// headers: x-fapi-auth-date of the three operations.
func headers(bank *tpp.Client) {
	const header = "x-fapi-auth-date"
	newID := func(ctx context.Context) string {
		_, id := aNewConsent(ctx, bank, aConsent())
		return id
	}
	Describe("An account access consent", func() {
		for _, operation := range []struct {
			is      string
			success int
			call    func(ctx context.Context, date tpp.Edit) *tpp.Answer
		}{
			{"created", 201, func(ctx context.Context, date tpp.Edit) *tpp.Answer {
				return bank.CreateAccountsConsent(ctx, aConsent(), date)
			}},
			{"read", 200, func(ctx context.Context, date tpp.Edit) *tpp.Answer {
				return bank.GetConsent(ctx, contract.GetAccountAccessConsent, newID(ctx), date)
			}},
			{"deleted", 204, func(ctx context.Context, date tpp.Edit) *tpp.Answer {
				return bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, newID(ctx), date)
			}},
		} {
			for _, date := range tpp.AuthDates() {
				It("should be "+operation.is+" when its "+header+" is "+date.Form, bank.Proves(contract.AacHeaderDate), func(ctx SpecContext) {
					operation.call(ctx, tpp.Header(header, date.Value)).Is(contract.AacHeaderDate, operation.success)
				})
			}
			for _, date := range tpp.WrongAuthDates() {
				It("should not be "+operation.is+" when its "+header+" is "+date.Form, Label("negative"), bank.Proves(contract.AacHeaderDate), func(ctx SpecContext) {
					bank.Twin("a right "+header+" when it is "+operation.is, func() {
						operation.call(ctx, tpp.Header(header, tpp.AuthDates()[0].Value)).Must(contract.AacHeaderDate, operation.success)
					})
					operation.call(ctx, tpp.Header(header, date.Value)).Is(contract.AacHeaderDate, 400)
				})
			}
		}
	})
}
