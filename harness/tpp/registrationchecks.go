package tpp

import (
	"context"
	"fmt"
	"regexp"
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
// marks none as required, but for redirect_uris, grant_types and scope. What
// was not asked for (registration.claims took it out) is the bank's choice.
func (a *Answer) CheckRegistered(clause contract.ClauseID, asked Document, supported map[string][]string) {
	if asked["redirect_uris"] != nil {
		a.CheckSameSet(clause, "/redirect_uris", asked.Texts("redirect_uris"))
	}
	if asked["grant_types"] != nil {
		a.CheckNarrower(clause, "/grant_types", asked.Texts("grant_types"))
	}
	if asked["scope"] != nil {
		a.CheckNarrower(clause, "/scope", strings.Fields(asked.Text("scope")))
	}
	for member, values := range supported {
		got, present := RegisteredText(a, member)
		if !present || asked[member] == nil {
			continue
		}
		want := asked.Text(member)
		a.Check(clause, RegisteredPointer(a, member), got == want || slices.Contains(values, got),
			fmt.Sprintf("%q, or another value that discovery lists", want))
	}
}

// repeated are the members that a later read must repeat, client_secret apart,
// which may be left out or masked (DCR-GET-200).
var repeated = []string{"iss", "iat", "exp", "aud", "jti", "client_id", "redirect_uris", "token_endpoint_auth_method",
	"grant_types", "response_types", "software_id", "scope", "software_statement", "application_type",
	"id_token_signed_response_alg", "request_object_signing_alg", "token_endpoint_auth_signing_alg", "tls_client_auth_subject_dn"}

// CheckSameRegistration holds a read registration against an earlier answer,
// member by member in whichever spelling (R2).
func (a *Answer) CheckSameRegistration(clause contract.ClauseID, earlier *Answer) {
	for _, member := range repeated {
		want, wanted := earlier.Value(RegisteredPointer(earlier, member))
		pointer := RegisteredPointer(a, member)
		got, present := a.Value(pointer)
		expected := "no such member, as before"
		switch {
		case wanted && personal(pointer):
			expected = "the same as before"
		case wanted:
			expected = fmt.Sprintf("%.160s, as before", quoted(want))
		}
		a.Check(clause, pointer, wanted == present && sameSet(flatten(member, want), flatten(member, got)), expected)
	}
	given, _ := earlier.Text("/client_secret")
	if shown, ok := a.Text("/client_secret"); ok && !isMask(shown) && !isMask(given) {
		a.Check(clause, "/client_secret", shown == given, "the same as before, a mask, or none")
	}
}

// isMask tells a secret that is hidden from one that is shown: a mask has a run
// of one masking character, or not the variety of a secret. Whatever else is
// there is shown, be it a UUID (R3) or not.
func isMask(secret string) bool {
	distinct := map[rune]bool{}
	for _, char := range strings.ReplaceAll(secret, "-", "") {
		distinct[char] = true
	}
	return len(distinct) < 3 || maskingRun.MatchString(secret)
}

// maskingRun is what stands where characters of a secret were.
var maskingRun = regexp.MustCompile(`\*{3}|[xX]{3}|#{3}|•{3}|\.{3}|…`)

// flatten is a member's value as the set that it stands for: an array, the
// words of a scope, or one value, a number like its digits in a string (R2).
func flatten(member string, value any) []string {
	list, isList := value.([]any)
	switch {
	case isList:
	case member == "scope":
		return strings.Fields(fmt.Sprint(value))
	default:
		return []string{fmt.Sprint(value)}
	}
	values := make([]string, len(list))
	for i, item := range list {
		values[i] = fmt.Sprint(item)
	}
	return values
}

// sameSet compares sets of strings.
func sameSet(a, b []string) bool {
	within := func(list, other []string) bool {
		return !slices.ContainsFunc(list, func(item string) bool { return !slices.Contains(other, item) })
	}
	return within(a, b) && within(b, a)
}
