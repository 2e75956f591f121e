// Package contract is the documentation of the four APIs as data: operations,
// their documented answers, and the clauses that a bank and its client have to
// keep, each with its level, its rule in our own words, and where the rule comes
// from.
//
// It owns the vocabulary (clause identifiers, operation names, enumerations)
// and refuses to import anything that does I/O: it is read by the auditor, the
// suites and the reports, never by the mock bank.
package contract

// Level says how much authority stands behind a rule.
type Level string

// The three levels, strongest first.
const (
	// Doc marks what the bank's own documentation says.
	Doc Level = "doc"
	// Std marks what a standard that the documentation builds on says MUST.
	Std Level = "std"
	// Adv marks advice: a SHOULD, or plain hygiene. A breach is a warning
	// unless the user promotes the level with failOn.
	Adv Level = "adv"
)

// Levels lists every level, strongest first.
func Levels() []Level { return []Level{Doc, Std, Adv} }

// API names one of the four APIs under test; it is also the name of its suite
// and of its folder under suites/ and schemas/.
type API string

// The four APIs, and Common for the rules that hold for all of them.
const (
	DynamicRegistration   API = "dynamicregistration"
	AccountAccessConsents API = "accountaccessconsents"
	Accounts              API = "accounts"
	ConfirmationOfFunds   API = "confirmationoffunds"
	Common                API = "common"
)

// APIs lists the four APIs in the order in which a client meets them.
func APIs() []API {
	return []API{DynamicRegistration, AccountAccessConsents, Accounts, ConfirmationOfFunds}
}

// Title is the API's name as the bank's documentation prints it.
func (a API) Title() string {
	switch a {
	case DynamicRegistration:
		return "Dynamic Registration v3.2"
	case AccountAccessConsents:
		return "Account Access Consents v3.1"
	case Accounts:
		return "Accounts v3.1"
	case ConfirmationOfFunds:
		return "Confirmation of Funds v3.1"
	}
	return "All APIs"
}

// Source says where a rule comes from, precisely enough to quote it in a ticket.
type Source struct {
	// Page is the documentation page, standard or RFC.
	Page string `json:"page"`
	// Section is the heading or section number within it.
	Section string `json:"section,omitempty"`
}

// String is the source in one line, as failure messages print it.
func (s Source) String() string {
	if s.Section == "" {
		return s.Page
	}
	return s.Page + ", " + s.Section
}
