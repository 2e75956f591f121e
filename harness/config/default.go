package config

import (
	"time"

	"obconform/harness/contract"
	"obconform/harness/profile"
)

// Default is the configuration of a target that follows the documentation to
// the letter and of which nothing is known yet: what it leaves empty is either
// optional or has to be given.
func Default() Config {
	return Config{
		Target: Target{
			// Contract section 1: the documented base paths.
			Paths: map[contract.PathGroup]string{
				contract.DiscoveryPath:             "/open-banking/v3.0",
				contract.RegistrationPath:          "/open-banking/v3.2",
				contract.AccountAccessConsentsPath: "/open-banking/v3.1/aisp",
				contract.AccountsPath:              "/open-banking/v3.1/aisp",
				contract.ConfirmationOfFundsPath:   "/open-banking/v3.1/cbpii",
			},
			SettleTime:           Duration(30 * time.Second), // R15
			ClockSkew:            Duration(time.Minute),      // COM-SIGNATURE
			InitialConsentStatus: []string{"AwaitingAuthorisation"},
			Rate:                 Rate{Burst: 1},
			HTTPVersion:          "auto",
		},
		Client: Client{
			AuthMethod: "client_secret_basic",
			Scopes:     Scopes{Accounts: contract.ScopeAccounts, Funds: contract.ScopeFunds},
		},
		Registration: Registration{
			ContentType:     "application/jose",
			ManagementAuth:  "bearer", // R1
			ManagementScope: contract.ScopeAccounts,
			ErrorFormat:     "OBErrorResponse1", // R2
			Register:        true,               // R9
			Get:             true,
			Put:             true,
			Delete:          true,
		},
		Consents: Consents{
			Way:          "none",
			ResponseType: "code id_token",
			IntentClaim:  "openbanking_intent_id", // TOK-IDTOKEN-CONSENT
			TokenKind:    "access",
		},
		Fixtures: Fixtures{
			MinimumAccounts:   1,
			DebtorAccount:     DebtorAccount{SchemeName: "UK.OBIE.SortCodeAccountNumber"},
			Currency:          "GBP",
			OtherCurrency:     "EUR",
			AvailableAmount:   "0.01",             // COF-FUNDS-201-TRUE
			UnavailableAmount: "9999999999999.99", // COF-FUNDS-201-FALSE
		},
		Timeouts: Timeouts{
			Connect: Duration(5 * time.Second),
			Request: Duration(15 * time.Second),
			Spec:    Duration(2 * time.Minute),
			Run:     Duration(10 * time.Minute),
		},
		Limits:  Limits{ResponseBytes: 8 << 20, HeaderBytes: 1 << 20, JSONValues: 20_000},
		Retries: Retries{Reads: 2, Pause: Duration(500 * time.Millisecond), LongestWait: Duration(time.Minute)},
		FailOn:  []contract.Level{contract.Doc, contract.Std},
		Profile: profile.Documented,
	}
}
