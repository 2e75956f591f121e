package config

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"obconform/harness/contract"
	"obconform/harness/profile"
)

// check holds the values against each other and against what they are for. It
// reports everything, and reads the files that the configuration names.
func (l *loader) check() {
	l.checkTarget()
	l.checkNotOffered()
	l.checkWords()
	l.checkProxy()
	l.checkTLS()
	l.checkClient()
	l.checkSecondClient()
	l.checkSigningKey()
	l.checkRegistration()
	l.checkConsents()
	l.checkFixtures()
	l.checkProvocations()
	l.checkBounds()
	l.checkPatience()
	l.checkBudgets()
	l.checkFailOn()
	l.checkWaivers()
}

// word is a key that takes one of a few words.
type word struct {
	key, value string
	known      []string
}

func (l *loader) checkWords() {
	for _, w := range []word{
		{"target.httpVersion", l.cfg.Target.HTTPVersion, []string{"auto", "1.1", "2"}},
		{"client.authMethod", l.cfg.Client.AuthMethod, []string{clientSecretBasic, clientSecretPost, privateKeyJWT, tlsClientAuth}},
		{"registration.contentType", l.cfg.Registration.ContentType, []string{"application/jose", "application/jwt"}},
		{"registration.managementAuth", l.cfg.Registration.ManagementAuth, []string{"bearer", "basic"}},
		{"registration.errorFormat", l.cfg.Registration.ErrorFormat, []string{"OBErrorResponse1", "rfc7591"}},
		{"consents.way", l.cfg.Consents.Way, []string{wayHeadless, wayCodes, wayToken, "none"}},
		{"consents.responseType", l.cfg.Consents.ResponseType, []string{"code", "code id_token"}},
		{"consents.tokenKind", l.cfg.Consents.TokenKind, []string{"access", "refresh"}},
		{"profile", string(l.cfg.Profile), profileNames()},
	} {
		if !slices.Contains(w.known, w.value) {
			l.breach(w.key, oneOf(w.known), quote(w.value))
		}
	}
}

func profileNames() []string {
	var names []string
	for _, name := range profile.All() {
		names = append(names, string(name))
	}
	return names
}

func oneOf(words []string) string { return "one of " + strings.Join(words, ", ") }

// subset reports elements that are unknown or named twice, and an empty list.
func (l *loader) subset(key string, given, known []string) {
	if len(given) == 0 {
		l.breach(key, "at least "+oneOf(known), "an empty list")
	}
	for i, element := range given {
		switch {
		case !slices.Contains(known, element):
			l.breach(index(key, i), oneOf(known), quote(element))
		case slices.Index(given, element) < i:
			l.breach(index(key, i), "each value once", quote(element)+" again")
		}
	}
}

func (l *loader) checkFailOn() {
	var given, known []string
	for _, level := range l.cfg.FailOn {
		given = append(given, string(level))
	}
	for _, level := range contract.Levels() {
		known = append(known, string(level))
	}
	l.subset("failOn", given, known)
}

