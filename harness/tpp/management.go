package tpp

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/google/uuid"

	"obconform/harness/contract"
)

// ManagementToken asks the token endpoint for a token of that client, of the
// scope that manages registrations, without judging the answer.
func (c *Client) ManagementToken(ctx context.Context, who Identity) *Answer {
	return c.TokenRequest(ctx, who, ClientCredentials(c.cfg.Registration.ManagementScope))
}

// hasToken tells whether a management token of that client is at hand.
func (c *Client) hasToken(who Identity) bool {
	known := c.memo[tokenKey(who, c.cfg.Registration.ManagementScope)]
	held, ok := token{}, false
	if known != nil && !known.failed {
		held, ok = known.value.(token)
	}
	return ok && c.now().Before(held.ends)
}

// ReadRegistration reads a registration that was just made, again and again
// within the target's settle time (R15).
func (c *Client) ReadRegistration(ctx context.Context, who Identity) *Answer {
	return c.settle(ctx, func() *Answer { return c.Manage(ctx, contract.GetClient, who, "") })
}

// ManageOther calls GET, PUT or DELETE on a registration with the credential
// of a client that it does not belong to. The bank may revoke what was misused
// so: the next call takes a fresh token.
func (c *Client) ManageOther(ctx context.Context, id contract.OperationID, who Identity, other, request string) *Answer {
	answer := c.manageWith(ctx, id, other, request, Authorization(c.ManagementCredential(ctx, who)))
	c.Forget(who)
	if id == contract.DeleteClient && answer.Status == 204 {
		c.deletedAlready(other)
	}
	return answer
}

// ManageGone calls GET, PUT or DELETE on a registration that is deleted, with
// the credential that its client had.
func (c *Client) ManageGone(ctx context.Context, id contract.OperationID, gone Identity, credential, request string) *Answer {
	return c.manageWith(ctx, id, gone.ID, request, Authorization(credential))
}

// manageWith sends the request, empty for all but PUT, with those edits.
func (c *Client) manageWith(ctx context.Context, id contract.OperationID, resource, request string, edits ...Edit) *Answer {
	if request != "" {
		edits = append(c.jose(request), edits...)
	}
	return c.Call(ctx, id, resource, edits...)
}

// MustStillStand ends the spec unless a registration is still there after an
// attempt on it that must not have done anything: its client gets a token.
func (c *Client) MustStillStand(ctx context.Context, clause contract.ClauseID, who Identity) {
	c.Forget(who)
	if !c.ManagementToken(ctx, who).Is(clause, 200) {
		c.deletedAlready(who.ID) // so that its cleanup is not blamed as well
		c.stop()
	}
}

// CheckUnchanged holds a registration, after an update that must not have done
// anything, against what was read before.
func (c *Client) CheckUnchanged(ctx context.Context, clause contract.ClauseID, who Identity, before *Answer) {
	c.Manage(ctx, contract.GetClient, who, "").Must(contract.DcrGet200, 200).CheckSameRegistration(clause, before)
}

// UnfitCredential is one way to spoil the credential of a request.
type UnfitCredential struct {
	// When completes a sentence: "... must be refused WHEN".
	When  string
	Spoil Edit
}

// UnfitCredentials are the ways to have none or a wrong one (DCR-GET-AUTH,
// DCR-PUT-AUTH, DCR-DELETE-AUTH), for either kind of credential (R1).
func (c *Client) UnfitCredentials() []UnfitCredential {
	return []UnfitCredential{
		{"without credentials", NoAuthorization()},
		{"with credentials that were never issued", c.spoil(func(string) string { return uuid.NewString() })},
		{"with credentials of which one character is changed", c.spoil(alter)},
		{"by an authorization scheme that nobody offers",
			Authorization(`Digest username="obconform", realm="none", nonce="none", uri="/", response="none"`)},
	}
}

// spoil changes the secret part of the credential: the token, or, of Basic,
// the client's secret.
func (c *Client) spoil(change func(string) string) Edit {
	return func(r *request) {
		scheme, credential, _ := strings.Cut(r.header.Get("Authorization"), " ")
		id, secret, isBasic := strings.Cut(decodeBasic(credential), ":")
		if scheme == "Basic" && isBasic {
			credential = base64.StdEncoding.EncodeToString([]byte(id + ":" + change(secret)))
		} else {
			credential = change(credential)
		}
		c.redactor.Learn("spoilt credential", credential)
		r.header.Set("Authorization", scheme+" "+credential)
	}
}

// decodeBasic is the plain text of Basic credentials, empty for anything else.
func decodeBasic(credential string) string {
	plain, err := base64.StdEncoding.DecodeString(credential)
	if err != nil {
		return ""
	}
	return string(plain)
}
