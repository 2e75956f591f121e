package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"obconform/harness/config"
	"obconform/harness/jose"
	"obconform/harness/tpp"
)

// load reads the configuration; the problems are nil where there are none.
func load(file string, environ []string) (config.Config, []config.Problem) {
	cfg, err := config.Load(file, environ)
	var problems *config.Problems
	switch {
	case errors.As(err, &problems):
		return cfg, problems.List
	case err != nil:
		return cfg, []config.Problem{{File: file, Expected: "a configuration that can be read", Got: err.Error()}}
	}
	return cfg, nil
}

// keysOf are the beginnings of the keys whose problems belong to a step of their
// own; all others belong to the configuration's.
func keysOf() map[string][]string {
	return map[string][]string{
		stepAuthorities: {"tls.caFile"},
		stepCertificate: {"tls.certificateFile", "tls.keyFile", "tls.pkcs12", "tls.clientCertificate"},
		stepSigningKey:  {"client.signingKey"},
		stepStatement:   {"registration.softwareStatement"},
		stepStatements:  {"registration.expiredSoftwareStatement", "registration.foreignSoftwareStatement", "registration.untrustedSoftwareStatement"},
	}
}

// owner is the step that a key's problems belong to.
func owner(key string) string {
	for name, beginnings := range keysOf() {
		for _, beginning := range beginnings {
			if strings.HasPrefix(key, beginning) {
				return name
			}
		}
	}
	return stepConfiguration
}

// problemsOf is the finding of a step where the configuration cannot be used:
// its own problems, or that it cannot be taken.
func (e *examination) problemsOf(name string) (f finding, hasAny bool) {
	if e.problems == nil {
		return finding{}, false
	}
	f = skip("%s cannot be used yet: the other steps name what is wrong with it", e.file)
	for _, problem := range e.problems {
		if owner(problem.Key) != name {
			continue
		}
		if f.state == Skipped {
			f = finding{state: Failed, blame: Configuration, do: []string{"mend " + e.file + ", or the file that it names; config.example.json shows every key"}}
		}
		f.found = append(f.found, problem.String())
	}
	return f, true
}

// endings adds the configuration's own warnings about the keys of a step.
func (e *examination) endings(f finding, name string) finding {
	for _, warning := range e.cfg.Warnings() {
		for _, beginning := range keysOf()[name] {
			if strings.Contains(warning, ": "+beginning) {
				f = f.warn("replace it before that day", "%s", warning)
				break
			}
		}
	}
	return f
}

func (e *examination) configuration(context.Context) finding {
	if f, hasAny := e.problemsOf(stepConfiguration); hasAny {
		e.misconfigured, f.hinders = true, true
		return f
	}
	prober, err := tpp.NewProber(e.cfg)
	if err != nil {
		return fail(Configuration, "mend the file that it names", "%s: %v", e.file, err)
	}
	e.prober = prober
	return fine("%s: the target is %s at %s; %s", e.file, e.cfg.Target.Name, e.cfg.Target.BaseURL, e.cfg.KindWords())
}

func (e *examination) authorities(context.Context) finding {
	if f, hasAny := e.problemsOf(stepAuthorities); hasAny {
		return f
	}
	if e.cfg.TLS.CAFile == "" {
		return fine("the system's authorities are trusted: tls.caFile is not set")
	}
	return e.endings(fine("the authorities of %s are trusted, and no others", e.cfg.TLS.CAFile), stepAuthorities)
}

func (e *examination) certificate(context.Context) finding {
	if f, hasAny := e.problemsOf(stepCertificate); hasAny {
		return f
	}
	pair, err := e.cfg.TLS.Certificate()
	switch {
	case err != nil:
		return fail(Configuration, "mend the file that it names", "%v", err)
	case pair == nil:
		return skip("none is configured (tls.certificateFile, tls.pkcs12File)")
	}
	leaf := pair.Leaf
	f := fine("%q, issued by %q, from %s until %s; key and certificate belong together", leaf.Subject, leaf.Issuer, day(leaf.NotBefore), day(leaf.NotAfter))
	if !forClients(leaf) {
		f = f.warn("use the transport certificate (OBWAC, or one for TLS clients), not one for servers or for signing",
			"its extended key usage does not say TLS client authentication")
	}
	return e.endings(f, stepCertificate)
}

// forClients tells whether a certificate may be shown by a TLS client (RFC 5280,
// section 4.2.1.12): one that names no use may be.
func forClients(leaf *x509.Certificate) bool {
	if len(leaf.ExtKeyUsage) == 0 && len(leaf.UnknownExtKeyUsage) == 0 {
		return true
	}
	return slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageAny)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func (e *examination) signingKey(context.Context) finding {
	if f, hasAny := e.problemsOf(stepSigningKey); hasAny {
		return f
	}
	client := e.cfg.Client
	if client.SigningKeyFile == "" {
		return skip("none is configured (client.signingKeyFile)")
	}
	signer, err := jose.LoadSigner(client.SigningKeyFile, client.SigningKeyID)
	if err != nil {
		return fail(Configuration, "mend client.signingKeyFile", "%v", err)
	}
	return fine("it signs %s as the key %q", signer.Algorithm(), client.SigningKeyID)
}
