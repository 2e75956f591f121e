package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"obconform/harness/audit"
	"obconform/harness/conduct"
	"obconform/harness/report"
	"obconform/harness/traffic"
)

// Sides says whose obligations are judged.
type Sides string

// The sides.
const (
	Both   Sides = "both"
	Bank   Sides = "bank"
	Client Sides = "client"
)

// Options say what is judged, and how.
type Options struct {
	// Sides are those judged; both when empty.
	Sides Sides
	// Run is what is known of the run before its exchanges: tool, target, command,
	// levels, profile, waivers, baseline, budgets. Subject, traffic and results are
	// the judge's; End is that of Results.
	Run report.Run
	// Require are the clauses and operations that must be exercised, by identifier.
	Require []string
	// Audit shapes the judgement of the bank's side.
	Audit audit.Options
	// Conduct shapes the judgement of the client's side.
	Conduct conduct.Options
	// Observer judges the client's side in the place of package conduct; nil for
	// that.
	Observer Observer
	// Addresses are the endpoints that are known beforehand; nil for none.
	Addresses *traffic.Addresses
	// Secrets are values that must not be shown, by what stands in their place.
	Secrets map[string][]string
	// Sources name where the exchanges come from.
	Sources []string
}

// Observer judges the client's side of exchanges, in their order.
type Observer interface {
	// Observe judges one exchange.
	Observe(traffic.Exchange, traffic.Route) conduct.Result
	// End judges what only the end shows. It changes nothing: it may be asked more
	// than once.
	End(at time.Time) conduct.Result
}

// Check names everything that is wrong with the options.
func (o Options) Check() error {
	var wrong []string
	sides := cmp.Or(o.Sides, Both)
	if !slices.Contains([]Sides{Both, Bank, Client}, sides) {
		wrong = append(wrong, fmt.Sprintf("sides: expected both, bank or client, got %q", sides))
	}
	for _, name := range o.Require {
		if _, err := requirementOf(name, sides); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return nil
}
