package confirmationoffunds

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// valid is a valid consent beside which negative cases stand.
type valid struct {
	what    string
	clause  contract.ClauseID
	request tpp.Document
}

// accept has it accepted, once a process.
func (v valid) accept(ctx context.Context, bank *tpp.Client) {
	bank.Twin("a funds confirmation consent with "+v.what, func() {
		bank.CreateFundsConsent(ctx, v.request).Must(v.clause, 201)
	})
}

// refuseConsent: POST /funds-confirmation-consents, what must be refused.
func refuseConsent(bank *tpp.Client) {
	plain := valid{"the configured debtor account", contract.CofConsent201, bank.FundsConsent()}
	Describe("A funds confirmation consent", Label("negative"), func() {
		for _, body := range malformed {
			It("must be refused when "+body.when, bank.Proves(contract.CofConsent400Syntax), func(ctx SpecContext) {
				plain.accept(ctx, bank)
				bank.CreateFundsConsent(ctx, plain.request, body.body(plain.request)).Must(contract.CofConsent400Syntax, 400)
			})
		}
		for _, pointer := range []string{"/Data", debtor, debtor + "/SchemeName", debtor + "/Identification"} {
			It("must be refused without "+pointer, bank.Proves(contract.CofConsent400Missing), func(ctx SpecContext) {
				plain.accept(ctx, bank)
				bank.CreateFundsConsent(ctx, plain.request.Without(pointer)).Must(contract.CofConsent400Missing, 400)
			})
		}
		refuseTypes(bank, plain)
		refuseLengths(bank)
		refuseExpiries(bank)
		refuseSchemes(bank, plain)
	})
}

// refuseTypes: each member of a wrong type in turn.
func refuseTypes(bank *tpp.Client, plain valid) {
	full := valid{"every member of the debtor account", contract.CofConsent201Limits, tpp.FundsConsentOf(bban)}
	for _, wrong := range []struct {
		pointer, what string
		value         any
		beside        valid
	}{
		{"/Data", "an array", []any{plain.request["Data"]}, plain},
		{"/Data", "a string", "debtor account", plain},
		{"/Data", "null", nil, plain},
		{debtor, "an array", []any{map[string]any{"SchemeName": bban, "Identification": "7"}}, plain},
		{debtor, "a string", plain.request.At(debtor + "/Identification"), plain},
		{debtor, "null", nil, plain},
		{debtor + "/SchemeName", "a number", 1, plain},
		{debtor + "/SchemeName", "an array", []string{plain.request.At(debtor + "/SchemeName")}, plain},
		{debtor + "/SchemeName", "null", nil, plain},
		{debtor + "/Identification", "a number", 80200110203345, full},
		{debtor + "/Identification", "an object", map[string]any{"Iban": "7"}, plain},
		{debtor + "/Identification", "null", nil, plain},
		{debtor + "/Name", "a number", 7, full},
		{debtor + "/Name", "an array", []string{"A", "N", "Other"}, full},
		{debtor + "/SecondaryIdentification", "a number", 2, full},
		{debtor + "/SecondaryIdentification", "a boolean", true, full},
	} {
		It("must be refused when "+wrong.pointer+" is "+wrong.what, bank.Proves(contract.CofConsent400Type), func(ctx SpecContext) {
			wrong.beside.accept(ctx, bank)
			bank.CreateFundsConsent(ctx, wrong.beside.request.With(wrong.pointer, wrong.value)).Must(contract.CofConsent400Type, 400)
		})
	}
}

// refuseLengths: each limit exceeded by one, beside the value that is just
// allowed.
func refuseLengths(bank *tpp.Client) {
	for _, allowed := range atTheLimits {
		value, what := allowed.value+allowed.value[:1], "longer"
		if len(allowed.value) == 1 {
			value, what = "", "shorter"
		}
		It(fmt.Sprintf("must be refused with %s, made one %s", allowed.what, what), bank.Proves(contract.CofConsent400Length), func(ctx SpecContext) {
			valid{allowed.what, contract.CofConsent201Limits, allowed.document()}.accept(ctx, bank)
			bank.CreateFundsConsent(ctx, allowed.document().With(debtor+"/"+allowed.member, value)).Must(contract.CofConsent400Length, 400)
		})
	}
}

