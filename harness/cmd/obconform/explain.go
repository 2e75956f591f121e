package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/runner"
)

type explainCommand struct {
	Clause string `arg:"" optional:"" help:"A clause, for instance AAC-400-TRANSACTIONS or CLI-CODE-ONCE."`
	All    bool   `help:"Every clause, the bank's and the client's."`
}

// Run prints what the clauses ask for and what proves them.
func (e explainCommand) Run(sh *shell) error {
	if (e.Clause == "") == !e.All {
		return usageError{fmt.Errorf("explain: name one clause, or --all")}
	}
	chosen := slices.Concat(contract.Clauses(), contract.ClientClauses())
	if !e.All {
		clause, known := contract.ClauseByID(contract.ClauseID(strings.ToUpper(e.Clause)))
		if !known {
			return usageError{fmt.Errorf("explain: there is no clause %q; 'obconform explain --all' prints every clause", e.Clause)}
		}
		chosen = []contract.Clause{clause}
	}
	plan, err := newPlan(runner.Selection{})
	if err != nil {
		return err
	}
	for _, clause := range chosen {
		explain(sh.out, clause, plan.Specs)
	}
	return nil
}

func explain(w io.Writer, clause contract.Clause, planned []report.SpecResult) {
	fmt.Fprintf(w, "%s  (%s, %s)\n  %s\n  source: %s\n", clause.ID, clause.Level, clause.API.Title(), clause.Rule, clause.Source)
	switch {
	case contract.IsClientClause(clause.ID):
		fmt.Fprintln(w, "  asked of a client: held against every request that it applies to")
	case clause.API == contract.Common:
		fmt.Fprintln(w, "  held against every answer that it applies to")
	}
	for _, habit := range contract.Habits() {
		if slices.Contains(habit.Clauses, clause.ID) {
			fmt.Fprintf(w, "  known habit %s: %s\n    recognised where %s\n", habit.ID, habit.Sentence, habit.Recognised)
		}
	}
	for _, spec := range planned {
		if slices.Contains(spec.Clauses, clause.ID) {
			fmt.Fprintf(w, "  proved by %s\n    %s\n", location(spec), spec.Name)
		}
	}
	fmt.Fprintln(w)
}
