package dynamicregistration

import (
	"net/url"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2" //nolint:revive // specs read as sentences

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// token: client credentials at the token endpoint.
func token(bank *tpp.Client) {
	Describe("The token endpoint", func() {
		for _, scope := range []string{contract.ScopeAccounts, contract.ScopeFunds} {
			It("must give a client-credentials token for "+scope, bank.Proves(contract.Tok200), func(ctx SpecContext) {
				values := tpp.ClientCredentials(bank.Scope(scope))
				bank.TokenRequest(ctx, bank.Self(), values).Must(contract.Tok200, 200)
			})
		}

		twin := func(ctx SpecContext) {
			bank.Twin("a valid token request", func() { bank.Token(ctx, contract.ScopeAccounts) })
		}

		It("must refuse a wrong secret", bank.Proves(contract.TokSecret, contract.TokError), func(ctx SpecContext) {
			twin(ctx)
			who := bank.Self()
			if who.Secret == "" {
				bank.NotExercised("the client proves itself without a secret: client.authMethod is " + who.Method)
			}
			who.Secret = uuid.NewString()
			bank.TokenRequest(ctx, who, tpp.ClientCredentials(bank.Scope(contract.ScopeAccounts))).CheckInvalidClient(who)
		})

		It("must refuse an unknown client", bank.Proves(contract.TokSecret, contract.TokError), func(ctx SpecContext) {
			twin(ctx)
			who := bank.Self()
			who.ID = uuid.NewString()
			bank.TokenRequest(ctx, who, tpp.ClientCredentials(bank.Scope(contract.ScopeAccounts))).CheckInvalidClient(who)
		})

		It("must refuse an unknown grant", bank.Proves(contract.TokGrant, contract.TokError), func(ctx SpecContext) {
			twin(ctx)
			bank.TokenRequest(ctx, bank.Self(), url.Values{"grant_type": {"urn:obconform:no-such-grant"}}).
				CheckTokenError(contract.TokGrant, "unsupported_grant_type", 400)
		})

		It("must refuse a request without a grant", bank.Proves(contract.TokGrant, contract.TokError), func(ctx SpecContext) {
			twin(ctx)
			bank.TokenRequest(ctx, bank.Self(), url.Values{"scope": {bank.Scope(contract.ScopeAccounts)}}).
				CheckTokenError(contract.TokGrant, "invalid_request", 400)
		})
	})
}
