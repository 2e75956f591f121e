package jsonschema

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
)

var (
	errCycle   = errors.New("$ref leads back to itself")
	errOutside = errors.New("$ref leads out of the set")
)

// expand returns the document's tree with every $ref replaced by what it names.
// The library behind this package is given the result, in which there is nothing
// left to fetch and nothing to run in circles. Neighbours of a $ref are dropped,
// as draft-07 section 8.3 has it. Errors are errCycle or errOutside.
func expand(d *document, byID map[string]*document) (map[string]any, error) {
	node, err := expandDocument(d, byID, nil)
	if err != nil {
		return nil, err
	}
	node["$schema"] = draft07
	return node, nil
}

// expandDocument expands one document met by way of the documents in trail.
func expandDocument(d *document, byID map[string]*document, trail []string) (map[string]any, error) {
	if slices.Contains(trail, d.id) {
		return nil, fmt.Errorf("%w: %s", errCycle, strings.Join(append(trail, d.id), " to "))
	}
	trail = append(slices.Clone(trail), d.id)
	copied, err := expandNode(d.tree, func(ref string) (any, error) {
		target, err := resolve(d.id, ref, byID)
		if err != nil {
			return nil, err
		}
		return expandDocument(target, byID, trail)
	})
	if err != nil {
		return nil, err
	}
	root, ok := copied.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errOutside, d.id)
	}
	for _, identity := range []string{"$id", "$schema"} {
		delete(root, identity)
	}
	return root, nil
}

// expandNode copies a schema, calling follow for each $ref below it.
func expandNode(schema any, follow func(ref string) (any, error)) (any, error) {
	node, ok := schema.(map[string]any)
	if !ok {
		return schema, nil
	}
	if ref, ok := node["$ref"].(string); ok {
		return follow(ref)
	}
	copied := maps.Clone(node)
	for _, keyword := range sortedKeys(node) {
		var err error
		switch value := node[keyword].(type) {
		case map[string]any:
			copied[keyword], err = expandChildren(keyword, value, follow)
		case []any:
			if slices.Contains(listsOfSchemas, keyword) {
				copied[keyword], err = expandList(value, follow)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return copied, nil
}

// expandChildren expands the object under a keyword, which is one schema, or
// holds one schema for each name.
func expandChildren(keyword string, value map[string]any, follow func(string) (any, error)) (any, error) {
	switch {
	case slices.Contains(literals, keyword):
		return value, nil
	case !slices.Contains(mapsOfSchemas, keyword):
		return expandNode(value, follow)
	}
	copied := make(map[string]any, len(value))
	for _, name := range sortedKeys(value) {
		child, err := expandNode(value[name], follow)
		if err != nil {
			return nil, err
		}
		copied[name] = child
	}
	return copied, nil
}

func expandList(values []any, follow func(string) (any, error)) (any, error) {
	copied := make([]any, len(values))
	for i, value := range values {
		child, err := expandNode(value, follow)
		if err != nil {
			return nil, err
		}
		copied[i] = child
	}
	return copied, nil
}

// resolve finds the document that ref names when read in the document base.
// Parts of documents cannot be referred to: a shared part is a file.
func resolve(base, ref string, byID map[string]*document) (*document, error) {
	from, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", errOutside, ref)
	}
	to, err := from.Parse(ref)
	if err != nil || to.Fragment != "" {
		return nil, fmt.Errorf("%w: %q", errOutside, ref)
	}
	target, ok := byID[to.String()]
	if !ok {
		return nil, fmt.Errorf("%w: %q", errOutside, ref)
	}
	return target, nil
}

// Where draft-07 keeps schemas within schemas, and where it keeps plain values
// in which a member named $ref means nothing.
var (
	mapsOfSchemas  = []string{"properties", "patternProperties", "definitions", "dependencies"}
	listsOfSchemas = []string{"allOf", "anyOf", "oneOf", "items"}
	literals       = []string{"const", "default", "enum", "examples"}
)

// walkSchemas calls visit for the schema and every schema below it, parents
// first. The path is that of the schema in its document.
func walkSchemas(schema any, path []string, visit func(path []string, node map[string]any)) {
	node, ok := schema.(map[string]any)
	if !ok {
		return
	}
	visit(path, node)
	at := func(names ...string) []string { return append(slices.Clone(path), names...) }
	for _, keyword := range sortedKeys(node) {
		switch value := node[keyword].(type) {
		case map[string]any:
			switch {
			case slices.Contains(mapsOfSchemas, keyword):
				for _, name := range sortedKeys(value) {
					walkSchemas(value[name], at(keyword, name), visit)
				}
			case !slices.Contains(literals, keyword):
				walkSchemas(value, at(keyword), visit)
			}
		case []any:
			if slices.Contains(listsOfSchemas, keyword) {
				for i, item := range value {
					walkSchemas(item, at(keyword, strconv.Itoa(i)), visit)
				}
			}
		}
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
