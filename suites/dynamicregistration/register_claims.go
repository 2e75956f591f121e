package dynamicregistration

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// claim is one claim of a registration request (Open Banking Dynamic Client
// Registration v3.2, OBClientRegistrationRequest1).
type claim struct {
	name string
	// required claims have no default.
	required bool
	// codes are the errors of RFC 7591 that fit; none where the claim is not
	// metadata of the client's but of the JWT.
	codes []string
}

func claims() []claim {
	metadata := []string{tpp.InvalidClientMetadata}
	return []claim{
		{"iss", true, nil}, {"iat", true, nil}, {"exp", true, nil}, {"aud", true, nil}, {"jti", true, nil},
		{"redirect_uris", false, []string{tpp.InvalidRedirectURI, tpp.InvalidClientMetadata}},
		{"token_endpoint_auth_method", true, metadata},
		{"grant_types", true, metadata},
		{"response_types", false, metadata},
		{"software_id", false, []string{tpp.InvalidClientMetadata, tpp.InvalidSoftwareStatement}},
		{"scope", false, metadata},
		{"software_statement", true, []string{tpp.InvalidSoftwareStatement, tpp.InvalidClientMetadata}},
		{"application_type", true, metadata},
		{"id_token_signed_response_alg", true, metadata},
		{"request_object_signing_alg", true, metadata},
		{"token_endpoint_auth_signing_alg", false, metadata},
		{"tls_client_auth_subject_dn", false, metadata},
	}
}

// registerClaims: POST /register, claims that are missing or of a wrong type.
func registerClaims(bank *tpp.Client) {
	refused := func(ctx SpecContext, broken tpp.Document, codes []string) {
		bank.RegistersValid(ctx)
		answer := bank.Register(ctx, bank.Sign(broken)).Must(contract.Dcr400Claims, 400)
		if len(codes) > 0 {
			answer.CheckRegistrationError(codes...)
		}
	}
	Describe("A registration request whose claims are incomplete", Label("destructive", "negative"), func() {
		for _, claim := range claims() {
			if !claim.required {
				continue
			}
			It("must be refused without "+claim.name, bank.Proves(claim.clauses()...), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister)
				valid := bank.RegistrationClaims(ctx)
				bank.NeedClaim(valid, claim.name)
				refused(ctx, valid.Without("/"+claim.name), claim.codes)
			})
		}
	})
	Describe("A registration request with a claim of the wrong type", Label("destructive", "negative"), func() {
		for _, claim := range claims() {
			It("must be refused when it is "+claim.name, bank.Proves(claim.clauses()...), func(ctx SpecContext) {
				bank.Needs(tpp.CanRegister)
				valid := bank.RegistrationClaims(ctx)
				bank.NeedClaim(valid, claim.name)
				refused(ctx, valid.Mistyped(claim.name), claim.codes)
			})
		}
	})
}

// clauses are those that a refusal for the claim's sake proves.
func (c claim) clauses() []contract.ClauseID {
	if len(c.codes) == 0 {
		return []contract.ClauseID{contract.Dcr400Claims}
	}
	return []contract.ClauseID{contract.Dcr400Claims, contract.Dcr400Error}
}
