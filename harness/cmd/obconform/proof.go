package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/detect"
	"obconform/harness/detect/mutate"
	"obconform/harness/report"
	"obconform/harness/runner"
)

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
	p.matrix = detect.Detection{SchemaVersion: detect.Format().Version, Tool: toolVersion(), Target: "embedded mock bank",
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
	case len(p.matrix.Trouble) > 0, p.matrix.Nothing():
		return exitUndecided
	}
	return exitOK
}

// trials makes all trials and fills the matrix: first a learning pass on a bank
// without any fault, since what is red there notices nothing.
func (p *proof) trials(ctx context.Context) {
	pool := detect.Pool{Command: p.worker, Procs: p.command.Procs, Limit: trialTime}
	jobs := p.nulls()
	if p.chosen.most != 0 || len(p.chosen.mutations)+len(p.chosen.faults) > 0 {
		for _, sight := range pool.Run(ctx, []detect.Job{{Learn: true, Suites: p.chosen.suites}}) {
			jobs = append(jobs, p.changed(sight)...)
		}
	}
	p.planned = len(jobs)
	pool.Progress = p.progress
	sights := pool.Run(ctx, jobs)
	for _, sight := range sights {
		p.matrix.Add(sight)
	}
	if len(sights) < len(jobs) && ctx.Err() == nil {
		p.matrix.Trouble = append(p.matrix.Trouble, fmt.Sprintf("%d of %d trials have an outcome", len(sights), len(jobs)))
	}
}

// nulls are the jobs of null banks.
func (p *proof) nulls() []detect.Job {
	var jobs []detect.Job
	if p.chosen.nulls {
		for _, null := range detect.NullBanks() {
			for _, way := range detect.Ways() {
				jobs = append(jobs, detect.Job{Null: null.Name, Way: way, Suites: p.chosen.suites})
			}
		}
	}
	return jobs
}

// changed are the jobs of named faults and mutations, once it is known what a
// bank looks like that has none.
func (p *proof) changed(sight detect.Sight) []detect.Job {
	learned := sight.Learned
	if sight.Trouble != "" || learned == nil {
		p.matrix.Add(sight)
		return nil
	}
	p.matrix.NotUsable = learned.Red
	if p.target == "" {
		for _, red := range learned.Red {
			p.matrix.Trouble = append(p.matrix.Trouble, "on a bank without a fault: "+red)
		}
	}
	var jobs []detect.Job
	for _, fault := range p.chosen.faults {
		jobs = append(jobs, detect.Job{Fault: fault.ID, Known: learned.Known.All(), Suites: p.chosen.suites})
	}
	if p.chosen.most == 0 && len(p.chosen.mutations) == 0 {
		return jobs
	}
	return append(jobs, p.mutations(learned)...)
}

// mutations are the jobs that a learning pass makes possible.
func (p *proof) mutations(learned *detect.Learned) []detect.Job {
	trial := detect.MutationTrial{Templates: learned.Templates, Known: learned.Known}
	if len(learned.Red) > 0 || p.target != "" {
		trial.Green = learned.Green
		if len(learned.Green) == 0 {
			p.matrix.Trouble = append(p.matrix.Trouble, "no spec succeeds without a mutation: nothing can be proved here")
			return nil
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
		args = append(args, "--config", p.command.ConfigFile, "--share", strconv.Itoa(p.command.Procs))
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
	whole := p.target == "" && len(p.chosen.suites) == len(contract.APIs()) && len(p.command.Fault) == 0
	p.matrix.Weigh(p.list, whole)
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
