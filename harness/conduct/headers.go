package conduct

import (
	"fmt"
	"mime"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"obconform/harness/contract"
)

// The canonical names of the request headers that are judged.
const (
	headerAuthDate      = "X-Fapi-Auth-Date"
	headerCustomerIP    = "X-Fapi-Customer-Ip-Address"
	headerInteractionID = "X-Fapi-Interaction-Id"
)

// CLI-METHOD.
func holdMethod(e *examination) {
	switch {
	case !e.op.Documented():
	case e.route.Foreign:
		e.breach("method", "a method that is documented for the path, as "+e.op.Method, quote(e.req.Method))
	default:
		e.met()
	}
}

// singular are the headers that no list can be made of, with the names that
// people write.
var singular = [...]struct{ canonical, name string }{
	{"Authorization", "Authorization"}, {"Content-Type", "Content-Type"},
	{headerAuthDate, "x-fapi-auth-date"}, {headerCustomerIP, "x-fapi-customer-ip-address"}, {headerInteractionID, "x-fapi-interaction-id"},
}

// CLI-HEADER-ONCE.
func holdHeaderOnce(e *examination) {
	for _, header := range singular {
		switch n := len(e.values(header.canonical)); {
		case n == 1:
			e.met()
		case n > 1:
			e.breach("header "+header.name, "one header of this name", fmt.Sprintf("%d", n))
		}
	}
}

// isToken tells whether a text is a b64token (RFC 6750 section 2.1).
func isToken(text string) bool {
	rest := strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/")
	return rest != text && strings.Trim(rest, "=") == ""
}

// otherSchemes are registered ones; what is none of them may be the token itself.
var otherSchemes = []string{"basic", "digest", "dpop", "hoba", "mutual", "negotiate", "oauth", "token", "mac", "hawk"}

// CLI-AUTH. Recorders take the header out to protect it. Where it is missing
// nothing is said unless the bank refused, and nothing at all of a recording in
// which the bank gave what it gives for a credential alone.
func holdAuthorization(e *examination) {
	const where = "header Authorization"
	if e.op.Token == contract.NoToken || !e.op.Documented() {
		return
	}
	expected := "the scheme Bearer and an access token"
	if e.op.Token == contract.Management {
		expected += ", or Basic"
	}
	switch scheme := e.auth.scheme; {
	case len(e.values("Authorization")) > 1: // CLI-HEADER-ONCE has it
	case !e.auth.present:
		if e.status()/100 == 2 && !e.whole.Load() {
			e.stripped.Store(true)
		} else if e.whole.Load() || !e.stripped.Load() && slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden}, e.status()) {
			e.breach(where, expected, "no such header")
		}
	case scheme == "":
	case scheme == "basic" && e.op.Token == contract.Management:
		e.met()
	case slices.Contains(otherSchemes, scheme):
		e.breach(where, expected, "the scheme "+scheme)
	case scheme != "bearer":
		e.breach(where, expected, "something else, not shown")
	case e.auth.value == "" && e.withheld(e.values("Authorization")[0]):
		e.met()
	case !isToken(e.auth.value):
		e.breach(where, expected, "Bearer, and what is no token")
	default:
		e.met()
	}
}

// CLI-CONTENT-TYPE, of JSON bodies: the documentation of Confirmation of Funds
// does not show the header, so there the standard asks for it.
func holdContentType(e *examination) {
	if e.op.RequestModel == "" || e.isRegistration() || len(e.req.Body.Bytes) == 0 {
		return
	}
	level := contract.Doc
	if e.op.API == contract.ConfirmationOfFunds {
		level = contract.Std
	}
	values := e.values("Content-Type")
	switch {
	case len(values) == 0:
		e.breachAt(level, "header Content-Type", "application/json", "no such header")
	case len(values) > 1 || e.withheld(values[0]):
	case !isMedia(values[0], "application/json"):
		e.breachAt(level, "header Content-Type", "application/json, in UTF-8", quote(values[0]))
	default:
		e.met()
	}
}

// bodiless tells whether the operation takes no body.
func (e *examination) bodiless() bool {
	return e.op.RequestModel == "" && (e.op.Documented() || e.op.ID == contract.GetJWKS)
}

