// Package jsonschema validates JSON documents against draft-07 schemas.
//
// It owns the one use of gojsonschema in the project. That library has not been
// maintained since 2019, fetches references over the network, dies on cyclic
// references, and lets misspelt keywords and half of all malformed dates pass;
// everything behind [Set] exists to keep those habits from the callers. The
// package knows nothing of banks, of HTTP or of the contract: it imports neither
// the schemas it serves nor any other package of this module, and it opens no
// file and no connection of its own.
//
// A schema file is named <name>.schema.json, or <name>.<layer>.schema.json for
// a layer that adds constraints to another file and is applied beside it. A
// layer takes the types as given, so it never repeats them; see [Lint].
package jsonschema

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Suffix ends the name of every file that a [Set] reads.
const Suffix = ".schema.json"

// Set is a closed collection of schema documents: a reference from one of them
// leads to another of them, or nowhere. It is safe for use by many goroutines.
type Set struct {
	names    []string
	trees    map[string]map[string]any
	compiled map[string]func() (*Schema, error)
}

// document is one schema file, decoded and not yet resolved.
type document struct {
	name string // path in the file system, for messages
	id   string // the absolute URI of its $id, by which others refer to it
	tree map[string]any
}

// NewSet reads every *.schema.json below the root of fsys. It returns an error
// if one cannot be read, is not a single JSON object, has no absolute $id of its
// own, shares it with another, or refers back to itself by way of any $ref.
func NewSet(fsys fs.FS) (*Set, error) {
	docs, err := readDocuments(fsys)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*document, len(docs))
	for _, d := range docs {
		if err := d.identify(); err != nil {
			return nil, err
		}
		if other, taken := byID[d.id]; taken {
			return nil, fmt.Errorf("schema %s: its $id %s is that of %s too", d.name, d.id, other.name)
		}
		byID[d.id] = d
	}
	s := &Set{trees: map[string]map[string]any{}, compiled: make(map[string]func() (*Schema, error), len(docs))}
	for _, d := range docs {
		tree, err := expand(d, byID)
		if errors.Is(err, errCycle) {
			return nil, fmt.Errorf("schema %s: %w", d.name, err)
		}
		s.names = append(s.names, d.name)
		s.trees[d.name] = tree
		s.compiled[d.name] = sync.OnceValues(func() (*Schema, error) {
			if err != nil {
				return nil, fmt.Errorf("compile schema %s: %w", d.name, err)
			}
			return compile(d.name, tree)
		})
	}
	return s, nil
}

// Names lists the documents of the set, sorted: paths in its file system.
func (s *Set) Names() []string { return slices.Clone(s.names) }

// Tree returns the document of that name with every $ref replaced by what it
// names. It belongs to the set: it is to be read and never written to. It
// returns an error for a name that the set does not have, and for a $ref that
// leads out of the set.
func (s *Set) Tree(name string) (map[string]any, error) {
	if tree := s.trees[name]; tree != nil {
		return tree, nil
	}
	return nil, fmt.Errorf("schema %s: there is no such document in the set, or it refers to one that is not", name)
}

// Compile returns the schema of that name, a path in the set's file system. The
// work is done once; later calls return the same schema. It returns an error
// for a name that the set does not have, for a $ref that leads out of the set,
// and for a document that is not a schema.
func (s *Set) Compile(name string) (*Schema, error) {
	compiled, ok := s.compiled[name]
	if !ok {
		return nil, fmt.Errorf("compile schema %s: there is no such document in the set", name)
	}
	return compiled()
}

// readDocuments decodes the schema files of fsys, sorted by name.
func readDocuments(fsys fs.FS) ([]*document, error) {
	var docs []*document
	err := fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, Suffix) {
			return err
		}
		raw, err := fs.ReadFile(fsys, path)
		if err != nil {
			return err
		}
		value, err := decode(raw)
		if err != nil {
			return fmt.Errorf("schema %s: %w", path, err)
		}
		tree, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("schema %s: it is %s, want a JSON object", path, actual(value))
		}
		docs = append(docs, &document{name: path, tree: tree})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read schemas: %w", err)
	}
	sort.Slice(docs, func(i, j int) bool { return docs[i].name < docs[j].name })
	return docs, nil
}

// identify sets the document's id from its $id, and refuses any other $id below
// it: an embedded identifier would change what a relative $ref means.
func (d *document) identify() error {
	id, _ := d.tree["$id"].(string)
	u, err := url.Parse(id)
	if err != nil || !u.IsAbs() || u.Fragment != "" {
		return fmt.Errorf("schema %s: $id %q is not an absolute URI without fragment", d.name, id)
	}
	d.id = u.String()
	var nested error
	walkSchemas(d.tree, nil, func(path []string, node map[string]any) {
		_, has := node["$id"]
		if _, old := node["id"]; len(path) > 0 && (has || old) {
			nested = fmt.Errorf("schema %s: a second identifier at %s", d.name, pointer(path))
		}
	})
	return nested
}
