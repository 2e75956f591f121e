package conform

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/redact"
)

// credentials are the members and the form fields that hold a secret, by what
// then stands in its place.
var credentials = map[string]string{"access_token": "access token", "refresh_token": "access token", "id_token": "JWT",
	"client_secret": "client secret", "registration_access_token": "access token", "code": "authorisation code"}

// learn makes known which secrets an exchange carries: a finding may quote one.
func learn(r *redact.Redactor, x seen, operation contract.OperationID) {
	for _, value := range x.Request.Header.Values("Authorization") {
		if scheme, credential, found := strings.Cut(value, " "); found {
			kind := "client credentials"
			if strings.EqualFold(scheme, "Bearer") {
				kind = "access token"
			}
			r.Learn(kind, credential)
		}
	}
	op, _ := contract.Lookup(operation)
	if op.Documented() && op.API != contract.DynamicRegistration {
		return // no model of a resource holds a secret, and an error body has a Code
	}
	if form, err := url.ParseQuery(string(x.Request.Body.Bytes)); err == nil {
		for name, kind := range credentials {
			r.Learn(kind, form.Get(name))
		}
	}
	if x.Response == nil {
		return
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(x.Response.Body.Bytes, &members) != nil {
		return
	}
	for name, kind := range credentials {
		var value string
		if json.Unmarshal(members[name], &value) == nil {
			r.Learn(kind, value)
		}
	}
}

// maxShown bounds what is kept of a body, in bytes of its redacted text.
const maxShown = 16 << 10

// redacted is an exchange as a report shows it.
func redacted(r *redact.Redactor, operation contract.OperationID, x seen) evidence.Exchange {
	shown := evidence.Exchange{Operation: operation, Method: x.Request.Method,
		Started: x.Started.UTC(), Duration: x.Ended.Sub(x.Started),
		InteractionID: r.Text(x.Request.Header.Get(contract.HeaderInteractionID)), RequestHeaders: lines(r, x.Request.Header),
		RequestBytes: len(x.Request.Body.Bytes)}
	if x.Request.URL != nil {
		shown.URL = r.Text(x.Request.URL.String())
	}
	shown.RequestBody, shown.RequestCut = cut(r.Body(operation, x.Request.Body.Bytes))
	if x.Response == nil {
		return shown
	}
	shown.Status, shown.ResponseBytes = x.Response.Status, len(x.Response.Body.Bytes)
	shown.ReceivedInteractionID = r.Text(strings.Join(x.Response.Header.Values(contract.HeaderInteractionID), ", "))
	shown.ResponseHeaders = lines(r, x.Response.Header)
	shown.ResponseBody, shown.ResponseCut = cut(r.Body(operation, x.Response.Body.Bytes))
	return shown
}

func cut(text string) (kept string, isCut bool) {
	if len(text) <= maxShown {
		return text, false
	}
	return strings.ToValidUTF8(text[:maxShown], ""), true
}

// lines are the header fields in a stable order, redacted.
func lines(r *redact.Redactor, header map[string][]string) []evidence.HeaderLine {
	var all []evidence.HeaderLine
	for name, values := range header {
		for _, value := range values {
			all = append(all, evidence.HeaderLine{Name: name, Value: r.Header(name, value)})
		}
	}
	slices.SortStableFunc(all, func(a, b evidence.HeaderLine) int { return strings.Compare(a.Name, b.Name) })
	return all
}
