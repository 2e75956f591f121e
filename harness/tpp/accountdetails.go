package tpp

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"obconform/harness/contract"
)

// each visits every account of every page with its pointer.
func (l *AccountList) each(visit func(page *Answer, pointer string, account map[string]any)) {
	for _, page := range l.Pages {
		value, _ := page.Value("/Data/Account")
		entries, _ := value.([]any)
		for i, entry := range entries {
			if account, ok := entry.(map[string]any); ok {
				visit(page, "/Data/Account/"+strconv.Itoa(i), account)
			}
		}
	}
}

// CheckNoIdentifications holds that no account shows how it is identified, as
// with ReadAccountsBasic alone.
func (l *AccountList) CheckNoIdentifications(clause contract.ClauseID) {
	l.each(func(page *Answer, pointer string, account map[string]any) {
		_, shown := account["Account"]
		page.Check(clause, pointer+"/Account", !shown, "no such member with ReadAccountsBasic alone")
	})
}

// CheckIdentifications holds that every account shows how it is identified, in
// the form that its scheme has.
func (l *AccountList) CheckIdentifications(clause contract.ClauseID) {
	l.each(func(page *Answer, pointer string, account map[string]any) {
		pointer += "/Account"
		entries, _ := account["Account"].([]any)
		page.Check(clause, pointer, len(entries) > 0, "at least one identification with ReadAccountsDetail")
		for i := range entries {
			page.checkIdentification(clause, fmt.Sprintf("%s/%d", pointer, i))
		}
	})
}

// checkIdentification knows the two schemes that have a form; what another
// scheme's identifications look like is not ours to say.
func (a *Answer) checkIdentification(clause contract.ClauseID, pointer string) {
	scheme, _ := a.Text(pointer + "/SchemeName")
	identification, ok := a.Text(pointer + "/Identification")
	switch scheme {
	case "UK.OBIE.SortCodeAccountNumber":
		a.Check(clause, pointer+"/Identification", ok && fourteenDigits.MatchString(identification), "a sort code and an account number, 14 digits")
	case "UK.OBIE.IBAN":
		a.Check(clause, pointer+"/Identification", ok && validIBAN(identification), "an IBAN whose check digits are right")
	}
}

var (
	fourteenDigits = regexp.MustCompile(`^[0-9]{14}$`)
	ibanForm       = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
)

// lengthOfGB is the length of a United Kingdom IBAN (ISO 13616, registry).
const lengthOfGB = 22

// validIBAN checks the electronic form of an IBAN, its length where the country
// is the United Kingdom, and its check digits (ISO 13616, ISO 7064 MOD 97-10).
func validIBAN(text string) bool {
	if !ibanForm.MatchString(text) || strings.HasPrefix(text, "GB") && len(text) != lengthOfGB {
		return false
	}
	var digits strings.Builder
	for _, r := range text[4:] + text[:4] {
		value := int(r - '0')
		if r >= 'A' {
			value = int(r-'A') + 10
		}
		digits.WriteString(strconv.Itoa(value))
	}
	number, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && new(big.Int).Mod(number, big.NewInt(97)).Cmp(big.NewInt(1)) == 0
}

// CheckCurrencies holds that the currency of every account has an ISO 4217 code.
func (l *AccountList) CheckCurrencies(clause contract.ClauseID) {
	l.each(func(page *Answer, pointer string, _ map[string]any) {
		code, ok := page.Text(pointer + "/Currency")
		page.Check(clause, pointer+"/Currency", ok && isCurrency(code), "an ISO 4217 code")
	})
}
