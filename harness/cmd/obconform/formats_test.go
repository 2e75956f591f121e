package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"obconform/harness/format"
	"obconform/harness/format/formattest"
)

// saidAsJSON are the flags by which commands say something as JSON, with its
// format; "" for a document of another standard.
var saidAsJSON = map[string]string{"report --json": "results", "list --json": "list", "list --ledger": "ledger", "doctor --json": "doctor",
	"diff --json": "diff", "version --json": "version", "matrix --format": ""}

// Whatever a flag makes JSON of has a format.
func TestWhatIsSaidAsJSONHasAFormat(t *testing.T) {
	var cli grammar
	parser, err := newParser(&cli, &shell{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range formats() {
		names = append(names, f.Name)
	}
	seen := 0
	_ = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if command, ok := node.(*kong.Node); ok && !command.Hidden {
			for _, flag := range command.Flags {
				name, known := saidAsJSON[strings.TrimPrefix(command.Path(), "obconform ")+" --"+flag.Name]
				switch {
				case known && (name == "" || slices.Contains(names, name)):
					seen++
				case known:
					t.Errorf("there is no format %q", name)
				case flag.Name == "json" || strings.Contains(flag.Help, "JSON"):
					t.Errorf("%s --%s says something as JSON: give it a version, a schema, and a line in formats() and here", command.Path(), flag.Name)
				}
			}
		}
		return next(nil)
	})
	if seen != len(saidAsJSON) {
		t.Errorf("%d of %d flags are found", seen, len(saidAsJSON))
	}
}

// Every schema is a sound one and says which version it is of. What programs
// write is open to what later ones add; what people write is not, so that an
// editor shows a mistake.
func TestEverySchemaSaysItsVersion(t *testing.T) {
	for _, f := range formats() {
		if _, err := f.Compile(); err != nil {
			t.Error(err)
		}
		if closed := bytes.Contains(f.Schema, []byte(`"additionalProperties": false`)); closed != f.ByHand {
			t.Errorf("%s: closed %v, written by hand %v", f.Name, closed, f.ByHand)
		}
		var schema struct {
			Schema      string `json:"$schema"`
			Title       string
			Description string
			Required    []string
			Properties  map[string]struct {
				Const int
				Enum  []any
			}
		}
		if err := json.Unmarshal(f.Schema, &schema); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if schema.Schema != "http://json-schema.org/draft-07/schema#" || schema.Title == "" || f.Means == "" {
			t.Errorf("%s is of %q, with title %q", f.Name, schema.Schema, schema.Title)
		}
		version := schema.Properties[f.Member]
		if version.Const != f.Version && !slices.Equal(version.Enum, []any{float64(f.Version)}) || f.Oldest < 1 || f.Oldest > f.Version || !f.Optional && !slices.Contains(schema.Required, f.Member) {
			t.Errorf("%s: version %d of a schema whose %s is %v", f.Name, f.Version, f.Member, version)
		}
	}
}

// Every schema of a document of ours that lies in the sources is one that
// 'schema' prints.
func TestEverySchemaIsOfAFormat(t *testing.T) {
	var files []string
	err := filepath.WalkDir(filepath.Join(root, "harness"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(path, ".schema.json") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) != len(formats()) {
		t.Errorf("%d formats, of the schemas %q, %v", len(formats()), files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(formats(), func(f format.Format) bool { return bytes.Equal(f.Schema, data) }) {
			t.Errorf("%s: give it a version, and a line in formats()", file)
		}
	}
}

// said is what a command prints, in this process.
func said(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, complaints bytes.Buffer
	if status := execute(args, &shell{out: &out, err: &complaints}); status != exitOK {
		t.Fatalf("%q: exit status %d: %s", args, status, complaints.Bytes())
	}
	return out.Bytes()
}

func TestSchemasArePrinted(t *testing.T) {
	list := string(said(t, "schema"))
	for _, f := range formats() {
		if !strings.Contains(list, f.Name+" ") || !bytes.Equal(said(t, "schema", f.Name), f.Schema) {
			t.Errorf("%s is not printed", f.Name)
		}
	}
	var out, complaints bytes.Buffer
	if status := execute([]string{"schema", "resluts"}, &shell{out: &out, err: &complaints}); status != exitUsage || !strings.Contains(complaints.String(), "expected one of results, ") {
		t.Errorf("exit status %d: %s", status, complaints.Bytes())
	}
}

// What commands say keeps its schema. The formats of files that a run writes,
// of diff and of doctor are held in TestFilesOfARunKeepTheirSchemas.
func TestWhatIsSaidKeepsItsSchema(t *testing.T) {
	for _, flag := range []string{"list --json", "list --ledger", "version --json"} {
		at := slices.IndexFunc(formats(), func(f format.Format) bool { return f.Name == saidAsJSON[flag] })
		if err := formattest.Closed(t, formats()[at].Schema).Validate(said(t, strings.Fields(flag)...)); err != nil {
			t.Errorf("%s: %v", flag, err)
		}
	}
}
