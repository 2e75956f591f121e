package conform_test

import (
	"net/http"
	"strings"
	"testing"

	"obconform/harness/conform"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
)

// Whoever calls the bank is judged at its front door.
func TestFront(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options conform.Options
		faults  []string
		id      string
		want    string
	}{
		"a right client":        {id: interactionID},
		"a wrong one":           {id: "1", want: "CLI-FAPI-ID (doc, breach)"},
		"a wrong bank":          {id: interactionID, faults: []string{"com-body-account-without-type"}},
		"which is judged too":   {id: interactionID, faults: []string{"com-body-account-without-type"}, options: conform.Options{Sides: gate.Both}, want: "COM-BODY (doc, breach)"},
		"one that does nothing": {want: "no exchange could be judged"},
		"or too little":         {id: interactionID, options: conform.Options{Require: []string{"CLI-CODE-ONCE", "CLI-FAPI-ID"}}, want: "CLI-CODE-ONCE is required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := &recordingTest{T: t}
			bank := conform.NewBank(test, mockbank.Options{TLS: true, Faults: c.faults, Front: conform.Front(test, c.options)})
			if c.id != "" {
				request, err := http.NewRequest(http.MethodGet, bank.URL+"/open-banking/v3.1/aisp/accounts", nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header = http.Header{"X-Fapi-Interaction-Id": {c.id}, "Authorization": {"Bearer " + bank.CustomerToken("accounts")}}
				response, err := bank.Client().Do(request)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
			}
			test.end()
			said := strings.Join(test.errors, "\n")
			if len(test.errors) != min(1, len(c.want)) || !strings.Contains(said, c.want) {
				t.Errorf("expected %q, got %d errors\n%s", c.want, len(test.errors), said)
			}
		})
	}
}
