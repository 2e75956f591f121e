package tpp

import (
	"slices"

	"github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
)

// Suite is the specs of one API, by sections of its documentation. A section
// is the unit that a run hands to a process: a flow is never cut.
type Suite struct {
	API      contract.API
	Sections []Section
}

// Section is one file of a suite.
type Section struct {
	// Name is unique within the suite.
	Name string
	// Requests is how many requests a spec of it makes, about: what a section
	// weighs when work is divided.
	Requests int
	// Specs registers the section's specs with Ginkgo.
	Specs func(bank *Client)
}

// Register registers the named sections of the suite, or all when none is
// named, with labels that the reports read.
func (s Suite) Register(bank *Client, sections ...string) {
	ginkgo.Describe("", ginkgo.Label("api:"+string(s.API)), func() {
		bank.Observe()
		for _, section := range s.Sections {
			if len(sections) > 0 && !slices.Contains(sections, section.Name) {
				continue
			}
			ginkgo.Describe("", ginkgo.Label("section:"+section.Name), func() { section.Specs(bank) })
		}
	})
}