// CLI-CONTENT-TYPE-UNUSED.
func holdContentTypeUnused(e *examination) {
	if !e.bodiless() || !e.api || !e.req.Body.Whole() || len(e.req.Body.Bytes) > 0 {
		return
	}
	if values := e.values("Content-Type"); len(values) > 0 {
		e.breach("header Content-Type", "no such header, since there is no body", quote(values[0]))
		return
	}
	e.met()
}

// CLI-ACCEPT.
func holdAccept(e *examination) {
	values := e.values("Accept")
	if len(values) == 0 || !e.op.Documented() || e.op.Answers[0].Model == "" || slices.ContainsFunc(values, e.withheld) {
		return
	}
	if acceptsJSON(values) {
		e.met()
		return
	}
	e.breach("header Accept", "one that admits application/json", quote(strings.Join(values, ", ")))
}

// acceptsJSON reads Accept (RFC 9110 section 12.5.1): the most specific range
// that covers application/json decides, by its weight.
func acceptsJSON(values []string) bool {
	joined := values[0]
	if len(values) > 1 {
		joined = strings.Join(values, ",")
	}
	if joined == "application/json" || joined == "*/*" || strings.TrimSpace(joined) == "" {
		return true
	}
	specificity := map[string]int{"application/json": 3, "application/*": 2, "*/*": 1}
	best, accepted := 0, false
	for part := range strings.SplitSeq(joined, ",") {
		media, parameters, err := mime.ParseMediaType(part)
		if err != nil || specificity[media] <= best {
			continue
		}
		weight, err := strconv.ParseFloat(parameters["q"], 64)
		best, accepted = specificity[media], parameters["q"] == "" || err == nil && weight > 0
	}
	return accepted
}

// takesFapi tells whether the operation documents the x-fapi request headers.
func (e *examination) takesFapi() bool { return e.api && e.op.API != contract.DynamicRegistration }

// CLI-FAPI-DATE. Of the three forms of a date in RFC 7231 the sender has to write
// the first; the documentation's own example ends it in UTC.
func holdFapiDate(e *examination) {
	value, ok := e.value(headerAuthDate)
	if !ok || !e.takesFapi() {
		return
	}
	const where, expected = "header x-fapi-auth-date", "a date as Sun, 10 Sep 2017 19:43:31 GMT"
	at, err := time.Parse(http.TimeFormat, value)
	if utc, found := strings.CutSuffix(value, " UTC"); err != nil && found {
		at, err = time.Parse(http.TimeFormat, utc+" GMT")
	}
	switch {
	case err != nil || len(value) != len(http.TimeFormat):
		e.breach(where, expected, quote(value))
	case !strings.HasPrefix(value, at.Weekday().String()[:3]): // which package time does not ask for
		e.breach(where, expected+", with the right day of the week", quote(value))
	case !e.started.IsZero() && at.After(e.started.Add(e.options.ClockSkew)):
		e.breachAt(contract.Adv, where, "a time that is past", quote(value))
	default:
		e.met()
	}
}

// CLI-FAPI-IP. The address is a person's, so it is not repeated.
func holdFapiIP(e *examination) {
	value, ok := e.value(headerCustomerIP)
	if !ok || !e.takesFapi() {
		return
	}
	if address, err := netip.ParseAddr(value); err != nil || address.Zone() != "" {
		e.breach("header x-fapi-customer-ip-address", "one IPv4 or IPv6 address, without a port", outline(value)+" that is none")
		return
	}
	e.met()
}

// interactionID is the request's, where it has one that is a UUID.
func (e *examination) interactionID() (id string, ok bool) {
	value, ok := e.value(headerInteractionID)
	return value, ok && isUUID(value)
}

// isUUID takes the text form of RFC 4122, section 3, alone: the library takes
// others, which are longer or shorter.
func isUUID(text string) bool {
	const length = 36
	return len(text) == length && uuid.Validate(text) == nil
}

// CLI-FAPI-ID.
func holdFapiID(e *examination) {
	value, ok := e.value(headerInteractionID)
	if !ok || !e.api {
		return
	}
	if !isUUID(value) {
		e.breach("header x-fapi-interaction-id", "an RFC 4122 UUID", quote(value))
		return
	}
	e.met()
}
