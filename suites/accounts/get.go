package accounts

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// get: GET /accounts/{AccountId}.
func get(bank *tpp.Client) {
	Describe("An account", func() {
		for _, seen := range []struct {
			with   string
			access tpp.Access
			label  Labels
		}{
			{"", tpp.AnyAccess, Labels{}},
			{" with ReadAccountsBasic alone", tpp.BasicAccess, Label("legacy:OB-301-ACC-100000")},
			{" with ReadAccountsDetail", tpp.DetailAccess, Label("legacy:OB-301-ACC-100200")},
		} {
			It("must be shown alone, as it stands in the list"+seen.with, seen.label, bank.Proves(contract.AccGet200), func(ctx SpecContext) {
				grant := bank.AccountsGrant(ctx, seen.access)
				for _, listed := range bank.ListAccounts(ctx, grant).MustHave(contract.AccList200) {
					bank.GetAccount(ctx, grant, listed.ID).Must(contract.AccGet200, 200).CheckOnly(contract.AccGet200, listed)
				}
			})
		}

		It("must not be found when it never existed", Label("negative"), bank.Proves(contract.AccGetUnknown), func(ctx SpecContext) {
			grant, _ := anAccount(ctx, bank)
			bank.GetAccount(ctx, grant, bank.UnknownID()).MustBeUnknown(contract.AccGetUnknown)
		})

		for _, odd := range []struct {
			has string
			id  func(listed string) string
		}{
			{"the characters that RFC 3986 reserves between parts", always(":/?#[]@")},
			{"the characters that RFC 3986 reserves within parts", always("!$&'()*+,;=")},
			{"percent signs and a path upwards", always("%2e%2e%2f../%")},
			{"41 characters", func(listed string) string { return listed + strings.Repeat("0", max(1, 41-len(listed))) }},
			{"41 equal characters", always(strings.Repeat("a", 41))},
			{"a condition in SQL behind a known one", func(listed string) string { return listed + "' OR '1'='1" }},
			{"a condition in SQL", always("' OR '1'='1")},
		} {
			It("must not be found when its identifier has "+odd.has, Label("negative"), bank.Proves(contract.AccGetUnknown), func(ctx SpecContext) {
				grant, listed := anAccount(ctx, bank)
				bank.GetAccount(ctx, grant, odd.id(listed)).Must(contract.AccGetUnknown, 400, 403, 404)
			})
		}

		It("must be refused when the consent does not cover it", Label("negative"), bank.Proves(contract.AccGetForeign), func(ctx SpecContext) {
			foreign := bank.Config().Fixtures.ForeignAccountID
			if foreign == "" {
				bank.NotExercised("fixtures.foreignAccountId is not configured")
			}
			grant, _ := anAccount(ctx, bank)
			bank.GetAccount(ctx, grant, foreign).MustBeUnknown(contract.AccGetForeign)
		})
	})
}

// always is an identifier that needs no listed one.
func always(id string) func(string) string { return func(string) string { return id } }
