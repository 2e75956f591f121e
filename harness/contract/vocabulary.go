package contract

import "slices"

// Permissions lists the permission codes of OBReadConsent1 (Open Banking
// Read/Write v3.1.2, Account Access Consents, Permissions).
func Permissions() []string {
	return []string{
		"ReadAccountsBasic", "ReadAccountsDetail", "ReadBalances",
		"ReadBeneficiariesBasic", "ReadBeneficiariesDetail", "ReadDirectDebits",
		"ReadOffers", "ReadPAN", "ReadParty", "ReadPartyPSU", "ReadProducts",
		"ReadScheduledPaymentsBasic", "ReadScheduledPaymentsDetail",
		"ReadStandingOrdersBasic", "ReadStandingOrdersDetail",
		"ReadStatementsBasic", "ReadStatementsDetail",
		"ReadTransactionsBasic", "ReadTransactionsCredits",
		"ReadTransactionsDebits", "ReadTransactionsDetail",
	}
}

// UnsupportedPermissions are the two codes that this bank refuses (Account
// Access Consents v3.1, introduction).
func UnsupportedPermissions() []string { return []string{"ReadOffers", "ReadProducts"} }

// SupportedPermissions are the codes that the bank accepts.
func SupportedPermissions() []string {
	return slices.DeleteFunc(Permissions(), func(code string) bool {
		return slices.Contains(UnsupportedPermissions(), code)
	})
}

// ErrorCodes lists the namespaced error codes of Open Banking Read/Write
// v3.1.2, each with its UK.OBIE. prefix.
func ErrorCodes() []string {
	codes := []string{
		"Field.Expected", "Field.Invalid", "Field.InvalidDate", "Field.Missing", "Field.Unexpected",
		"Header.Invalid", "Header.Missing", "Reauthenticate",
		"Resource.ConsentMismatch", "Resource.InvalidConsentStatus", "Resource.InvalidFormat", "Resource.NotFound",
		"Rules.AfterCutOffDateTime", "Rules.DuplicateReference",
		"Signature.Invalid", "Signature.InvalidClaim", "Signature.Malformed", "Signature.Missing",
		"Signature.MissingClaim", "Signature.Unexpected", "UnexpectedError",
		"Unsupported.AccountIdentifier", "Unsupported.AccountSecondaryIdentifier", "Unsupported.Currency",
		"Unsupported.EventType", "Unsupported.Frequency", "Unsupported.LocalInstrument", "Unsupported.Scheme",
	}
	for i, code := range codes {
		codes[i] = "UK.OBIE." + code
	}
	return codes
}

// TokenErrors lists the error codes of RFC 6749 section 5.2 that a token
// endpoint may answer, and those registered with it for other grants.
func TokenErrors() []string {
	return []string{"invalid_request", "invalid_client", "invalid_grant",
		"unauthorized_client", "unsupported_grant_type", "invalid_scope"}
}

// RegistrationErrors lists the error codes of RFC 7591 section 3.2.2.
func RegistrationErrors() []string {
	return []string{"invalid_redirect_uri", "invalid_client_metadata",
		"invalid_software_statement", "unapproved_software_statement"}
}
