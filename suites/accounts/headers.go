package accounts

import (
	"context"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// headers: the request headers of both operations.
func headers(bank *tpp.Client) {
	const authDate, address, interaction = "x-fapi-auth-date", "x-fapi-customer-ip-address", contract.HeaderInteractionID
	for _, operation := range []struct {
		what  string
		owner contract.ClauseID
		call  func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer
	}{
		{"The list of accounts", contract.AccList200, func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
			grant := bank.AccountsGrant(ctx, tpp.AnyAccess)
			return bank.Call(ctx, contract.ListAccounts, "", append([]tpp.Edit{tpp.Bearer(grant.Token)}, edits...)...)
		}},
		{"An account", contract.AccGet200, func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer {
			grant, listed := anAccount(ctx, bank)
			return bank.GetAccount(ctx, grant, listed, edits...)
		}},
	} {
		Describe(operation.what, func() {
			for _, left := range []struct {
				out   string
				names []string
			}{
				{authDate, []string{authDate}},
				{address, []string{address}},
				{interaction, []string{interaction}},
				{"any optional header", []string{authDate, address, interaction}},
			} {
				It("must be the same without "+left.out, bank.Proves(contract.AccHeaders), func(ctx SpecContext) {
					withAll := operation.call(ctx).Must(operation.owner, 200)
					without := operation.call(ctx, removing(left.names)...).Must(contract.AccHeaders, 200)
					without.CheckSameList(contract.AccHeaders, withAll)
				})
			}
			authDates(bank, operation.owner, operation.call)
		})
	}
}

func removing(names []string) []tpp.Edit {
	var edits []tpp.Edit
	for _, name := range names {
		edits = append(edits, tpp.RemoveHeader(name))
	}
	return edits
}

// authDates: x-fapi-auth-date, by the identifier that all operations share.
func authDates(bank *tpp.Client, owner contract.ClauseID, call func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer) {
	const header = "x-fapi-auth-date"
	for _, date := range tpp.AuthDates() {
		It("should be shown when its "+header+" is "+date.Form, bank.Proves(contract.AacHeaderDate), func(ctx SpecContext) {
			call(ctx, tpp.RemoveHeader(header)).Must(owner, 200)
			call(ctx, tpp.Header(header, date.Value)).Is(contract.AacHeaderDate, 200)
		})
	}
	for _, date := range tpp.WrongAuthDates() {
		It("should be refused when its "+header+" is "+date.Form, Label("negative"), bank.Proves(contract.AacHeaderDate), func(ctx SpecContext) {
			call(ctx, tpp.RemoveHeader(header)).Must(owner, 200)
			call(ctx, tpp.Header(header, date.Value)).Is(contract.AacHeaderDate, 400)
		})
	}
}
