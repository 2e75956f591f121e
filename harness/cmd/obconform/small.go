package main

import (
	"fmt"

	"obconform/harness/config"
)

type configCommand struct {
	Check   configCheckCommand   `cmd:"" help:"Check a configuration file without calling anybody."`
	Migrate configMigrateCommand `cmd:"" help:"Bring a configuration file up to the version of this obconform."`
}

type configCheckCommand struct {
	File string `arg:"" help:"The configuration file."`
}

// Run prints every problem of the file, or that there is none.
func (c configCheckCommand) Run(sh *shell) error {
	loaded, err := config.Load(c.File, sh.environ)
	if err != nil {
		return usageError{err}
	}
	for _, warning := range loaded.Warnings() {
		fmt.Fprintf(sh.out, "warning %s\n", warning)
	}
	fmt.Fprintf(sh.out, "%s: no problem found; the target is %s at %s; %s\n", c.File, loaded.Target.Name, loaded.Target.BaseURL, loaded.KindWords())
	return nil
}
