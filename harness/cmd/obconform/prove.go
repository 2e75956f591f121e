package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/detect"
	"obconform/harness/mockbank"
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
			if c.shows(fault) {
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
		case !c.shows(mockbank.Faults()[i]):
			wrong = append(wrong, fmt.Errorf("--fault: %q shows in a suite that --suite leaves out", id))
		default:
			c.faults = append(c.faults, mockbank.Faults()[i])
		}
	}
	return wrong
}

// shows tells whether the chosen suites may notice a fault.
func (c *choice) shows(fault mockbank.Fault) bool {
	known, _ := contract.ClauseByID(contract.ClauseID(fault.Clause))
	return known.API == contract.Common || slices.Contains(c.suites, known.API)
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
