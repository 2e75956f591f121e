package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/detect"
	"obconform/harness/detect/mutate"
	"obconform/harness/mockbank"
	"obconform/harness/report"
	"obconform/harness/runner"
)

type proveCommand struct {
	changesFlag
	Suite      []string `placeholder:"NAME,..." help:"Only these suites: dynamicregistration, accountaccessconsents, accounts, confirmationoffunds."`
	Fault      []string `placeholder:"ID,..." help:"Only these named faults, or mutations (m-...) of an earlier report."`
	NoFaults   bool     `help:"Leave out null banks and named faults."`
	Mutate     string   `default:"1500" placeholder:"N|all" help:"How many mutations to try (default ${default})."`
	Procs      int      `placeholder:"N" help:"Worker processes (default: one per processor, one for a configured target)."`
	Reports    string   `default:"${reports}" placeholder:"DIR" help:"Where the reports go."`
	ConfigFile string   `name:"config" placeholder:"FILE" help:"Mutate the answers of this target instead of the mock bank's; it is only read, unless its host is typed with --allow-changes-on."`
	Seed       int64    `default:"1" placeholder:"N" help:"Which mutations the sample takes (default ${default})."`
}

// The names of the reports of a proof.
const (
	detectionJSON = "detection.json"
	detectionHTML = "detection.html"
	detectionMD   = "detection.md"
)

// trialTime bounds one trial, many times what one takes.
const trialTime = 3 * time.Minute

// Run makes the proof and leaves the exit status of its outcome.
func (p proveCommand) Run(sh *shell, status *int) error {
	if p.Procs == 0 {
		p.Procs = runtime.NumCPU()
		if p.ConfigFile != "" {
			p.Procs = 1
		}
	}
	chosen, err := p.choice()
	if err := errors.Join(err, p.clearReports()); err != nil {
		return usageError{err}
	}
	proof := proof{command: p, chosen: chosen, sh: sh}
	if p.ConfigFile != "" {
		loaded, err := config.Load(p.ConfigFile, sh.environ)
		if err == nil {
			err = p.changesFlag.check(loaded)
		}
		if err != nil {
			return usageError{err}
		}
		proof.target = loaded.Target.Name
	}
	if proof.list, err = detect.LoadEquivalences(); err != nil {
		return err
	}
	if proof.self, err = os.Executable(); err != nil {
		return err
	}
	stop, release := runner.Signals()
	defer release()
	*status, err = proof.run(stop)
	return err
}

// choice is what the flags choose.
type choice struct {
	suites    []contract.API
	faults    []mockbank.Fault
	nulls     bool
	mutations []string // identifiers; nil for a sample
	most      int      // mutations; -1 for all
}

// choice reads the flags and finds all that is wrong with them at once.
func (p proveCommand) choice() (choice, error) {
	var wrong []error
	selection, err := selectionFlags{Suite: p.Suite}.selection(p.Seed)
	if err != nil {
		wrong = append(wrong, err)
	}
	chosen := choice{suites: selection.Suites, nulls: p.ConfigFile == "" && len(p.Fault) == 0 && !p.NoFaults, most: -1}
	if len(chosen.suites) == 0 {
		chosen.suites = contract.APIs()
	}
	if p.Mutate != "all" {
		if chosen.most, err = strconv.Atoi(p.Mutate); err != nil || chosen.most < 0 {
			wrong = append(wrong, fmt.Errorf("--mutate: expected a number or 'all', got %q", p.Mutate))
		}
	}
	if p.Procs < 1 || p.Procs > 64 {
		wrong = append(wrong, fmt.Errorf("--procs: expected 1 to 64, got %d", p.Procs))
	}
	if p.AllowChangesOn != "" && p.ConfigFile == "" {
		wrong = append(wrong, errors.New("--allow-changes-on is for a target of --config; the mock bank is changed anyway"))
	}
	if p.NoFaults && len(p.Fault) > 0 {
		wrong = append(wrong, errors.New("--no-faults and --fault: expected one of them"))
	}
	wrong = append(wrong, chosen.chooseFaults(p)...)
	return chosen, errors.Join(wrong...)
}

