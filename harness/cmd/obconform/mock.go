package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"obconform/harness/embedded"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
	"obconform/harness/tap/scenario"
	"obconform/harness/testbank"
)

// mockCommand serves the mock bank, or ends one that serves.
type mockCommand struct {
	Serve mockServeCommand `cmd:"" default:"withargs" help:"Serve the mock bank on its own, and audit its client. This is what mock alone does."`
	Stop  mockStopCommand  `cmd:"" help:"End a mock bank that serves, wait for its reports, and end with its exit status."`
}

type mockStopCommand struct{ stopCommand }

// Run ends a mock bank and leaves its exit status.
func (c mockStopCommand) Run(sh *shell, status *int) error {
	return c.stop(sh, "mock", "mock bank", status)
}

type mockServeCommand struct {
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
	Scenario    string        `placeholder:"FILE" help:"Answer chosen calls otherwise, as this file says (harness/tap/scenario/scenario.schema.json)."`
	Seed        int64         `placeholder:"N" help:"Make identifiers, secrets, codes and the dates of resources the same at each start (default: new ones)."`
	strainFlags
	servingFlags
	judgingFlags `set:"reports="`
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

// Run serves the mock bank until it is ended, and leaves the exit status of the
// verdict on its client where there is to be one.
func (m mockServeCommand) Run(sh *shell, status *int) error {
	if m.ListFaults {
		return listFaults(sh.out)
	}
	if m.ListHabits {
		return listHabits(sh.out)
	}
	judging, wrong := m.judging(sh, gate.Client, nil, m.command())
	authorities, unreadable := m.clientCA()
	steps, unclear := m.steps()
	if err := errors.Join(wrong, judging.Check(), m.checkFlags(), unreadable, unclear, m.prepareReports()); err != nil {
		return usageError{errors.Join(err, removeReports(m.Reports))}
	}
	record, err := m.record(m.Reports)
	if err != nil {
		return usageError{err}
	}
	bank, err := testbank.Start(m.Addr, testbank.Options{Scenario: steps, Gate: judging, Record: orNothing(record), Bank: mockbank.Options{
		Latency: m.Latency, Strain: m.strain(), Manner: m.Manner, Habits: m.Habit, Faults: m.Fault, Seed: m.Seed,
		TLS: m.TLS, HTTP2: m.HTTP2, ClientCA: authorities, RequireClientCert: m.RequireCert, ClientSubject: m.Subject, NeedScope: m.NeedScope}})
	if err != nil {
		return usageError{errors.Join(m.startFault(err), removeReports(m.Reports))}
	}
	s := service{sh: sh, kind: "mock", title: "the mock bank", server: bank, judging: m.judgingFlags, serving: m.servingFlags, record: record,
		remarks: func() []string { return unmet(bank.Unmet()) }}
	if m.Credentials != "" {
		file, err := embedded.WriteCredentials(m.Credentials, "mock bank", bank.URL(), bank.Credentials())
		if err != nil {
			return usageError{errors.Join(fmt.Errorf("--credentials: %w", err), s.end(), removeReports(m.Reports))}
		}
		fmt.Fprintf(sh.out, "credentials: %s\n", file)
	}
	*status, err = s.until()
	return err
}

// startFault says of an address that cannot be had which flag it is from.
func (m mockServeCommand) startFault(err error) error {
	if errors.As(err, new(*net.OpError)) {
		return fmt.Errorf("--addr: %w", err)
	}
	return err
}

// checkFlags finds all that is wrong with the flags of the command itself.
func (m mockServeCommand) checkFlags() error {
	wrong := []error{m.checkServing()}
	if _, _, err := net.SplitHostPort(m.Addr); err != nil {
		wrong = append(wrong, fmt.Errorf("--addr: expected HOST:PORT: %w", err))
	}
	if m.Latency < 0 {
		wrong = append(wrong, fmt.Errorf("--latency: expected a duration that is not negative, got %s", m.Latency))
	}
	if m.Reports == "" {
		for _, flag := range []struct {
			name  string
			given bool
		}{{"--require", len(m.Require) > 0}, {"--waivers", m.Waivers != ""}, {"--baseline", m.Baseline != ""}} {
			if flag.given {
				wrong = append(wrong, fmt.Errorf("%s: expected --reports DIR beside it: without it nothing is decided", flag.name))
			}
		}
	}
	return errors.Join(wrong...)
}

// steps reads the scenario; the error is everything that is wrong with it.
func (m mockServeCommand) steps() ([]scenario.Step, error) {
	if m.Scenario == "" {
		return nil, nil
	}
	data, err := os.ReadFile(m.Scenario)
	if err != nil {
		return nil, fmt.Errorf("--scenario: %w", err)
	}
	steps, problems := scenario.Parse(data)
	var wrong []error
	for _, problem := range problems {
		wrong = append(wrong, fmt.Errorf("--scenario: %s: %s", m.Scenario, problem))
	}
	return steps, errors.Join(wrong...)
}

// unmet says which steps of the scenario never came about.
func unmet(steps []scenario.Step) []string {
	var said []string
	for _, step := range steps {
		said = append(said, fmt.Sprintf("the scenario's step %q came about never, or not as often as it says", step))
	}
	return said
}

// command is the command as a report repeats it.
func (m mockServeCommand) command() []string {
	seed := ""
	if m.Seed != 0 {
		seed = strconv.FormatInt(m.Seed, 10)
	}
	return m.line("mock", "--manner", m.Manner, "--habit", strings.Join(m.Habit, ","), "--fault", strings.Join(m.Fault, ","),
		"--scenario", baseName(m.Scenario), "--seed", seed)
}

// clientCA is the text of the file of --client-ca, empty without one.
func (m mockServeCommand) clientCA() (string, error) {
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
