package tpp

import (
	"context"
	"slices"
	"strings"
)

// NeedClaim ends the spec as not exercised where our registration requests do
// not carry the claim.
func (c *Client) NeedClaim(claims Document, name string) {
	if _, present := claims[name]; !present {
		c.NotExercised("our request has no claim " + name + ": registration.claims does not add it, or takes it out")
	}
}

// Mistyped is the claims with one of another type, its value as right as it
// can be: a list becomes its first item, anything else a list of itself. aud,
// which may be a list (RFC 7519 section 4.1.3), becomes a number.
func (d Document) Mistyped(name string) Document {
	twin := d.clone()
	list, isList := twin[name].([]any)
	switch {
	case name == "aud":
		twin[name] = 1
	case isList && len(list) > 0:
		twin[name] = list[0]
	default:
		twin[name] = []any{twin[name]}
	}
	return twin
}

// Words are the values of a claim that has several: a list of strings, or the
// words of a string, as scope has it (RFC 6749 section 3.3).
func (d Document) Words(name string) []string {
	if text, ok := d[name].(string); ok {
		return strings.Fields(text)
	}
	return d.Texts(name)
}

// Narrowed are the claims of a valid request that asks for one grant or scope
// less than was given, with what is left and what is not. Where nothing can be
// left out that the specs do not need, the spec is not exercised.
func (c *Client) Narrowed(ctx context.Context, member string, given []string) (claims Document, left []string, dropped string) {
	at := slices.IndexFunc(given, c.spare(member))
	if at < 0 {
		c.NotExercised("of the " + member + " " + strings.Join(given, " ") + " nothing can be left out")
	}
	left = slices.Delete(slices.Clone(given), at, at+1)
	var value any = left
	if member == "scope" {
		value = strings.Join(left, " ")
	}
	return c.RegistrationClaims(ctx).With("/"+member, value), left, given[at]
}

// spare tells the grants and scopes that a client of ours can do without.
func (c *Client) spare(member string) func(string) bool {
	if member == "grant_types" {
		return func(grant string) bool { return grant == "refresh_token" }
	}
	needed := append(strings.Fields(c.cfg.Registration.ManagementScope), "openid")
	return func(scope string) bool { return !slices.Contains(needed, scope) }
}

// ValidUpdate are the claims of an update that can be seen if it is made: the
// client gives up a grant or a scope that it has. Where it can give up neither
// the update is new in its iat, exp and jti alone, which is noted.
func (c *Client) ValidUpdate(ctx context.Context, client Registration) Document {
	for _, member := range []string{"grant_types", "scope"} {
		granted, _ := client.Answer.RegisteredValues(member)
		if slices.ContainsFunc(granted, c.spare(member)) {
			claims, _, _ := c.Narrowed(ctx, member, granted)
			return claims
		}
	}
	c.note("the update changes iat, exp and jti alone: no grant and no scope can be left out")
	return c.RegistrationClaims(ctx)
}
