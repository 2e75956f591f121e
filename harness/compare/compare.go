// Package compare holds obconform beside other tools that check HTTP exchanges:
// the same recorded exchanges of a bank, with and without planted faults, are
// given to each in the form in which it takes them, and what it costs and what it
// finds stands in one table.
//
// It knows the mock bank, the exported OpenAPI document and the other tools'
// formats, and judges nothing itself. It is for people who measure: nothing of
// the product imports it.
package compare

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"obconform/harness/mockbank"
)

// Exchange is one recorded request with its answer.
type Exchange struct {
	// Step names what the exchange is for; the same in every recording.
	Step string
	// Number is its place in the recording, from 0, by which a server that only
	// repeats answers knows it.
	Number int
	Method string
	// Address is the bank's: scheme and host.
	Address string
	// Path is that of the request with its query.
	Path   string
	Header http.Header
	Body   []byte

	Status       int
	AnswerHeader http.Header
	AnswerBody   []byte

	Started, Ended time.Time
}

// Fault is one planted fault.
type Fault struct {
	// ID is that of the mock bank's fault.
	ID string
	// Across says that no single exchange shows it: it takes what another one has
	// told.
	Across bool
}

// Sentence says what the faulty bank does.
func (f Fault) Sentence() string {
	for _, known := range mockbank.Faults() {
		if known.ID == f.ID {
			return known.Sentence
		}
	}
	return f.ID
}

// Faults are the 24 planted faults: all that recorded traffic can show, on a path
// that every client goes, of as many kinds as there are.
func Faults() []Fault {
	return []Fault{
		{ID: "com-body-account-without-type"},
		{ID: "com-body-account-sub-type-unknown"},
		{ID: "com-body-nickname-too-long"},
		{ID: "com-body-total-pages-is-text"},
		{ID: "com-body-refusal-without-errors"},
		{ID: "com-body-on-the-second-page"},
		{ID: "com-datetime-creation-of-consent"},
		{ID: "com-status-creation-is-200"},
		{ID: "com-content-type-text"},
		{ID: "com-json-data-follows"},
		{ID: "com-json-member-twice"},
		{ID: "com-json-not-utf-8"},
		{ID: "com-json-byte-order-mark"},
		{ID: "com-fapi-present-missing-on-success"},
		{ID: "com-fapi-echo-another"},
		{ID: "com-retry-after-a-date"},
		{ID: "com-links-self-names-another-version"},
		{ID: "com-secrets-list-repeats-token"},
		{ID: "tok-200-lifetime-as-text"},
		{ID: "dis-jwks-private-key"},
		{ID: "com-body-after-a-deletion"},
		{ID: "com-signature-by-another-key", Across: true},
		{ID: "com-secrets-consent-repeats-client-secret", Across: true},
		{ID: "com-signature-of-another-body", Across: true},
	}
}

// member is the text of a member of a JSON object, reached by its names.
func member(body []byte, names ...string) (string, error) {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return "", err
	}
	for _, name := range names {
		object, ok := value.(map[string]any)
		if !ok {
			return "", fmt.Errorf("no object holds %s", name)
		}
		value = object[name]
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("%v is no string", names)
	}
	return text, nil
}
