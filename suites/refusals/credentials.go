package refusals

import (
	"context"

	"github.com/google/uuid"
	"github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// credentials: a request that proves nothing about who sends it. Those of the
// registration API have clauses of their own, and specs in its suite.
func (s subject) credentials() {
	if s.operation.API == contract.DynamicRegistration {
		return
	}
	labels := ginkgo.Labels{}
	if s.Smoke {
		labels = ginkgo.Label("smoke")
	}
	ginkgo.Context("", labels, func() {
		s.refuses("a request without Authorization", contract.Com401Missing, always(tpp.NoAuthorization()), 401)
	})
	s.refuses("a token that was never issued", contract.Com401Invalid, always(tpp.Bearer(uuid.NewString())), 401)
	s.refuses("a token with one character changed", contract.Com401Invalid, always(s.bank.AlteredToken()), 401)
	s.refuses("an Authorization scheme that nobody offers", contract.Com401Invalid,
		always(tpp.Authorization(`Digest username="obconform", realm="none", nonce="none", uri="/", response="none"`)), 401)
}

// tokens: a token that the bank issued, but not for this, or not for now.
func (s subject) tokens() {
	if s.operation.API == contract.DynamicRegistration {
		return
	}
	s.refuses("a token that has expired", contract.Com401Expired, func(ctx context.Context) tpp.Edit {
		return tpp.Bearer(s.bank.ExpiredToken(ctx, s.Operation))
	}, 401)
	s.refuses("a token of the other scope", contract.Com403Scope, func(ctx context.Context) tpp.Edit {
		return tpp.Bearer(s.bank.TokenOfOtherScope(ctx, s.Operation))
	}, 403)
	grant := "an authorisation-code token"
	if s.operation.Token == contract.AuthorizationCode {
		grant = "a client-credentials token"
	}
	s.refuses(grant, contract.Com403Grant, func(ctx context.Context) tpp.Edit {
		return tpp.Bearer(s.bank.TokenOfOtherGrant(ctx, s.Operation))
	}, 401, 403)
}
