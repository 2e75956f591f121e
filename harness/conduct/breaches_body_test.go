package conduct_test

import (
	"bytes"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// having sets a member of a step's JSON body, nil to take it out.
func having(step, pointer string, value any) func(*story) {
	return func(s *story) { s.member(step, pointer, value) }
}

// sending replaces a step's body.
func sending(step, body string) func(*story) {
	return func(s *story) { s.at(step).Request.Body.Bytes = []byte(body) }
}

func bodyBreaches() []breach {
	const consent, fundsConsent, question = "create consent", "create funds consent", "funds"
	return []breach{
		{contract.CliBody, "a POST without one", consent, "body", sending(consent, ""), ""},
		{contract.CliBody, "a registration without one", "register", "body", sending("register", ""), ""},
		{contract.CliJSON, "truncated", consent, "/Data", sending(consent, `{"Data":{`), ""},
		{contract.CliJSON, "a member twice", consent, "/Risk", func(s *story) {
			x := s.at(consent)
			x.Request.Body.Bytes = bytes.Replace(x.Request.Body.Bytes, []byte(`"Risk":{}`), []byte(`"Risk":{},"Risk":{}`), 1)
		}, ""},
		{contract.CliJSON, "a byte-order mark", consent, "body", func(s *story) {
			x := s.at(consent)
			x.Request.Body.Bytes = append([]byte("\xef\xbb\xbf"), x.Request.Body.Bytes...)
		}, ""},
		{contract.CliModel, "no Risk", consent, "/Risk", having(consent, "/Risk", nil), ""},
		{contract.CliModel, "Risk with a member", consent, "/Risk/PaymentContextCode", having(consent, "/Risk/PaymentContextCode", "x"), contract.Std},
		{contract.CliModel, "an unknown permission", consent, "/Data/Permissions/1", having(consent, "/Data/Permissions", []string{"ReadAccountsBasic", "readbalances"}), ""},
		{contract.CliModel, "an array for an object", consent, "body", func(s *story) {
			x := s.at(consent)
			x.Request.Body.Bytes = []byte("[" + string(x.Request.Body.Bytes) + "]")
		}, ""},
		{contract.CliModel, "null", consent, "body", sending(consent, "null"), ""},
		{contract.CliModel, "a date-time that is a number", consent, "/Data/ExpirationDateTime", having(consent, "/Data/ExpirationDateTime", 1), ""},
		{contract.CliModel, "no debtor account", fundsConsent, "/Data/DebtorAccount", having(fundsConsent, "/Data/DebtorAccount", nil), ""},
		{contract.CliModel, "a name too long", fundsConsent, "/Data/DebtorAccount/Name", having(fundsConsent, "/Data/DebtorAccount/Name", strings.Repeat("x", 71)), ""},
		{contract.CliModel, "a reference too long", question, "/Data/Reference", having(question, "/Data/Reference", strings.Repeat("x", 36)), ""},
		{contract.CliModel, "no amount", question, "/Data/InstructedAmount/Amount", having(question, "/Data/InstructedAmount/Amount", nil), ""},
		{contract.CliUnknownMember, "beside Data", consent, "/Meta", having(consent, "/Meta", object{}), ""},
		{contract.CliUnknownMember, "a misspelt one", consent, "/Data/expirationDateTime", having(consent, "/Data/expirationDateTime", "2026-06-01T00:00:00Z"), ""},
		{contract.CliUnknownMember, "in an account", fundsConsent, "/Data/DebtorAccount/Currency", having(fundsConsent, "/Data/DebtorAccount/Currency", "GBP"), ""},
		{contract.CliDateTime, "a date alone", consent, "/Data/ExpirationDateTime", having(consent, "/Data/ExpirationDateTime", "2026-06-01"), ""},
		{contract.CliDateTime, "a day that does not exist", consent, "/Data/TransactionFromDateTime", having(consent, "/Data/TransactionFromDateTime", "2026-02-30T00:00:00Z"), ""},
		{contract.CliDateTime, "no timezone", fundsConsent, "/Data/ExpirationDateTime", having(fundsConsent, "/Data/ExpirationDateTime", "2026-06-01T00:00:00"), contract.Adv},
		{contract.CliDateTime, "no seconds", fundsConsent, "/Data/ExpirationDateTime", having(fundsConsent, "/Data/ExpirationDateTime", "2026-06-01T00:00Z"), contract.Adv},
		{contract.CliFundsAmount, "a number", question, "/Data/InstructedAmount/Amount", having(question, "/Data/InstructedAmount/Amount", 20), ""},
		{contract.CliFundsAmount, "no decimals", question, "/Data/InstructedAmount/Amount", having(question, "/Data/InstructedAmount/Amount", "20"), ""},
		{contract.CliFundsAmount, "a comma", question, "/Data/InstructedAmount/Amount", having(question, "/Data/InstructedAmount/Amount", "20,00"), ""},
		{contract.CliFundsAmount, "a currency in small letters", question, "/Data/InstructedAmount/Currency", having(question, "/Data/InstructedAmount/Currency", "gbp"), ""},
		{contract.CliFundsAccount, "an invented scheme", fundsConsent, "/Data/DebtorAccount/SchemeName", having(fundsConsent, "/Data/DebtorAccount/SchemeName", "SortCode"), ""},
		{contract.CliFundsAccount, "an invented scheme of Open Banking's", fundsConsent, "/Data/DebtorAccount/SchemeName", having(fundsConsent, "/Data/DebtorAccount/SchemeName", "UK.OBIE.SortCode"), ""},
		{contract.CliFundsAccount, "13 digits", fundsConsent, "/Data/DebtorAccount/Identification", having(fundsConsent, "/Data/DebtorAccount/Identification", "0808002132569"), ""},
		{contract.CliFundsAccount, "a wrong IBAN", fundsConsent, "/Data/DebtorAccount/Identification", func(s *story) {
			s.member(fundsConsent, "/Data/DebtorAccount/SchemeName", "UK.OBIE.IBAN")
			s.member(fundsConsent, "/Data/DebtorAccount/Identification", "GB29NWBK60161331926818")
		}, ""},
		{contract.CliConsentPermissions, "ReadOffers", consent, "/Data/Permissions", having(consent, "/Data/Permissions", []string{"ReadAccountsBasic", "ReadOffers"}), ""},
		{contract.CliConsentPermissions, "one twice", consent, "/Data/Permissions", having(consent, "/Data/Permissions", []string{"ReadAccountsBasic", "ReadAccountsBasic"}), contract.Adv},
		{contract.CliConsentCompanions, "no accounts", consent, "/Data/Permissions", having(consent, "/Data/Permissions", []string{"ReadBalances"}), ""},
		{contract.CliConsentCompanions, "no direction", consent, "/Data/Permissions", having(consent, "/Data/Permissions", []string{"ReadAccountsBasic", "ReadTransactionsDetail"}), ""},
		{contract.CliConsentCompanions, "no level", consent, "/Data/Permissions", having(consent, "/Data/Permissions", []string{"ReadAccountsBasic", "ReadTransactionsDebits"}), ""},
		{contract.CliConsentPeriod, "from after to", consent, "/Data/TransactionFromDateTime", having(consent, "/Data/TransactionFromDateTime", "2026-02-02T00:00:00Z"), ""},
	}
}

func bodyTwins() []twin {
	const consent, fundsConsent, question = "create consent", "create funds consent", "funds"
	return []twin{
		{"Basic beside Detail", having(consent, "/Data/Permissions", []string{"ReadAccountsBasic", "ReadAccountsDetail"})},
		{"no date at all", func(s *story) {
			for _, name := range []string{"ExpirationDateTime", "TransactionFromDateTime", "TransactionToDateTime"} {
				s.member(consent, "/Data/"+name, nil)
			}
		}},
		{"an amount of full length", having(question, "/Data/InstructedAmount/Amount", "1234567890123.12345")},
		{"a valid IBAN", func(s *story) {
			s.member(fundsConsent, "/Data/DebtorAccount/SchemeName", "IBAN")
			s.member(fundsConsent, "/Data/DebtorAccount/Identification", "GB29NWBK60161331926819")
		}},
		{"a scheme of another namespace", having(fundsConsent, "/Data/DebtorAccount/SchemeName", "XX.Bank.Account")},
		{"a body in which values were withheld", func(s *story) {
			s.member(fundsConsent, "/Data/DebtorAccount/Identification", "[Identification]")
			s.member(question, "/Data/InstructedAmount/Amount", "***")
			s.at(fundsConsent).Request.Body.Lack = traffic.Redacted
			s.at(question).Request.Body.Lack = traffic.Redacted
		}},
		{"a body whose syntax a redactor has spoilt", func(s *story) {
			x := s.at(consent)
			x.Request.Body = traffic.Body{Bytes: []byte(`{"Data":***}`), Lack: traffic.Redacted}
		}},
	}
}
