package tpp

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"obconform/harness/contract"
	"obconform/harness/strictjson"
)

// FundsConfirmation is a valid OBFundsConfirmation1 for the grant's consent,
// with a reference of its own. The consent of a predefined code is known from
// the ID token alone; where that does not name it there is nothing to ask for.
func (c *Client) FundsConfirmation(grant Grant) Document {
	if grant.ConsentID == "" {
		c.NotExercised("the ID token does not say which consent the token is for")
	}
	return Document{"Data": map[string]any{
		"ConsentId": grant.ConsentID,
		"Reference": "obconform " + uuid.NewString()[:8],
		"InstructedAmount": map[string]any{
			"Amount": c.cfg.Fixtures.AvailableAmount, "Currency": c.cfg.Fixtures.Currency},
	}}
}

// ConfirmFunds asks whether funds are available, without judging the answer.
func (c *Client) ConfirmFunds(ctx context.Context, grant Grant, document any, edits ...Edit) *Answer {
	return c.Call(ctx, contract.CreateFundsConfirmation, "", append([]Edit{Bearer(grant.Token), JSON(document)}, edits...)...)
}

// At is the string at the pointer of a document, empty for anything else.
func (d Document) At(pointer string) string {
	value, _ := strictjson.Pointer(map[string]any(d.clone()), pointer)
	text, _ := value.(string)
	return text
}

// CheckDebtor holds the answer's debtor account against the request's, member
// by member, what is absent in one must be absent in the other.
func (a *Answer) CheckDebtor(clause contract.ClauseID, request Document) {
	for _, member := range []string{"SchemeName", "Identification", "Name", "SecondaryIdentification"} {
		pointer := "/Data/DebtorAccount/" + member
		if want := request.At(pointer); want != "" {
			got, ok := a.Text(pointer)
			a.Check(clause, pointer, ok && got == want, "the value that was sent, "+strings.ToLower(member)+" unchanged")
		} else {
			a.CheckAbsent(clause, pointer)
		}
	}
}
