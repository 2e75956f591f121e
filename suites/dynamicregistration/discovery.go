package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// discovery: GET /.well-known/openid-configuration, and the keys that it
// points to. What the document and the key set must hold is audited with every
// answer.
func discovery(bank *tpp.Client) {
	Describe("The discovery document", func() {
		It("must be published and name what a client needs", Label("smoke", "legacy:DCR-001"), bank.Proves(contract.Dis200), tpp.Gets(contract.GetDiscovery, 200), func(ctx SpecContext) {
			bank.Call(ctx, contract.GetDiscovery, "").Must(contract.Dis200, 200)
		})

		It("must name absolute https addresses alone", bank.Proves(contract.DisHTTPS), func(ctx SpecContext) {
			bank.Call(ctx, contract.GetDiscovery, "").Must(contract.Dis200, 200)
		})

		It("should list the methods, grants and scopes that a client uses", bank.Proves(contract.DisCapabilities), func(ctx SpecContext) {
			bank.Call(ctx, contract.GetDiscovery, "").Must(contract.Dis200, 200)
		})

		It("must lead to the bank's public keys", bank.Proves(contract.DisJWKS), func(ctx SpecContext) {
			document := bank.Call(ctx, contract.GetDiscovery, "").Must(contract.Dis200, 200)
			bank.FetchKeys(ctx, document.MustText(contract.Dis200, "/jwks_uri")).Must(contract.DisJWKS, 200)
		})
	})
}
