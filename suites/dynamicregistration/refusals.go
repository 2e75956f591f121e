package dynamicregistration

import (
	"context"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
	"obconform/suites/refusals"
)

// commonRefusals: what the operations of this API refuse as all others do, but
// for credentials, which sections of their own are about.
func commonRefusals(bank *tpp.Client) {
	managed := func(operation contract.OperationID, capability tpp.Capability) func(context.Context, ...tpp.Edit) *tpp.Answer {
		return func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
			bank.Needs(tpp.CanRegister, capability)
			request := ""
			if operation == contract.UpdateClient {
				request = bank.Sign(bank.RegistrationClaims(ctx))
			}
			return bank.Manage(ctx, operation, bank.OwnRegistration(ctx), request, edits...)
		}
	}
	Describe("", Label("destructive"), func() {
		refusals.Describe(bank,
			refusals.Case{Operation: contract.RegisterClient, Valid: contract.Dcr201,
				// A second registration may be refused (R9).
				Once: tpp.Raw("not a request"), Refused: 400, RefusedBy: contract.Dcr400Syntax,
				Send: func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
					bank.Needs(tpp.CanRegister)
					if len(edits) == 0 {
						return bank.FirstRegistration(ctx).Answer
					}
					return bank.Register(ctx, bank.Sign(bank.RegistrationClaims(ctx)), edits...)
				}},
			refusals.Case{Operation: contract.GetClient, Valid: contract.DcrGet200, Send: managed(contract.GetClient, tpp.CanGet)},
			refusals.Case{Operation: contract.UpdateClient, Valid: contract.DcrPut200, Send: managed(contract.UpdateClient, tpp.CanPut)},
			refusals.Case{Operation: contract.DeleteClient, Valid: contract.DcrDelete204,
				// Success documents no interaction id.
				Once: tpp.NoAuthorization(), Refused: 401, RefusedBy: contract.DcrDeleteAuth,
				Send: managed(contract.DeleteClient, tpp.CanDelete)},
		)
	})
}
