package main

import (
	_ "embed" // the schema of the version
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"obconform/harness/format"
)

// What 'make dist' tells the linker of a build. A plain build leaves commit and
// date empty: they are then what Go recorded of the version control, if it did.
var (
	version = "development"
	commit  = ""
	date    = ""
)

//go:embed version.schema.json
var versionSchema []byte

// versionFormat is the format of 'version --json'.
func versionFormat() format.Format {
	return format.New("version", "version --json: what the binary is", versionSchema)
}

// build is what a binary knows of itself.
type build struct {
	SchemaVersion int    `json:"schemaVersion"`
	Version       string `json:"version"`
	Commit        string `json:"commit,omitempty"`   // 40 hexadecimal digits
	Date          string `json:"date,omitempty"`     // of the commit, RFC 3339 in UTC
	Modified      bool   `json:"modified,omitempty"` // the sources differed from the commit
	Go            string `json:"go"`
	OS            string `json:"os"`
	Arch          string `json:"arch"`
}

// thisBuild is what the running binary knows of itself.
func thisBuild() build {
	b := build{SchemaVersion: versionFormat().Version, Version: version, Commit: commit, Date: date,
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && b.Commit == "" {
		b.recorded(info.Settings)
	}
	return b
}

// recorded takes what Go wrote down of the version control.
func (b *build) recorded(settings []debug.BuildSetting) {
	for _, setting := range settings {
		switch setting.Key {
		case "vcs.revision":
			b.Commit = setting.Value
		case "vcs.time":
			b.Date = setting.Value
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
}

// String is the line that 'version' prints.
func (b build) String() string {
	from := ""
	if b.Commit != "" {
		from = "commit " + b.Commit
		if b.Modified {
			from += " with changes"
		}
		if b.Date != "" {
			from += " of " + b.Date
		}
		from += ", "
	}
	return fmt.Sprintf("obconform %s (%s%s, %s/%s)", b.Version, from, b.Go, b.OS, b.Arch)
}

// short is how reports name the build: the version, with the commit if it is known.
func (b build) short() string {
	if len(b.Commit) < 12 {
		return b.Version
	}
	return b.Version + "-" + b.Commit[:12]
}

// toolVersion is how reports name this build.
func toolVersion() string { return thisBuild().short() }

type versionCommand struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// Run prints what is running: version, commit, its date, and what built it.
func (v versionCommand) Run(sh *shell) error {
	if !v.JSON {
		fmt.Fprintln(sh.out, thisBuild())
		return nil
	}
	encoder := json.NewEncoder(sh.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(thisBuild())
}
