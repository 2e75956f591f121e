package tpp

import (
	"encoding/base64"

	"obconform/harness/config"
	"obconform/harness/redact"
)

// minPersonal is the shortest personal value that is replaced wherever it
// stands, in bytes: a shorter one would tear words apart, and where a customer
// is named it is taken out by its place anyway. Secrets have no such limit: a
// torn word is better than a secret that is written.
const minPersonal = 6

// newRedactor knows what the configuration has to hide.
func newRedactor(cfg config.Config) *redact.Redactor {
	r, account := redact.New(), cfg.Fixtures.DebtorAccount
	for _, personal := range []struct{ kind, value string }{{"account number", account.Identification}, {"account name", account.Name},
		{"roll number", account.SecondaryIdentification}} {
		if len(personal.value) >= minPersonal {
			r.Learn(personal.kind, personal.value)
		}
	}
	if id, secret := cfg.Client.ID.Reveal(), cfg.Client.Secret.Reveal(); secret != "" {
		r.Learn("client credentials", base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
	}
	return r
}
