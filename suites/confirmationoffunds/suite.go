// Package confirmationoffunds is the suite of the Confirmation of Funds API
// v3.1: one file per section of its documentation. It says what must hold and
// leaves transport, JSON and audit to the TPP.
package confirmationoffunds

import (
	"context"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Suite is the suite with its sections in the documentation's order.
func Suite() tpp.Suite {
	return tpp.Suite{API: contract.ConfirmationOfFunds, Sections: []tpp.Section{
		{Name: "consent-create", Specs: createConsent, Requests: 2},
		{Name: "consent-refused", Specs: refuseConsent, Requests: 2},
		{Name: "consent-read", Specs: readConsent, Requests: 4},
		{Name: "consent-delete", Specs: deleteConsent, Requests: 5},
		{Name: "confirm", Specs: confirm, Requests: 1},
		{Name: "confirm-refused", Specs: refuseConfirmation, Requests: 1},
		{Name: "headers", Specs: headers, Requests: 2},
		{Name: "refusals", Specs: commonRefusals, Requests: 1},
	}}
}

// malformed are bodies that are no JSON object, each made of a valid one.
var malformed = []struct {
	when string
	body func(valid tpp.Document) tpp.Edit
}{
	{"its body is empty", func(tpp.Document) tpp.Edit { return tpp.NoBody() }},
	{"its body is cut off", tpp.CutOff},
	{"its body is an array", func(valid tpp.Document) tpp.Edit { return tpp.JSON([]any{valid}) }},
	{"its body is a string", func(tpp.Document) tpp.Edit { return tpp.JSON("a consent") }},
}

// newConsent creates a consent of the spec's own and gives its identifier, with
// the answer.
func newConsent(ctx context.Context, bank *tpp.Client, document tpp.Document) (id string, created *tpp.Answer) {
	created = bank.CreateFundsConsent(ctx, document).Must(contract.CofConsent201, 201)
	return created.MustText(contract.CofConsent201, "/Data/ConsentId"), created
}
