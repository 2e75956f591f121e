package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"obconform/harness/config"
	"obconform/harness/leftovers"
	"obconform/harness/report"
	"obconform/harness/tpp"
)

type cleanupCommand struct {
	ConfigFile string   `name:"config" required:"" placeholder:"FILE" help:"The target's configuration, as the run had it."`
	Reports    []string `default:"${reports}" sep:"none" placeholder:"DIR" help:"Where the run wrote its reports, or its created.jsonl itself; of several shards each, one after the other."`
	changesFlag
}

// Run deletes what runs have created at the target and not deleted: those that
// were killed, above all.
func (c cleanupCommand) Run(sh *shell, status *int) error {
	loaded, err := config.Load(c.ConfigFile, sh.environ)
	if err == nil {
		err = c.check(loaded)
	}
	if err == nil && loaded.Kind() == config.Production && c.AllowChangesOn == "" {
		err = fmt.Errorf("%s: to delete there, type its host: --allow-changes-on HOST", loaded.KindWords())
	}
	if err != nil {
		return usageError{err}
	}
	logs, err := c.logs()
	if err != nil {
		return usageError{err}
	}
	sweeper, err := tpp.NewSweeper(loaded, c.options()...)
	if err != nil {
		return usageError{err}
	}
	sweep := sweep{out: sh.out, target: loaded.Target.BaseURL, sweeper: sweeper, fates: map[tpp.Fate]int{}}
	var wrong []error
	for _, path := range logs {
		wrong = append(wrong, sweep.file(path)) // what is wrong with one keeps no other
	}
	*status = exitOK
	if sweep.fates[tpp.FateLeft] > 0 || sweep.unreadable > 0 || sweep.unknown > 0 {
		*status = exitUndecided
	}
	fmt.Fprintf(sh.out, "%d deleted, %d gone already, %d left, %d unknown\n",
		sweep.fates[tpp.FateDeleted], sweep.fates[tpp.FateGone], sweep.fates[tpp.FateLeft], sweep.unknown)
	return errors.Join(wrong...)
}

// logs are the files that remember what runs created, each once. The error is
// every path at which there is neither a folder nor a file: a name that is
// misspelt would be taken for a run that left nothing.
func (c cleanupCommand) logs() ([]string, error) {
	var paths []string
	var wrong []error
	for _, path := range c.Reports {
		info, err := os.Stat(path)
		switch {
		case err == nil && !info.IsDir():
		case err == nil, errors.Is(err, fs.ErrNotExist) && path == defaultReports:
			path = filepath.Join(path, leftovers.File)
		default:
			wrong = append(wrong, fmt.Errorf("--reports: expected the folder of a run's reports, or its %s: %w", leftovers.File, err))
		}
		if path = filepath.Clean(path); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths, errors.Join(wrong...)
}

// sweep deletes leftovers of one target and says what became of each.
type sweep struct {
	out     io.Writer
	target  string
	sweeper *tpp.Sweeper
	log     *leftovers.Log
	fates   map[tpp.Fate]int
	// unknown counts requests of which nobody knows what they created, unreadable
	// lines of files.
	unknown, unreadable int
}

// file deletes what one file remembers, and removes it when nothing is left. The
// error is a file that cannot be read, or written.
func (s *sweep) file(path string) error {
	left, unreadable, err := leftovers.Read(path)
	if err != nil {
		return usageError{fmt.Errorf("--reports: %w", err)}
	}
	s.log = leftovers.NewLog(path, s.target, false)
	err = s.all(left)
	if s.unreadable += unreadable; unreadable > 0 {
		fmt.Fprintf(s.out, "%d lines of %s cannot be read\n", unreadable, path)
	}
	_, tidied := leftovers.Tidy(path)
	return errors.Join(err, s.log.Close(), tidied)
}

// all works the list off, last first; the error is a log that cannot be written.
func (s *sweep) all(left []leftovers.Thing) error {
	for _, thing := range slices.Backward(left) {
		what := fmt.Sprintf("%s of %s", thing.Operation, thing.Created.UTC().Format(time.RFC3339))
		var err error
		switch {
		case thing.Target != s.target:
			fmt.Fprintf(s.out, "not of this target: %s, at %s\n", what, report.Line(thing.Target, maxPrinted))
		case thing.ID == "":
			// Nothing more will ever be known of it than is said here.
			s.unknown++
			fmt.Fprintf(s.out, "not known what it created: %s, x-fapi-interaction-id %s\n", what, report.Line(thing.InteractionID, maxPrinted))
			err = s.log.Nothing(thing.Request)
		default:
			err = s.one(thing, what)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxPrinted bounds what is printed of a bank's words, in bytes.
const maxPrinted = 200

func (s *sweep) one(thing leftovers.Thing, what string) error {
	fate, reason := s.sweeper.Delete(context.Background(), thing)
	s.fates[fate]++
	line := fmt.Sprintf("%s: %s, %s", fate, report.Line(thing.ID, maxPrinted), what)
	if reason != "" {
		line += ": " + report.Line(reason, maxPrinted)
	}
	fmt.Fprintln(s.out, line)
	if fate == tpp.FateLeft {
		return nil
	}
	return s.log.Deleted(thing.ID)
}