// refuseExpiries: what is no date-time.
func refuseExpiries(bank *tpp.Client) {
	expiring := valid{"an expiry", contract.CofConsent400DateTime, bank.FundsConsent().With(expiry, inThreeMonths("Z"))}
	year := time.Now().Year() + 1
	for _, wrong := range []struct {
		what  string
		value any
	}{
		{"a word", "soon"},
		{"an empty string", ""},
		{"30 February", fmt.Sprintf("%d-02-30T12:00:00Z", year)},
		{"in a thirteenth month", fmt.Sprintf("%d-13-01T12:00:00Z", year)},
		{"at 25 o'clock", fmt.Sprintf("%d-01-01T25:00:00Z", year)},
		{"a number", time.Now().AddDate(0, 3, 0).Unix()},
	} {
		It("must be refused when its expiry is "+wrong.what, bank.Proves(contract.CofConsent400DateTime), func(ctx SpecContext) {
			expiring.accept(ctx, bank)
			bank.CreateFundsConsent(ctx, expiring.request.With(expiry, wrong.value)).Must(contract.CofConsent400DateTime, 400)
		})
	}
	// The documentation asks for a timezone in answers only.
	It("should be refused when its expiry has no timezone", bank.Proves(contract.CofConsent400DateTime), func(ctx SpecContext) {
		expiring.accept(ctx, bank)
		bank.CreateFundsConsent(ctx, expiring.request.With(expiry, inThreeMonths(""))).
			IsAt(contract.Adv, contract.CofConsent400DateTime, 400)
	})
}

// refuseSchemes: schemes that do not exist, identifications that are not of
// theirs.
func refuseSchemes(bank *tpp.Client, plain valid) {
	It("should be refused when its scheme is invented", bank.Proves(contract.CofConsent400Scheme), func(ctx SpecContext) {
		plain.accept(ctx, bank)
		bank.CreateFundsConsent(ctx, plain.request.With(debtor+"/SchemeName", "UK.OBIE.NoSuchScheme")).Is(contract.CofConsent400Scheme, 400)
	})
	const sortCode, iban = "UK.OBIE.SortCodeAccountNumber", "UK.OBIE.IBAN"
	for _, wrong := range []struct{ what, scheme, right, value string }{
		{"a sort code and account number of 13 digits", sortCode, "80200110203345", strings.Repeat("8", 13)},
		{"a sort code and account number of 15 digits", sortCode, "80200110203345", strings.Repeat("8", 15)},
		{"a sort code and account number with a letter", sortCode, "80200110203345", "8020011020334X"},
		{"an IBAN with wrong check digits", iban, "GB29NWBK60161331926819", "GB28NWBK60161331926819"},
		{"an IBAN that is none", iban, "GB29NWBK60161331926819", "60161331926819"},
	} {
		It("should be refused with "+wrong.what, bank.Proves(contract.CofConsent400Scheme), func(ctx SpecContext) {
			request := tpp.FundsConsentOf(wrong.scheme).Without(debtor+"/SecondaryIdentification").With(debtor+"/Identification", wrong.right)
			if plain.request.At(debtor+"/SchemeName") == wrong.scheme {
				request = plain.request
			}
			bank.CreateFundsConsent(ctx, request).MustBeTaken(contract.CofConsent201, "a valid identification of the scheme "+wrong.scheme)
			bank.CreateFundsConsent(ctx, request.With(debtor+"/Identification", wrong.value)).Is(contract.CofConsent400Scheme, 400)
		})
	}
}
