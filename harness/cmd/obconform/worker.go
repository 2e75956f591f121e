package main

import (
	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/leftovers"
	"obconform/harness/profile"
	"obconform/harness/runner"
	"obconform/harness/tpp"
)

// workerCommand is the process that runs specs for a supervisor; see runner.
type workerCommand struct {
	ConfigFile  string   `name:"config" required:""`
	Seed        int64    `required:""`
	FailOn      []string `required:""`
	Profile     string   `required:""`
	LabelFilter string
	Focus       string
	Leftovers   string
	Share       int
	changesFlag
}

// Run works the supervisor's orders off.
func (w workerCommand) Run(sh *shell) error {
	loaded, err := config.Load(w.ConfigFile, sh.environ)
	if err != nil {
		return usageError{err}
	}
	loaded.FailOn = nil
	for _, level := range w.FailOn {
		loaded.FailOn = append(loaded.FailOn, contract.Level(level))
	}
	loaded.Profile = profile.Profile(w.Profile)
	link := runner.NewLink(sh.in, sh.out, tpp.PaceOf(loaded).Divided(max(1, w.Share)))
	options := append(w.options(), tpp.AtPace(link.Pace))
	if w.Leftovers != "" {
		log := leftovers.NewLog(w.Leftovers, loaded.Target.BaseURL, loaded.Kind() != config.Mock)
		defer func() { _ = log.Close() }() // what it says is written already
		options = append(options, tpp.Remembering(log))
	}
	bank, err := tpp.New(loaded, options...)
	if err != nil {
		return usageError{err}
	}
	selection := runner.Selection{LabelFilter: w.LabelFilter, Focus: w.Focus, Seed: w.Seed}
	return link.Work(selection, runner.Bench{
		Register: register(bank), Leftovers: bank.Leftovers, CleanUp: bank.CleanUp, Observe: bank.Observe,
		Astray: bank.Astray,
	})
}
