package mockbank

import (
	"slices"
	"time"
)

// Permission codes that rules speak of.
const (
	readAccountsBasic       = "ReadAccountsBasic"
	readAccountsDetail      = "ReadAccountsDetail"
	readPAN                 = "ReadPAN"
	readTransactionsBasic   = "ReadTransactionsBasic"
	readTransactionsCredits = "ReadTransactionsCredits"
	readTransactionsDebits  = "ReadTransactionsDebits"
	readTransactionsDetail  = "ReadTransactionsDetail"
)

// supportedPermissions and unsupportedPermissions are together the codes of
// v3.1.2; the bank says that it offers neither offers nor products.
var (
	supportedPermissions = []string{
		readAccountsBasic, readAccountsDetail, "ReadBalances",
		"ReadBeneficiariesBasic", "ReadBeneficiariesDetail", "ReadDirectDebits",
		readPAN, "ReadParty", "ReadPartyPSU",
		"ReadScheduledPaymentsBasic", "ReadScheduledPaymentsDetail",
		"ReadStandingOrdersBasic", "ReadStandingOrdersDetail",
		"ReadStatementsBasic", "ReadStatementsDetail",
		readTransactionsBasic, readTransactionsCredits, readTransactionsDebits, readTransactionsDetail,
	}
	unsupportedPermissions = []string{"ReadOffers", "ReadProducts"}
)

// accountConsent is an account access consent with all that was agreed.
type accountConsent struct {
	grant
	permissions []string
	from, to    *time.Time
}

func (a *accountConsent) allows(permission string) bool {
	return slices.Contains(a.permissions, permission)
}

// readsAccounts tells whether the consent opens the list of accounts at all.
func (a *accountConsent) readsAccounts() bool {
	return a.allows(readAccountsBasic) || a.allows(readAccountsDetail)
}

// accountConsentResponse is OBReadConsentResponse1.
type accountConsentResponse struct {
	Data  accountConsentData `json:"Data"`
	Risk  struct{}           `json:"Risk"`
	Links links              `json:"Links"`
	Meta  meta               `json:"Meta"`
}

type accountConsentData struct {
	ConsentID               string   `json:"ConsentId"`
	CreationDateTime        string   `json:"CreationDateTime"`
	Status                  string   `json:"Status"`
	StatusUpdateDateTime    string   `json:"StatusUpdateDateTime"`
	Permissions             []string `json:"Permissions"`
	ExpirationDateTime      string   `json:"ExpirationDateTime,omitempty"`
	TransactionFromDateTime string   `json:"TransactionFromDateTime,omitempty"`
	TransactionToDateTime   string   `json:"TransactionToDateTime,omitempty"`
}

func (b *Bank) createAccountConsent(c *call) answer {
	consent, problems := b.readAccountConsent(c)
	if len(problems) > 0 {
		return c.badRequest(problems...)
	}
	b.accountGrants.put(consent.id, consent)
	return created(consent.response(b.linksTo(c, consent.id)))
}

// readAccountConsent holds the request body against OBReadConsent1 and the rules
// of Open Banking for permissions and periods (AAC-400-*).
func (b *Bank) readAccountConsent(c *call) (*accountConsent, []problem) {
	rd := &reading{}
	data := rd.object(c.input, "Data")
	if risk := rd.object(c.input, "Risk"); len(risk) > 0 {
		rd.complain(fieldUnexpected, "Risk", "The risk section must be empty.")
	}
	permissions := unique(rd.texts(data, "Data.Permissions", true))
	rd.checkPermissions(permissions)
	now := b.now()
	consent := &accountConsent{
		grant:       newGrant(b.source.uuid(), c.client.id, scopeAccounts, b.source.date(), rd.instant(data, "Data.ExpirationDateTime")),
		permissions: permissions,
		from:        rd.instant(data, "Data.TransactionFromDateTime"),
		to:          rd.instant(data, "Data.TransactionToDateTime"),
	}
	rd.checkExpiration(consent.expires, now)
	if consent.from != nil && consent.to != nil && consent.from.After(*consent.to) {
		rd.complain(fieldInvalidDate, "Data.TransactionToDateTime", "The period must not end before it begins.")
	}
	return consent, rd.problems
}

// unique keeps the first of each value, in order.
func unique(values []string) []string {
	var kept []string
	for _, value := range values {
		if !slices.Contains(kept, value) {
			kept = append(kept, value)
		}
	}
	return kept
}

// checkPermissions applies the rules that bind permissions to one another. No
// permission at all was reported when the array was read.
func (rd *reading) checkPermissions(permissions []string) {
	const path = "Data.Permissions"
	if len(permissions) == 0 {
		return
	}
	has := func(codes ...string) bool {
		return slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(permissions, code) })
	}
	for i, permission := range permissions {
		switch {
		case slices.Contains(unsupportedPermissions, permission):
			rd.complain(fieldUnexpected, path, "Permission %d is not supported by this bank.", i)
		case !slices.Contains(supportedPermissions, permission):
			rd.complain(fieldInvalid, path, "Permission %d is unknown.", i)
		}
	}
	if !has(readAccountsBasic, readAccountsDetail) {
		rd.complain(fieldMissing, path, "One of %s and %s is needed.", readAccountsBasic, readAccountsDetail)
	}
	detail := has(readTransactionsBasic, readTransactionsDetail)
	direction := has(readTransactionsCredits, readTransactionsDebits)
	if detail != direction {
		rd.complain(fieldMissing, path, "Transactions need a level of detail and a direction, both.")
	}
}

func (b *Bank) getAccountConsent(c *call) answer {
	consent, refused := ownConsent(c, b.accountGrants)
	if refused != nil {
		return *refused
	}
	return ok(consent.response(b.linksTo(c, "")))
}

// deleteAccountConsent forgets the consent; tokens bound to it then find none.
func (b *Bank) deleteAccountConsent(c *call) answer {
	consent, refused := ownConsent(c, b.accountGrants)
	if refused != nil {
		return *refused
	}
	b.accountGrants.remove(consent.id)
	return noContent()
}

func (a *accountConsent) response(self links) accountConsentResponse {
	return accountConsentResponse{
		Data: accountConsentData{
			ConsentID:               a.id,
			CreationDateTime:        clockReading(a.created),
			Status:                  a.status,
			StatusUpdateDateTime:    clockReading(a.updated),
			Permissions:             a.permissions,
			ExpirationDateTime:      statedDate(a.expires),
			TransactionFromDateTime: statedDate(a.from),
			TransactionToDateTime:   statedDate(a.to),
		},
		Links: self,
		Meta:  singlePage(),
	}
}
