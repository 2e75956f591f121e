package dynamicregistration

import (
	"time"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// registerTimes: POST /register with a request that is not of now, not for
// this bank, or not new.
func registerTimes(bank *tpp.Client) {
	Describe("A registration request that is out of place", Label("destructive", "negative"), func() {
		for _, refused := range []struct {
			when        string
			issued, end time.Duration // from now
			legacy      Labels
		}{
			{"it has expired", -65 * time.Minute, -time.Hour, Label("legacy:DCR-004")},
			{"it was issued in the far future", 365 * 24 * time.Hour, 366 * 24 * time.Hour, nil},
		} {
			It("must be refused when "+refused.when, refused.legacy, bank.Proves(contract.Dcr400Time), func(ctx SpecContext) {
				bank.RegistersValid(ctx)
				claims := bank.RegistrationClaims(ctx).With("/iat", time.Now().Add(refused.issued).Unix()).
					With("/exp", time.Now().Add(refused.end).Unix())
				bank.Register(ctx, bank.Sign(claims)).Must(contract.Dcr400Time, 400)
			})
		}

		It("should be refused when it was made for another bank", bank.Proves(contract.Dcr400Audience), func(ctx SpecContext) {
			bank.RegistersValid(ctx)
			claims := bank.RegistrationClaims(ctx).With("/aud", "https://another-bank.example")
			bank.Register(ctx, bank.Sign(claims)).Is(contract.Dcr400Audience, 400)
		})

		It("should be refused when it is sent a second time", bank.Proves(contract.Dcr400Replay), func(ctx SpecContext) {
			bank.RegistersAgain(ctx)
			request := bank.Sign(bank.RegistrationClaims(ctx))
			bank.RegisteredBy(ctx, request)
			bank.TidyUp(ctx)
			bank.Register(ctx, request).Is(contract.Dcr400Replay, 400)
		})

		It("should be refused when another one had its jti", bank.Proves(contract.Dcr400Replay), func(ctx SpecContext) {
			bank.RegistersAgain(ctx)
			claims := bank.RegistrationClaims(ctx)
			bank.RegisteredBy(ctx, bank.Sign(claims))
			bank.TidyUp(ctx)
			bank.Register(ctx, bank.Sign(bank.RegistrationClaims(ctx).With("/jti", claims["jti"]))).Is(contract.Dcr400Replay, 400)
		})
	})
}
