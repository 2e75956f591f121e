package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"obconform/harness/contract"
	"obconform/harness/ledger"
	"obconform/harness/report"
	"obconform/suites"
)

// account prints the ledger, whole or as a table. A gap in it is an error.
func account(w io.Writer, planned []report.SpecResult, whole bool) error {
	excuses, err := suites.Untested()
	if err != nil {
		return err
	}
	book, gaps := ledger.New(planned, excuses)
	if whole {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		err = out.Encode(book)
	} else {
		err = coverage(w, book)
	}
	if gaps != nil {
		return fmt.Errorf("the ledger has gaps:\n%w", gaps)
	}
	return err
}

// coverage prints how many specs get each documented answer, and how many
// clauses of each API are tested.
func coverage(w io.Writer, book ledger.Ledger) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	statuses, rows := answersByOperation(book)
	fmt.Fprint(table, "operation\t")
	for _, status := range statuses {
		fmt.Fprintf(table, "%d\t", status)
	}
	fmt.Fprintln(table)
	for _, op := range contract.Operations() {
		fmt.Fprintf(table, "%s\t", op.ID)
		for _, status := range statuses {
			fmt.Fprintf(table, "%s\t", rows[op.ID][status])
		}
		fmt.Fprintln(table)
	}
	fmt.Fprintln(table)
	fmt.Fprint(table, "API\tclauses\ttested\tuntested\t\n")
	for _, api := range append(contract.APIs(), contract.Common) {
		all, tested := 0, 0
		for _, entry := range book.Clauses {
			if clause, _ := contract.ClauseByID(entry.ID); clause.API == api {
				all++
				if entry.Audited || len(entry.Specs) > 0 {
					tested++
				}
			}
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t\n", api.Title(), all, tested, all-tested)
	}
	return table.Flush()
}

// answersByOperation are the documented statuses, and per operation how many
// specs get each.
func answersByOperation(book ledger.Ledger) (statuses []int, rows map[contract.OperationID]map[int]string) {
	rows = map[contract.OperationID]map[int]string{}
	for _, answer := range book.Answers {
		if rows[answer.Operation] == nil {
			rows[answer.Operation] = map[int]string{}
		}
		cell := fmt.Sprint(len(answer.Specs))
		if len(answer.Specs) == 0 {
			cell = "untested"
		}
		rows[answer.Operation][answer.Status] = cell
		if !slices.Contains(statuses, answer.Status) {
			statuses = append(statuses, answer.Status)
		}
	}
	slices.Sort(statuses)
	return statuses, rows
}
