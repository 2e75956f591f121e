package dynamicregistration

import (
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// code: authorisation codes at the token endpoint.
func code(bank *tpp.Client) {
	Describe("An authorisation code", func() {
		It("must be traded for an access token and an ID token that names the consent",
			bank.Proves(contract.TokCode, contract.TokIDToken, contract.TokIDTokenConsent), func(ctx SpecContext) {
				granted := bank.AccountsCode(ctx)
				answer := bank.Exchange(ctx, granted, bank.Config().Client.RedirectURI).Must(contract.TokCode, 200)
				answer.MustText(contract.TokCode, "/access_token")
				bank.CheckIDToken(ctx, answer, granted)
			})

		It("must be refused the second time", bank.Proves(contract.TokCodeOnce, contract.TokError), func(ctx SpecContext) {
			granted := bank.AccountsCode(ctx)
			if granted.Reusable {
				bank.NotExercised("the target's predefined codes are reusable: consents.codesReusable is true")
			}
			bank.Exchange(ctx, granted, bank.Config().Client.RedirectURI).Must(contract.TokCode, 200)
			bank.Exchange(ctx, granted, bank.Config().Client.RedirectURI).CheckTokenError(contract.TokCodeOnce, "invalid_grant", 400)
		})

		It("must be refused when it is made up", bank.Proves(contract.TokCodeRedirect, contract.TokError), func(ctx SpecContext) {
			bank.AccountsGrant(ctx, tpp.AnyAccess)
			bank.Exchange(ctx, tpp.Code{Value: uuid.NewString()}, bank.Config().Client.RedirectURI).
				CheckTokenError(contract.TokCodeRedirect, "invalid_grant", 400)
		})
	})
}
