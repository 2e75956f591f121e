// Package accountaccessconsents is the suite of the Account Access Consents
// API v3.1: one file per section of its documentation. It says what must hold
// and leaves transport, JSON and audit to the TPP.
package accountaccessconsents

import (
	"context"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Suite is the suite with its sections in the documentation's order.
func Suite() tpp.Suite {
	return tpp.Suite{API: contract.AccountAccessConsents, Sections: []tpp.Section{
		{Name: "create", Specs: create, Requests: 2},
		{Name: "permissions", Specs: permissions, Requests: 2},
		{Name: "body", Specs: body, Requests: 1},
		{Name: "dates", Specs: dates, Requests: 2},
		{Name: "read", Specs: read, Requests: 5},
		{Name: "delete", Specs: remove, Requests: 5},
		{Name: "headers", Specs: headers, Requests: 4},
		{Name: "refusals", Specs: commonRefusals, Requests: 1},
	}}
}

// aConsent is a valid request, the one that every negative case breaks in just
// one thing.
func aConsent() tpp.Document { return tpp.AccountsConsent(asked()...) }

func asked() []string { return []string{"ReadAccountsBasic", "ReadAccountsDetail", "ReadBalances"} }

// aNewConsent creates the valid consent and answers it with its identifier,
// once it can be read.
func aNewConsent(ctx context.Context, bank *tpp.Client, document tpp.Document) (created *tpp.Answer, id string) {
	created = bank.CreateAccountsConsent(ctx, document).Must(contract.Aac201, 201)
	id = created.MustText(contract.Aac201, "/Data/ConsentId")
	bank.GetNewConsent(ctx, contract.GetAccountAccessConsent, id).Must(contract.AacGet200, 200)
	return created, id
}

// accepted is the valid twin of what asks for those permissions.
func accepted(ctx context.Context, bank *tpp.Client, permissions ...string) {
	bank.Twin("an account access consent with "+strings.Join(permissions, ", "), func() {
		bank.CreateAccountsConsent(ctx, tpp.AccountsConsent(permissions...)).
			MustTo(contract.Aac201EveryPermission, strings.Join(permissions, ", "), 201)
	})
}

// inMonths is a date-time so many months from now, written in UTC.
func inMonths(months int) string {
	return time.Now().AddDate(0, months, 0).UTC().Format("2006-01-02T15:04:05-07:00")
}

// dateMembers are the members of a request that are date-times.
func dateMembers() []string {
	return []string{"ExpirationDateTime", "TransactionFromDateTime", "TransactionToDateTime"}
}