// chooseFaults takes the named faults of the flags, or all of the suites.
func (c *choice) chooseFaults(p proveCommand) (wrong []error) {
	if p.ConfigFile == "" && len(p.Fault) == 0 && !p.NoFaults {
		for _, fault := range mockbank.Faults() {
			known, _ := contract.ClauseByID(contract.ClauseID(fault.Clause))
			if known.API == contract.Common || slices.Contains(c.suites, known.API) {
				c.faults = append(c.faults, fault)
			}
		}
	}
	if len(p.Fault) > 0 {
		c.most = 0
	}
	for _, id := range p.Fault {
		i := slices.IndexFunc(mockbank.Faults(), func(f mockbank.Fault) bool { return f.ID == id })
		switch {
		case strings.HasPrefix(id, "m-"):
			c.mutations = append(c.mutations, id)
		case i < 0:
			wrong = append(wrong, fmt.Errorf("--fault: there is no fault %q; 'obconform mock --list-faults' lists them", id))
		case p.ConfigFile != "":
			wrong = append(wrong, fmt.Errorf("--fault: %q is a fault of the mock bank, which a configured target has not", id))
		default:
			c.faults = append(c.faults, mockbank.Faults()[i])
		}
	}
	return wrong
}

// clearReports removes the reports of an earlier proof.
func (p proveCommand) clearReports() error {
	if err := os.MkdirAll(p.Reports, 0o755); err != nil {
		return fmt.Errorf("--reports: %w", err)
	}
	for _, name := range []string{detectionJSON, detectionHTML, detectionMD} {
		if err := os.Remove(filepath.Join(p.Reports, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--reports: %w", err)
		}
	}
	return nil
}

// proof is one proof with all that it needs.
type proof struct {
	command proveCommand
	chosen  choice
	list    detect.Equivalences
	target  string
	self    string
	sh      *shell

	matrix detect.Detection
	// ended and planned count trials for the progress.
	ended, planned int
}

// run makes the trials and writes the matrix: first one that says that the proof
// never ended.
func (p *proof) run(stop <-chan string) (int, error) {
	p.matrix = detect.Detection{SchemaVersion: detect.DetectionVersion, Tool: toolVersion(), Target: "embedded mock bank",
		Command: p.line(), Start: time.Now().UTC(), Seed: p.command.Seed, Suites: p.chosen.suites,
		Interrupted: "the proof never reported its end"}
	if p.target != "" {
		p.matrix.Target = p.target
	}
	if err := p.write(); err != nil {
		return exitUsage, usageError{fmt.Errorf("--reports: %w", err)}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	reasons := make(chan string, 1)
	go func() {
		if reason, more := <-stop; more {
			reasons <- reason
			cancel()
		}
	}()
	p.trials(ctx)
	p.matrix.Interrupted = ""
	select {
	case p.matrix.Interrupted = <-reasons:
	default:
	}
	if err := p.write(); err != nil {
		return exitUndecided, fmt.Errorf("the reports could not be written: %w", err)
	}
	return p.status(), detect.Summary(p.sh.out, p.matrix, p.files())
}

// status is 130 for a proof that was interrupted, 1 for something that nobody
// noticed, 3 for trouble and for a proof of nothing.
func (p *proof) status() int {
	switch {
	case p.matrix.Interrupted != "":
		return exitInterrupted
	case len(p.matrix.Problems) > 0:
		return exitFailed
	case len(p.matrix.Trouble) > 0, p.matrix.Figures.Trials == 0:
		return exitUndecided
	}
	return exitOK
}

// trials makes all trials and fills the matrix.
func (p *proof) trials(ctx context.Context) {
	pool := detect.Pool{Command: p.worker, Procs: p.command.Procs, Limit: trialTime}
	jobs := p.named()
	if p.chosen.most != 0 || len(p.chosen.mutations) > 0 {
		for _, sight := range pool.Run(ctx, []detect.Job{{Learn: true, Suites: p.chosen.suites}}) {
			jobs = append(jobs, p.mutations(sight)...)
		}
	}
	p.planned = len(jobs)
	pool.Progress = p.progress
	for _, sight := range pool.Run(ctx, jobs) {
		p.matrix.Add(sight)
	}
}

// named are the jobs of null banks and named faults.
func (p *proof) named() []detect.Job {
	var jobs []detect.Job
	if p.chosen.nulls {
		for _, null := range detect.NullBanks() {
			for _, way := range detect.Ways() {
				jobs = append(jobs, detect.Job{Null: null.Name, Way: way, Suites: p.chosen.suites})
			}
		}
	}
	for _, fault := range p.chosen.faults {
		jobs = append(jobs, detect.Job{Fault: fault.ID, Suites: p.chosen.suites})
	}
	return jobs
}

// mutations are the jobs that a learning pass makes possible.
func (p *proof) mutations(sight detect.Sight) []detect.Job {
	learned := sight.Learned
	if sight.Trouble != "" || learned == nil {
		p.matrix.Add(sight)
		return nil
	}
	p.matrix.NotUsable = learned.Red
	trial := detect.MutationTrial{Templates: learned.Templates, Warned: learned.Warned}
	if len(learned.Red) > 0 || p.target != "" {
		trial.Green = learned.Green
		if len(learned.Green) == 0 {
			p.matrix.Trouble = append(p.matrix.Trouble, "no spec succeeds without a mutation: nothing can be proved here")
			return nil
		}
	}
	if p.target == "" {
		for _, red := range learned.Red {
			p.matrix.Trouble = append(p.matrix.Trouble, "on a bank without a fault: "+red)
		}
	}
	entries := slices.DeleteFunc(learned.Entries, func(e mutate.Entry) bool { return !detect.InSuites(e.Mutation, p.chosen.suites) })
	p.matrix.Possible = len(entries)
	return p.choose(entries, trial)
}

// choose makes jobs of the mutations that the flags ask for.
func (p *proof) choose(entries []mutate.Entry, trial detect.MutationTrial) []detect.Job {
	if len(p.chosen.mutations) > 0 {
		for _, id := range p.chosen.mutations {
			if !slices.ContainsFunc(entries, func(e mutate.Entry) bool { return e.ID() == id }) {
				p.matrix.Trouble = append(p.matrix.Trouble, "--fault: the traffic allows no mutation "+id)
			}
		}
		entries = slices.DeleteFunc(entries, func(e mutate.Entry) bool { return !slices.Contains(p.chosen.mutations, e.ID()) })
	} else if p.chosen.most >= 0 {
		entries = mutate.Sample(entries, p.chosen.most, p.command.Seed)
	}
	jobs := make([]detect.Job, len(entries))
	for i, entry := range entries {
		one := trial
		one.Entry = entry
		jobs[i] = detect.Job{Mutation: &one, Suites: p.chosen.suites}
	}
	return jobs
}

// worker is the command of a worker process.
func (p *proof) worker() *exec.Cmd {
	args := []string{"prove-worker"}
	if p.command.ConfigFile != "" {
		args = append(args, "--config", p.command.ConfigFile)
	}
	if p.command.AllowChangesOn != "" {
		args = append(args, "--allow-changes-on", p.command.AllowChangesOn)
	}
	cmd := exec.Command(p.self, args...) // #nosec G204 -- this very program
	cmd.Env = p.sh.environ
	runner.Detach(cmd)
	return cmd
}

// progress prints how far the proof is, now and then.
func (p *proof) progress(detect.Job, detect.Sight) {
	const every = 100
	if p.ended++; p.ended%every == 0 {
		fmt.Fprintf(p.sh.err, "%d of %d trials, %s\n", p.ended, p.planned, time.Since(p.matrix.Start).Round(time.Second))
	}
}

// line is the command as the reports repeat it.
func (p *proof) line() []string {
	line := []string{"obconform", "prove", "--mutate", p.command.Mutate, "--seed", strconv.FormatInt(p.command.Seed, 10)}
	for _, list := range []struct {
		flag   string
		values []string
	}{{"--suite", p.command.Suite}, {"--fault", p.command.Fault}} {
		if len(list.values) > 0 {
			line = append(line, list.flag, strings.Join(list.values, ","))
		}
	}
	if p.command.NoFaults {
		line = append(line, "--no-faults")
	}
	if p.command.AllowChangesOn != "" {
		line = append(line, "--allow-changes-on", p.command.AllowChangesOn)
	}
	return line
}

func (p *proof) files() []string {
	return []string{filepath.Join(p.command.Reports, detectionJSON), filepath.Join(p.command.Reports, detectionHTML),
		filepath.Join(p.command.Reports, detectionMD)}
}

// write weighs the matrix and writes the reports, each replaced in one step.
func (p *proof) write() error {
	p.matrix.End = time.Now().UTC()
	p.matrix.Weigh(p.list)
	for i, render := range []func(detect.Detection) ([]byte, error){detect.JSON, detect.HTML, detect.Markdown} {
		data, err := render(p.matrix)
		if err != nil {
			return err
		}
		if err := report.WriteFile(p.files()[i], data); err != nil {
			return err
		}
	}
	return nil
}
