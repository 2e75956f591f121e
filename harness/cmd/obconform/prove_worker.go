package main

import (
	"obconform/harness/config"
	"obconform/harness/detect"
	"obconform/suites"
)

// proveWorkerCommand is the process that makes trials for prove; see detect.
type proveWorkerCommand struct {
	ConfigFile string `name:"config"`
	Share      int
	changesFlag
}

// Run makes the trials that come in.
func (w proveWorkerCommand) Run(sh *shell) error {
	worker := detect.Worker{Suites: suites.All()}
	if w.ConfigFile != "" {
		loaded, err := config.Load(w.ConfigFile, sh.environ)
		if err != nil {
			return usageError{err}
		}
		worker.Scene = detect.TargetScene{Config: loaded, Writes: w.AllowChangesOn != "", Share: w.Share, Options: w.options()}
	}
	return worker.Work(sh.in, sh.out)
}
