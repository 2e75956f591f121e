package dynamicregistration

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// registerRedirects: POST /register with redirect URIs that no client may have.
func registerRedirects(bank *tpp.Client) {
	own := bank.Config().Client.RedirectURI
	Describe("A registration request with a redirect URI", Label("destructive", "negative"), func() {
		for _, refused := range []struct {
			that string
			uris []string
		}{
			{"is not https", []string{"http://" + strings.TrimPrefix(own, "https://")}},
			{"is on localhost", []string{"https://localhost/callback"}},
			{"has a fragment", []string{own + "#fragment"}},
			{"is outside the software statement's list", []string{"https://tpp.obconform.example/callback"}},
			{"is outside the software statement's list, beside one that is in it", []string{own, "https://tpp.obconform.example/callback"}},
		} {
			It("must be refused when it "+refused.that, bank.Proves(contract.Dcr400Redirect, contract.Dcr400Error), func(ctx SpecContext) {
				bank.RegistersValid(ctx)
				claims := bank.RegistrationClaims(ctx).With("/redirect_uris", refused.uris)
				bank.Register(ctx, bank.Sign(claims)).Must(contract.Dcr400Redirect, 400).CheckRegistrationError(tpp.InvalidRedirectURI)
			})
		}
	})
}
