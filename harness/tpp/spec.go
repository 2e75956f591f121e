package tpp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// cleanupTime bounds the deletion of what one spec created.
const cleanupTime = 30 * time.Second

// Proves labels a spec with the clauses that it proves and bounds its time.
func (c *Client) Proves(clauses ...contract.ClauseID) []any {
	labels := make(ginkgo.Labels, len(clauses))
	for i, clause := range clauses {
		if _, known := contract.ClauseByID(clause); !known {
			panic("tpp: no clause " + string(clause))
		}
		labels[i] = "clause:" + string(clause)
	}
	return []any{labels, ginkgo.SpecTimeout(time.Duration(c.cfg.Timeouts.Spec)), ginkgo.GracePeriod(5 * time.Second)}
}

// Gets labels a spec with the documented answer that it makes the bank give,
// for the ledger.
func Gets(operation contract.OperationID, status int) ginkgo.Labels {
	return ginkgo.Labels{fmt.Sprintf("answers:%s=%d", operation, status)}
}

// Observe gives every spec of the suite a recorder of its own: what the spec
// created is deleted at its end, also when it failed; then it fails with all
// that was found, grouped by clause.
func (c *Client) Observe() {
	ginkgo.BeforeEach(func() {
		c.spec = newRecorder()
		c.needOffered(ginkgo.CurrentSpecReport().Labels())
	})
	ginkgo.AfterEach(func(ctx ginkgo.SpecContext) {
		defer c.conclude() // also where a deletion ends the spec
		c.cleanUpSpec(ctx)
	}, ginkgo.NodeTimeout(cleanupTime+5*time.Second))
}

// needOffered leaves a spec out that proves nothing but clauses which the target
// does not offer. In any other spec those clauses decide nothing.
func (c *Client) needOffered(labels []string) {
	reason := ""
	for _, label := range labels {
		clause, ok := strings.CutPrefix(label, "clause:")
		if !ok {
			continue
		}
		if reason = c.notOffered[contract.ClauseID(clause)]; reason == "" {
			return
		}
	}
	if reason != "" {
		c.NotExercised("not offered: " + reason)
	}
}

// conclude hands the spec's record to the reports and fails the spec with what
// was found.
func (c *Client) conclude() {
	if len(c.spec.Findings) > 0 || c.spec.Inconclusive != "" || ginkgo.CurrentSpecReport().Failed() {
		c.detail()
	}
	c.spec.Seen = c.seen()
	ginkgo.AddReportEntry(evidence.EntryName, c.spec.Record, ginkgo.ReportEntryVisibilityNever)
	if message := c.unreported(); message != "" {
		c.reporter.Fail(message)
	}
}

// unreported is the message of the findings that fail a run and that no
// message has shown yet, grouped by clause; empty when there are none.
func (c *Client) unreported() string {
	var text strings.Builder
	var order []contract.ClauseID
	groups := map[contract.ClauseID][]evidence.Finding{}
	counts := map[likeness]int{}
	for _, f := range c.spec.Findings[c.spec.failed:] {
		if !c.cfg.Profile.Fails(f, c.cfg.FailOn) {
			continue
		}
		if groups[f.Clause] == nil {
			order = append(order, f.Clause)
		}
		like := likeness{f.Clause, evidence.AnyIndex(f.Where), f.Expected}
		if counts[like]++; counts[like] == 1 {
			groups[f.Clause] = append(groups[f.Clause], f)
		}
	}
	c.spec.failed = len(c.spec.Findings)
	for _, id := range order {
		clause, _ := contract.ClauseByID(id)
		fmt.Fprintf(&text, "%s (%s): %s\n  source: %s\n", id, groups[id][0].Level, clause.Rule, clause.Source)
		for i, f := range groups[id] {
			if i == maxShown {
				fmt.Fprintf(&text, "  and %d more\n", len(groups[id])-maxShown)
				break
			}
			likes := ""
			if n := counts[likeness{f.Clause, evidence.AnyIndex(f.Where), f.Expected}]; n > 1 {
				likes = fmt.Sprintf(" (the first of %d at %s)", n, evidence.AnyIndex(f.Where))
			}
			fmt.Fprintf(&text, "  at %s%s\n    expected: %s\n    actual:   %s\n%s", f.Where, likes, f.Expected, f.Actual, c.locate(f))
		}
	}
	if text.Len() == 0 {
		return ""
	}
	return evidence.Breaches + text.String()
}

// likeness is what makes several findings one for the reader.
type likeness struct {
	clause          contract.ClauseID
	where, expected string
}

// stop ends the spec at a finding: with a failure, or, where what was found
// fails no run, without one.
func (c *Client) stop() {
	c.spec.EndedEarly = true
	if message := c.unreported(); message != "" {
		c.reporter.Fail(message)
	}
	c.reporter.Skip("the spec cannot go on after what was found, which fails no run")
}

// maxShown bounds the findings of one clause in one failure message.
const maxShown = 5

// locate says how the bank finds the exchange in its own logs.
func (c *Client) locate(f evidence.Finding) string {
	if f.Exchange < 0 || f.Exchange >= len(c.spec.Exchanges) {
		return ""
	}
	x := c.spec.Exchanges[f.Exchange]
	return fmt.Sprintf("    in:       %s %s -> %d, x-fapi-interaction-id sent %q, received %q, %s\n",
		x.Method, x.URL, x.Status, x.InteractionID, x.ReceivedInteractionID, x.Started.Format(time.RFC3339Nano))
}

// cleanUpSpec deletes what the spec created, last first. An interrupt of the run
// does not stop it.
func (c *Client) cleanUpSpec(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	c.clean(ctx, &c.spec.cleanups)
}
