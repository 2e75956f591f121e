package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"obconform/harness/config"
)

// version is set when a release is built.
var version = "development"

type versionCommand struct{}

// Run prints the tool's version and what built it.
func (versionCommand) Run(sh *shell) error {
	fmt.Fprintf(sh.out, "obconform %s (%s, %s/%s)\n", toolVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// toolVersion is the version with the commit that it was built from, where the
// build recorded one.
func toolVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
				return version + "-" + setting.Value[:12]
			}
		}
	}
	return version
}

type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Check a configuration file without calling anybody."`
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
