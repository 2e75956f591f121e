package config

import "net/url"

// The kinds of target: what a run may do there (contract, section 5).
const (
	// Mock is a bank without customers, where everything may be tried.
	Mock = "mock"
	// Sandbox is a bank's test system: consents come and go there, registrations
	// only where target.allowDestructive says so (R9, R11).
	Sandbox = "sandbox"
	// Production is the bank itself, where nothing is created or changed unless
	// the person who starts the run types its host.
	Production = "production"
)

// Kind is the kind of the target. One that does not say what it is counts as
// production, unless it is on loopback: then it is a mock.
func (c Config) Kind() string {
	if c.Target.Kind != "" {
		return c.Target.Kind
	}
	if base, err := url.Parse(c.Target.BaseURL); err == nil && isLoopback(base.Hostname()) {
		return Mock
	}
	return Production
}

// KindWords are the kind with how it came about, as in "target.kind is sandbox".
func (c Config) KindWords() string {
	if c.Target.Kind != "" {
		return "target.kind is " + c.Target.Kind
	}
	return "target.kind is not set, which counts as " + c.Kind()
}

// IsTargetHost says whether a host that a person typed is that of the base URL;
// a port has to be typed too, unless it is the scheme's own.
func (c Config) IsTargetHost(typed string) bool {
	base, err := url.Parse(c.Target.BaseURL)
	return err == nil && base.Host != "" && canonicalHost(typed) == canonicalHost(base.Host)
}
