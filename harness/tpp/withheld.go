package tpp

import (
	"context"
	"slices"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// State names a state of an accounts consent in which it opens no account, by
// its key under consents.codes.
type State string

// The states that a configuration can have codes for (R12).
const (
	Rejected     State = "rejected"
	Revoked      State = "revoked"
	Expired      State = "expired"
	NoPermission State = "noPermission"
)

// MustBeWithheld ends the spec unless a consent in that state opens nothing:
// the operation is refused to its token, or the token endpoint has refused its
// code before (ACC-403-CONSENT).
func (c *Client) MustBeWithheld(ctx context.Context, state State, id contract.OperationID, resource string) {
	token := c.withheldToken(ctx, state)
	if token == "" {
		c.note("the code for a consent in the state %s was refused at the token endpoint", state)
		c.exercised(contract.Acc403Consent)
		return
	}
	c.Call(ctx, id, resource, Bearer(token)).Must(contract.Acc403Consent, 401, 403)
}

// withheldToken is the token of a consent in that state, empty where the token
// endpoint refuses the code. The code is exchanged once a process: it need not
// be reusable.
func (c *Client) withheldToken(ctx context.Context, state State) string {
	return c.shared("withheld "+string(state), "an answer to the code of a consent in the state "+string(state), func() any {
		codes := c.cfg.Consents.Codes
		secret := map[State]config.Secret{Rejected: codes.Rejected, Revoked: codes.Revoked,
			Expired: codes.Expired, NoPermission: codes.NoPermission}[state]
		code := c.PredefinedCode(secret, string(state), contract.ScopeAccounts)
		answer := c.Exchange(ctx, code, c.cfg.Client.RedirectURI).Must(contract.Acc403Consent, 200, 400, 401, 403)
		if answer.granted() {
			return answer.MustText(contract.TokCode, "/access_token")
		}
		answer.checkCodeRefused()
		return ""
	}).(string)
}

// checkCodeRefused holds that it was the code that the token endpoint refused,
// not us or our request, which would prove nothing of the consent.
func (a *Answer) checkCodeRefused() {
	reason, _ := a.Text("/error")
	ours := slices.Contains([]string{"", "invalid_client", "invalid_request", "unauthorized_client", "unsupported_grant_type"}, reason)
	a.Check(contract.Acc403Consent, "/error", !ours, `"invalid_grant": the code refused, not the client or the request`)
}
