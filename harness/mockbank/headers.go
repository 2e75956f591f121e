package mockbank

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	interactionIDHeader = "X-Fapi-Interaction-Id"
	signatureHeader     = "X-Jws-Signature"
	authDateHeader      = "X-Fapi-Auth-Date"
	provokeHeader       = "X-Mockbank-Answer"
)

// retryAfter is what a provoked 429 asks for, in seconds.
const retryAfter = 1

// interactionID echoes the client's correlation id, or makes one up when there
// is none or it is no UUID (COM-FAPI-ECHO, COM-FAPI-MINT).
func (b *Bank) interactionID(r *http.Request) string {
	values := r.Header.Values(interactionIDHeader)
	if len(values) == 1 && isUUID(values[0]) {
		return values[0]
	}
	return b.source.uuid()
}

// isUUID accepts the 36-character form of RFC 4122 only, in either case.
func isUUID(text string) bool {
	const length = 36 // uuid.Parse also takes braces, urn:uuid: and bare digits
	_, err := uuid.Parse(text)
	return err == nil && len(text) == length
}

// provokable are the statuses that a client can ask for by header (R13).
var provokable = []int{400, 401, 403, 404, 405, 406, 429, 500}

// provoked answers the status that the request asks for, in its documented
// shape. Discovery and the OAuth endpoints document no such answers.
func (b *Bank) provoked(c *call) *answer {
	wanted := c.request.Header.Get(provokeHeader)
	if wanted == "" || (c.op.family != openBanking && c.op.family != registration) {
		return nil
	}
	status, err := strconv.Atoi(wanted)
	if err != nil {
		return nil
	}
	if !slices.Contains(provokable, status) {
		return nil
	}
	a := c.plainly(status, "This answer was asked for by a request header.")
	return &a
}

// plainly answers an error status in its documented shape.
func (c *call) plainly(status int, message string) answer {
	reason := problem{code: unexpectedError, message: message}
	switch status {
	case http.StatusBadRequest:
		return c.badRequest(reason)
	case http.StatusUnauthorized:
		return c.unauthorised("")
	case http.StatusForbidden:
		return forbidden(reason)
	case http.StatusMethodNotAllowed:
		return c.methodNotAllowed()
	case http.StatusTooManyRequests:
		return reply(status, nil).with("Retry-After", strconv.Itoa(retryAfter))
	case http.StatusInternalServerError:
		return refusal(status, "500 InternalServerError", reason)
	default:
		return reply(status, nil)
	}
}

// acceptable refuses a request whose Accept leaves no room for the JSON that the
// operation answers with (COM-406-ACCEPT). An operation that answers without a
// body has nothing to negotiate (R16).
func (b *Bank) acceptable(c *call) *answer {
	if !c.op.answers || acceptsJSON(c.request.Header.Values("Accept")) {
		return nil
	}
	a := reply(http.StatusNotAcceptable, nil)
	return &a
}

// acceptsJSON reads Accept after RFC 9110 section 12.5.1: the most specific
// range that covers application/json decides, by its weight.
func acceptsJSON(fields []string) bool {
	joined := strings.Join(fields, ",")
	if strings.TrimSpace(joined) == "" {
		return true
	}
	specificity := map[string]int{"application/json": 3, "application/*": 2, "*/*": 1}
	best, accepted := 0, false
	for part := range strings.SplitSeq(joined, ",") {
		mediaRange, params, err := mime.ParseMediaType(part)
		if err != nil || specificity[mediaRange] <= best {
			continue
		}
		best, accepted = specificity[mediaRange], weight(params) > 0
	}
	return accepted
}

func weight(params map[string]string) float64 {
	q, ok := params["q"]
	if !ok {
		return 1
	}
	value, err := strconv.ParseFloat(q, 64)
	if err != nil {
		return 0
	}
	return value
}

// headersInOrder checks the optional request headers (AAC-HEADER-DATE).
func (b *Bank) headersInOrder(c *call) *answer {
	if !c.op.authDate {
		return nil
	}
	for _, value := range c.request.Header.Values(authDateHeader) {
		if !isHTTPDate(value) {
			a := c.badRequest(problem{code: headerInvalid, message: "The header is not an HTTP date.", path: "x-fapi-auth-date"})
			return &a
		}
	}
	return nil
}

// isHTTPDate accepts the date of RFC 7231 section 7.1.1.1 in its three forms,
// and the documented variant that says UTC. The day of the week must be right,
// which the time package does not ask for.
func isHTTPDate(text string) bool {
	if withoutZone, ok := strings.CutSuffix(text, " UTC"); ok {
		text = withoutZone + " GMT"
	}
	instant, err := http.ParseTime(text)
	return err == nil && strings.HasPrefix(text, instant.Format("Mon"))
}

// mediaTypes are the content types that each kind of payload may come in.
var mediaTypes = map[payload][]string{
	jsonPayload: {"application/json"},
	josePayload: {"application/jose", "application/jwt"},
}

// readPayload checks the size and the type of the body, and parses JSON. An
// empty body has no type to be wrong (R16), so it is refused for being empty.
// The OAuth endpoints read their forms themselves.
func (b *Bank) readPayload(c *call) *answer {
	if c.op.takes == noPayload || c.op.takes == formPayload {
		return nil
	}
	refused := c.badRequest(problem{code: fieldMissing, message: "The request has no body."})
	switch {
	case len(c.body) == 0:
	case c.tooLong:
		refused = c.badRequest(problem{code: fieldInvalid, message: "The body is too long."})
	case !hasMediaType(c.request.Header, mediaTypes[c.op.takes]):
		refused = reply(http.StatusUnsupportedMediaType, nil)
	case c.op.takes == josePayload:
		return nil
	default:
		object, err := parseObject(c.body)
		if err == nil {
			c.input = object
			return nil
		}
		refused = c.badRequest(problem{code: invalidFormat, message: "The body is not acceptable JSON: " + err.Error() + "."})
	}
	return &refused
}

// hasMediaType tells whether the one Content-Type is among those allowed, in
// UTF-8 and without a content coding.
func hasMediaType(header http.Header, allowed []string) bool {
	if len(header.Values("Content-Type")) != 1 || header.Get("Content-Encoding") != "" {
		return false
	}
	mediaType, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return false
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	for _, candidate := range allowed {
		if mediaType == candidate {
			return true
		}
	}
	return false
}

// dateTimeLayout writes date-times as the documentation shows them: seconds,
// and a numeric offset even for UTC.
const dateTimeLayout = "2006-01-02T15:04:05.999999999-07:00"

// clockReading is an instant of the bank's own clock, to the millisecond.
func clockReading(t time.Time) string {
	return t.UTC().Truncate(time.Millisecond).Format(dateTimeLayout)
}
