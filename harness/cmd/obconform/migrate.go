package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"obconform/harness/config"
	"obconform/harness/report"
)

type configMigrateCommand struct {
	File  string `arg:"" help:"The configuration file."`
	Write bool   `help:"Write the file anew; what it was is kept beside it, with .bak to its name."`
}

// Run says what has to change, and changes it where it may.
func (c configMigrateCommand) Run(sh *shell) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return usageError{err}
	}
	migrated, changes, err := config.Migrate(c.File, data)
	if problems := (*config.Problems)(nil); errors.As(err, &problems) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		fmt.Fprintf(sh.out, "%s: up to date, version %d\n", c.File, config.Format().Version)
		return nil
	}
	for _, change := range changes {
		fmt.Fprintf(sh.out, "%s: %s\n", c.File, change)
	}
	if !c.Write {
		fmt.Fprintln(sh.out, "nothing is written; --write does it")
		return nil
	}
	backup, err := keep(c.File, data)
	if err != nil {
		return usageError{err}
	}
	if err := replace(c.File, migrated); err != nil {
		return err
	}
	fmt.Fprintf(sh.out, "%s is written; what it was is in %s\n", c.File, backup)
	return nil
}

// keep writes what a file was beside it. A backup of other content that is there
// already stays: it may be the only one of a version before.
func keep(file string, data []byte) (backup string, err error) {
	backup = file + ".bak"
	switch there, err := os.ReadFile(backup); {
	case err == nil && bytes.Equal(there, data):
		return backup, nil
	case err == nil:
		return "", fmt.Errorf("%s is there already and holds something else: move it away, and try again", backup)
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	return backup, os.WriteFile(backup, data, info.Mode().Perm())
}

// replace writes a file anew in one step, with the permissions that it has; of a
// link, the file that it leads to.
func replace(file string, data []byte) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if err := report.WriteFile(file, data); err != nil {
		return err
	}
	return os.Chmod(file, info.Mode().Perm())
}
