package dynamicregistration

import (
	"net/url"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// token: client credentials at the token endpoint.
func token(bank *tpp.Client) {
	valid := func() url.Values { return tpp.ClientCredentials(bank.Scope(contract.ScopeAccounts)) }
	twin := func(ctx SpecContext) {
		bank.Twin("a valid token request", func() { bank.TokenRequest(ctx, bank.Self(), valid()).Must(contract.Tok200, 200) })
	}

	Describe("The token endpoint", func() {
		It("must give a client-credentials token for accounts", Label("smoke"), bank.Proves(contract.Tok200), func(ctx SpecContext) {
			bank.TokenRequest(ctx, bank.Self(), valid()).Must(contract.Tok200, 200)
		})

		It("must give a client-credentials token for funds confirmations", bank.Proves(contract.Tok200), func(ctx SpecContext) {
			bank.TokenRequest(ctx, bank.Self(), tpp.ClientCredentials(bank.Scope(contract.ScopeFunds))).Must(contract.Tok200, 200)
		})

		for _, wrong := range []struct {
			what string
			made func() tpp.Identity
		}{
			{"a client with another secret", func() tpp.Identity {
				bank.NeedSecret(bank.Self())
				who := bank.Self()
				who.Secret = uuid.NewString()
				return who
			}},
			{"a client with one character of its secret changed", func() tpp.Identity { return bank.WrongSecret(bank.Self()) }},
			{"an unknown client", func() tpp.Identity {
				who := bank.Self()
				who.ID = uuid.NewString()
				return who
			}},
		} {
			It("must refuse "+wrong.what, Label("negative"), bank.Proves(contract.TokSecret, contract.TokError), func(ctx SpecContext) {
				who := wrong.made()
				twin(ctx)
				bank.TokenRequest(ctx, who, valid()).CheckInvalidClient(who)
			})
		}

		It("must refuse an unknown grant", Label("negative"), bank.Proves(contract.TokGrant, contract.TokError), func(ctx SpecContext) {
			twin(ctx)
			values := valid()
			values.Set("grant_type", "urn:obconform:no-such-grant")
			bank.TokenRequest(ctx, bank.Self(), values).CheckTokenError(contract.TokGrant, "unsupported_grant_type", 400)
		})

		It("must refuse a request without a grant", Label("negative"), bank.Proves(contract.TokGrant, contract.TokError), func(ctx SpecContext) {
			twin(ctx)
			values := valid()
			values.Del("grant_type")
			bank.TokenRequest(ctx, bank.Self(), values).CheckTokenError(contract.TokGrant, "invalid_request", 400)
		})

		for _, asked := range []struct{ what, beside string }{
			{"a scope that was never registered", ""},
			{"a scope that was never registered beside one that was", bank.Scope(contract.ScopeAccounts) + " "},
		} {
			It("must not grant "+asked.what, Label("negative"), bank.Proves(contract.TokScope, contract.TokError), func(ctx SpecContext) {
				twin(ctx)
				bank.TokenRequest(ctx, bank.Self(), tpp.ClientCredentials(asked.beside+tpp.Unsupported)).
					CheckScopeRefused(contract.TokScope, tpp.Unsupported)
			})
		}

		It("must not grant a scope that a client left out of its registration", Label("negative", "destructive"),
			bank.Proves(contract.TokScope, contract.TokError), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister)
				claims, left, dropped := bank.Narrowed(ctx, "scope", bank.RegistrationClaims(ctx).Words("scope"))
				client := bank.RegisteredBy(ctx, bank.Sign(claims))
				client.Answer.CheckNarrower(contract.Dcr201Echo, "/scope", left)
				bank.ManagementToken(ctx, client.Identity).Must(contract.Dcr201Usable, 200)
				bank.TokenRequest(ctx, client.Identity, tpp.ClientCredentials(dropped)).CheckScopeRefused(contract.TokScope, dropped)
			})
	})
}
