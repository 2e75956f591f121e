package mockbank

import (
	"maps"
	"slices"
	"time"
)

// predefinedCode is a reusable authorization code of the test data: what kind of
// consent each exchange of it makes.
type predefinedCode struct {
	scope       string
	permissions []string // of an account consent
	status      string
	expired     bool
}

// predefinedCodes makes the reusable codes, and notes each one's value by name.
func predefinedCodes(values map[string]string, source *source) map[string]predefinedCode {
	basic := []string{readAccountsBasic}
	codes := map[string]predefinedCode{}
	kinds := map[string]predefinedCode{
		"accounts":           {scope: scopeAccounts, permissions: supportedPermissions, status: statusAuthorised},
		"fundsconfirmations": {scope: scopeFunds, status: statusAuthorised},
		"basic":              {scope: scopeAccounts, permissions: basic, status: statusAuthorised},
		"detail":             {scope: scopeAccounts, permissions: []string{readAccountsDetail}, status: statusAuthorised},
		"rejected":           {scope: scopeAccounts, permissions: basic, status: statusRejected},
		"revoked":            {scope: scopeAccounts, permissions: basic, status: statusRevoked},
		"expired":            {scope: scopeAccounts, permissions: basic, status: statusAuthorised, expired: true},
		"nopermission":       {scope: scopeAccounts, permissions: []string{"ReadBalances"}, status: statusAuthorised},
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) { // a seed gives each name the same code
		values[name] = source.uuid()
		codes[values[name]] = kinds[name]
	}
	return codes
}

// consent makes a new consent of the code's kind and returns its identifier.
func (p predefinedCode) consent(b *Bank, clientID string) string {
	now := b.source.date()
	base := newGrant(b.source.uuid(), clientID, p.scope, now, nil)
	if p.expired {
		past := now.Add(-time.Hour)
		base = newGrant(base.id, clientID, p.scope, past.Add(-time.Hour), &past)
	}
	base.status = p.status
	if p.scope == scopeFunds {
		known := customerAccounts[0].identifications[0]
		debtor := debtorAccount{SchemeName: known.SchemeName, Identification: known.Identification, Name: known.Name}
		b.fundsGrants.put(base.id, &fundsConsent{grant: base, debtor: debtor})
		return base.id
	}
	b.accountGrants.put(base.id, &accountConsent{grant: base, permissions: p.permissions})
	return base.id
}
