package mockbank

import (
	"regexp"
)

// Schemes of account identification that the bank knows.
const (
	schemeSortCode = "UK.OBIE.SortCodeAccountNumber"
	schemeIBAN     = "UK.OBIE.IBAN"
	schemePAN      = "UK.OBIE.PAN"
	schemeBBAN     = "UK.OBIE.BBAN"
	schemePaym     = "UK.OBIE.Paym"
)

// fundsConsent is a funds confirmation consent.
type fundsConsent struct {
	grant
	debtor debtorAccount
}

// debtorAccount is the DebtorAccount of a funds confirmation consent.
type debtorAccount struct {
	SchemeName              string `json:"SchemeName"`
	Identification          string `json:"Identification"`
	Name                    string `json:"Name,omitempty"`
	SecondaryIdentification string `json:"SecondaryIdentification,omitempty"`
}

// fundsConsentResponse is OBFundsConfirmationConsentResponse1.
type fundsConsentResponse struct {
	Data  fundsConsentData `json:"Data"`
	Links links            `json:"Links"`
	Meta  meta             `json:"Meta"`
}

type fundsConsentData struct {
	ConsentID            string        `json:"ConsentId"`
	CreationDateTime     string        `json:"CreationDateTime"`
	Status               string        `json:"Status"`
	StatusUpdateDateTime string        `json:"StatusUpdateDateTime"`
	ExpirationDateTime   string        `json:"ExpirationDateTime,omitempty"`
	DebtorAccount        debtorAccount `json:"DebtorAccount"`
}

func (b *Bank) createFundsConsent(c *call) answer {
	consent, problems := b.readFundsConsent(c)
	if len(problems) > 0 {
		return c.badRequest(problems...)
	}
	b.fundsGrants.put(consent.id, consent)
	return created(consent.response(b.linksTo(c, consent.id)))
}

// readFundsConsent holds the request body against OBFundsConfirmationConsent1
// (COF-CONSENT-400-*).
func (b *Bank) readFundsConsent(c *call) (*fundsConsent, []problem) {
	rd := &reading{}
	data := rd.object(c.input, "Data")
	now := b.now()
	expires := rd.instant(data, "Data.ExpirationDateTime")
	rd.checkExpiration(expires, now)
	account := rd.object(data, "Data.DebtorAccount")
	debtor := debtorAccount{
		SchemeName:              rd.text(account, "Data.DebtorAccount.SchemeName", textRule{}),
		Identification:          rd.text(account, "Data.DebtorAccount.Identification", textRule{minimum: 1, maximum: 256}),
		Name:                    rd.text(account, "Data.DebtorAccount.Name", textRule{optional: true, minimum: 1, maximum: 70}),
		SecondaryIdentification: rd.text(account, "Data.DebtorAccount.SecondaryIdentification", textRule{optional: true, minimum: 1, maximum: 34}),
	}
	if len(rd.problems) == 0 {
		rd.checkScheme(debtor)
	}
	return &fundsConsent{grant: newGrant(b.source.uuid(), c.client.id, scopeFunds, b.source.date(), expires), debtor: debtor}, rd.problems
}

var (
	sortCodeForm = regexp.MustCompile(`^\d{14}$`)
	ibanForm     = regexp.MustCompile(`^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$`)
)

// checkScheme refuses schemes that do not exist, and identifications that are
// not of their scheme (COF-CONSENT-400-SCHEME).
func (rd *reading) checkScheme(debtor debtorAccount) {
	fits := true
	switch debtor.SchemeName {
	case schemeSortCode:
		fits = sortCodeForm.MatchString(debtor.Identification)
	case schemeIBAN:
		fits = isIBAN(debtor.Identification)
	case schemePAN, schemeBBAN, schemePaym:
	default:
		rd.complain(unsupportedScheme, "Data.DebtorAccount.SchemeName", "The scheme is not known.")
	}
	if !fits {
		rd.complain(unsupportedAccount, "Data.DebtorAccount.Identification", "The identification is not of its scheme.")
	}
}

// isIBAN checks the form and the check digits of ISO 13616.
func isIBAN(text string) bool {
	return ibanForm.MatchString(text) && ibanRemainder(text) == 1
}

// ibanRemainder is the number modulo 97 that ISO 13616 makes of an IBAN: first
// four characters moved to the end, letters counted from 10.
func ibanRemainder(iban string) int {
	remainder := 0
	for _, char := range iban[4:] + iban[:4] {
		if char >= 'A' {
			remainder = (remainder*100 + int(char-'A') + 10) % 97
		} else {
			remainder = (remainder*10 + int(char-'0')) % 97
		}
	}
	return remainder
}

func (b *Bank) getFundsConsent(c *call) answer {
	consent, refused := ownConsent(c, b.fundsGrants)
	if refused != nil {
		return *refused
	}
	return ok(consent.response(b.linksTo(c, "")))
}

// deleteFundsConsent forgets the consent; tokens bound to it then find none.
func (b *Bank) deleteFundsConsent(c *call) answer {
	consent, refused := ownConsent(c, b.fundsGrants)
	if refused != nil {
		return *refused
	}
	b.fundsGrants.remove(consent.id)
	return noContent()
}

func (f *fundsConsent) response(self links) fundsConsentResponse {
	return fundsConsentResponse{
		Data: fundsConsentData{
			ConsentID:            f.id,
			CreationDateTime:     clockReading(f.created),
			Status:               f.status,
			StatusUpdateDateTime: clockReading(f.updated),
			ExpirationDateTime:   statedDate(f.expires),
			DebtorAccount:        f.debtor,
		},
		Links: self,
		Meta:  singlePage(),
	}
}
