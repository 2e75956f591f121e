package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// registerStatement: POST /register with a software statement that vouches for
// nothing.
func registerStatement(bank *tpp.Client) {
	supplied := func(kind tpp.Statement) func() string {
		return func() string { return bank.UnfitStatement(kind) }
	}
	refused := func(ctx SpecContext, claims tpp.Document, codes ...string) {
		bank.RegistersValid(ctx)
		bank.Register(ctx, bank.Sign(claims)).Must(contract.Dcr400SSA, 400, 401, 403).CheckRegistrationError(codes...)
	}
	Describe("A registration request", Label("destructive", "negative"), func() {
		It("must be refused when it has no software statement", bank.Proves(contract.Dcr400SSA, contract.Dcr400Error), func(ctx SpecContext) {
			bank.Needs(tpp.CanRegister)
			refused(ctx, bank.RegistrationClaims(ctx).Without("/software_statement"), tpp.InvalidSoftwareStatement, tpp.InvalidClientMetadata)
		})

		for _, unfit := range []struct {
			when      string
			statement func() string
		}{
			{"was altered", bank.AlteredStatement},
			{"has a signature with one character changed", bank.DefacedStatement},
			{"was signed by the client itself", bank.SelfIssuedStatement},
			{"comes from an untrusted issuer", supplied(tpp.UntrustedStatement)},
			{"has expired", supplied(tpp.ExpiredStatement)},
			{"is of another software", supplied(tpp.ForeignStatement)},
		} {
			It("must be refused when its software statement "+unfit.when, bank.Proves(contract.Dcr400SSA, contract.Dcr400Error), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister)
				refused(ctx, bank.RegistrationClaims(ctx).With("/software_statement", unfit.statement()),
					tpp.InvalidSoftwareStatement, tpp.UnapprovedSoftwareStatement)
			})
		}
	})
}
