package dynamicregistration

import (
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// code: authorisation codes at the token endpoint.
func code(bank *tpp.Client) {
	redirect := bank.Config().Client.RedirectURI
	Describe("An authorisation code", func() {
		for _, consent := range []struct{ of, scope string }{
			{"an account access consent", contract.ScopeAccounts},
			{"a funds confirmation consent", contract.ScopeFunds},
		} {
			It("must be traded for an access token, and an ID token that names "+consent.of,
				bank.Proves(contract.TokCode, contract.TokIDToken, contract.TokIDTokenConsent), func(ctx SpecContext) {
					bank.TradeCode(ctx, consent.scope)
				})
		}

		It("must be refused the second time", Label("negative"), bank.Proves(contract.TokCodeOnce, contract.TokError), func(ctx SpecContext) {
			granted := bank.OwnCode(ctx)
			bank.Exchange(ctx, granted, redirect).Must(contract.TokCode, 200)
			bank.Exchange(ctx, granted, redirect).CheckTokenError(contract.TokCodeOnce, "invalid_grant", 400)
		})

		It("must be refused when it is made up", Label("negative"), bank.Proves(contract.TokCodeRedirect, contract.TokError), func(ctx SpecContext) {
			bank.AccountsGrant(ctx, tpp.AnyAccess)
			bank.Exchange(ctx, tpp.Code{Value: uuid.NewString()}, redirect).CheckTokenError(contract.TokCodeRedirect, "invalid_grant", 400)
		})

		It("must be refused with another redirect URI", Label("negative"), bank.Proves(contract.TokCodeRedirect, contract.TokError), func(ctx SpecContext) {
			bank.AccountsGrant(ctx, tpp.AnyAccess)
			bank.Exchange(ctx, bank.SpareCode(ctx), redirect+"/elsewhere").CheckTokenError(contract.TokCodeRedirect, "invalid_grant", 400)
		})

		It("must be refused to another client", Label("negative"), bank.Proves(contract.TokCodeRedirect, contract.TokError), func(ctx SpecContext) {
			other := bank.SecondClient()
			bank.AccountsGrant(ctx, tpp.AnyAccess)
			bank.TokenOf(ctx, other, bank.Scope(contract.ScopeAccounts))
			bank.TokenRequest(ctx, other, tpp.CodeGrant(bank.SpareCode(ctx).Value, redirect)).
				CheckTokenError(contract.TokCodeRedirect, "invalid_grant", 400)
		})
	})
}
