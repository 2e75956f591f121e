package dynamicregistration

import (
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// registerSignature: POST /register with a signature that does not hold.
func registerSignature(bank *tpp.Client) {
	Describe("A registration request that its client has not signed", Label("destructive", "negative"), func() {
		for _, refused := range []struct {
			when    string
			request func(tpp.Document) string
		}{
			{"its payload was altered after it was signed", func(claims tpp.Document) string {
				return bank.AlterSigned(bank.Sign(claims), tpp.Document{"jti": uuid.NewString()})
			}},
			{"it was signed with another key", bank.SignByStranger},
			{"its alg is none", bank.SignNone},
			{"its alg is HS256, keyed with the public key", bank.SignWithPublicKey},
			{"its signature is empty", func(claims tpp.Document) string {
				request := bank.Sign(claims)
				return request[:strings.LastIndex(request, ".")+1]
			}},
		} {
			It("must be refused when "+refused.when, bank.Proves(contract.Dcr400Signature), func(ctx SpecContext) {
				bank.RegistersValid(ctx)
				bank.Register(ctx, refused.request(bank.RegistrationClaims(ctx))).Must(contract.Dcr400Signature, 400, 401)
			})
		}
	})
}
