package openapi

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"obconform/schemas"
)

const schemaSuffix = ".schema.json"

// reference is the schema of a model: its documented layer, and what the
// standards add. Advice is not written down: it is no constraint.
func reference(model string) object {
	var layers []any
	for _, layer := range schemas.Layers(model) {
		if layer.Level != schemas.LevelAdv {
			layers = append(layers, object{"$ref": pointerTo(layer.File)})
		}
	}
	if len(layers) == 1 {
		return layers[0].(object)
	}
	return object{"allOf": layers}
}

func pointerTo(file string) string { return "#/components/schemas/" + componentName(file) }

// componentName is the name of a schema file among the components:
// accounts.OBReadAccount4, or accounts.OBReadAccount4.std for that layer.
func componentName(file string) string {
	return strings.ReplaceAll(strings.TrimSuffix(file, schemaSuffix), "/", ".")
}

// components are the schema files, but for those of advice, with references
// between components in place of those between files.
func components() (object, error) {
	all := object{}
	err := fs.WalkDir(schemas.FS(), ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(file, "."+schemas.LevelAdv+schemaSuffix) {
			return err
		}
		raw, err := fs.ReadFile(schemas.FS(), file)
		if err != nil {
			return err
		}
		var schema object
		if err := json.Unmarshal(raw, &schema); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		// Within the document a schema has no address of its own.
		delete(schema, "$id")
		delete(schema, "$schema")
		all[componentName(file)] = readdress(schema, path.Dir(file))
		return nil
	})
	return all, err
}

// readdress makes the relative references of a schema in that folder point into
// the document.
func readdress(node any, folder string) any {
	switch value := node.(type) {
	case object:
		for name, child := range value {
			if target, ok := child.(string); ok && name == "$ref" {
				value[name] = pointerTo(path.Join(folder, target))
				continue
			}
			value[name] = readdress(child, folder)
		}
	case []any:
		for i, child := range value {
			value[i] = readdress(child, folder)
		}
	}
	return node
}
