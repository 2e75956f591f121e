package tpp

import (
	"context"

	"obconform/harness/contract"
)

// FundsConsentOf is a valid OBFundsConfirmationConsent1 with every member of
// the debtor account, of a scheme whose identifications have no form of their
// own (COF-CONSENT-201-LIMITS).
func FundsConsentOf(scheme string) Document {
	return Document{"Data": map[string]any{"DebtorAccount": map[string]any{"SchemeName": scheme,
		"Identification": "NWBK60161331926819", "Name": "A N Other", "SecondaryIdentification": "0002"}}}
}

// AuthoriseFunds has the customer authorise a funds confirmation consent of the
// spec's own, where the configuration lets us (R12).
func (c *Client) AuthoriseFunds(ctx context.Context, consentID string) {
	c.needHeadless()
	c.authorise(ctx, consentID, c.Scope(contract.ScopeFunds))
}

// CheckSameFundsConsent holds a funds confirmation consent against an earlier
// answer with the same one: all its data, but that Status and
// StatusUpdateDateTime may have moved on, once, since the customer decided.
func (a *Answer) CheckSameFundsConsent(clause contract.ClauseID, earlier *Answer) {
	for _, pointer := range []string{"/Data/ConsentId", "/Data/CreationDateTime", "/Data/ExpirationDateTime",
		"/Data/DebtorAccount/SchemeName", "/Data/DebtorAccount/Identification", "/Data/DebtorAccount/Name",
		"/Data/DebtorAccount/SecondaryIdentification"} {
		a.CheckSameAs(clause, pointer, earlier)
	}
	a.checkStatusSince(clause, earlier)
}

// CheckOtherThan holds that the string at the pointer is another one than that
// of an earlier answer.
func (a *Answer) CheckOtherThan(clause contract.ClauseID, pointer string, earlier *Answer) {
	before, known := earlier.Text(pointer)
	if !known {
		return // the audit has found the earlier one
	}
	now, ok := a.Text(pointer)
	a.Check(clause, pointer, ok && now != before, "another one than "+before)
}

// MustBeTaken ends the spec as not exercised unless the target takes a valid
// request that no clause makes it take, beside which a negative case stands.
func (a *Answer) MustBeTaken(clause contract.ClauseID, what string) {
	if a.inconclusive == "" && a.Status != a.operation.Success() {
		a.client.NotExercised("the target does not take " + what)
	}
	a.Must(clause, a.operation.Success())
}

// CheckConfirmed holds that a funds confirmation gives back what was asked, as
// the same strings.
func (a *Answer) CheckConfirmed(clause contract.ClauseID, request Document) {
	for _, pointer := range []string{"/Data/ConsentId", "/Data/Reference", "/Data/InstructedAmount/Amount", "/Data/InstructedAmount/Currency"} {
		a.CheckText(clause, pointer, request.At(pointer))
	}
}
