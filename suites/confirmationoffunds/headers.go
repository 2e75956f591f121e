package confirmationoffunds

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// headers: the optional x-fapi-auth-date of each operation.
func headers(bank *tpp.Client) {
	for _, operation := range operations(bank) {
		Describe("The operation "+string(operation.Operation), func() {
			for _, accepted := range []string{"Sun, 10 Sep 2017 19:43:31 UTC", "Sun, 10 Sep 2017 19:43:31 GMT"} {
				It("should accept an x-fapi-auth-date of "+accepted, bank.Proves(contract.AacHeaderDate), func(ctx SpecContext) {
					operation.Twin(ctx, bank)
					operation.Send(ctx, tpp.Header("x-fapi-auth-date", accepted)).Is(contract.AacHeaderDate, operation.Success())
				})
			}
			for _, refused := range []string{"yesterday", "2017-09-10T19:43:31Z"} {
				It("should refuse an x-fapi-auth-date of "+refused, bank.Proves(contract.AacHeaderDate), Label("negative"), func(ctx SpecContext) {
					operation.Twin(ctx, bank)
					operation.Send(ctx, tpp.Header("x-fapi-auth-date", refused)).Is(contract.AacHeaderDate, 400)
				})
			}
		})
	}
}
