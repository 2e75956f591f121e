package matrix

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is a YAML mapping in the making, in the order in which it is added
// to.
type document struct {
	comments []string
	node     yaml.Node
	err      error
}

// comment puts lines at the head of the document.
func (d *document) comment(lines ...string) { d.comments = append(d.comments, lines...) }

// add adds a member.
func (d *document) add(name string, value any) {
	var key, encoded yaml.Node
	key.SetString(name)
	if err := encoded.Encode(value); err != nil && d.err == nil {
		d.err = err
	}
	d.node.Kind = yaml.MappingNode
	d.node.Content = append(d.node.Content, &key, &encoded)
}

// bytes is the document's text.
func (d *document) bytes() ([]byte, error) {
	if d.err != nil {
		return nil, d.err
	}
	return yamlText(d.comments, &d.node)
}

// yamlText is a value as YAML, below comments.
func yamlText(comments []string, value any) ([]byte, error) {
	var out bytes.Buffer
	for _, line := range comments {
		out.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}
