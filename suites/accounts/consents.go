package accounts

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// consents: GET /accounts and GET /accounts/{AccountId}, 403.
func consents(bank *tpp.Client) {
	for _, refused := range []struct {
		what      string
		operation contract.OperationID
		// resource is the account that the operation reads, empty for the list.
		resource func(listed string) string
	}{
		{"The list of accounts", contract.ListAccounts, func(string) string { return "" }},
		{"An account", contract.GetAccount, func(listed string) string { return listed }},
	} {
		Describe(refused.what, Label("negative"), func() {
			It("must be refused when its consent is deleted", bank.Proves(contract.Acc403Consent), func(ctx SpecContext) {
				grant := bank.OwnAccountsGrant(ctx, tpp.AnyAccess)
				listed := bank.AnAccount(ctx, grant)
				bank.DeleteConsent(ctx, contract.DeleteAccountAccessConsent, grant.ConsentID).Must(contract.AacDelete204, 204)
				bank.Call(ctx, refused.operation, refused.resource(listed), tpp.Bearer(grant.Token)).Must(contract.Acc403Consent, 401, 403)
			})

			for _, consent := range []struct {
				is    string
				state tpp.State
			}{
				{"was rejected", tpp.Rejected},
				{"was revoked", tpp.Revoked},
				{"has expired", tpp.Expired},
				{"has no permission to read accounts", tpp.NoPermission},
			} {
				It("must be refused when its consent "+consent.is, bank.Proves(contract.Acc403Consent), func(ctx SpecContext) {
					_, listed := anAccount(ctx, bank)
					bank.MustBeWithheld(ctx, consent.state, refused.operation, refused.resource(listed))
				})
			}
		})
	}
}
