package main

import (
	_ "embed" // the schema of the list
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/format"
	"obconform/harness/report"
)

type listCommand struct {
	selectionFlags
	JSON     bool `name:"json" xor:"form" help:"As JSON."`
	Coverage bool `xor:"form" help:"As a table: specs by operation and status, clauses by API."`
	Ledger   bool `xor:"form" help:"As the ledger, in JSON: which specs test which clause and which documented answer."`
}

//go:embed list.schema.json
var listSchema []byte

// listFormat is the format of 'list --json'.
func listFormat() format.Format {
	return format.New("list", "list --json: the specs", listSchema)
}

// listed is one spec as list prints it in JSON.
type listed struct {
	Suite    contract.API        `json:"suite"`
	Section  string              `json:"section"`
	Name     string              `json:"name"`
	Clauses  []contract.ClauseID `json:"clauses"`
	Labels   []string            `json:"labels"`
	Location string              `json:"location"`
}

// Run prints the specs that the flags select.
func (l listCommand) Run(sh *shell) error {
	selection, err := l.selection(0)
	if err != nil {
		return usageError{err}
	}
	plan, err := newPlan(selection)
	if err != nil {
		return err
	}
	planned := plan.Specs
	if l.Coverage || l.Ledger {
		return account(sh.out, planned, l.Ledger)
	}
	if l.JSON {
		return listJSON(sh.out, planned)
	}
	section := ""
	for _, spec := range planned {
		if title := fmt.Sprintf("%s / %s", spec.Suite, spec.Section); title != section {
			section = title
			fmt.Fprintf(sh.out, "\n%s\n", section)
		}
		fmt.Fprintf(sh.out, "  %s  %s\n", spec.Name, identifiers(spec))
	}
	fmt.Fprintf(sh.out, "\n%d specs\n", len(planned))
	return nil
}

func listJSON(w io.Writer, planned []report.SpecResult) error {
	list := make([]listed, 0, len(planned))
	for _, spec := range planned {
		list = append(list, listed{spec.Suite, spec.Section, spec.Name, spec.Clauses, spec.Labels, location(spec)})
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		SchemaVersion int      `json:"schemaVersion"`
		Specs         []listed `json:"specs"`
	}{listFormat().Version, list})
}

// identifiers are the clauses of a spec, and its names in Open Banking's own
// tools.
func identifiers(spec report.SpecResult) string {
	text := fmt.Sprint(spec.Clauses)
	if legacy := spec.Legacy(); len(legacy) > 0 {
		text += " = " + strings.Join(legacy, ", ")
	}
	return text
}

// location is where a spec stands in the source, from its suite on.
func location(spec report.SpecResult) string {
	return fmt.Sprintf("suites/%s:%d", spec.File, spec.Line)
}
