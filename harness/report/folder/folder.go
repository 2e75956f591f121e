// Package folder owns the folder of reports: which files lie there, that an
// earlier run's are gone before a run begins, and that each is replaced as a
// whole. It knows every report and decides nothing about a run.
package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"obconform/harness/report"
	"obconform/harness/report/codequality"
	"obconform/harness/report/evidencefile"
	"obconform/harness/report/har"
	"obconform/harness/report/markdown"
	"obconform/harness/report/page"
)

// The names of the reports.
const (
	JUnit   = "junit.xml"
	Results = "results.json"
	Page    = "report.html"
	Archive = "evidence.har"
	// Markdown and CodeQuality are written when they are asked for.
	Markdown    = "summary.md"
	CodeQuality = "gl-code-quality-report.json"
	// Exchanges is the recording of traffic that was judged as it went by.
	Exchanges = "exchanges.ndjson"
	// evidence is the folder of the evidence files.
	evidence = "evidence"
)

// names lists every report that is one file.
func names() []string {
	return []string{JUnit, Results, Page, Archive, Markdown, CodeQuality, Exchanges}
}

// Evidence is the path of the folder of evidence files, for
// Results.EvidenceFolder.
func Evidence(dir string) string { return filepath.ToSlash(filepath.Join(dir, evidence)) }

// File is one report, or all evidence files together, as it was written.
type File struct {
	Path string
	// Files counts the files, Bytes all of their bytes.
	Files, Bytes int
	// Took is how long it was made and written.
	Took time.Duration
}

// Clear removes the reports in a folder, where there is one, and nothing else.
func Clear(dir string) error {
	for _, name := range names() {
		if err := remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return clearEvidence(filepath.Join(dir, evidence))
}

// Owns tells whether a file is one that Clear removes from the folder.
func Owns(dir, path string) bool {
	within, err := filepath.Abs(dir)
	file, wrong := filepath.Abs(path)
	if err != nil || wrong != nil {
		return false
	}
	name := filepath.Base(file)
	switch filepath.Dir(file) {
	case within:
		return slices.Contains(names(), name)
	case filepath.Join(within, evidence):
		return evidenceFile.MatchString(name)
	}
	return false
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// evidenceFile is what report.EvidenceName makes.
var evidenceFile = regexp.MustCompile(`^[a-z0-9-]+-[0-9a-f]{8}\.json$`)

// clearEvidence removes evidence files, and their folder if nothing else is in it.
func clearEvidence(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	others := false
	for _, entry := range entries {
		if !evidenceFile.MatchString(entry.Name()) {
			others = true
		} else if err := remove(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	if others {
		return nil
	}
	return remove(dir)
}

// Write writes all reports of a run into a folder that exists, those on demand
// where more names them, and answers what it wrote. Evidence comes first,
// because the others refer to it.
func Write(dir string, results report.Results, more ...string) ([]File, error) {
	w := writer{dir: dir}
	w.evidence(results)
	w.file(JUnit, results, report.JUnit)
	w.file(Results, results, report.ResultsJSON)
	w.file(Page, results, page.Render)
	w.file(Archive, results, har.Render)
	if slices.Contains(more, Markdown) {
		w.file(Markdown, results, markdown.Render)
	}
	if slices.Contains(more, CodeQuality) {
		w.file(CodeQuality, results, codequality.Render)
	}
	return w.files, w.err
}

// writer writes files until one fails.
type writer struct {
	dir   string
	files []File
	err   error
}

func (w *writer) file(name string, results report.Results, render func(report.Results) ([]byte, error)) {
	if w.err != nil {
		return
	}
	start, path := time.Now(), filepath.Join(w.dir, name)
	var data []byte
	if data, w.err = render(results); w.err != nil {
		return
	}
	if w.err = report.WriteFile(path, data); w.err == nil {
		w.files = append(w.files, File{path, 1, len(data), time.Since(start)})
	}
}

// evidence replaces the evidence files, of which a placeholder has none.
func (w *writer) evidence(results report.Results) {
	start, dir := time.Now(), filepath.Join(w.dir, evidence)
	if w.err = clearEvidence(dir); w.err != nil {
		return
	}
	var files []evidencefile.File
	if files, w.err = evidencefile.Render(results); w.err != nil || len(files) == 0 {
		return
	}
	if w.err = os.MkdirAll(dir, 0o755); w.err != nil {
		w.err = fmt.Errorf("writing the evidence: %w", w.err)
		return
	}
	all := File{Path: dir, Files: len(files)}
	for _, file := range files {
		// Nothing is read there before the reports that name it, and those come later.
		if w.err = os.WriteFile(filepath.Join(dir, file.Name), file.Data, 0o644); w.err != nil { // #nosec G306 -- reports are collected by other users
			return
		}
		all.Bytes += len(file.Data)
	}
	all.Took = time.Since(start)
	w.files = append(w.files, all)
}
