package main

import (
	"fmt"
	"strings"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/runner"
	"obconform/harness/tpp"
	"obconform/suites"
)

// units lists the sections of all suites.
func units() []runner.Unit {
	var list []runner.Unit
	for _, suite := range suites.All() {
		for _, section := range suite.Sections {
			list = append(list, runner.Unit{Suite: suite.API, Section: section.Name})
		}
	}
	return list
}

// register registers units with a client of that configuration.
func register(bank *tpp.Client) runner.Register {
	return func(unit runner.Unit) {
		for _, suite := range suites.All() {
			if suite.API == unit.Suite {
				suite.Register(bank, unit.Section)
			}
		}
	}
}

// newPlan plans what a selection takes; it needs no target.
func newPlan(selection runner.Selection) (runner.Plan, error) {
	bank, err := tpp.New(config.Default())
	if err != nil {
		return runner.Plan{}, err
	}
	plan, err := runner.NewPlan(units(), selection, register(bank))
	if err != nil {
		return plan, usageError{err}
	}
	return plan, nil
}

// selectionFlags are the flags that choose specs.
type selectionFlags struct {
	Suite       []string `placeholder:"NAME,..." help:"Only these suites: dynamicregistration, accountaccessconsents, accounts, confirmationoffunds."`
	LabelFilter string   `placeholder:"EXPR" help:"Only specs whose labels match, as in 'clause:AAC-201' or '!destructive'."`
	Focus       string   `placeholder:"REGEX" help:"Only specs whose sentence matches."`
	Smoke       bool     `help:"Only the smoke tier: a few requests that show that the target is there and lets us in."`
}

// selection reads the flags; a suite that does not exist is an error that names
// those that do.
func (f selectionFlags) selection(seed int64) (runner.Selection, error) {
	chosen := runner.Selection{LabelFilter: f.LabelFilter, Focus: f.Focus, Seed: seed}
	switch {
	case f.Smoke && f.LabelFilter != "":
		chosen.LabelFilter = "smoke && (" + f.LabelFilter + ")"
	case f.Smoke:
		chosen.LabelFilter = "smoke"
	}
	for _, name := range f.Suite {
		known := false
		for _, api := range contract.APIs() {
			known = known || string(api) == name
		}
		if !known {
			return chosen, fmt.Errorf("--suite: there is no suite %q; there are %s", name, apiNames())
		}
		chosen.Suites = append(chosen.Suites, contract.API(name))
	}
	return chosen, nil
}

func apiNames() string {
	names := make([]string, 0, len(contract.APIs()))
	for _, api := range contract.APIs() {
		names = append(names, string(api))
	}
	return strings.Join(names, ", ")
}
