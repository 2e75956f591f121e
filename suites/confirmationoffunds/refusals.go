package confirmationoffunds

import (
	"context"

	"obconform/harness/contract"
	"obconform/harness/tpp"
	"obconform/suites/refusals"
)

// commonRefusals: what the operations of this API refuse as all others do.
func commonRefusals(bank *tpp.Client) { refusals.Describe(bank, operations(bank)...) }

// operations are the operations of this API, each with a valid request.
func operations(bank *tpp.Client) []refusals.Case {
	return []refusals.Case{
		{Operation: contract.CreateFundsConfirmationConsent, Valid: contract.CofConsent201,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				return bank.CreateFundsConsent(ctx, bank.FundsConsent(), edits...)
			}},
		{Operation: contract.GetFundsConfirmationConsent, Valid: contract.CofConsentGet200,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				return bank.GetConsent(ctx, contract.GetFundsConfirmationConsent, bank.StandingConsent(ctx, contract.GetFundsConfirmationConsent), edits...)
			}},
		{Operation: contract.DeleteFundsConfirmationConsent, Valid: contract.CofConsentDelete204,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				return bank.DeleteConsent(ctx, contract.DeleteFundsConfirmationConsent, bank.StandingConsent(ctx, contract.DeleteFundsConfirmationConsent), edits...)
			}},
		{Operation: contract.CreateFundsConfirmation, Valid: contract.CofFunds201,
			Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
				grant := bank.FundsGrant(ctx)
				return bank.ConfirmFunds(ctx, grant, bank.FundsConfirmation(grant), edits...)
			}},
	}
}
