package tpp

import (
	"fmt"
	"slices"
	"strings"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// Error codes of a registration (RFC 7591 section 3.2.2).
const (
	InvalidRedirectURI          = "invalid_redirect_uri"
	InvalidClientMetadata       = "invalid_client_metadata"
	InvalidSoftwareStatement    = "invalid_software_statement"
	UnapprovedSoftwareStatement = "unapproved_software_statement"
)

// CheckRegistrationError holds that a refused registration names one of those
// codes in Code or in an ErrorCode, or in error where the target is configured
// for RFC 7591's own object (DCR-400-ERROR, R2). A 401 documents no body to
// name it in.
func (a *Answer) CheckRegistrationError(codes ...string) {
	if a.Status == 401 {
		return
	}
	named := slices.ContainsFunc(a.errorCodes(), func(code string) bool { return slices.Contains(codes, code) })
	a.Check(contract.Dcr400Error, a.errorPlace(), named, "an error named "+strings.Join(codes, " or "))
}

// acceptsRFC7591 tells whether the error object of RFC 7591 is right at this
// target (R2).
func acceptsRFC7591(cfg config.Config) bool {
	return cfg.Registration.ErrorFormat == "rfc7591" || cfg.Profile.AcceptsRFC7591Errors()
}

// speaksRFC7591 tells whether a refusal names its code in the error object of
// RFC 7591: where that is right, and where the audit has found it in place of
// the right one.
func (a *Answer) speaksRFC7591() bool {
	return acceptsRFC7591(a.client.cfg) || a.hasHabit(contract.RegistrationErrorRFC7591)
}

// errorCodes are all the codes that a registration error names.
func (a *Answer) errorCodes() []string {
	pointers := []string{"/Code"}
	details, _ := a.Value("/Errors")
	list, _ := details.([]any)
	for i := range list {
		pointers = append(pointers, fmt.Sprintf("/Errors/%d/ErrorCode", i))
	}
	if a.speaksRFC7591() {
		pointers = append(pointers, "/error")
	}
	var codes []string
	for _, pointer := range pointers {
		if code, ok := a.Text(pointer); ok {
			codes = append(codes, code)
		}
	}
	return codes
}

// errorPlace is where a reader looks for the code first.
func (a *Answer) errorPlace() string {
	if _, present := a.Value("/error"); present && a.speaksRFC7591() {
		return "/error"
	}
	return "/Code"
}
