package conduct

import (
	"regexp"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// permissions are the codes that the request asks for; ok is false where they
// are not known, or no list of strings.
func (e *examination) permissions() (codes []string, ok bool) {
	if e.op.ID != contract.CreateAccountAccessConsent {
		return nil, false
	}
	value, _ := e.pointer("/Data/Permissions")
	list, _ := value.([]any)
	for _, item := range list {
		code, isText := item.(string)
		if !isText || e.hides(code) {
			return nil, false
		}
		codes = append(codes, code)
	}
	return codes, len(codes) > 0
}

// CLI-CONSENT-PERMISSIONS.
func holdPermissions(e *examination) {
	codes, ok := e.permissions()
	if !ok {
		return
	}
	e.met()
	for i, code := range codes {
		switch {
		case code == "ReadOffers" || code == "ReadProducts":
			e.breach("/Data/Permissions", "no permission that the bank does not support", code)
		case slices.Contains(codes[:i], code):
			e.breachAt(contract.Adv, "/Data/Permissions", "each permission once", quote(code)+" again")
		}
	}
}

// CLI-CONSENT-COMPANIONS.
func holdCompanions(e *examination) {
	codes, ok := e.permissions()
	if !ok {
		return
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(codes, name) })
	}
	e.met()
	const where = "/Data/Permissions"
	level := has("ReadTransactionsBasic", "ReadTransactionsDetail")
	direction := has("ReadTransactionsCredits", "ReadTransactionsDebits")
	if !has("ReadAccountsBasic", "ReadAccountsDetail") {
		e.breach(where, "ReadAccountsBasic or ReadAccountsDetail among them", "neither")
	}
	if level && !direction {
		e.breach(where, "ReadTransactionsCredits or ReadTransactionsDebits beside the level of detail", "neither")
	}
	if direction && !level {
		e.breach(where, "ReadTransactionsBasic or ReadTransactionsDetail beside the direction", "neither")
	}
}

// CLI-CONSENT-PERIOD.
func holdPeriod(e *examination) {
	if !e.is(contract.CreateAccountAccessConsent, contract.CreateFundsConfirmationConsent) {
		return
	}
	if expires, ok := e.dateTime("/Data/ExpirationDateTime"); ok && !e.started.IsZero() {
		e.met()
		if expires.Before(e.started.Add(-e.options.ClockSkew)) {
			e.breach("/Data/ExpirationDateTime", "a time to come", "a time that is past")
		}
	}
	from, first := e.dateTime("/Data/TransactionFromDateTime")
	to, second := e.dateTime("/Data/TransactionToDateTime")
	if first && second {
		e.met()
		if from.After(to) {
			e.breach("/Data/TransactionFromDateTime", "a time not after TransactionToDateTime", "a later one")
		}
	}
}

const amountPointer = "/Data/InstructedAmount/Amount"

// isAmount tells whether a fault at that place of a body is CLI-FUNDS-AMOUNT's.
func isAmount(pointer string) bool {
	return pointer == amountPointer || pointer == "/Data/InstructedAmount/Currency"
}

// CLI-FUNDS-AMOUNT.
func holdAmount(e *examination) {
	violations, known := e.violations()
	if !known || e.op.ID != contract.CreateFundsConfirmation {
		return
	}
	if value, present := e.pointer(amountPointer); present && !e.hides(value) {
		e.met()
	}
	for _, v := range violations {
		if isAmount(v.Pointer) && v.Keyword != "required" {
			e.breachOf(v, e.document.value)
		}
	}
}

// schemes are the published ones (Open Banking's namespaced list), also without
// the namespace, as older versions have them.
var schemes = []string{"BBAN", "IBAN", "PAN", "Paym", "SortCodeAccountNumber"}

var (
	fourteenDigits = regexp.MustCompile(`^[0-9]{14}$`)
	ibanForm       = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
)

// CLI-FUNDS-ACCOUNT. Schemes of other namespaces are free; the identification is
// a person's, so it is not repeated.
func holdDebtorAccount(e *examination) {
	scheme, ok := e.text("/Data/DebtorAccount/SchemeName")
	if e.op.ID != contract.CreateFundsConfirmationConsent || !ok {
		return
	}
	name, published := strings.CutPrefix(scheme, "UK.OBIE.")
	if !slices.Contains(schemes, name) {
		if published || !strings.Contains(scheme, ".") {
			e.breach("/Data/DebtorAccount/SchemeName", "a published scheme, as UK.OBIE.SortCodeAccountNumber", quote(scheme))
		} else {
			e.met()
		}
		return
	}
	e.met()
	const where = "/Data/DebtorAccount/Identification"
	identification, ok := e.text(where)
	switch {
	case !ok:
	case name == "SortCodeAccountNumber" && !fourteenDigits.MatchString(identification):
		e.breach(where, "a sort code and account number, 14 digits", outline(identification))
	case name == "IBAN" && !isIBAN(identification):
		e.breach(where, "an IBAN whose check digits are right", outline(identification))
	}
}

// isIBAN checks form and check digits (ISO 13616: the remainder by 97 is 1).
func isIBAN(text string) bool {
	if !ibanForm.MatchString(text) {
		return false
	}
	remainder := 0
	for _, c := range text[4:] + text[:4] {
		if c >= 'A' {
			remainder = (remainder*100 + int(c-'A') + 10) % 97
		} else {
			remainder = (remainder*10 + int(c-'0')) % 97
		}
	}
	return remainder == 1
}
