package confirmationoffunds

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

const (
	debtor = "/Data/DebtorAccount"
	expiry = "/Data/ExpirationDateTime"
)

// Schemes whose identifications have no form of their own.
const (
	bban = "UK.OBIE.BBAN"
	paym = "UK.OBIE.Paym"
)

// inThreeMonths is an expiry as RFC 3339 writes it, with that end.
func inThreeMonths(end string) string {
	return time.Now().AddDate(0, 3, 0).UTC().Format("2006-01-02T15:04:05") + end
}

// createConsent: POST /funds-confirmation-consents, what must be accepted.
func createConsent(bank *tpp.Client) {
	Describe("A funds confirmation consent", func() {
		consentGivenBack(bank)
		It("must be created, waiting for the customer, with a ConsentId of its own",
			bank.Proves(contract.CofConsent201), Label("legacy:OB-301-CBPII-000001"), func(ctx SpecContext) {
				for range 2 {
					consent := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
					consent.CheckStatus(contract.CofConsent201)
					consent.CheckUnique(contract.CofConsent201, "/Data/ConsentId")
				}
			})

		It("must have been created and updated while it was asked for", bank.Proves(contract.CofConsent201Times), func(ctx SpecContext) {
			consent := bank.CreateFundsConsent(ctx, bank.FundsConsent()).Must(contract.CofConsent201, 201)
			consent.CheckDuring(contract.CofConsent201Times, "/Data/CreationDateTime")
			consent.CheckDuring(contract.CofConsent201Times, "/Data/StatusUpdateDateTime")
			consent.CheckNotBefore(contract.CofConsent201Times, "/Data/StatusUpdateDateTime", "/Data/CreationDateTime")
		})

		for _, allowed := range atTheLimits {
			It("must be accepted with "+allowed.what, bank.Proves(contract.CofConsent201Limits), func(ctx SpecContext) {
				request := allowed.document()
				bank.CreateFundsConsent(ctx, request).Must(contract.CofConsent201Limits, 201).
					CheckDebtor(contract.CofConsent201Echo, request)
			})
		}
	})
}

// consentGivenBack: what was asked for comes back, whatever it was.
func consentGivenBack(bank *tpp.Client) {
	for _, sent := range []struct {
		what    string
		request tpp.Document
	}{
		{"the configured debtor account", bank.FundsConsent()},
		{"every member of the debtor account", tpp.FundsConsentOf(bban)},
		{"no optional member of the debtor account", tpp.FundsConsentOf(bban).Without(debtor + "/Name").Without(debtor + "/SecondaryIdentification")},
	} {
		It("must give back "+sent.what+", and no expiry that was not asked for", bank.Proves(contract.CofConsent201Echo), func(ctx SpecContext) {
			consent := bank.CreateFundsConsent(ctx, sent.request).Must(contract.CofConsent201, 201)
			consent.CheckDebtor(contract.CofConsent201Echo, sent.request)
			consent.CheckAbsent(contract.CofConsent201Echo, expiry)
		})
	}

	for _, zone := range []struct{ with, end string }{
		{"in UTC as Z", "Z"},
		{"in UTC as an offset", "+00:00"},
		{"east of UTC", "+05:30"},
		{"west of UTC", "-08:00"},
		{"with fractions of a second", ".123Z"},
	} {
		It("must be accepted with an expiry "+zone.with+", and give back that instant",
			bank.Proves(contract.CofConsent400DateTime, contract.CofConsent201Echo), func(ctx SpecContext) {
				request := bank.FundsConsent().With(expiry, inThreeMonths(zone.end))
				bank.CreateFundsConsent(ctx, request).Must(contract.CofConsent400DateTime, 201).
					CheckInstant(contract.CofConsent201Echo, expiry, request.At(expiry))
			})
	}
}

// limit is a value of the debtor account that is just allowed.
type limit struct {
	what, scheme, member, value string
}

var atTheLimits = []limit{
	{"an identification of 1 character (BBAN)", bban, "Identification", "7"},
	{"an identification of 256 characters (BBAN)", bban, "Identification", strings.Repeat("7", 256)},
	{"an identification of 1 character (Paym)", paym, "Identification", "7"},
	{"an identification of 256 characters (Paym)", paym, "Identification", strings.Repeat("7", 256)},
	{"a name of 1 character", bban, "Name", "N"},
	{"a name of 70 characters", bban, "Name", strings.Repeat("N", 70)},
	{"a secondary identification of 1 character", bban, "SecondaryIdentification", "7"},
	{"a secondary identification of 34 characters", bban, "SecondaryIdentification", strings.Repeat("7", 34)},
}

// document is the request with that value.
func (l limit) document() tpp.Document {
	return tpp.FundsConsentOf(l.scheme).With(debtor+"/"+l.member, l.value)
}
