package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"obconform/harness/audit"
	"obconform/harness/conduct"
	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/gate"
	"obconform/harness/profile"
	"obconform/harness/report"
	"obconform/harness/report/folder"
	"obconform/harness/traffic"
)

// judgingFlags are those of commands that judge traffic.
type judgingFlags struct {
	ConfigFile string   `name:"config" placeholder:"FILE" help:"The bank's configuration: addresses, scopes, profile, waivers, levels, and what must not be shown."`
	Reports    string   `default:"${reports}" placeholder:"DIR" help:"Where the reports go."`
	FailOn     []string `placeholder:"LEVELS" help:"Levels whose breach fails the run: doc, std, adv (default doc,std)."`
	Profile    string   `placeholder:"NAME" help:"What known departures of the bank count for: documented (default), standard or observed."`
	Require    []string `placeholder:"NAMES" help:"Clauses and operations that must have been exercised; the run fails where one was not."`
	acceptFlags
	screenFlags
	ciFlags
}

// checkJudging finds all that is wrong with the flags at once.
func (f judgingFlags) checkJudging() error {
	return errors.Join(checkLevels(f.FailOn), checkProfile(f.Profile), f.checkScreen())
}

func checkLevels(levels []string) error {
	var wrong []error
	for _, level := range levels {
		if !slices.Contains(contract.Levels(), contract.Level(level)) {
			wrong = append(wrong, fmt.Errorf("--fail-on: expected doc, std or adv, got %q", level))
		}
	}
	return errors.Join(wrong...)
}

func checkProfile(name string) error {
	if name != "" && !slices.Contains(profile.All(), profile.Profile(name)) {
		return fmt.Errorf("--profile: expected documented, standard or observed, got %q", name)
	}
	return nil
}

// clearReports makes the folder of the reports, without those of an earlier run:
// whatever stops this one, nobody must take them for its own.
func (f judgingFlags) clearReports() error {
	if err := os.MkdirAll(f.Reports, 0o755); err != nil {
		return fmt.Errorf("--reports: %w", err)
	}
	return removeReports(f.Reports)
}

// judging is what a judge of traffic is made from: the flags, and the
// configuration where there is one. The error is everything that is wrong.
func (f judgingFlags) judging(sh *shell, sides gate.Sides, sources, command []string) (gate.Options, error) {
	given := gate.Options{Sides: sides, Require: splitAll(f.Require), Sources: sources}
	cfg := config.Config{}
	accepts, unreadable := f.load()
	if f.ConfigFile != "" {
		loaded, err := config.Load(f.ConfigFile, sh.environ)
		if err == nil {
			accepts, err = accepts.withWaiversOf(loaded, f.acceptFlags)
		}
		unreadable = errors.Join(unreadable, err)
		cfg = loaded
	}
	if err := errors.Join(f.checkJudging(), unreadable); err != nil {
		return given, err
	}
	options := judgingBy(cfg, f.ConfigFile != "")
	options.Sides, options.Require, options.Sources = given.Sides, given.Require, given.Sources
	run := &options.Run
	run.Tool, run.Command, run.Start, run.EvidenceFolder = toolVersion(), command, time.Now(), folder.Evidence(f.Reports)
	run.Waivers, run.Baseline = accepts.waivers, accepts.baseline
	run.Warnings = append(run.Warnings, accepts.notices...)
	if len(f.FailOn) > 0 {
		run.FailOn = nil
		for _, level := range f.FailOn {
			run.FailOn = append(run.FailOn, contract.Level(level))
		}
	}
	if f.Profile != "" {
		run.Profile = profile.Profile(f.Profile)
	}
	return options, nil
}

// splitAll takes names apart that are separated by commas.
func splitAll(lists []string) []string {
	var names []string
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// judgingBy is what a configuration says about judging.
func judgingBy(cfg config.Config, given bool) gate.Options {
	options := gate.Options{Addresses: traffic.NewAddresses()}
	if !given {
		return options
	}
	options.Run = report.Run{Target: cfg.Redacted(), FailOn: cfg.FailOn, Profile: cfg.Profile, Warnings: cfg.Warnings(),
		NotOffered: cfg.ClausesNotOffered(), Budgets: budgetsOf(cfg)}
	options.Audit = audit.Options{ClockSkew: time.Duration(cfg.Target.ClockSkew), RFC7591Errors: strings.EqualFold(cfg.Registration.ErrorFormat, "rfc7591"),
		RequireSignature: cfg.Target.RequireSignature, MaxResponseBytes: cfg.Limits.ResponseBytes, MaxJSONValues: int(cfg.Limits.JSONValues),
		RegistrationMethod: cfg.Client.AuthMethod}
	options.Conduct = conduct.Options{ClockSkew: time.Duration(cfg.Target.ClockSkew), IntentClaim: cfg.Consents.IntentClaim,
		Scopes: map[string]string{contract.ScopeAccounts: cfg.Client.Scopes.Accounts, contract.ScopeFunds: cfg.Client.Scopes.Funds}}
	for group := range cfg.Target.Paths {
		if address, err := url.Parse(cfg.URL(group)); err == nil {
			options.Addresses.Root(group, address.Path)
		}
	}
	if cfg.Target.SignatureJWKSURL != "" {
		options.Addresses.Name(contract.GetJWKS, cfg.Target.SignatureJWKSURL)
	}
	options.Secrets = secretsOf(cfg)
	return options
}

// minPersonal is the shortest personal value that is replaced wherever it stands,
// in bytes: a shorter one would tear words apart.
const minPersonal = 6

// secretsOf are the values of a configuration that must not be shown.
func secretsOf(cfg config.Config) map[string][]string {
	secrets := map[string][]string{"secret": cfg.Secrets()}
	for _, client := range []struct{ id, secret config.Secret }{{cfg.Client.ID, cfg.Client.Secret}, {cfg.SecondClient.ID, cfg.SecondClient.Secret}} {
		if secret := client.secret.Reveal(); secret != "" {
			secrets[string(audit.ClientSecret)] = append(secrets[string(audit.ClientSecret)], secret)
			secrets["client credentials"] = append(secrets["client credentials"], base64.StdEncoding.EncodeToString([]byte(client.id.Reveal()+":"+secret)))
		}
	}
	account := cfg.Fixtures.DebtorAccount
	for kind, value := range map[string]string{"account number": account.Identification, "account name": account.Name, "roll number": account.SecondaryIdentification} {
		if len(value) >= minPersonal {
			secrets[kind] = []string{value}
		}
	}
	return secrets
}

// publish writes the reports of what a judge has come to, prints its summary, and
// answers the exit status.
func (f judgingFlags) publish(sh *shell, run report.Run) (int, error) {
	results, ci := report.Judge(run), newCI(f.ciFlags, sh.environ)
	ci.silence(sh)
	files, err := folder.Write(f.Reports, results, ci.reports()...)
	if err != nil {
		return exitUndecided, fmt.Errorf("the reports could not be written: %w", err)
	}
	err = report.Terminal(sh.out, results, report.TerminalOptions{Color: f.colours(sh.out, sh.environ), Width: width(sh.out),
		Verbose: f.Verbose, Quiet: f.Quiet, Files: paths(files)})
	if f.Verbose {
		err = errors.Join(err, printFiles(sh.out, files))
	}
	ci.publish(sh, f.Reports, results)
	return report.ExitStatus(results), errors.Join(err, f.updateBaseline(sh.out, run, results))
}
