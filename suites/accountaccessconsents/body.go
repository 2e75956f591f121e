package accountaccessconsents

import (
	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// body: POST /account-access-consents, the request's form.
func body(bank *tpp.Client) {
	Describe("An account access consent", func() {
		twin := func(ctx SpecContext) { accepted(ctx, bank, asked()...) }
		for _, malformed := range []struct {
			when string
			body tpp.Edit
		}{
			{"its body is empty", tpp.NoBody()},
			{"its body is cut off within a string", tpp.Raw(`{"Data":{"Permissions":["ReadAccountsBasic`)},
			{"its body is cut off before its last brace", tpp.CutOff(aConsent())},
			{"its body is an array", tpp.JSON([]any{aConsent()})},
			{"its body is a string", tpp.JSON("ReadAccountsBasic")},
		} {
			It("must be refused when "+malformed.when, Label("negative"), bank.Proves(contract.Aac400Syntax), func(ctx SpecContext) {
				twin(ctx)
				bank.CreateAccountsConsent(ctx, aConsent(), malformed.body).Must(contract.Aac400Syntax, 400)
			})
		}

		for _, wrong := range []struct {
			when    string
			clause  contract.ClauseID
			request tpp.Document
			member  string
		}{
			{"it has no Data", contract.Aac400Missing, aConsent().Without("/Data"), "Data"},
			{"it has no Risk", contract.Aac400Missing, aConsent().Without("/Risk"), "Risk"},
			{"it has no Permissions", contract.Aac400Missing, aConsent().Without("/Data/Permissions"), "Permissions"},
			{"its Permissions are a string", contract.Aac400Type, aConsent().With("/Data/Permissions", "ReadAccountsBasic"), "Permissions"},
			{"its Permissions are a list of numbers", contract.Aac400Type, aConsent().With("/Data/Permissions", []int{1, 2}), "Permissions"},
			{"its Permissions are an object", contract.Aac400Type, aConsent().With("/Data/Permissions/ReadAccountsBasic", true), "Permissions"},
			{"its Data is an array", contract.Aac400Type, aConsent().With("/Data", []any{aConsent()["Data"]}), "Data"},
			{"its Data is a string", contract.Aac400Type, aConsent().With("/Data", "ReadAccountsBasic"), "Data"},
			{"its Risk is a string", contract.Aac400Type, aConsent().With("/Risk", "none"), "Risk"},
			{"its Risk is an array", contract.Aac400Type, aConsent().With("/Risk", []any{}), "Risk"},
		} {
			It("must be refused when "+wrong.when, Label("negative"), bank.Proves(wrong.clause, contract.Aac400Path), func(ctx SpecContext) {
				twin(ctx)
				bank.CreateAccountsConsent(ctx, wrong.request).Must(wrong.clause, 400).CheckPath(contract.Aac400Path, wrong.member)
			})
		}

		It("must be refused when its Risk has a member", Label("negative"), bank.Proves(contract.Aac400Type, contract.Aac400Path), func(ctx SpecContext) {
			twin(ctx)
			answer := bank.CreateAccountsConsent(ctx, aConsent().With("/Risk/PaymentContextCode", "Other"))
			if answer.IsAt(contract.Std, contract.Aac400Type, 400) { // that Risk is closed is the standard's word
				answer.CheckPath(contract.Aac400Path, "Risk", "PaymentContextCode")
			}
		})
	})
}
