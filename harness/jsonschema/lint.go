package jsonschema

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"sort"
	"strings"
)

// metaschema is the draft-07 schema of schemas, as published at its $id.
//
//go:embed metaschema.json
var metaschema []byte

// Lint reads every *.schema.json of fsys and says in what way it could check
// less than it seems to, one line for each place, sorted; nothing if all is
// well. It holds the files to a small dialect, because the validator underneath
// ignores whatever it does not understand:
//
//   - JSON without doubled members; valid under the draft-07 metaschema
//   - $schema is draft-07, $id an absolute URI of its own, title and description
//   - only the keywords and formats of this package
//   - a type for whatever is described, and only keywords that can fail on it;
//     in a layer (x.std.schema.json) no type, and one type's keywords at a time
//   - required names members that are described
//   - patterns that cover the whole value: ^...$, alternatives in a group
//   - $ref alone, leading to a file of the set, and never back
func Lint(fsys fs.FS) []string {
	l := &linter{idOwner: make(map[string]string), documents: make(map[string]*document)}
	meta, err := compileMetaschema()
	if err != nil {
		return []string{err.Error()}
	}
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, Suffix) {
			return err
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		l.file(name, raw, meta)
		return nil
	})
	if err != nil {
		l.report(".", nil, "%v", err)
	}
	l.references()
	sort.Strings(l.found)
	return slices.Compact(l.found)
}

// compileMetaschema cannot go by way of a Set: the metaschema refers to itself,
// which the library survives where a value's depth bounds the recursion.
func compileMetaschema() (*Schema, error) {
	tree, err := decode(metaschema)
	if err != nil {
		return nil, fmt.Errorf("metaschema: %w", err)
	}
	root, ok := tree.(map[string]any)
	if !ok {
		return nil, errors.New("metaschema: not an object")
	}
	return compile("metaschema.json", root)
}

// linter gathers what is wrong with a set of files.
type linter struct {
	found     []string
	idOwner   map[string]string    // $id to the file that has it
	documents map[string]*document // the same, for following references
}

func (l *linter) report(file string, at []string, text string, arguments ...any) {
	l.found = append(l.found, file+"#"+pointer(at)+": "+fmt.Sprintf(text, arguments...))
}

// file lints one file by itself.
func (l *linter) file(name string, raw []byte, meta *Schema) {
	value, err := decode(raw)
	if err != nil {
		l.report(name, nil, "%v", err)
		return
	}
	tree, ok := value.(map[string]any)
	if !ok {
		l.report(name, nil, "it is %s, want a JSON object", actual(value))
		return
	}
	for _, member := range doubledMembers(raw) {
		l.report(name, nil, "the member %q occurs twice in one object", member)
	}
	for _, v := range meta.Validate(tree) {
		l.report(name, nil, "it is no draft-07 schema: %s", v)
	}
	l.top(name, tree)
	layer := isLayer(name)
	walkSchemas(tree, nil, func(at []string, node map[string]any) {
		say := func(text string, arguments ...any) { l.report(name, at, text, arguments...) }
		lintKeywords(node, len(at) == 0, say)
		lintBooleans(node, layer, say)
		lintStrings(node, say)
		switch {
		case node["$ref"] != nil:
		case layer:
			lintLayer(node, say)
		default:
			lintTypes(node, say)
		}
	})
}

// isLayer tells a layer by its name, <model>.<layer>.schema.json.
func isLayer(name string) bool {
	return strings.Contains(strings.TrimSuffix(path.Base(name), Suffix), ".")
}

// top lints what a whole file must have.
func (l *linter) top(name string, tree map[string]any) {
	if tree["$schema"] != draft07 {
		l.report(name, nil, "$schema is not %s", draft07)
	}
	for _, keyword := range []string{"title", "description"} {
		if text, _ := tree[keyword].(string); strings.TrimSpace(text) == "" {
			l.report(name, nil, "there is no %s", keyword)
		}
	}
	id, _ := tree["$id"].(string)
	u, err := url.Parse(id)
	if err != nil || !u.IsAbs() || u.Fragment != "" {
		l.report(name, nil, "$id is not an absolute URI without fragment")
		return
	}
	if owner, taken := l.idOwner[u.String()]; taken {
		l.report(name, nil, "the $id is that of %s too", owner)
		return
	}
	l.idOwner[u.String()] = name
	l.documents[u.String()] = &document{name: name, id: u.String(), tree: tree}
}

// references lints where the references of all files lead.
func (l *linter) references() {
	for id, d := range l.documents {
		walkSchemas(d.tree, nil, func(at []string, node map[string]any) {
			ref, has := node["$ref"].(string)
			if !has {
				return
			}
			if _, err := resolve(id, ref, l.documents); err != nil {
				l.report(d.name, at, "%v", err)
			}
		})
		if _, err := expand(d, l.documents); errors.Is(err, errCycle) {
			l.report(d.name, nil, "%v", err)
		}
	}
}
