package clients_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"obconform/harness/conduct"
	"obconform/harness/embedded"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
	"obconform/harness/report"
	"obconform/harness/tap"
	"obconform/harness/traffic"
)

// audited is a mock bank over mutual TLS that judges its clients.
type audited struct {
	// credentials is the folder with what a client needs.
	credentials string
	server      *mockbank.Server
	judge       *gate.Judge
}

func start(t *testing.T, require []string) *audited {
	t.Helper()
	judge, err := gate.New(gate.Options{Sides: gate.Client, Require: require, Conduct: conduct.Options{Whole: true}})
	if err != nil {
		t.Fatal(err)
	}
	bank, err := mockbank.New(mockbank.Options{TLS: true, RequireClientCert: true, Front: func(next http.Handler) http.Handler {
		return tap.Front{Next: next, Sink: func(x traffic.Exchange) { judge.Add(x) }}
	}})
	if err != nil {
		t.Fatal(err)
	}
	server, err := bank.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() }) // a second time does no harm
	config, err := embedded.WriteCredentials(t.TempDir(), "test bank", server.URL(), bank.Credentials())
	if err != nil {
		t.Fatal(err)
	}
	return &audited{credentials: filepath.Dir(config), server: server, judge: judge}
}

// end ends the bank, and answers the exit status with the clauses that failed and
// the requirements that were not met.
func (a *audited) end(t *testing.T) (status int, failed []string) {
	t.Helper()
	_ = a.server.Close() // nobody is left to be told
	results := a.judge.Results(time.Now())
	for _, clause := range results.Clauses {
		if clause.Verdict == report.Failed {
			failed = append(failed, string(clause.ID))
		}
	}
	return report.ExitStatus(results), slices.Concat(failed, results.Traffic.Unmet)
}
