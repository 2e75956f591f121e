package doctor

import (
	"fmt"
	"slices"

	"obconform/harness/contract"
)

// The names of the steps that others need, or that a configuration's problems
// belong to.
const (
	stepConfiguration = "configuration"
	stepAuthorities   = "authorities"
	stepCertificate   = "client certificate"
	stepSigningKey    = "signing key"
	stepStatement     = "software statement"
	stepStatements    = "other software statements"
	stepName          = "host name"
	stepConnection    = "connection"
	stepTLS           = "TLS"
	stepMutual        = "client certificate at the target"
	stepClock         = "clock"
	stepDiscovery     = "discovery"
	stepHosts         = "hosts"
	stepKeys          = "key set"
	stepAccountsToken = "token for accounts"
	stepFundsToken    = "token for funds confirmations"
	stepOwnToken      = "token for registrations"
)

// steps are the steps in their order: first what can be seen here, then what
// every request goes through, then what the target answers.
func steps() []step {
	return []step{
		{name: stepConfiguration, take: (*examination).configuration},
		{name: stepAuthorities, take: (*examination).authorities},
		{name: stepCertificate, take: (*examination).certificate},
		{name: stepSigningKey, take: (*examination).signingKey},
		{name: stepStatement, take: (*examination).softwareStatement},
		{name: stepStatements, take: (*examination).otherStatements},
		{name: stepName, remote: true, take: (*examination).hostName},
		{name: stepConnection, remote: true, needs: []string{stepName}, take: (*examination).connect},
		{name: stepTLS, remote: true, needs: []string{stepConnection}, take: (*examination).tls},
		{name: stepMutual, remote: true, needs: []string{stepTLS}, take: (*examination).mutual},
		{name: stepDiscovery, remote: true, needs: []string{stepMutual}, take: (*examination).readDiscovery},
		{name: stepClock, remote: true, needs: []string{stepMutual}, take: (*examination).clock},
		{name: stepHosts, remote: true, needs: []string{stepDiscovery}, take: (*examination).hosts},
		{name: stepKeys, remote: true, needs: []string{stepHosts}, take: (*examination).keySet},
		{name: stepAccountsToken, remote: true, needs: []string{stepHosts}, take: token(stepAccountsToken, "client.scopes.accounts", (*examination).accountsScope)},
		{name: stepFundsToken, remote: true, needs: []string{stepHosts}, take: token(stepFundsToken, "client.scopes.fundsConfirmations", (*examination).fundsScope)},
		{name: stepOwnToken, remote: true, needs: []string{stepHosts}, take: token(stepOwnToken, "registration.managementScope", (*examination).managementScope)},
		{name: "second client", remote: true, needs: []string{stepHosts}, take: (*examination).secondClient},
		{name: "consent for accounts", remote: true, needs: []string{stepAccountsToken}, take: consent(contract.ScopeAccounts)},
		{name: "consent for funds confirmations", remote: true, needs: []string{stepFundsToken}, take: consent(contract.ScopeFunds)},
	}
}

func fine(format string, args ...any) finding {
	return finding{state: OK, found: []string{fmt.Sprintf(format, args...)}}
}

func skip(format string, args ...any) finding {
	return finding{state: Skipped, found: []string{fmt.Sprintf(format, args...)}}
}

// blocked is a step that is not taken though it applies.
func blocked(format string, args ...any) finding {
	f := skip(format, args...)
	f.hinders = true
	return f
}

func fail(blame Blame, do, format string, args ...any) finding {
	return finding{state: Failed, blame: blame, found: []string{fmt.Sprintf(format, args...)}, do: []string{do}}
}

// with adds what else was found.
func (f finding) with(format string, args ...any) finding {
	f.found = append(slices.Clone(f.found), fmt.Sprintf(format, args...))
	return f
}

// warn adds what hinders no run, with what to do about it.
func (f finding) warn(do, format string, args ...any) finding {
	f = f.with(format, args...)
	f.do = also(f.do, do)
	if f.state == OK {
		f.state = Warning
	}
	return f
}

// also adds advice, each once.
func also(do []string, more ...string) []string {
	do = slices.Clone(do)
	for _, line := range more {
		if !slices.Contains(do, line) {
			do = append(do, line)
		}
	}
	return do
}

// worsen adds what makes the step fail.
func (f finding) worsen(blame Blame, do, format string, args ...any) finding {
	f = f.warn(do, format, args...)
	if f.state != Failed {
		f.state, f.blame = Failed, blame
	}
	return f
}
