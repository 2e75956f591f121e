package refusals

import (
	"fmt"

	"github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// provoked: every documented refusal, asked for by the headers or the
// burst that the configuration names (R13). Its shape is audited with every answer.
func (s subject) provoked() {
	for _, documented := range s.operation.Answers[1:] {
		status := documented.Status
		clause := contract.ComStatus
		switch status {
		case 429:
			clause = contract.Com429Burst
		case 500:
			clause = contract.Com500Fault
		}
		ginkgo.It(fmt.Sprintf("must answer %d in the documented shape when it is provoked", status), s.bank.Proves(clause), tpp.Gets(s.Operation, status), func(ctx ginkgo.SpecContext) {
			provoke := s.bank.Provoke(s.Operation, status)
			s.Twin(ctx, s.bank)
			answer := s.Send(ctx, provoke)
			if clause == contract.ComStatus {
				answer.MustBeProvoked(clause, status)
				return
			}
			answer.Must(clause, status)
		})
	}
}

// interactionID: a request that sends none gets one that the bank makes up,
// another one each time.
func (s subject) interactionID() {
	ginkgo.It("must make up an interaction id of its own for a request without", s.bank.Proves(contract.ComFapiMint), func(ctx ginkgo.SpecContext) {
		s.Twin(ctx, s.bank)
		edits, owner, status := []tpp.Edit{tpp.NoInteractionID()}, s.Valid, s.Success()
		if s.Once != nil {
			edits, owner, status = append(edits, s.Once), s.RefusedBy, s.Refused
		}
		first := s.Send(ctx, edits...).Must(owner, status)
		s.Send(ctx, edits...).Must(owner, status).CheckMinted(contract.ComFapiMint, first)
	})
}
