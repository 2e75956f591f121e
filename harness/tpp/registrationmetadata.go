package tpp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// Unsupported is a value that no bank supports for any member of a
// registration.
const Unsupported = "obconform_unsupported"

// CheckRefusedOrReplaced holds the answer to a registration that asks for a
// value which the bank does not support: 400, or 201 with a supported one in
// its place (DCR-400-METADATA).
func (c *Client) CheckRefusedOrReplaced(ctx context.Context, a *Answer, member, unsupported string) {
	const clause = contract.Dcr400Metadata
	if a.Must(clause, 400, 201).Status == 400 {
		a.CheckRegistrationError(InvalidClientMetadata)
		return
	}
	pointer := RegisteredPointer(a, member)
	_, present := a.Value(pointer)
	if !present && mayBeHidden(member) {
		return
	}
	shown, ok := a.RegisteredValues(member)
	supported := c.supportedValues(ctx, member)
	met := ok && len(shown) > 0 && !slices.Contains(shown, unsupported)
	for _, value := range shown {
		met = met && (len(supported) == 0 || slices.Contains(supported, value))
	}
	a.Check(clause, pointer, met, fmt.Sprintf("a supported value in place of %q", unsupported))
}

// mayBeHidden names the members that a registration need not show: by R2, and
// because another method than a signed assertion has no algorithm.
func mayBeHidden(member string) bool {
	return member == "token_endpoint_auth_method" || member == "token_endpoint_auth_signing_alg"
}

// RegisteredValues are the values of a member in a registration answer, whether
// it has one or several; scope is a list of words. ok is false for anything
// that is no string nor a list of them.
func (a *Answer) RegisteredValues(member string) (values []string, ok bool) {
	pointer := RegisteredPointer(a, member)
	text, ok := a.Text(pointer)
	switch {
	case ok && member == "scope":
		return strings.Fields(text), true
	case ok:
		return []string{text}, true
	}
	return a.Texts(pointer)
}

// supportedValues are those that discovery lists for a member, and those that
// the contract takes beside them (R4); none where there is nothing to go by.
func (c *Client) supportedValues(ctx context.Context, member string) []string {
	grants := []string{"authorization_code", "client_credentials", "refresh_token"}
	switch member {
	case "grant_types":
		return append(grants, c.Supported(ctx, "grant_types_supported")...)
	case "response_types":
		return append(append(grants, "code", "code id_token"), c.Supported(ctx, "response_types_supported")...)
	}
	return c.SupportedAlgorithms(ctx)[member]
}

// CheckValues holds that a member of a registration has just those values.
func (a *Answer) CheckValues(clause contract.ClauseID, member string, want []string) {
	pointer := RegisteredPointer(a, member)
	got, ok := a.RegisteredValues(member)
	a.Check(clause, pointer, ok && sameSet(want, got), "just "+strings.Join(want, " "))
}

// NeedUnsupported ends the spec as not exercised where discovery lists a value
// that the spec takes to be unsupported.
func (c *Client) NeedUnsupported(ctx context.Context, list string, values ...string) {
	for _, value := range values {
		if slices.Contains(c.Supported(ctx, list), value) {
			c.NotExercised(fmt.Sprintf("the bank supports it: discovery's %s has %q", list, value))
		}
	}
}
