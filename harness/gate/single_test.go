package gate_test

import (
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/gate"
	"obconform/harness/traffic"
)

// One exchange is judged by itself, is counted nowhere, and teaches nothing.
func TestSingle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sides gate.Sides
		x     traffic.Exchange
		want  contract.ClauseID
	}{
		"a right answer":   {gate.Both, refused(), ""},
		"a wrong answer":   {gate.Bank, refused(otherID), contract.ComFapiEcho},
		"not the client's": {gate.Client, refused(otherID), ""},
		"a wrong request":  {gate.Client, refused(wrongID), contract.CliFapiID},
		"not the bank's":   {gate.Bank, refused(wrongID), contract.ComFapiEcho},
	} {
		judge := newJudge(t, gate.Options{Sides: c.sides})
		for range 2 {
			judged, shown, err := judge.Single(c.x, contract.GetAccount)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(judged.Findings) > 0 || c.want != "" && (len(judged.Findings) != 1 || judged.Findings[0].Clause != c.want) {
				t.Errorf("%s: found %+v", name, judged.Findings)
			}
			if text := shown.RequestHeaders[0].Value + shown.ResponseBody; strings.Contains(text, "the-token") || !strings.Contains(text, "[access token]") {
				t.Errorf("%s: shown as %s", name, text)
			}
		}
		if results := judge.Results(noon); results.Traffic.Exchanges != 0 || results.Totals.Clauses["failed"] != 0 {
			t.Errorf("%s: counted as %+v", name, results.Totals)
		}
	}
}

func wrongID(x *traffic.Exchange) { x.Request.Header.Set(contract.HeaderInteractionID, "one") }
