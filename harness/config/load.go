package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"obconform/harness/format"
)

// longestFile bounds what is read of the configuration and of each file that it
// names, in bytes.
const longestFile = 1 << 20

// Load reads the configuration file, lays the environment over it (os.Environ's
// form), fetches the secrets, and checks the whole. The error is a *Problems
// with everything that is wrong; no request has been sent then.
func Load(path string, environ []string) (Config, error) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, &Problems{List: []Problem{{File: path, Expected: "a folder with an absolute path", Got: err.Error()}}}
	}
	data, reason := readFile(path)
	if reason != "" {
		return Config{}, &Problems{List: []Problem{{File: path, Expected: "a configuration file", Got: reason}}}
	}
	return Parse(path, data, dir, environ)
}

// Parse is Load for a configuration that is read already: name stands for it in
// problems, and relative paths start from dir. The error is a *Problems.
func Parse(name string, data []byte, dir string, environ []string) (Config, error) {
	l := newLoader(name, dir, environ)
	return l.load(data)
}

// load makes a configuration of a file's bytes and the environment.
func (l *loader) load(data []byte) (Config, error) {
	document, whole := readDocument("", data, l.report)
	if whole {
		document, whole = l.modern(document)
	}
	if whole {
		l.assign(reflect.ValueOf(l.cfg).Elem(), document, "")
	}
	l.modernVariables()
	l.overlay()
	l.source = l.file
	l.fetchSecrets()
	// Without a whole document every required key would be missing as well.
	if _, isObject := document.(map[string]any); whole && isObject {
		l.check()
	}
	if len(l.problems) > 0 {
		return Config{}, &Problems{List: l.problems}
	}
	return *l.cfg, nil
}

// loader is one configuration in the making.
type loader struct {
	cfg *Config
	// file is the configuration file's name; source is that, or the environment
	// variable that is being read.
	file, source string
	dir          string
	environ      map[string]string
	// origins says, per key, where its value was given.
	origins    map[string]string
	references map[string]reference
	problems   []Problem
	now        time.Time
	// format and renamed say which versions of a file there are, and what keys
	// were called in older ones.
	format  format.Format
	renamed []Renamed
}

func newLoader(name, dir string, environ []string) *loader {
	cfg := Default()
	return &loader{
		cfg: &cfg, file: name, source: name, dir: dir, environ: environment(environ),
		origins: map[string]string{}, references: map[string]reference{}, now: time.Now(),
		format: Format(), renamed: renamed(),
	}
}

// report notes a problem of what is being read.
func (l *loader) report(key, expected, got string) {
	l.problems = append(l.problems, Problem{File: l.source, Key: key, Expected: expected, Got: got})
}

// breach notes that a value breaks a rule, with the place that gave it. A key
// that is known to be wrong is not reported again: its value is not the user's.
func (l *loader) breach(key, expected, got string) {
	if l.faulty(key) {
		return
	}
	l.problems = append(l.problems, Problem{File: l.origin(key), Key: key, Expected: expected, Got: got})
}

// faulty says whether there is a problem with the key, or within it, already.
// A rule that rests on such a key has nothing to rest on.
func (l *loader) faulty(key string) bool {
	return slices.ContainsFunc(l.problems, func(problem Problem) bool {
		return within(key, problem.Key) || within(problem.Key, key)
	})
}

// within says whether key is outer or lies below it.
func within(key, outer string) bool {
	rest, found := strings.CutPrefix(key, outer)
	return found && outer != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// origin is where the value of a key was given; the configuration file for one
// that was not given, since that is where it belongs.
func (l *loader) origin(key string) string {
	for key != "" {
		if origin, given := l.origins[key]; given {
			return origin
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return l.file
}

// resolve is a path of the configuration, taken from the file's folder.
func (l *loader) resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(l.dir, path)
}

// readFile reads a bounded file; reason says why it cannot be read, without
// naming it, because what stands in a path's place may be a pasted secret.
func readFile(path string) (data []byte, reason string) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fileReason(err)
	}
	defer file.Close()
	if data, err = io.ReadAll(io.LimitReader(file, longestFile+1)); err != nil {
		return nil, fileReason(err)
	}
	if len(data) > longestFile {
		return nil, fmt.Sprintf("one of more than %d bytes", longestFile)
	}
	return data, ""
}

// fileReason is an error of the operating system's without the path in it.
func fileReason(err error) string {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "one that does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "one that this user may not read"
	case errors.As(err, &pathError):
		return "one that cannot be read: " + pathError.Err.Error()
	}
	return "one that cannot be read"
}
