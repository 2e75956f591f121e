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
			owner   contract.ClauseID
			call    func(ctx context.Context, date tpp.Edit) *tpp.Answer
		}{
			{"created", 201, contract.Aac201, func(ctx context.Context, date tpp.Edit) *tpp.Answer {
				return bank.CreateAccountsConsent(ctx, aConsent(), date)
			}},
			{"read", 200, contract.AacGet200, func(ctx context.Context, date tpp.Edit) *tpp.Answer {
				return bank.GetConsent(ctx, contract.GetAccountAccessConsent, newID(ctx), date)
			}},
			{"deleted", 204, contract.AacDelete204, func(ctx context.Context, date tpp.Edit) *tpp.Answer {
				return bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, newID(ctx), date)
			}},
		} {
			// What is refused without the header too says nothing of the header.
			twin := func(ctx context.Context) {
				bank.Twin("without "+header+", "+operation.is, func() {
					operation.call(ctx, tpp.RemoveHeader(header)).Must(operation.owner, operation.success)
				})
			}
			for _, date := range tpp.AuthDates() {
				It("should be "+operation.is+" when its "+header+" is "+date.Form, bank.Proves(contract.AacHeaderDate), func(ctx SpecContext) {
					twin(ctx)
					operation.call(ctx, tpp.Header(header, date.Value)).Is(contract.AacHeaderDate, operation.success)
				})
			}
			for _, date := range tpp.WrongAuthDates() {
				It("should not be "+operation.is+" when its "+header+" is "+date.Form, Label("negative"), bank.Proves(contract.AacHeaderDate), func(ctx SpecContext) {
					twin(ctx)
					operation.call(ctx, tpp.Header(header, date.Value)).Is(contract.AacHeaderDate, 400)
				})
			}
		}
	})
}
