package tpp

import (
	"strings"

	"github.com/google/uuid"

	"obconform/harness/config"
	"obconform/harness/jose"
)

// Statement names a software statement that is not ours to use, by its key
// under registration.
type Statement string

// The statements that a configuration can supply (DCR-400-SSA).
const (
	ExpiredStatement   Statement = "expiredSoftwareStatement"
	ForeignStatement   Statement = "foreignSoftwareStatement"
	UntrustedStatement Statement = "untrustedSoftwareStatement"
)

// UnfitStatement is a configured software statement that no registration may
// use; without one the spec is not exercised.
func (c *Client) UnfitStatement(kind Statement) string {
	registration := c.cfg.Registration
	statement := map[Statement]config.Secret{
		ExpiredStatement:   registration.ExpiredSoftwareStatement,
		ForeignStatement:   registration.ForeignSoftwareStatement,
		UntrustedStatement: registration.UntrustedSoftwareStatement,
	}[kind]
	if !statement.IsSet() {
		c.NotExercised("registration." + string(kind) + " is not configured")
	}
	return statement.Reveal()
}

// AlteredStatement is our software statement with another jti than the
// directory signed.
func (c *Client) AlteredStatement() string {
	altered, err := jose.Tamper(c.ownStatement(), map[string]any{"jti": uuid.NewString()})
	if err != nil {
		c.NotExercised("registration.softwareStatement cannot be altered: " + err.Error())
	}
	return altered
}

// DefacedStatement is our software statement with one character of its
// signature changed.
func (c *Client) DefacedStatement() string {
	statement := c.ownStatement()
	dot := strings.LastIndex(statement, ".")
	return statement[:dot+1] + alter(statement[dot+1:])
}

// SelfIssuedStatement is what our software statement says, signed by ourselves
// in place of the directory.
func (c *Client) SelfIssuedStatement() string {
	claims, ok := jose.UnverifiedClaims(c.ownStatement())
	if !ok {
		c.NotExercised("registration.softwareStatement is no JWS with claims, so that they cannot be signed anew")
	}
	return c.Sign(claims)
}

func (c *Client) ownStatement() string { return c.cfg.Registration.SoftwareStatement.Reveal() }
