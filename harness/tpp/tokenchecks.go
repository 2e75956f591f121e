package tpp

import (
	"fmt"
	"regexp"
	"strings"

	"obconform/harness/contract"
)

// CheckTokenError ends the spec unless the token endpoint refuses with one of
// the statuses, and holds the error's code.
func (a *Answer) CheckTokenError(clause contract.ClauseID, code string, statuses ...int) {
	a.Must(clause, statuses...)
	got, ok := a.Text("/error")
	a.Check(clause, "/error", ok && got == code, fmt.Sprintf("%q", code))
}

// CheckInvalidClient holds the refusal of a client that cannot prove itself
// (TOK-SECRET): 401, or 400 where the credentials were in the body.
func (a *Answer) CheckInvalidClient(who Identity) {
	if who.Method != "client_secret_basic" {
		a.CheckTokenError(contract.TokSecret, "invalid_client", 401, 400)
		return
	}
	a.CheckTokenError(contract.TokSecret, "invalid_client", 401)
	a.Check(contract.TokSecret, "header WWW-Authenticate", basicChallenge.MatchString(strings.Join(a.Header.Values("WWW-Authenticate"), ", ")),
		"the scheme Basic, by which the client tried")
}

// basicChallenge finds Basic among the challenges of a header field, which may
// have several (RFC 7235 section 4.1).
var basicChallenge = regexp.MustCompile(`(?i)(^|,)\s*Basic(\s|,|$)`)
