// Package packages stands in the binaries that are shipped for the package of
// that name, which reads Go's own sources: Ginkgo links it, and with it Go's
// parser and type checker, for a report in the form of 'go test -json' that
// obconform never asks for. It has what Ginkgo calls, and does nothing.
package packages

import "errors"

// LoadMode is a set of things to load.
type LoadMode int

// The things that Ginkgo would load.
const (
	NeedFiles LoadMode = 1 << iota
	NeedSyntax
)

// Config says how to load.
type Config struct{ Mode LoadMode }

// Package is what would have been loaded.
type Package struct{ ID string }

// Load loads nothing: the error says so.
func Load(*Config, ...string) ([]*Package, error) {
	return nil, errors.New("this binary reads no Go sources")
}
