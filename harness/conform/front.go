package conform

import (
	"net/http"
	"time"

	"obconform/harness/gate"
	"obconform/harness/report"
	"obconform/harness/tap"
	"obconform/harness/traffic"
)

// Front judges all that reaches a server, whoever sends it: it goes into
// mockbank.Options.Front, or around any handler that stands for the bank. By
// default the clients are judged, as those of a bank that exists for the test
// alone: what they leave behind counts. It reports at the end of the test, as a
// Transport does, and ends the test where the options make no sense.
func Front(t TB, options Options) func(http.Handler) http.Handler {
	t.Helper()
	if options.Sides == "" {
		options.Sides = gate.Client
	}
	options.whole = true
	judge, err := options.gate()
	if err != nil {
		t.Fatalf("conform: %v", err)
		return nil
	}
	t.Cleanup(func() { tell(t, judge) })
	return func(next http.Handler) http.Handler {
		return tap.Front{Next: next, Sink: func(x traffic.Exchange) { judge.Add(x) }}
	}
}

// tell tells a test at its end what was found.
func tell(t TB, judge *gate.Judge) {
	t.Helper()
	results := judge.Results(time.Now())
	for _, spec := range results.Specs {
		ticket := results.Ticket(spec)
		switch {
		case ticket == "":
		case spec.State == report.StateFailed:
			t.Errorf("conform: %s\n%s", spec.Name, ticket)
		default:
			t.Logf("conform: %s\n%s", spec.Name, ticket)
		}
	}
	for _, name := range results.Traffic.Unmet {
		t.Errorf("conform: %s is required, and was not exercised", name)
	}
	judged := 0
	for _, answer := range results.Traffic.Answers {
		judged += answer.Exchanges - answer.Inconclusive
		if answer.Inconclusive > 0 {
			t.Logf("conform: of %s, %d answers could not be judged (%s)", answer.Operation, answer.Inconclusive, report.StatusWord(answer.Status))
		}
	}
	if n := results.Traffic.Elsewhere; n > 0 {
		t.Logf("conform: %d exchanges belong to no operation of the contract", n)
	}
	if judged == 0 {
		t.Errorf("conform: no exchange could be judged")
	}
}
