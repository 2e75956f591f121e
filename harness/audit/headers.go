package audit

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/jose"
)

// uuidForm is the textual form of RFC 4122, section 3, in either case.
var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// COM-FAPI-PRESENT, COM-FAPI-ECHO, COM-FAPI-MINT: the interaction id is there
// once, is a UUID, and is the request's own or, where that sent none, one that
// the bank makes up. Missing after a request that sent none it is MINT's,
// otherwise missing or malformed it is PRESENT's, and only a well-formed one
// is compared.
//
// GetDiscovery and the 204 of DeleteClient need not have it. The contract
// waives its presence only: one that is there is held to the same rules.
func (e *examination) interactionID() {
	values := e.res.Header.Values(contract.HeaderInteractionID)
	const where, form = "header " + contract.HeaderInteractionID, "exactly once, an RFC 4122 UUID"
	level, required := e.interactionLevel()
	sent := !e.unknownRequestHeader(contract.HeaderInteractionID)
	switch {
	case e.unknownHeader(contract.HeaderInteractionID):
	case len(values) == 0 && !required:
	case len(values) == 0 && sent && e.req.InteractionID == "":
		e.breach(contract.ComFapiMint, where, "one that the bank makes up, since the request sent none", "no such header")
	case len(values) != 1 || !uuidForm.MatchString(values[0]):
		e.breachAt(level, contract.ComFapiPresent, where, form, quoteAll(values))
	case !sent: // whether it is the request's own cannot be told
		e.decide(contract.ComFapiPresent)
	case e.req.InteractionID == "":
		e.decide(contract.ComFapiPresent)
		e.decide(contract.ComFapiMint)
	default:
		e.decide(contract.ComFapiPresent)
		e.decide(contract.ComFapiEcho)
		if values[0] != e.req.InteractionID {
			e.breach(contract.ComFapiEcho, where, "the id of the request, "+quote(e.req.InteractionID), quote(values[0]))
		}
	}
}

// interactionLevel is the level of COM-FAPI-PRESENT for this answer, and
// whether the header has to be there at all. Where the documentation does not
// show it, its source is a standard.
func (e *examination) interactionLevel() (level contract.Level, required bool) {
	level = contract.Std
	for _, header := range e.answer.Headers {
		if header.Name == contract.HeaderInteractionID {
			level = header.Level
		}
	}
	exempt := e.op.ID == contract.GetDiscovery || e.op.ID == contract.DeleteClient && e.res.Status == http.StatusNoContent
	return level, !exempt
}

// wholeSeconds is delay-seconds of RFC 9110, section 10.2.3.
var wholeSeconds = regexp.MustCompile(`^[0-9]+$`)

// headers checks what single statuses bring with them.
func (e *examination) headers() {
	switch {
	case !e.documented || e.unknown.Header:
	case e.isStatus(http.StatusTooManyRequests) && !e.unknownHeader(contract.HeaderRetryAfter):
		e.retryAfter()
	case e.isStatus(http.StatusMethodNotAllowed):
		e.allow()
	case e.isStatus(http.StatusUnauthorized) && !e.unknownHeader("WWW-Authenticate"):
		e.wwwAuthenticate()
	}
}

// COM-RETRY-AFTER: a 429 says in whole seconds when to come back. The date
// form of the RFC is not what the documentation promises.
func (e *examination) retryAfter() {
	e.decide(contract.ComRetryAfter)
	values := e.res.Header.Values(contract.HeaderRetryAfter)
	if len(values) != 1 || !wholeSeconds.MatchString(values[0]) {
		e.breach(contract.ComRetryAfter, "header "+contract.HeaderRetryAfter, "a whole number of seconds, not negative", quoteAll(values))
	}
}

// COM-ALLOW: a 405 names the methods that are allowed (RFC 9110, section
// 15.5.6): the one that is documented for the path is among them, and the
// refused one is not. An empty list says nothing of the documented one.
func (e *examination) allow() {
	e.decide(contract.ComAllow)
	values := e.res.Header.Values("Allow")
	names := func(method string) bool {
		return slices.ContainsFunc(tokens(values), func(named string) bool { return strings.EqualFold(named, method) })
	}
	documented := strings.EqualFold(e.req.Method, e.op.Method) || names(e.op.Method)
	if len(values) == 0 || names(e.req.Method) || !documented {
		e.breach(contract.ComAllow, "header Allow", "the methods that are allowed, without "+quote(e.req.Method), quoteAll(values))
	}
}

// COM-WWW-AUTHENTICATE: a 401 says how to authenticate.
func (e *examination) wwwAuthenticate() {
	e.decide(contract.ComWWWAuthenticate)
	values := e.res.Header.Values("WWW-Authenticate")
	if strings.TrimSpace(strings.Join(values, "")) == "" {
		e.breach(contract.ComWWWAuthenticate, "header WWW-Authenticate", "the schemes that are taken", quoteAll(values))
	}
}

// COM-SIGNATURE, COM-SIGNATURE-PRESENT: a signature that is there verifies;
// where it is documented it had better be there (R10). Before any key of the
// bank is known a signature decides nothing.
func (e *examination) signature() {
	const where = "header " + contract.HeaderSignature
	if e.unknownHeader(contract.HeaderSignature) {
		return
	}
	values := e.res.Header.Values(contract.HeaderSignature)
	if slices.ContainsFunc(e.answer.Headers, func(h contract.Header) bool { return h.Name == contract.HeaderSignature }) {
		e.decide(contract.ComSignaturePresent)
		if len(values) == 0 {
			e.breachAt(e.signatureLevel(), contract.ComSignaturePresent, where, "a detached signature of the body", "no such header")
		}
	}
	if len(values) == 0 {
		return
	}
	if len(values) > 1 {
		e.breach(contract.ComSignature, where, "one detached signature", fmt.Sprintf("%d headers of this name", len(values)))
		return
	}
	keys, loaded := e.signatureKeys()
	if !loaded || e.unknown.Body || e.unknown.Redacted || e.unknown.Time {
		return
	}
	e.decide(contract.ComSignature)
	for _, problem := range jose.VerifyDetached(values[0], e.res.Body, keys, e.received, e.options.ClockSkew) {
		e.breach(contract.ComSignature, where, problem.Where+": "+problem.Expected, problem.Actual)
	}
}

func (e *examination) signatureLevel() contract.Level {
	if e.options.RequireSignature {
		return contract.Doc
	}
	return e.levels[contract.ComSignaturePresent]
}
