package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"text/tabwriter"
	"time"

	"obconform/harness/embedded"
	"obconform/harness/mockbank"
	"obconform/harness/runner"
)

type mockCommand struct {
	Addr        string        `default:"127.0.0.1:8443" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one."`
	Latency     time.Duration `placeholder:"D" help:"Wait before every answer."`
	Credentials string        `placeholder:"DIR" help:"Write what a client needs to use the bank, with a ready config.json."`
	TLS         bool          `name:"tls" help:"Serve https with a certificate authority of its own (see --credentials)."`
	HTTP2       bool          `name:"http2" help:"Offer HTTP/2 too (with --tls)."`
	ClientCA    string        `name:"client-ca" placeholder:"FILE" help:"Take client certificates of these authorities too, PEM (with --tls)."`
	RequireCert bool          `name:"require-client-cert" help:"End a handshake without a client certificate (with --tls)."`
	Subject     string        `name:"client-subject" placeholder:"DN" help:"Subject of the certificate that proves the predefined client (default: that of --credentials)."`
	NeedScope   bool          `help:"Refuse to trade a code or a refresh token without a scope."`
	Manner      string        `default:"documented" enum:"documented,permissive,observed" help:"documented; permissive: right, and unusual in every way that the contract leaves open; or observed: with all known habits of the live bank."`
	Habit       []string      `placeholder:"ID,..." help:"Have these habits of the live bank."`
	ListHabits  bool          `help:"List the habits and end."`
	Fault       []string      `placeholder:"ID,..." help:"Break the contract in these ways, each one sentence of it."`
	ListFaults  bool          `help:"List the faults and end."`
	strainFlags
}

// strainFlags are what the mock bank goes through.
type strainFlags struct {
	RateLimit    int `placeholder:"N" help:"Answer 429 to more than N requests a second."`
	OutageAfter  int `placeholder:"N" help:"Be out, behind a gateway that answers 503, after N requests."`
	OutageLength int `placeholder:"N" help:"Be back after an outage of N requests (default: never)."`
	RevokeAfter  int `placeholder:"N" help:"Revoke all access tokens after N requests."`
}

func (f strainFlags) strain() mockbank.Strain {
	return mockbank.Strain{RateLimit: f.RateLimit, OutageAfter: f.OutageAfter, OutageLength: f.OutageLength, RevokeAfter: f.RevokeAfter}
}

// Run serves the mock bank until a signal ends it.
func (m mockCommand) Run(sh *shell, status *int) error {
	if m.ListFaults {
		return listFaults(sh.out)
	}
	if m.ListHabits {
		return listHabits(sh.out)
	}
	if _, _, err := net.SplitHostPort(m.Addr); err != nil {
		return usageError{fmt.Errorf("--addr: expected HOST:PORT: %w", err)}
	}
	if m.Latency < 0 {
		return usageError{fmt.Errorf("--latency: expected a duration that is not negative, got %s", m.Latency)}
	}
	authorities, err := m.clientCA()
	if err != nil {
		return usageError{err}
	}
	stop, release := runner.Signals()
	defer release()
	bank, err := mockbank.New(mockbank.Options{Latency: m.Latency, Strain: m.strain(), Manner: m.Manner, Habits: m.Habit, Faults: m.Fault,
		TLS: m.TLS, HTTP2: m.HTTP2, ClientCA: authorities, RequireClientCert: m.RequireCert, ClientSubject: m.Subject, NeedScope: m.NeedScope})
	if err != nil {
		return usageError{err}
	}
	server, err := bank.Start(m.Addr)
	if err != nil {
		return usageError{fmt.Errorf("--addr: %w", err)}
	}
	defer func() { _ = server.Close() }() // the process ends next
	if m.Credentials != "" {
		file, err := embedded.WriteCredentials(m.Credentials, "mock bank", server.URL(), bank.Credentials())
		if err != nil {
			return usageError{fmt.Errorf("--credentials: %w", err)}
		}
		fmt.Fprintf(sh.out, "credentials: %s\n", file)
	}
	fmt.Fprintf(sh.out, "the mock bank serves %s\n", server.URL())
	reason := <-stop
	fmt.Fprintf(sh.out, "the mock bank ends: %s\n", reason)
	*status = exitOK
	return nil
}

// clientCA is the text of the file of --client-ca, empty without one.
func (m mockCommand) clientCA() (string, error) {
	if m.ClientCA == "" {
		return "", nil
	}
	text, err := os.ReadFile(m.ClientCA)
	if err != nil {
		return "", fmt.Errorf("--client-ca: %w", err)
	}
	if len(text) == 0 {
		return "", fmt.Errorf("--client-ca: %s: expected PEM certificates, got an empty file", m.ClientCA)
	}
	return string(text), nil
}

// listFaults prints every fault of the mock bank with the clause that it breaks.
func listFaults(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, fault := range mockbank.Faults() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", fault.ID, fault.Clause, fault.Sentence)
	}
	fmt.Fprintf(table, "%d faults\n", len(mockbank.Faults()))
	return table.Flush()
}

// listHabits prints every habit of the live bank that the mock bank can have.
func listHabits(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, habit := range mockbank.Habits() {
		fmt.Fprintf(table, "%s\t%s\n", habit.ID, habit.Sentence)
	}
	return table.Flush()
}
