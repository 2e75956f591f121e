package accountaccessconsents

import (
	"context"

	"obconform/harness/contract"
	"obconform/harness/tpp"
	"obconform/suites/refusals"
)

// commonRefusals: what the operations of this API refuse as all others do.
func commonRefusals(bank *tpp.Client) {
	refusals.Describe(bank,
		refusals.Case{Operation: contract.CreateAccountAccessConsent, Valid: contract.Aac201, Smoke: true,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				return bank.CreateAccountsConsent(ctx, aConsent(), edits...)
			}},
		refusals.Case{Operation: contract.GetAccountAccessConsent, Valid: contract.AacGet200,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				return bank.GetConsent(ctx, contract.GetAccountAccessConsent, bank.StandingConsent(ctx, contract.GetAccountAccessConsent), edits...)
			}},
		refusals.Case{Operation: contract.DeleteAccountAccessConsent, Valid: contract.AacDelete204,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				return bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, bank.StandingConsent(ctx, contract.DeleteAccountAccessConsent), edits...)
			}},
	)
}
