package gate

import (
	"slices"

	"obconform/harness/audit"
	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/traffic"
)

// Single judges one exchange by itself, whatever its address, as one of that
// operation, and shows it as a report does. Nothing is counted, and nothing is
// learnt for later exchanges; what earlier ones taught, keys for one, is used. The
// error is that of the schemas.
func (j *Judge) Single(x traffic.Exchange, operation contract.OperationID) (Judged, evidence.Exchange, error) {
	route := traffic.Route{Operation: operation, Resource: j.addresses.Of(x.Request).Resource}
	var client conduct.Result
	if j.options.Sides != Bank {
		alone, err := conduct.New(j.options.Conduct)
		if err != nil {
			return Judged{}, evidence.Exchange{}, err
		}
		client = alone.Observe(x, route)
	}
	var bank audit.Result
	if j.options.Sides != Client {
		bank = j.auditor.Check(auditable(x, operation))
	}
	secrets := newRedactions(j.options.Secrets)
	secrets.note(secretsOf(x, operation))
	secrets.note(tellable(x, operation))
	redactor := secrets.redactor()
	judged := Judged{Route: route, Inconclusive: redactor.Text(bank.Inconclusive),
		Exercised: slices.Concat(bank.Exercised, client.Exercised), Findings: slices.Concat(bank.Findings, client.Findings)}
	for i := range judged.Findings {
		f := &judged.Findings[i]
		f.Operation, f.Exchange = operation, 0
		f.Where, f.Expected, f.Actual = redactor.Text(f.Where), redactor.Text(f.Expected), redactor.Text(f.Actual)
	}
	example, _ := shown(x, judged, redactor)
	return judged, *example, nil
}

// AddKeys makes the keys of a JWK set known, as if it had gone by.
func (j *Judge) AddKeys(jwks []byte) { j.auditor.AddKeys(jwks) }
