package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// registerMetadata: POST /register with values that the bank does not support.
func registerMetadata(bank *tpp.Client) {
	Describe("A registration request", Label("destructive", "negative"), func() {
		for _, unsupported := range []struct {
			what, member string
			// value is what the request asks for, its value without support last.
			value func(tpp.Document) any
		}{
			{"an unsupported authentication method", "token_endpoint_auth_method", nil},
			{"an unsupported grant alone", "grant_types", func(tpp.Document) any { return []string{tpp.Unsupported} }},
			{"an unsupported grant beside supported ones", "grant_types", func(claims tpp.Document) any {
				return append(claims.Words("grant_types"), tpp.Unsupported)
			}},
			{"an unsupported response type", "response_types", func(tpp.Document) any { return []string{tpp.Unsupported} }},
			{"an unsupported algorithm for ID tokens", "id_token_signed_response_alg", nil},
			{"an unsupported algorithm for request objects", "request_object_signing_alg", nil},
			{"an unsupported algorithm for client assertions", "token_endpoint_auth_signing_alg", nil},
			{"a scope that the software statement does not grant", "scope", func(claims tpp.Document) any {
				return claims.Text("scope") + " " + tpp.Unsupported
			}},
		} {
			It("must not be granted "+unsupported.what, bank.Proves(contract.Dcr400Metadata, contract.Dcr400Error), func(ctx SpecContext) {
				bank.RegistersValid(ctx)
				claims, value := bank.RegistrationClaims(ctx), any(tpp.Unsupported)
				if unsupported.value != nil {
					value = unsupported.value(claims)
				}
				answer := bank.Register(ctx, bank.Sign(claims.With("/"+unsupported.member, value)))
				bank.CheckRefusedOrReplaced(ctx, answer, unsupported.member, tpp.Unsupported)
			})
		}

		for _, signed := range []struct{ member, list string }{
			{"id_token_signed_response_alg", "id_token_signing_alg_values_supported"},
			{"request_object_signing_alg", "request_object_signing_alg_values_supported"},
		} {
			It("must not be granted none as its "+signed.member, bank.Proves(contract.Dcr400Metadata, contract.Dcr400Error), func(ctx SpecContext) {
				bank.RegistersValid(ctx)
				bank.NeedUnsupported(ctx, signed.list, "none")
				answer := bank.Register(ctx, bank.Sign(bank.RegistrationClaims(ctx).With("/"+signed.member, "none")))
				bank.CheckRefusedOrReplaced(ctx, answer, signed.member, "none")
			})
		}

		It("must not be granted the response types of the implicit flow", Label("legacy:DCR-011"),
			bank.Proves(contract.Dcr400Metadata, contract.Dcr400Error), func(ctx SpecContext) {
				bank.RegistersValid(ctx)
				bank.NeedUnsupported(ctx, "response_types_supported", "id_token", "token")
				answer := bank.Register(ctx, bank.Sign(bank.RegistrationClaims(ctx).With("/response_types", []string{"id_token", "token"})))
				bank.CheckRefusedOrReplaced(ctx, answer, "response_types", "token")
			})
	})
}
