// Package refusals describes what every operation has to refuse in the same
// way: the common errors and what provokes them. Each suite hands it its
// operations; it knows none of its own, and leaves transport, JSON and audit
// to the TPP.
package refusals

import (
	"context"

	"github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Case is one operation, with a valid request that each spec breaks in one
// thing.
type Case struct {
	Operation contract.OperationID
	// Valid is the clause that has the valid request accepted, with the
	// operation's success status.
	Valid contract.ClauseID
	// Send sends the valid request with edits, without judging the answer. What
	// an accepted request creates or deletes is its business.
	Send func(ctx context.Context, edits ...tpp.Edit) *tpp.Answer
	// Once is an edit that has the request refused with the status Refused,
	// for an operation whose valid request may not be accepted twice (R9) or
	// whose success need not carry an interaction id.
	Once    tpp.Edit
	Refused int
	// RefusedBy is the clause that has it refused.
	RefusedBy contract.ClauseID
	// Smoke takes the refusal of a request without a token into the smoke tier.
	Smoke bool
}

// Describe describes the common refusals of each operation (contract, section
// 3): of its credentials, of its path, method and media types, of what the
// target can be made to answer, and the interaction id of a request without.
func Describe(bank *tpp.Client, cases ...Case) {
	for _, one := range cases {
		operation, known := contract.Lookup(one.Operation)
		if !known {
			panic("refusals: no operation " + string(one.Operation))
		}
		s := subject{Case: one, bank: bank, operation: operation}
		ginkgo.Context("The operation "+string(one.Operation), func() {
			s.accepted()
			ginkgo.Context("", ginkgo.Label("negative"), func() {
				s.credentials()
				s.tokens()
				s.address()
				s.mediaTypes()
				s.provoked()
			})
			s.interactionID()
		})
	}
}

// subject is one operation under test.
type subject struct {
	Case
	bank      *tpp.Client
	operation contract.Operation
}

// Twin has the valid request accepted, once a process: no refusal counts
// without it. What it created must not stand in the way of the next (R9).
func (c Case) Twin(ctx context.Context, bank *tpp.Client) {
	bank.Twin("a valid "+string(c.Operation), func() {
		c.Send(ctx).Must(c.Valid, c.Success())
		bank.TidyUp(ctx)
	})
}

// Success is the operation's documented success status.
func (c Case) Success() int {
	operation, _ := contract.Lookup(c.Operation)
	return operation.Success()
}

// accepted is the positive twin of all that follows, for its own sake.
func (s subject) accepted() {
	ginkgo.It("must accept a valid request", s.bank.Proves(s.Valid), tpp.Gets(s.Operation, s.Success()), func(ctx ginkgo.SpecContext) {
		s.Send(ctx).Must(s.Valid, s.Success())
	})
}

// refuses is the spec that one edit of the valid request is refused with one
// of the statuses.
func (s subject) refuses(what string, clause contract.ClauseID, edit func(ctx context.Context) tpp.Edit, statuses ...int) {
	ginkgo.It("must refuse "+what, s.bank.Proves(clause), func(ctx ginkgo.SpecContext) {
		s.Twin(ctx, s.bank)
		s.Send(ctx, edit(ctx)).Must(clause, statuses...)
	})
}

// always is an edit that needs nothing from the bank.
func always(edit tpp.Edit) func(context.Context) tpp.Edit {
	return func(context.Context) tpp.Edit { return edit }
}
