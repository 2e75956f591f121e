package mockbank

import (
	"fmt"
	"slices"
)

// account is one account of the bank's test data.
type account struct {
	id, currency         string
	accountType, subType string
	description          string
	nickname             string
	balance              string // decimal, in currency
	identifications      []identification
}

// customerAccounts are the accounts of the one customer who authorises every
// consent; each consent covers them all. The first is the debtor account of the
// predefined funds confirmation consents.
var customerAccounts = []account{
	{
		id: "6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a01", currency: "GBP", accountType: "Personal", subType: "CurrentAccount",
		description: "Current account", nickname: "Bills", balance: "1250.75",
		identifications: domestic("040004", "10000001", "Ms Ada Reader"),
	},
	{
		id: "6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a02", currency: "GBP", accountType: "Personal", subType: "Savings",
		description: "Everyday saver", nickname: "Rainy day", balance: "8400.00",
		identifications: domestic("040004", "10000002", "Ms Ada Reader"),
	},
	{
		id: "6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a03", currency: "EUR", accountType: "Personal", subType: "CurrentAccount",
		description: "Euro account", balance: "310.20",
		identifications: domestic("040005", "10000003", "Ms Ada Reader"),
	},
	{
		id: "6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a04", currency: "GBP", accountType: "Personal", subType: "CreditCard",
		nickname: "Holiday card", balance: "500.00",
		identifications: []identification{{SchemeName: schemePAN, Identification: "4000000000000002", Name: "Ms Ada Reader"}},
	},
	{
		id: "6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5a05", currency: "GBP", accountType: "Business", subType: "CurrentAccount",
		description: "Business account", balance: "20110.00",
		identifications: domestic("040006", "10000005", "Reader and Sons Ltd"),
	},
}

// foreignAccount is another customer's: it exists, and no consent covers it.
var foreignAccount = account{
	id: "6f1b7f0e-3c64-4c51-9a0e-0d9e2f1c5aff", currency: "GBP", accountType: "Personal", subType: "CurrentAccount",
	balance: "75.00", identifications: domestic("040004", "10000099", "Mr Ben Other"),
}

// domestic identifies a UK account by sort code and number, and by its IBAN.
func domestic(sortCode, number, name string) []identification {
	return []identification{
		{SchemeName: schemeSortCode, Identification: sortCode + number, Name: name},
		{SchemeName: schemeIBAN, Identification: ukIBAN(sortCode, number), Name: name},
	}
}

// ukIBAN makes a valid IBAN at an invented bank (ISO 13616, UK structure).
func ukIBAN(sortCode, number string) string {
	const bank = "MOCK"
	check := 98 - ibanRemainder("GB00"+bank+sortCode+number)
	return fmt.Sprintf("GB%02d%s%s%s", check, bank, sortCode, number)
}

// accountHeld finds the customer's account that a consent names.
func accountHeld(debtor debtorAccount) (account, bool) {
	for _, candidate := range customerAccounts {
		if slices.ContainsFunc(candidate.identifications, func(known identification) bool {
			return known.SchemeName == debtor.SchemeName && known.Identification == debtor.Identification
		}) {
			return candidate, true
		}
	}
	return account{}, false
}
