package main

import (
	"fmt"

	"obconform/harness/config"
	"obconform/harness/tpp"
)

// changesFlag lets a command change something at a production target.
type changesFlag struct {
	AllowChangesOn string `placeholder:"HOST" help:"Create, change and delete at a production target: its host, typed out."`
}

// check refuses a host that is not the target's: it was typed for another one.
func (f changesFlag) check(target config.Config) error {
	if f.AllowChangesOn == "" || target.IsTargetHost(f.AllowChangesOn) {
		return nil
	}
	return fmt.Errorf("--allow-changes-on: expected the host of target.baseUrl, with its port where it names one, got %q", f.AllowChangesOn)
}

// options are what the flag, checked, settles for a client.
func (f changesFlag) options() []tpp.Option {
	if f.AllowChangesOn == "" {
		return nil
	}
	return []tpp.Option{tpp.AllowingChanges}
}
