// Package accountaccessconsents is the suite of the Account Access Consents
// API v3.1: one file per section of its documentation. It says what must hold
// and leaves transport, JSON and audit to the TPP.
package accountaccessconsents

import (
	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Suite is the suite with its sections in the documentation's order.
func Suite() tpp.Suite {
	return tpp.Suite{API: contract.AccountAccessConsents, Sections: []tpp.Section{
		{Name: "create", Specs: create},
		{Name: "read", Specs: read},
		{Name: "delete", Specs: remove},
		{Name: "refusals", Specs: commonRefusals},
	}}
}

// aConsent is a valid request, the one that every negative case breaks in just
// one thing.
func aConsent() tpp.Document {
	return tpp.AccountsConsent("ReadAccountsBasic", "ReadAccountsDetail", "ReadBalances")
}