// The forms of OBActiveOrHistoricCurrencyAndAmount (contract section 2).
var (
	amountForm   = regexp.MustCompile(`^\d{1,13}\.\d{1,5}$`)
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (l *loader) checkFixtures() {
	f := l.cfg.Fixtures
	if f.MinimumAccounts < 0 {
		l.breach("fixtures.minimumAccounts", "a number that is not negative", fmt.Sprint(f.MinimumAccounts))
	}
	l.checkDebtorAccount(f.DebtorAccount)
	for _, currency := range [][2]string{{"fixtures.currency", f.Currency}, {"fixtures.otherCurrency", f.OtherCurrency}} {
		if !currencyForm.MatchString(currency[1]) {
			l.breach(currency[0], "the three capital letters of an ISO 4217 code", quote(currency[1]))
		}
	}
	if f.Currency == f.OtherCurrency && !l.faulty("fixtures.currency") {
		l.breach("fixtures.otherCurrency", "another currency than fixtures.currency", quote(f.OtherCurrency))
	}
	l.checkAmounts(f.AvailableAmount, f.UnavailableAmount)
	if length := utf8.RuneCountInString(f.ForeignAccountID); length > 40 {
		l.breach("fixtures.foreignAccountId", "at most 40 characters", quote(f.ForeignAccountID))
	}
}

func (l *loader) checkAmounts(available, unavailable string) {
	var amounts []*big.Rat
	for _, amount := range [][2]string{{"fixtures.availableAmount", available}, {"fixtures.unavailableAmount", unavailable}} {
		if !amountForm.MatchString(amount[1]) {
			l.breach(amount[0], "an amount of 1 to 13 digits, a point and 1 to 5 digits", quote(amount[1]))
			continue
		}
		if number, ok := new(big.Rat).SetString(amount[1]); ok {
			amounts = append(amounts, number)
		}
	}
	if len(amounts) == 2 && amounts[0].Cmp(amounts[1]) >= 0 {
		l.breach("fixtures.unavailableAmount", "more than fixtures.availableAmount", quote(unavailable))
	}
}

// checkDebtorAccount asks for an account that OBFundsConfirmationConsent1 would
// take. Account numbers and names are personal data and not repeated.
func (l *loader) checkDebtorAccount(account DebtorAccount) {
	if account.SchemeName == "" {
		l.breach("fixtures.debtorAccount.schemeName", "a scheme such as UK.OBIE.SortCodeAccountNumber", "none")
	}
	for _, member := range []struct {
		key, value  string
		least, most int
	}{
		{"identification", account.Identification, 1, 256},
		{"name", account.Name, 0, 70},
		{"secondaryIdentification", account.SecondaryIdentification, 0, 34},
	} {
		length := utf8.RuneCountInString(member.value)
		if length < member.least || length > member.most {
			l.breach("fixtures.debtorAccount."+member.key,
				fmt.Sprintf("%d to %d characters", member.least, member.most), fmt.Sprintf("%d", length))
		}
	}
}

// The longest body and header that a limit may allow, in bytes: what is read is
// held in memory.
const (
	mostResponseBytes = 512 << 20
	mostHeaderBytes   = 16 << 20
	mostJSONValues    = 10_000_000
)

func (l *loader) checkBounds() {
	t := l.cfg.Timeouts
	spans := []struct {
		key  string
		span Duration
	}{
		{"timeouts.connect", t.Connect}, {"timeouts.request", t.Request},
		{"timeouts.spec", t.Spec}, {"timeouts.run", t.Run},
	}
	for i, s := range spans {
		if s.span <= 0 {
			l.breach(s.key, "a duration of more than 0s", s.span.String())
		} else if i > 0 && s.span < spans[i-1].span && !l.faulty(spans[i-1].key) {
			l.breach(s.key, "no less than "+spans[i-1].key, s.span.String())
		}
	}
	if t := l.cfg.Target; t.ClockSkew < 0 {
		l.breach("target.clockSkew", "a duration that is not negative", t.ClockSkew.String())
	}
	if settle := l.cfg.Target.SettleTime; settle < 0 || settle >= t.Spec && !l.faulty("timeouts.spec") {
		l.breach("target.settleTime", "0s or more, and less than timeouts.spec", settle.String())
	}
	for _, limit := range []struct {
		key         string
		bytes, most int64
	}{
		{"limits.responseBytes", l.cfg.Limits.ResponseBytes, mostResponseBytes},
		{"limits.headerBytes", l.cfg.Limits.HeaderBytes, mostHeaderBytes},
	} {
		if limit.bytes < 1 || limit.bytes > limit.most {
			l.breach(limit.key, fmt.Sprintf("1 to %d bytes", limit.most), fmt.Sprint(limit.bytes))
		}
	}
	if values := l.cfg.Limits.JSONValues; values < 1 || values > mostJSONValues {
		l.breach("limits.jsonValues", fmt.Sprintf("1 to %d values", mostJSONValues), fmt.Sprint(values))
	}
}
