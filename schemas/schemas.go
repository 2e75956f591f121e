// Package schemas holds the JSON Schemas (draft-07) of every body that the four
// APIs document, requests and responses, in one folder per API; common/ has the
// parts that several bodies share.
//
// A body is described in layers, one file each, by who demands it:
//
//	<model>.schema.json      the bank's documentation (doc)
//	<model>.std.schema.json  what the standards add (std)
//	<model>.adv.schema.json  what is advisable beyond (adv)
//
// A layer holds the constraints of its own level only and relies on no other:
// one defect in a body breaks one layer, and so tells at which level it is one.
// The layers above doc therefore say nothing about types. Beside each model
// stands <model>.examples.json: bodies that satisfy all its layers, and for each
// single constraint a body that breaks just that one.
//
// The package hands out files and imports nothing that could validate with them.
package schemas

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// The levels of a layer, as the contract names them: the bank's documentation,
// a standard that it builds on, advice.
const (
	LevelDoc = "doc"
	LevelStd = "std"
	LevelAdv = "adv"
)

const suffix = ".schema.json"

//go:embed */*.schema.json
var files embed.FS

//go:embed */*.examples.json
var exampleFiles embed.FS

// Example is a body that satisfies all layers of its model.
type Example struct {
	// Name says what is particular about it; every model has one called fullest,
	// with every member that it documents.
	Name string
	// Body is the body as the file writes it.
	Body json.RawMessage
}

// ValidExamples are the valid examples of a model, in the order of its file. An
// unknown model is an error.
func ValidExamples(model string) ([]Example, error) {
	raw, err := exampleFiles.ReadFile(model + ".examples.json")
	if err != nil {
		return nil, fmt.Errorf("the examples of %s: %w", model, err)
	}
	var file struct{ Valid []Example }
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("the examples of %s: %w", model, err)
	}
	return file.Valid, nil
}

// Layer is one schema file of a model.
type Layer struct {
	Level string // LevelDoc, LevelStd or LevelAdv
	File  string // path within FS
}

// FS returns the schema files. The references between them are relative and
// stay within the tree.
func FS() fs.FS { return files }

// Models lists the models, sorted, as <folder>/<model>: accounts/OBReadAccount4.
func Models() []string {
	var models []string
	names, _ := fs.Glob(files, "*/*"+suffix) // fails on a malformed pattern only
	for _, name := range names {
		model := strings.TrimSuffix(name, suffix)
		if path.Dir(name) != "common" && !strings.Contains(path.Base(model), ".") {
			models = append(models, model)
		}
	}
	sort.Strings(models)
	return models
}

// Layers lists the schema files of a model, doc before std before adv. A model
// has no file for a level that adds nothing. An unknown model has no layers.
func Layers(model string) []Layer {
	var layers []Layer
	for _, l := range []Layer{
		{LevelDoc, model + suffix},
		{LevelStd, model + ".std" + suffix},
		{LevelAdv, model + ".adv" + suffix},
	} {
		if info, err := fs.Stat(files, l.File); err == nil && info.Mode().IsRegular() {
			layers = append(layers, l)
		}
	}
	return layers
}
