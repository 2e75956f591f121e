// Package confirmationoffunds is the suite of the Confirmation of Funds API
// v3.1: one file per section of its documentation. It says what must hold and
// leaves transport, JSON and audit to the TPP.
package confirmationoffunds

import (
	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Suite is the suite with its sections in the documentation's order.
func Suite() tpp.Suite {
	return tpp.Suite{API: contract.ConfirmationOfFunds, Sections: []tpp.Section{
		{Name: "consent-create", Specs: createConsent},
		{Name: "consent-read", Specs: readConsent},
		{Name: "consent-delete", Specs: deleteConsent},
		{Name: "confirm", Specs: confirm},
		{Name: "refusals", Specs: commonRefusals},
	}}
}
