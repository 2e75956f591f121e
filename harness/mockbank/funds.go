package mockbank

import (
	"math/big"
	"net/http"
	"regexp"
)

// fundsResponse is OBFundsConfirmationResponse1.
type fundsResponse struct {
	Data  fundsData `json:"Data"`
	Links links     `json:"Links"`
	Meta  meta      `json:"Meta"`
}

type fundsData struct {
	FundsConfirmationID string `json:"FundsConfirmationId"`
	ConsentID           string `json:"ConsentId"`
	CreationDateTime    string `json:"CreationDateTime"`
	FundsAvailable      bool   `json:"FundsAvailable"`
	Reference           string `json:"Reference"`
	InstructedAmount    amount `json:"InstructedAmount"`
}

type amount struct {
	Amount   string `json:"Amount"`
	Currency string `json:"Currency"`
}

// fundsQuestion is OBFundsConfirmation1 once it has been read.
type fundsQuestion struct {
	consentID, reference string
	instructed           amount
}

// confirmFunds answers each question anew and stores none of them
// (COF-FUNDS-NOT-STORED).
func (b *Bank) confirmFunds(c *call) answer {
	question, problems := readFundsQuestion(c.input)
	if len(problems) > 0 {
		return c.badRequest(problems...)
	}
	debtor, refused := b.debtorOf(c, question)
	if refused != nil {
		return *refused
	}
	if question.instructed.Currency != debtor.currency {
		return c.badRequest(problem{code: unsupportedCurrency, message: "The account is held in another currency.", path: "Data.InstructedAmount.Currency"})
	}
	return reply(http.StatusCreated, fundsResponse{
		Data: fundsData{
			FundsConfirmationID: b.source.uuid(),
			ConsentID:           question.consentID,
			CreationDateTime:    clockReading(b.source.date()),
			FundsAvailable:      covers(debtor.balance, question.instructed.Amount),
			Reference:           question.reference,
			InstructedAmount:    question.instructed,
		},
		// A confirmation cannot be read back: Self is the collection.
		Links: b.linksTo(c, ""),
		Meta:  singlePage(),
	})
}

var (
	amountForm   = regexp.MustCompile(`^\d{1,13}\.\d{1,5}$`)
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
)

func readFundsQuestion(input map[string]any) (fundsQuestion, []problem) {
	rd := &reading{}
	data := rd.object(input, "Data")
	question := fundsQuestion{
		consentID: rd.text(data, "Data.ConsentId", textRule{minimum: 1, maximum: 128}),
		reference: rd.text(data, "Data.Reference", textRule{minimum: 1, maximum: 35}),
	}
	instructed := rd.object(data, "Data.InstructedAmount")
	question.instructed = amount{
		Amount:   rd.text(instructed, "Data.InstructedAmount.Amount", textRule{pattern: amountForm}),
		Currency: rd.text(instructed, "Data.InstructedAmount.Currency", textRule{pattern: currencyForm}),
	}
	return question, rd.problems
}

// debtorOf finds the account that the question is about, by the consent of the
// token, which must be the one the question names (COF-FUNDS-CONSENT).
func (b *Bank) debtorOf(c *call, question fundsQuestion) (account, *answer) {
	consent, found := b.fundsGrants.get(c.token.consentID)
	if !found || consent.unusable(b.now()) != "" {
		a := forbidden(problem{code: invalidConsentStatus, message: "The consent of the access token is not in force."})
		return account{}, &a
	}
	if question.consentID != consent.id {
		a := c.badRequest(problem{code: consentMismatch, message: "The consent is not that of the access token.", path: "Data.ConsentId"})
		return account{}, &a
	}
	held, found := accountHeld(consent.debtor)
	if !found {
		a := c.badRequest(problem{code: unsupportedAccount, message: "The account of the consent is not held here.", path: "Data.ConsentId"})
		return account{}, &a
	}
	return held, nil
}

// covers compares two decimal amounts exactly.
func covers(balance, asked string) bool {
	have, haveOK := new(big.Rat).SetString(balance)
	want, wantOK := new(big.Rat).SetString(asked)
	return haveOK && wantOK && have.Cmp(want) >= 0
}
