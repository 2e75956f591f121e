package main

import (
	"fmt"
	"path/filepath"

	"obconform/harness/leftovers"
)

// leftovers is the file that remembers what this run creates; empty where the
// target ends with the run.
func (s session) leftovers() string {
	if s.command.ConfigFile == "" {
		return ""
	}
	return filepath.Join(s.command.Reports, leftovers.File)
}

// sayWhatIsLeft tells of things that runs have left behind at this target, and
// removes the file that remembers them when there are none.
func (s session) sayWhatIsLeft(when string) {
	path := s.leftovers()
	if path == "" {
		return
	}
	left, err := leftovers.Tidy(path)
	if err != nil {
		fmt.Fprintf(s.sh.err, "obconform: what runs have left behind is not known: %v\n", err)
	}
	if len(left) > 0 {
		fmt.Fprintf(s.sh.err, "obconform: %s remembers %d things left behind (%s); to delete them:\n  obconform cleanup --config %s --reports %s\n",
			path, len(left), when, s.command.ConfigFile, s.command.Reports)
	}
}
