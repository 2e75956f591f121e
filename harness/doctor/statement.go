package doctor

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"obconform/harness/config"
	"obconform/harness/jose"
)

// softwareStatement looks into the directory's statement. Whether its signature
// is the directory's, only the bank can tell.
func (e *examination) softwareStatement(context.Context) finding {
	if f, hasAny := e.problemsOf(stepStatement); hasAny {
		return f
	}
	registration := e.cfg.Registration
	const anew = "download a new software statement from the directory, and put it where registration.softwareStatement points"
	if !registration.SoftwareStatement.IsSet() {
		return skip("none is configured (registration.softwareStatement)")
	}
	f := fine("%s", registration.SoftwareStatement)
	spoil := func(do, format string, args ...any) { f = f.worsen(Configuration, do, format, args...) }
	if !registration.Register {
		spoil = func(do, format string, args ...any) { f = f.warn(do, format, args...) }
		f = f.with("it is not sent: registration.register is false")
	}
	claims, ok := jose.UnverifiedClaims(registration.SoftwareStatement.Reveal())
	if !ok {
		spoil(anew, "it is no JWS of three parts with JSON claims")
		return f
	}
	skew := time.Duration(e.cfg.Target.ClockSkew)
	issued, hasIssue := date(claims["iat"])
	ends, hasEnd := date(claims["exp"])
	switch {
	case hasIssue && issued.After(e.now().Add(skew)):
		spoil("check this machine's clock, or "+anew, "it was issued in the future: iat is %s", stamp(issued))
	case hasIssue:
		f = f.with("issued %s", stamp(issued))
	case claims["iat"] != nil:
		spoil(anew, "its iat is no date in seconds (RFC 7519, section 2)")
	}
	switch {
	case hasEnd && !e.now().Before(ends):
		spoil(anew, "it ended at %s (exp)", stamp(ends))
	case hasEnd:
		f = f.with("in force until %s", stamp(ends))
	case claims["exp"] != nil:
		spoil(anew, "its exp is no date in seconds (RFC 7519, section 2)")
	default:
		f = f.with("it does not say when it ends (exp)")
	}
	if id, _ := claims["software_id"].(string); id != registration.SoftwareID {
		spoil("set registration.softwareId to the statement's, or take the statement of that software", "its software_id is %q, and registration.softwareId is %q", id, registration.SoftwareID)
	}
	return e.redirects(f, claims)
}

// redirects warns where a registration would ask for an address that the
// statement does not have.
func (e *examination) redirects(f finding, claims map[string]any) finding {
	uris, ok := claims["software_redirect_uris"].([]any)
	if ours := e.cfg.Client.RedirectURI; ok && ours != "" && !slices.Contains(uris, any(ours)) {
		f = f.warn("set client.redirectUri to one of them, or add it in the directory and take a new statement",
			"client.redirectUri is not among its software_redirect_uris")
	}
	return f
}

// otherStatements looks whether the statements that must be refused give reason
// to: where not, a run would blame the bank for taking them.
func (e *examination) otherStatements(context.Context) finding {
	if f, hasAny := e.problemsOf(stepStatements); hasAny {
		return f
	}
	registration := e.cfg.Registration
	f := finding{state: OK}
	for _, one := range []struct {
		key       string
		statement config.Secret
		do        string
		unfit     func(claims map[string]any) bool
		expected  string
	}{
		{"registration.expiredSoftwareStatement", registration.ExpiredSoftwareStatement, "give one that has ended", func(claims map[string]any) bool {
			ends, ok := date(claims["exp"])
			return ok && ends.Before(e.now())
		}, "has ended"},
		{"registration.foreignSoftwareStatement", registration.ForeignSoftwareStatement, "give one of another software", func(claims map[string]any) bool {
			return claims["software_id"] != any(registration.SoftwareID)
		}, "is of another software"},
		{"registration.untrustedSoftwareStatement", registration.UntrustedSoftwareStatement, "give one that nobody whom the bank knows has signed",
			func(claims map[string]any) bool { return claims != nil }, "can be read"},
	} {
		if !one.statement.IsSet() {
			continue
		}
		claims, ok := jose.UnverifiedClaims(one.statement.Reveal())
		if ok && one.unfit(claims) {
			f = f.with("%s %s", one.key, one.expected)
			continue
		}
		f = f.warn(one.do+", or take "+one.key+" out", "%s: expected a statement that %s, and it does not show that", one.key, one.expected)
	}
	if len(f.found) == 0 {
		return skip("none is configured; DCR-400-SSA is tried with what can be made of our own")
	}
	return f
}

// date is a NumericDate (RFC 7519, section 2); ok is false for anything else.
func date(claim any) (at time.Time, ok bool) {
	number, isNumber := claim.(json.Number)
	seconds, err := number.Float64()
	// Beyond this a year has five digits: milliseconds, or nonsense.
	const most = 253_402_300_799
	if !isNumber || err != nil || seconds < 0 || seconds > most {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }
