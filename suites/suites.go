// Package suites lists the four suites and keeps what they do not test, with
// the reasons. The ledger beside it, ledger.json, is made by 'make ledger' and
// says of every clause and every documented answer which specs test it.
package suites

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"obconform/harness/ledger"
	"obconform/harness/tpp"
	"obconform/suites/accountaccessconsents"
	"obconform/suites/accounts"
	"obconform/suites/confirmationoffunds"
	"obconform/suites/dynamicregistration"
)

//go:embed untested.json
var untested []byte

// All lists the four suites in the order in which a client meets the APIs.
func All() []tpp.Suite {
	return []tpp.Suite{dynamicregistration.Suite(), accountaccessconsents.Suite(), accounts.Suite(), confirmationoffunds.Suite()}
}

// Untested is what no spec tests, with the reasons; the error says that
// untested.json cannot be read.
func Untested() ([]ledger.Untested, error) {
	var excuses []ledger.Untested
	if err := json.Unmarshal(untested, &excuses); err != nil {
		return nil, fmt.Errorf("suites/untested.json: %w", err)
	}
	return excuses, nil
}
