package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/embedded"
	"obconform/harness/mockbank"
	"obconform/harness/profile"
	"obconform/harness/report"
	"obconform/harness/report/folder"
	"obconform/harness/runner"
	"obconform/harness/tpp"
)

type runCommand struct {
	selectionFlags
	ConfigFile string        `name:"config" placeholder:"FILE" help:"The target's configuration; without it the mock bank is started inside."`
	Reports    string        `default:"${reports}" placeholder:"DIR" help:"Where the reports go."`
	FailOn     []string      `placeholder:"LEVELS" help:"Levels whose breach fails the run: doc, std, adv (default doc,std)."`
	Profile    string        `placeholder:"NAME" help:"What known departures of the bank count for: documented (default), standard or observed."`
	Deadline   time.Duration `placeholder:"10m" help:"Bound on the whole run (default: timeouts.run of the configuration)."`
	Procs      int           `default:"1" placeholder:"N" help:"Worker processes."`
	Seed       int64         `placeholder:"N" help:"Seed of the order of specs (default: random, and printed)."`
	shardFlags
	acceptFlags
	changesFlag
	MinCoverage string `placeholder:"FIGURES" help:"Least coverage in percent, as in 'answers=100,clauses=95,schema=80'; a plain number is of clauses. Below it the run fails."`
	RerunFailed string `placeholder:"FILE" help:"Run only the specs that failed, errored or were inconclusive in the run of that results.json."`
	screenFlags
	ciFlags
}

// Run runs the suites and leaves the exit status of the verdict.
func (r runCommand) Run(sh *shell, status *int) error {
	selection, err := r.selection(r.Seed)
	// Before the reports are cleared: the earlier run's may be among them.
	again, unreadable := r.earlier()
	sharding, wrong := r.sharding(sh.environ)
	if err := errors.Join(err, unreadable, wrong, r.checkFlags(), r.clearReports()); err != nil {
		return usageError{err}
	}
	selection.Names = again.names
	plan, err := newPlan(selection)
	if err != nil {
		return err
	}
	stop, release := runner.Signals()
	defer release()
	target, closeTarget, err := r.target(sh)
	if err != nil {
		return err
	}
	defer closeTarget()
	notes := slices.Concat(again.notes(plan), sharding.notes(target.Config), target.notices)
	mine, shards := sharding.divide(plan, target.Config, r.changesFlag)
	if r.Seed == 0 {
		r.Seed = rand.Int64N(1 << 31)
		if shards != nil {
			r.Seed = seedOf(shards.Cut)
		}
	}
	if selection.Seed = r.Seed; shards != nil {
		selection = selection.Narrow(mine)
	}
	session := session{command: r, selection: selection, target: target, sh: sh, notes: notes, shards: shards, share: sharding.share()}
	*status, err = session.run(mine, stop)
	return err
}

// checkFlags finds all that is wrong with the flags at once.
func (r runCommand) checkFlags() error {
	var wrong []error
	if r.Procs < 1 || r.Procs > 64 {
		wrong = append(wrong, fmt.Errorf("--procs: expected 1 to 64, got %d", r.Procs))
	}
	if r.Deadline < 0 {
		wrong = append(wrong, fmt.Errorf("--deadline: expected a positive duration, got %s", r.Deadline))
	}
	wrong = append(wrong, checkLevels(r.FailOn), checkProfile(r.Profile))
	if _, err := report.ParseFloors(r.MinCoverage); err != nil {
		wrong = append(wrong, fmt.Errorf("--min-coverage: %w", err))
	}
	return errors.Join(append(wrong, r.checkScreen())...)
}

// clearReports removes the reports of an earlier run: whatever stops this one,
// nobody must take them for its own.
func (r runCommand) clearReports() error {
	if err := os.MkdirAll(r.Reports, 0o755); err != nil {
		return fmt.Errorf("--reports: %w", err)
	}
	return removeReports(r.Reports)
}

// removeReports removes the reports in a folder, where there is one.
func removeReports(dir string) error {
	if dir == "" {
		return nil
	}
	if err := folder.Clear(dir); err != nil {
		return fmt.Errorf("--reports: %w", err)
	}
	return nil
}

