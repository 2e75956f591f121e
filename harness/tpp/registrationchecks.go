package tpp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// CheckCredentials holds that the registration gives the client what it needs
// to use it (R3).
func (r Registration) CheckCredentials(clause contract.ClauseID) {
	r.Answer.Check(clause, "/client_id", r.ID != "", "an identifier")
	if strings.HasPrefix(r.Method, "client_secret_") {
		r.Answer.Check(clause, "/client_secret", r.Secret != "", "a secret, since the client proves itself with one")
	}
}

// SupportedAlgorithms are, per member of a registration, the values that
// discovery lists and that the bank may put in place of what was asked for
// (DCR-201-ECHO).
func (c *Client) SupportedAlgorithms(ctx context.Context) map[string][]string {
	return map[string][]string{
		"token_endpoint_auth_method":      c.Supported(ctx, "token_endpoint_auth_methods_supported"),
		"id_token_signed_response_alg":    c.Supported(ctx, "id_token_signing_alg_values_supported"),
		"request_object_signing_alg":      c.Supported(ctx, "request_object_signing_alg_values_supported"),
		"token_endpoint_auth_signing_alg": c.Supported(ctx, "token_endpoint_auth_signing_alg_values_supported"),
	}
}

// CheckRegistered holds a registration answer against what was asked for: a
// member that the answer leaves out breaches nothing, since the documentation
// marks none as required, but for redirect_uris, grant_types and scope.
func (a *Answer) CheckRegistered(clause contract.ClauseID, asked Document, supported map[string][]string) {
	a.CheckSameSet(clause, "/redirect_uris", asked.Texts("redirect_uris"))
	a.CheckNarrower(clause, "/grant_types", asked.Texts("grant_types"))
	a.CheckNarrower(clause, "/scope", strings.Fields(asked.Text("scope")))
	for member, values := range supported {
		got, present := RegisteredText(a, member)
		if !present {
			continue
		}
		want := asked.Text(member)
		a.Check(clause, RegisteredPointer(a, member), got == want || slices.Contains(values, got),
			fmt.Sprintf("%q, or another value that discovery lists", want))
	}
}

// registered members that a later read must repeat; the secret may be left out
// or masked (DCR-GET-200), the times of the request may move.
var repeated = []string{"client_id", "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types",
	"software_id", "scope", "application_type", "id_token_signed_response_alg", "request_object_signing_alg",
	"token_endpoint_auth_signing_alg"}

// CheckSameRegistration holds a read registration against an earlier answer.
func (a *Answer) CheckSameRegistration(clause contract.ClauseID, earlier *Answer) {
	for _, member := range repeated {
		want, wanted := earlier.Value(RegisteredPointer(earlier, member))
		pointer := RegisteredPointer(a, member)
		got, present := a.Value(pointer)
		a.Check(clause, pointer, wanted == present && sameList(want, got), fmt.Sprintf("%.160s, as registered", quoted(want)))
	}
}

// sameList compares values; arrays of strings and space-separated scopes as
// sets.
func sameList(a, b any) bool {
	x, y := strings.Fields(strings.Trim(fmt.Sprint(a), "[]")), strings.Fields(strings.Trim(fmt.Sprint(b), "[]"))
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
