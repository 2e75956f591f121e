package dynamicregistration

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// registerSyntax: POST /register with what is no JWS of claims.
func registerSyntax(bank *tpp.Client) {
	signed := func(ctx SpecContext) string { return bank.Sign(bank.RegistrationClaims(ctx)) }
	payload := func(text string) func(SpecContext) string {
		return func(SpecContext) string { return bank.SignPayload(text) }
	}
	Describe("A registration request that is no JWT", Label("destructive", "negative"), func() {
		for _, refused := range []struct {
			when    string
			request func(SpecContext) string
		}{
			{"its body is empty", func(SpecContext) string { return "" }},
			{"its body is no JWS", func(SpecContext) string { return "not a token" }},
			{"its body is a JSON object", func(SpecContext) string { return `{"iss":"obconform"}` }},
			{"it has no signature part", func(ctx SpecContext) string { request := signed(ctx); return request[:strings.LastIndex(request, ".")] }},
			{"it has five parts", func(ctx SpecContext) string { return signed(ctx) + ".e30.e30" }},
			{"its header is bad Base64url", func(ctx SpecContext) string { return "*" + signed(ctx) }},
			{"its payload is bad Base64url", func(ctx SpecContext) string { return strings.Replace(signed(ctx), ".", ".*", 1) }},
			{"its payload is no JSON", payload("obconform")},
			{"its payload is JSON that is cut off", payload(`{"iss":"obconform"`)},
			{"its payload is a JSON array", payload(`["obconform"]`)},
		} {
			It("must be refused when "+refused.when, bank.Proves(contract.Dcr400Syntax), tpp.Gets(contract.RegisterClient, 400), func(ctx SpecContext) {
				bank.RegistersValid(ctx)
				bank.Register(ctx, refused.request(ctx)).Must(contract.Dcr400Syntax, 400)
			})
		}
	})
}
