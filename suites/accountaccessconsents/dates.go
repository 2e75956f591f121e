package accountaccessconsents

import (
	"time"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// dates: POST /account-access-consents, ISODateTime.
func dates(bank *tpp.Client) {
	Describe("An account access consent", func() {
		for _, member := range dateMembers() {
			acceptedDates(bank, member)
			refusedDates(bank, member)
		}
		expired(bank)
	})
}

// aDay is a likely instant for that member: consents expire in the future, and
// transactions are of the past.
func aDay(member string) time.Time {
	year := time.Now().Year() - 1
	if member == "ExpirationDateTime" {
		year += 2
	}
	return time.Date(year, time.April, 5, 10, 43, 7, 0, time.UTC)
}

func acceptedDates(bank *tpp.Client, member string) {
	for _, form := range []struct{ name, layout, zone string }{
		{"the offset +00:00", "2006-01-02T15:04:05-07:00", "+00:00"},
		{"Z", "2006-01-02T15:04:05Z07:00", "+00:00"},
		{"the offset +01:00", time.RFC3339, "+01:00"},
		{"the offset -05:00", time.RFC3339, "-05:00"},
		{"the offset +05:30", time.RFC3339, "+05:30"},
		{"the offset +14:00", time.RFC3339, "+14:00"},
		{"the offset -12:00", time.RFC3339, "-12:00"},
		{"tenths of a second", "2006-01-02T15:04:05.0Z07:00", "+00:00"},
		{"thousandths of a second and an offset", "2006-01-02T15:04:05.000Z07:00", "+02:00"},
	} {
		It("must be accepted with "+form.name+" in its "+member, bank.Proves(contract.Aac400DateTime, contract.Aac201Echo), func(ctx SpecContext) {
			date := written(aDay(member), form.layout, form.zone)
			consent := bank.CreateAccountsConsent(ctx, aConsent().With("/Data/"+member, date)).Must(contract.Aac400DateTime, 201)
			consent.CheckInstant(contract.Aac201Echo, "/Data/"+member, date)
		})
	}
}

// written is the instant, and half a second, in that layout and zone.
func written(instant time.Time, layout, zone string) string {
	offset, err := time.Parse("-07:00", zone)
	if err != nil {
		panic("accountaccessconsents: no zone " + zone)
	}
	return instant.Add(500 * time.Millisecond).In(offset.Location()).Format(layout)
}

func refusedDates(bank *tpp.Client, member string) {
	year := aDay(member).Format("2006")
	for _, wrong := range []struct {
		when string
		date any
	}{
		{"no date", "soon"},
		{"30 February", year + "-02-30T10:43:07+00:00"},
		{"in a thirteenth month", year + "-13-05T10:43:07+00:00"},
		{"at twenty-five o'clock", year + "-04-05T25:43:07+00:00"},
		{"a number", aDay(member).UnixMilli()},
	} {
		It("must be refused when its "+member+" is "+wrong.when, Label("negative"), bank.Proves(contract.Aac400DateTime, contract.Aac400Path), func(ctx SpecContext) {
			withDate(ctx, bank, member)
			bank.CreateAccountsConsent(ctx, aConsent().With("/Data/"+member, wrong.date)).Must(contract.Aac400DateTime, 400).
				CheckPath(contract.Aac400Path, member)
		})
	}

	It("should be refused when its "+member+" has no timezone", Label("negative"), bank.Proves(contract.Aac400DateTime, contract.Aac400Path), func(ctx SpecContext) {
		withDate(ctx, bank, member)
		answer := bank.CreateAccountsConsent(ctx, aConsent().With("/Data/"+member, aDay(member).Format("2006-01-02T15:04:05")))
		if answer.IsAt(contract.Adv, contract.Aac400DateTime, 400) { // the documentation asks for a zone in answers only
			answer.CheckPath(contract.Aac400Path, member)
		}
	})
}

// withDate is the valid twin of a request with something else in that member.
func withDate(ctx SpecContext, bank *tpp.Client, member string) {
	bank.Twin("an account access consent with a "+member, func() {
		date := aDay(member).Format("2006-01-02T15:04:05-07:00")
		bank.CreateAccountsConsent(ctx, aConsent().With("/Data/"+member, date)).Must(contract.Aac400DateTime, 201)
	})
}

func expired(bank *tpp.Client) {
	It("should be refused when it has expired already", Label("negative"), bank.Proves(contract.Aac400Expired, contract.Aac400Path), func(ctx SpecContext) {
		withDate(ctx, bank, "ExpirationDateTime")
		answer := bank.CreateAccountsConsent(ctx, aConsent().With("/Data/ExpirationDateTime", inMonths(-1)))
		if answer.Is(contract.Aac400Expired, 400) {
			answer.CheckPath(contract.Aac400Path, "ExpirationDateTime")
		}
	})

	It("should be refused when its transactions end before they begin", Label("negative"), bank.Proves(contract.Aac400Expired, contract.Aac400Path), func(ctx SpecContext) {
		between := func(from, to string) tpp.Document {
			return aConsent().With("/Data/TransactionFromDateTime", from).With("/Data/TransactionToDateTime", to)
		}
		bank.Twin("an account access consent for a range of transactions", func() {
			bank.CreateAccountsConsent(ctx, between(inMonths(-6), inMonths(-3))).Must(contract.Aac400DateTime, 201)
		})
		answer := bank.CreateAccountsConsent(ctx, between(inMonths(-3), inMonths(-6)))
		if answer.Is(contract.Aac400Expired, 400) {
			answer.CheckPath(contract.Aac400Path, "TransactionFromDateTime", "TransactionToDateTime")
		}
	})
}
