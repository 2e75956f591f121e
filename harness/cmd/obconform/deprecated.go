package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"obconform/harness/deprecation"
)

// deprecatedFlag is a flag that goes. Until it does the grammar has it, hidden,
// and it does what it did.
type deprecatedFlag struct {
	// command and flag are their names, as "run" and "fail-on".
	command, flag  string
	instead        string
	since, removal string
}

// deprecatedFlags lists every flag that goes.
func deprecatedFlags() []deprecatedFlag { return nil }

func (f deprecatedFlag) notice() deprecation.Notice {
	return deprecation.Notice{Name: f.command + " --" + f.flag, Instead: f.instead, Since: f.since, Removal: f.removal}
}

// noticesOf are the notices of the flags that a command line has.
func noticesOf(parsed *kong.Context, table []deprecatedFlag) []deprecation.Notice {
	var notices []deprecation.Notice
	for _, f := range table {
		for _, path := range parsed.Path {
			if path.Flag != nil && path.Flag.Name == f.flag && strings.HasPrefix(parsed.Command()+" ", f.command+" ") {
				notices = append(notices, f.notice())
				break
			}
		}
	}
	return notices
}
