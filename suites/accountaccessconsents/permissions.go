package accountaccessconsents

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// permissions: POST /account-access-consents, what may be asked for.
func permissions(bank *tpp.Client) {
	Describe("An account access consent", func() {
		acceptedPermissions(bank)
		refusedPermissions(bank)
	})
}

func acceptedPermissions(bank *tpp.Client) {
	accept := func(text string, clause contract.ClauseID, codes ...string) {
		It(text, bank.Proves(clause, contract.Aac201Echo), func(ctx SpecContext) {
			consent := bank.CreateAccountsConsent(ctx, tpp.AccountsConsent(codes...)).MustTo(clause, strings.Join(codes, ", "), 201)
			consent.CheckPermissions(contract.Aac201Echo, codes)
		})
	}
	accept("must be accepted for ReadAccountsBasic alone", contract.Aac201EveryPermission, "ReadAccountsBasic")
	accept("must be accepted for ReadAccountsDetail alone", contract.Aac201EveryPermission, "ReadAccountsDetail")
	for _, code := range contract.SupportedPermissions() {
		switch {
		case code == "ReadAccountsBasic":
		case !strings.HasPrefix(code, "ReadTransactions"):
			accept("must be accepted for ReadAccountsBasic and "+code, contract.Aac201EveryPermission, "ReadAccountsBasic", code)
		default:
			for _, companion := range companions(code) {
				accept("must be accepted for ReadAccountsBasic and "+code+" with its companion "+companion, contract.Aac201EveryPermission,
					"ReadAccountsBasic", code, companion)
			}
		}
	}
	accept("must be accepted for all permissions that the bank supports", contract.Aac201EveryPermission, contract.SupportedPermissions()...)
	for _, kind := range []string{"Accounts", "Beneficiaries", "ScheduledPayments", "StandingOrders", "Statements"} {
		accept("must be accepted for the Basic and the Detail permission on "+kind+" together", contract.Aac201Duplicate,
			with("ReadAccountsBasic", "Read"+kind+"Basic", "Read"+kind+"Detail")...)
	}
	accept("must be accepted for the Basic and the Detail permission on Transactions together", contract.Aac201Duplicate,
		"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits")
}

// companions are the codes that a code on transactions goes with: a level of
// detail needs a direction, and the reverse.
func companions(code string) []string {
	if strings.HasSuffix(code, "Basic") || strings.HasSuffix(code, "Detail") {
		return []string{"ReadTransactionsCredits", "ReadTransactionsDebits"}
	}
	return []string{"ReadTransactionsBasic", "ReadTransactionsDetail"}
}

// with is the list with the code before it, unless it is in the list.
func with(code string, list ...string) []string {
	for _, one := range list {
		if one == code {
			return list
		}
	}
	return append([]string{code}, list...)
}

// unfitLists are the lists of permissions that must be refused, each beside the
// valid list that it breaks in one thing.
var unfitLists = []struct {
	when   string
	clause contract.ClauseID
	asked  []string
	twin   []string
}{
	{"it asks for no permission", contract.Aac400Empty, []string{}, []string{"ReadAccountsBasic"}},

	{"it asks for a permission that does not exist", contract.Aac400Unknown,
		[]string{"ReadAccountsBasic", "ReadEverything"}, []string{"ReadAccountsBasic", "ReadBalances"}},
	{"it asks for nothing but a permission that does not exist", contract.Aac400Unknown,
		[]string{"ReadEverything"}, []string{"ReadAccountsBasic"}},
	{"it asks for a permission in lower case", contract.Aac400Unknown,
		[]string{"ReadAccountsBasic", "readbalances"}, []string{"ReadAccountsBasic", "ReadBalances"}},
	{"it asks for a permission in upper case", contract.Aac400Unknown,
		[]string{"ReadAccountsBasic", "READBALANCES"}, []string{"ReadAccountsBasic", "ReadBalances"}},
	{"it asks for ReadAccountsBasic in the wrong case beside its Detail", contract.Aac400Unknown,
		[]string{"readAccountsBasic", "ReadAccountsDetail"}, []string{"ReadAccountsBasic", "ReadAccountsDetail"}},

	{"it asks for ReadOffers alone", contract.Aac400Unsupported, []string{"ReadOffers"}, []string{"ReadAccountsBasic"}},
	{"it asks for ReadProducts alone", contract.Aac400Unsupported, []string{"ReadProducts"}, []string{"ReadAccountsBasic"}},
	{"it asks for ReadOffers beside others", contract.Aac400Unsupported,
		[]string{"ReadAccountsBasic", "ReadOffers"}, []string{"ReadAccountsBasic"}},
	{"it asks for ReadProducts beside others", contract.Aac400Unsupported,
		[]string{"ReadAccountsBasic", "ReadProducts"}, []string{"ReadAccountsBasic"}},
	{"it asks for every permission of the standard, supported or not", contract.Aac400Unsupported,
		contract.Permissions(), contract.SupportedPermissions()},

	{"it asks for balances without accounts", contract.Aac400Accounts,
		[]string{"ReadBalances"}, []string{"ReadAccountsBasic", "ReadBalances"}},
	{"it asks for transactions without accounts", contract.Aac400Accounts,
		[]string{"ReadTransactionsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits"},
		[]string{"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits"}},
	{"it asks for everything but accounts", contract.Aac400Accounts, contract.SupportedPermissions()[2:], contract.SupportedPermissions()},

	{"it asks for basic transactions of neither direction", contract.Aac400Transactions,
		[]string{"ReadAccountsBasic", "ReadTransactionsBasic"}, []string{"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits"}},
	{"it asks for detailed transactions of neither direction", contract.Aac400Transactions,
		[]string{"ReadAccountsBasic", "ReadTransactionsDetail"}, []string{"ReadAccountsBasic", "ReadTransactionsDetail", "ReadTransactionsDebits"}},
	{"it asks for basic and detailed transactions of neither direction", contract.Aac400Transactions,
		[]string{"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsDetail"},
		[]string{"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsDetail", "ReadTransactionsCredits"}},
	{"it asks for credits without a level of detail", contract.Aac400Transactions,
		[]string{"ReadAccountsBasic", "ReadTransactionsCredits"}, []string{"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits"}},
	{"it asks for debits without a level of detail", contract.Aac400Transactions,
		[]string{"ReadAccountsBasic", "ReadTransactionsDebits"}, []string{"ReadAccountsBasic", "ReadTransactionsDetail", "ReadTransactionsDebits"}},
	{"it asks for credits and debits without a level of detail", contract.Aac400Transactions,
		[]string{"ReadAccountsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits"},
		[]string{"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits"}},
}

func refusedPermissions(bank *tpp.Client) {
	for _, refused := range unfitLists {
		It("must be refused when "+refused.when, Label("negative"), bank.Proves(refused.clause, contract.Aac400Path), func(ctx SpecContext) {
			accepted(ctx, bank, refused.twin...)
			bank.CreateAccountsConsent(ctx, tpp.AccountsConsent(refused.asked...)).Must(refused.clause, 400).
				CheckPath(contract.Aac400Path, "Permissions")
		})
	}
}
