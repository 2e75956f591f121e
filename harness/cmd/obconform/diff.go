package main

import (
	"errors"
	"fmt"
	"time"

	"obconform/harness/report/diff"
)

// diffCommand compares two runs.
type diffCommand struct {
	Old    string        `arg:"" help:"The results.json of the earlier run."`
	New    string        `arg:"" help:"The results.json of the later run."`
	JSON   bool          `name:"json" help:"As JSON."`
	Slower float64       `default:"1.5" placeholder:"RATIO" help:"An operation is slower when its p95 is this many times as long …"`
	By     time.Duration `default:"50ms" placeholder:"DURATION" help:"… and longer by this at least."`
}

// Run prints the difference and leaves 1 where something broke.
func (c diffCommand) Run(sh *shell, status *int) error {
	var wrong []error
	if !(c.Slower >= 1) {
		wrong = append(wrong, fmt.Errorf("--slower: expected a ratio of 1 or more, got %v", c.Slower))
	}
	if c.By < 0 {
		wrong = append(wrong, fmt.Errorf("--by: expected a positive duration, got %s", c.By))
	}
	both, err := readAll([]string{c.Old, c.New})
	if err := errors.Join(append(wrong, err)...); err != nil {
		return usageError{err}
	}
	difference := diff.Compare(both[0], both[1], diff.Limits{Ratio: c.Slower, Floor: c.By})
	if len(difference.Broke) > 0 {
		*status = exitFailed
	}
	if c.JSON {
		return difference.JSON(sh.out)
	}
	return difference.Text(sh.out)
}
