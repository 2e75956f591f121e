package mockbank

import "time"

// State is what a bank holds at one moment, without anything that opens it:
// tokens, codes and secrets are counted and never shown.
type State struct {
	// Requests counts the requests that reached the bank.
	Requests int
	// Clients, AccountConsents and FundsConsents count what there is of each;
	// consents that were deleted are gone.
	Clients, AccountConsents, FundsConsents int
	// AccessTokens and RefreshTokens count what was issued and not taken back,
	// expired ones included; Codes counts authorisation codes, used ones
	// included.
	AccessTokens, RefreshTokens, Codes int
	// Registrations and Consents are the latest, newest first, at most as many as
	// were asked for.
	Registrations []Registration
	Consents      []Consent
}

// Registration is one client.
type Registration struct {
	ID, SoftwareID, AuthMethod string
	Scopes                     []string
}

// Consent is one consent of either kind.
type Consent struct {
	ID, ClientID string
	// Scope is accounts or fundsconfirmations.
	Scope  string
	Status string
	// Created and Updated are as the consent says them.
	Created, Updated time.Time
	Expires          *time.Time // nil: open-ended
}

// State tells what the bank holds, with at most so many of the latest
// registrations, and consents of each kind.
func (b *Bank) State(latest int) State {
	b.mu.Lock()
	defer b.mu.Unlock()
	state := State{
		Requests: b.strained.requests, Clients: len(b.clients.entries),
		AccountConsents: len(b.accountGrants.entries), FundsConsents: len(b.fundsGrants.entries),
		AccessTokens: len(b.tokens.entries), RefreshTokens: len(b.refreshTokens.entries), Codes: len(b.codes.entries),
	}
	for _, c := range b.clients.latest(latest) {
		state.Registrations = append(state.Registrations, Registration{ID: c.id, SoftwareID: c.registered.softwareID,
			AuthMethod: c.registered.tokenEndpointAuthMethod, Scopes: c.registered.scopes})
	}
	for _, a := range b.accountGrants.latest(latest) {
		state.Consents = append(state.Consents, a.describe())
	}
	for _, f := range b.fundsGrants.latest(latest) {
		state.Consents = append(state.Consents, f.describe())
	}
	return state
}

func (g *grant) describe() Consent {
	return Consent{ID: g.id, ClientID: g.clientID, Scope: g.scope, Status: g.status, Created: g.created, Updated: g.updated, Expires: g.expires}
}
