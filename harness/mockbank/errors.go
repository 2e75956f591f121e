package mockbank

import (
	"net/http"

	"github.com/google/uuid"
)

// Error codes of Open Banking Read/Write v3.1.2 that this bank uses.
const (
	fieldInvalid         = "UK.OBIE.Field.Invalid"
	fieldInvalidDate     = "UK.OBIE.Field.InvalidDate"
	fieldMissing         = "UK.OBIE.Field.Missing"
	fieldUnexpected      = "UK.OBIE.Field.Unexpected"
	headerInvalid        = "UK.OBIE.Header.Invalid"
	consentMismatch      = "UK.OBIE.Resource.ConsentMismatch"
	invalidConsentStatus = "UK.OBIE.Resource.InvalidConsentStatus"
	invalidFormat        = "UK.OBIE.Resource.InvalidFormat"
	resourceNotFound     = "UK.OBIE.Resource.NotFound"
	signatureInvalid     = "UK.OBIE.Signature.Invalid"
	signatureMalformed   = "UK.OBIE.Signature.Malformed"
	unexpectedError      = "UK.OBIE.UnexpectedError"
	unsupportedAccount   = "UK.OBIE.Unsupported.AccountIdentifier"
	unsupportedCurrency  = "UK.OBIE.Unsupported.Currency"
	unsupportedScheme    = "UK.OBIE.Unsupported.Scheme"
)

// problem is one thing wrong with a request. The message never repeats what the
// client sent, since that may be a secret (COM-SECRETS). path names the member
// or header at fault; empty when the request as a whole is.
type problem struct {
	code, message, path string
}

// errorResponse is OBErrorResponse1.
type errorResponse struct {
	Code    string        `json:"Code"`
	ID      string        `json:"Id"`
	Message string        `json:"Message"`
	Errors  []errorDetail `json:"Errors"`
}

// errorDetail is OBError1.
type errorDetail struct {
	ErrorCode string `json:"ErrorCode"`
	Message   string `json:"Message"`
	Path      string `json:"Path,omitempty"`
}

// maxErrors bounds the details of one error response.
const maxErrors = 20

func refusal(status int, code string, problems ...problem) answer {
	body := errorResponse{Code: code, ID: uuid.NewString(), Message: summary(status)}
	for _, p := range problems[:min(len(problems), maxErrors)] {
		body.Errors = append(body.Errors, errorDetail{ErrorCode: p.code, Message: p.message, Path: p.path})
	}
	return reply(status, body)
}

// identify gives an error of a seeded bank an identifier that comes of the seed.
func (b *Bank) identify(a *answer) {
	if body, isError := a.body.(errorResponse); isError && b.options.Seed != 0 {
		body.ID = b.source.uuid()
		a.body = body
	}
}

func summary(status int) string {
	switch status {
	case http.StatusForbidden:
		return "The request is not permitted."
	case http.StatusInternalServerError:
		return "Something went wrong at the bank."
	default:
		return "There is something wrong with the request."
	}
}

// badRequest answers 400 in the shape that the operation's API documents.
func (c *call) badRequest(problems ...problem) answer {
	switch c.op.family {
	case registration:
		return refuseRegistration(invalidClientMetadata, problems...)
	case oauth:
		return oauthRefusal(http.StatusBadRequest, "invalid_request", problems[0].message)
	default:
		return refusal(http.StatusBadRequest, "400 BadRequest", problems...)
	}
}

func forbidden(p problem) answer {
	return refusal(http.StatusForbidden, "403 Forbidden", p)
}

// unknownResource answers for an identifier that leads nowhere; name is that of
// the path parameter. Open Banking wants 400 here, so R6 prefers it to 404.
func (c *call) unknownResource(name string) answer {
	return c.badRequest(problem{code: resourceNotFound, message: "There is no such resource.", path: name})
}

// oauthError is the error object of RFC 6749 section 5.2.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func oauthRefusal(status int, code, description string) answer {
	return withoutStore(reply(status, oauthError{Error: code, Description: description}))
}

// withoutStore marks an answer that carries a credential (RFC 6749 section 5.1).
func withoutStore(a answer) answer {
	return a.with("Cache-Control", "no-store").with("Pragma", "no-cache")
}
