// Package accounts is the suite of the Accounts API v3.1: one file per section
// of its documentation. It says what must hold and leaves transport, JSON and
// audit to the TPP.
package accounts

import (
	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Suite is the suite with its sections in the documentation's order.
func Suite() tpp.Suite {
	return tpp.Suite{API: contract.Accounts, Sections: []tpp.Section{
		{Name: "list", Specs: list},
		{Name: "get", Specs: get},
		{Name: "refusals", Specs: commonRefusals},
	}}
}
