package page

import (
	"math"
	"slices"
	"time"

	"obconform/harness/contract"
	"obconform/harness/report"
)

// matrix is the verdict on each answer of each documented operation.
type matrix struct {
	Statuses []int
	Groups   []matrixGroup
	// Others says that a status was seen that is not documented.
	Others         bool
	Seen, Expected int
}

type matrixGroup struct {
	Title string
	Rows  []matrixRow
}

type matrixRow struct {
	Operation    contract.OperationID
	Method, Path string
	// Cells are those of Statuses; Documented is false for a gap.
	Cells []report.StatusResult
	// Others were seen and are not documented.
	Others []report.StatusResult
}

func matrixOf(r report.Results) matrix {
	m := matrix{}
	for _, operation := range r.Operations {
		for _, status := range operation.Statuses {
			if status.Documented && !slices.Contains(m.Statuses, status.Status) {
				m.Statuses = append(m.Statuses, status.Status)
			}
		}
	}
	slices.Sort(m.Statuses)
	for _, n := range r.Totals.Answers {
		m.Expected += n
	}
	m.Seen = m.Expected - r.Totals.Answers[report.NotExercised]
	for _, api := range contract.APIs() {
		group := matrixGroup{Title: api.Title()}
		for _, result := range r.Operations {
			if operation, _ := contract.Lookup(result.Operation); operation.API == api {
				row := m.row(result, operation)
				m.Others = m.Others || len(row.Others) > 0
				group.Rows = append(group.Rows, row)
			}
		}
		m.Groups = append(m.Groups, group)
	}
	return m
}

func (m matrix) row(result report.OperationResult, operation contract.Operation) matrixRow {
	row := matrixRow{Operation: result.Operation, Method: operation.Method, Path: operation.Path,
		Cells: make([]report.StatusResult, len(m.Statuses))}
	for _, status := range result.Statuses {
		if at := slices.Index(m.Statuses, status.Status); at >= 0 && status.Documented {
			row.Cells[at] = status
		} else {
			row.Others = append(row.Others, status)
		}
	}
	return row
}

// timingRow is how long an operation took, with the marks of its chart.
type timingRow struct {
	report.Timing
	// From, At and To are where p50, p95 and the longest stand in the chart, from
	// 0 to 100 on a logarithmic scale; Bound is that of the budget, -1 for none.
	From, At, To, Bound float64
}

// P50Text and its like are the times as every report prints them.
func (t timingRow) P50Text() string    { return report.Milliseconds(t.P50) }
func (t timingRow) P95Text() string    { return report.Milliseconds(t.P95) }
func (t timingRow) MaxText() string    { return report.Milliseconds(t.Max) }
func (t timingRow) BudgetText() string { return report.Milliseconds(t.Budget) }

// Length is that of the chart's line, long enough to be seen.
func (t timingRow) Length() float64 { return max(t.To-t.From, 0.5) }

func timingRows(timings []report.Timing) []timingRow {
	if len(timings) == 0 {
		return nil
	}
	least, most := time.Duration(math.MaxInt64), time.Duration(0)
	for _, t := range timings {
		least, most = min(least, t.P50), max(most, t.Max, t.Budget)
		if t.Budget > 0 {
			least = min(least, t.Budget)
		}
	}
	scale := func(d time.Duration) float64 {
		low, high := logarithm(least), logarithm(most)
		if high <= low {
			return 0
		}
		return math.Round(1000*(logarithm(d)-low)/(high-low)) / 10
	}
	rows := make([]timingRow, len(timings))
	for i, t := range timings {
		rows[i] = timingRow{Timing: t, From: scale(t.P50), At: scale(t.P95), To: scale(t.Max), Bound: -1}
		if t.Budget > 0 {
			rows[i].Bound = scale(t.Budget)
		}
	}
	return rows
}

func logarithm(d time.Duration) float64 { return math.Log(float64(max(d, time.Microsecond))) }