// reportsOf is where a run would have written its reports, by a command line
// that cannot be parsed; empty for another command.
func reportsOf(args []string) string {
	if args[0] != "run" {
		return ""
	}
	for i, arg := range args {
		if dir, found := strings.CutPrefix(arg, "--reports="); found {
			return dir
		}
		if arg == "--reports" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return defaultReports
}

// target loads the configuration, of the file or of an embedded bank.
func (r runCommand) target(sh *shell) (loadedTarget, func(), error) {
	file, closeTarget := r.ConfigFile, func() {}
	if file == "" {
		bank, err := embedded.Start(mockbank.Options{})
		if err != nil {
			return loadedTarget{}, nil, err
		}
		file, closeTarget = bank.Config, bank.Close
	}
	accepts, unreadable := r.load()
	loaded, err := config.Load(file, sh.environ)
	if err == nil {
		err = r.check(loaded)
	}
	if err == nil {
		accepts, err = accepts.withWaiversOf(loaded, r.acceptFlags)
	}
	if err = errors.Join(unreadable, err); err != nil {
		closeTarget()
		return loadedTarget{}, nil, usageError{err}
	}
	if len(r.FailOn) > 0 {
		loaded.FailOn = nil
		for _, level := range r.FailOn {
			loaded.FailOn = append(loaded.FailOn, contract.Level(level))
		}
	}
	if r.Profile != "" {
		loaded.Profile = profile.Profile(r.Profile)
	}
	return loadedTarget{Config: loaded, accepted: accepts, file: file}, closeTarget, nil
}

// loadedTarget is a configuration with the file that workers load it from, and
// the breaches that the run accepts.
type loadedTarget struct {
	config.Config
	accepted
	file string
}

// session is one run with all that it needs.
type session struct {
	command   runCommand
	selection runner.Selection
	target    loadedTarget
	sh        *shell
	// notes are for the reader of the reports, beside the configuration's.
	notes []string
	// shards is which part of a run this is, nil for a whole.
	shards *report.Shards
	// share is how many runs ask the target at once.
	share int
}

// run writes the reports of nothing run yet, runs, and writes them again.
func (s session) run(plan runner.Plan, stop <-chan string) (int, error) {
	run := report.Run{Tool: toolVersion(), Target: s.target.Redacted(), Seed: s.selection.Seed, APIs: s.selection.Suites,
		Command: s.command.line(s.shards.Name()), Start: time.Now(), FailOn: s.target.FailOn, Planned: plan.Specs, NotSelected: plan.LeftOut, Elsewhere: plan.Elsewhere,
		Shards:     s.shards,
		Profile:    s.target.Profile,
		Waivers:    s.target.waivers,
		Baseline:   s.target.baseline,
		NotOffered: s.target.ClausesNotOffered(),
		Budgets:    budgetsOf(s.target.Config), Warnings: slices.Concat(s.notes, s.target.Warnings()), EvidenceFolder: folder.Evidence(s.command.Reports)}
	run.Floors, _ = report.ParseFloors(s.command.MinCoverage) // checkFlags has read it
	ci := newCI(s.command.ciFlags, s.sh.environ)
	if _, err := folder.Write(s.command.Reports, report.Placeholder(run), ci.reports()...); err != nil {
		return exitUsage, usageError{fmt.Errorf("--reports: %w", err)}
	}
	self, err := os.Executable()
	if err != nil {
		return exitUndecided, err
	}
	s.sayWhatIsLeft("of an earlier run")
	ci.silence(s.sh)
	started, ended, done := s.watch(len(plan.Specs))
	outcome := runner.Run(context.Background(), plan, runner.Options{
		Selection: s.selection, Procs: s.command.Procs, Deadline: s.deadline(), Started: started, Progress: ended,
		Budget:  tpp.PaceOf(s.target.Config).Divided(s.share),
		Command: func() *exec.Cmd { return s.worker(self) },
	}, stop)
	done()
	if outcome.Astray != "" {
		const most = 1 << 10 // bytes of what a bank has a say in
		astray := fmt.Errorf("%s: %s", s.target.file, report.Line(outcome.Astray, most))
		return exitUsage, usageError{errors.Join(astray, removeReports(s.command.Reports))}
	}
	run.End = time.Now()
	run.Results, run.Trouble, run.Interrupted = outcome.Results, outcome.Trouble, outcome.Interrupted
	results := report.Judge(run)
	files, err := folder.Write(s.command.Reports, results, ci.reports()...)
	if err != nil {
		return exitUndecided, fmt.Errorf("the reports could not be written: %w", err)
	}
	s.sayWhatIsLeft("now")
	err = report.Terminal(s.sh.out, results, report.TerminalOptions{Color: s.command.colours(s.sh.out, s.sh.environ), Width: width(s.sh.out),
		Verbose: s.command.Verbose, Quiet: s.command.Quiet, Files: paths(files)})
	if s.command.Verbose {
		err = errors.Join(err, printFiles(s.sh.out, files))
	}
	ci.publish(s.sh, s.command.Reports, results)
	return report.ExitStatus(results), errors.Join(err, s.command.updateBaseline(s.sh.out, run, results))
}

// line is the command as a report repeats it: what shapes the run, no path
// that means nothing elsewhere, and the shard outright, whoever has told it.
func (r runCommand) line(part string) []string {
	line := []string{"obconform", "run", "--seed", strconv.FormatInt(r.Seed, 10)}
	for _, flag := range []struct{ name, value string }{
		{"--suite", strings.Join(r.Suite, ",")}, {"--label-filter", r.LabelFilter}, {"--focus", r.Focus},
		{"--fail-on", strings.Join(r.FailOn, ",")}, {"--min-coverage", r.MinCoverage}, {"--profile", r.Profile},
		{"--rerun-failed", baseName(r.RerunFailed)}, {"--shard", part}, {"--timings", baseName(r.Timings)}, {"--allow-changes-on", r.AllowChangesOn},
	} {
		if flag.value != "" {
			line = append(line, flag.name, flag.value)
		}
	}
	if r.OwnTarget {
		line = append(line, "--own-target")
	}
	return line
}

// baseName is the last element of a path, empty for none.
func baseName(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// budgetsOf are the times that a configuration gives its target.
func budgetsOf(cfg config.Config) report.Budgets {
	budgets := report.Budgets{P95: time.Duration(cfg.Budgets.P95), Operations: map[contract.OperationID]time.Duration{}}
	for operation, span := range cfg.Budgets.Operations {
		budgets.Operations[operation] = time.Duration(span)
	}
	return budgets
}

func (s session) deadline() time.Duration {
	if s.command.Deadline > 0 {
		return s.command.Deadline
	}
	return time.Duration(s.target.Timeouts.Run)
}

// worker is the command of a worker process of this run.
func (s session) worker(self string) *exec.Cmd {
	levels := make([]string, len(s.target.FailOn))
	for i, level := range s.target.FailOn {
		levels[i] = string(level)
	}
	cmd := exec.Command(self, "worker", "--config", s.target.file, // #nosec G204 -- this very program
		"--seed", strconv.FormatInt(s.selection.Seed, 10), "--fail-on", strings.Join(levels, ","), "--profile", string(s.target.Profile),
		"--label-filter", s.selection.LabelFilter, "--focus", s.selection.Focus, "--allow-changes-on", s.command.AllowChangesOn)
	cmd.Args = append(cmd.Args, "--share", strconv.Itoa(s.share))
	if log := s.leftovers(); log != "" {
		cmd.Args = append(cmd.Args, "--leftovers", log)
	}
	cmd.Env = s.sh.environ
	return cmd
}

// each prints each spec as it ends.
func (s session) each(planned int) func(report.SpecResult) {
	ended := 0
	return func(result report.SpecResult) {
		ended++
		fmt.Fprintf(s.sh.out, "%3d/%d %-12s %s: %s (%s)\n", ended, planned, result.State, result.Suite, result.Name,
			result.Duration.Round(time.Millisecond))
	}
}

// defaultReports is the default of --reports.
const defaultReports = "reports"

func paths(files []folder.File) []string {
	paths := make([]string, len(files))
	for i, file := range files {
		paths[i] = file.Path
	}
	return paths
}
