package tpp

import (
	"context"
	"fmt"
	"os"
	"slices"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/leftovers"
)

// Fate is what became of a leftover.
type Fate string

// The fates: it was deleted, it was not there any more, or it may be there yet.
const (
	FateDeleted Fate = "deleted"
	FateGone    Fate = "gone already"
	FateLeft    Fate = "left"
)

// Sweeper deletes what earlier runs have left behind, outside of any spec.
type Sweeper struct{ client *Client }

// NewSweeper is New for a sweeper.
func NewSweeper(cfg config.Config, options ...Option) (*Sweeper, error) {
	c, err := newClient(cfg, sweeping{})
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		option(c)
	}
	return &Sweeper{c}, nil
}

// sweeping ends a deletion as Ginkgo would end a spec.
type sweeping struct{}

// halt is what ends a deletion early.
type halt struct{ reason string }

func (sweeping) Fail(message string) { panic(halt{message}) }
func (sweeping) Skip(message string) { panic(halt{message}) }

// Delete deletes one leftover of this target. The reason says why it is left.
func (s *Sweeper) Delete(ctx context.Context, thing leftovers.Thing) (fate Fate, reason string) {
	ctx, cancel := context.WithTimeout(ctx, cleanupTime)
	defer cancel()
	s.client.spec = newRecorder()
	defer func() {
		if caught := recover(); caught != nil {
			ended, ours := caught.(halt)
			if !ours {
				panic(caught)
			}
			fate, reason = FateLeft, ended.reason
		}
	}()
	switch thing.Operation {
	case contract.CreateAccountAccessConsent:
		return s.consent(ctx, accountsConsent, thing.ID)
	case contract.CreateFundsConfirmationConsent:
		return s.consent(ctx, fundsConsent, thing.ID)
	case contract.RegisterClient, contract.UpdateClient:
		return s.registration(ctx, thing)
	}
	return FateLeft, fmt.Sprintf("what %s creates cannot be deleted", thing.Operation)
}

// consent deletes a consent. Where the bank refuses, it is asked whether the
// consent is there at all.
func (s *Sweeper) consent(ctx context.Context, k kind, id string) (Fate, string) {
	answer := s.client.withToken(ctx, k.remove, id, nil)
	if !slices.Contains([]int{400, 403, 404}, answer.Status) {
		return fateBy(answer)
	}
	read := s.client.withToken(ctx, k.read, id, nil)
	if slices.Contains([]int{400, 403, 404}, read.Status) && read.inconclusive == "" {
		return FateGone, ""
	}
	return fateBy(answer)
}

// registration deletes a registration in the name of its own client; one whose
// credentials are refused is gone (DCR-DELETE-GONE).
func (s *Sweeper) registration(ctx context.Context, thing leftovers.Thing) (Fate, string) {
	s.client.Needs(CanDelete)
	who := Identity{ID: thing.ID, Method: thing.Method}
	if thing.Sealed != "" {
		key, err := os.ReadFile(s.client.cfg.Client.SigningKeyFile)
		if err == nil {
			who.Secret, err = leftovers.Open(key, thing.ID, thing.Sealed)
		}
		if err != nil {
			return FateLeft, "its secret cannot be read: " + err.Error()
		}
		s.client.redactor.Learn("client secret", who.Secret)
	}
	credential, refused := s.credential(ctx, who)
	if refused != nil {
		return fateOfClient(refused)
	}
	answer := s.client.Call(ctx, contract.DeleteClient, who.ID, Authorization(credential))
	if s.client.cfg.Registration.ManagementAuth != "basic" || !slices.Contains([]int{401, 403, 404}, answer.Status) || answer.inconclusive != "" {
		return fateBy(answer) // who gets a token is there: a refusal is of the scope, or of the path
	}
	// One who shows a secret has not been asked yet whether it is still good.
	token := s.client.ManagementToken(ctx, who)
	if fate, _ := fateOfClient(token); fate == FateGone {
		return FateGone, ""
	}
	_, reason := fateBy(answer)
	if token.granted() {
		return FateLeft, reason + ", and its client still gets a token"
	}
	return FateLeft, fmt.Sprintf("%s, and whether there is its client still is not known: %s was answered with the status %d%s",
		reason, token.describe(), token.Status, token.reasonGiven())
}

// credential is the client's management credential, or the answer that refused
// it a token.
func (s *Sweeper) credential(ctx context.Context, who Identity) (credential string, refused *Answer) {
	if s.client.cfg.Registration.ManagementAuth == "basic" {
		return s.client.basic(who.ID, who.Secret), nil
	}
	answer := s.client.ManagementToken(ctx, who)
	token, ok := answer.Text("/access_token")
	if !ok || token == "" || !answer.granted() {
		return "", answer
	}
	return "Bearer " + token, nil
}

// fateBy reads the answer to a deletion.
func fateBy(a *Answer) (Fate, string) {
	switch {
	case a.inconclusive != "":
		return FateLeft, a.describe() + ": " + a.inconclusive
	case a.Status == 204:
		return FateDeleted, ""
	}
	return FateLeft, fmt.Sprintf("%s was answered with the status %d%s", a.describe(), a.Status, a.reasonGiven())
}

// fateOfClient reads the answer that refused a client a token: it is gone where
// the bank does not know it (RFC 6749, section 5.2). Any other refusal, of the
// scope for one, is about our request.
func fateOfClient(a *Answer) (Fate, string) {
	if reason, _ := a.Text("/error"); a.Status == 400 && reason != "invalid_client" {
		return fateBy(a)
	}
	return fateOfRefused(a, 400, 401)
}

// fateOfRefused is fateBy where some statuses say that there is nothing left.
func fateOfRefused(a *Answer, gone ...int) (Fate, string) {
	if a.inconclusive == "" && slices.Contains(gone, a.Status) {
		return FateGone, ""
	}
	return fateBy(a)
}
