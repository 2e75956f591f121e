package detect

import (
	"bytes"
	_ "embed" // the page
	"html/template"
	"strings"

	"obconform/harness/report"
)

//go:embed detection.html
var page string

// HTML is detection.html: one file that needs no network and runs nothing.
func HTML(d Detection) ([]byte, error) {
	parsed, err := template.New("detection").Funcs(template.FuncMap{
		"join": func(list []string) string { return strings.Join(list, ", ") },
		"line": func(text string) string { return report.Line(text, 2*maxMessage) },
		"clauses": func(row MutationRow) string {
			return strings.Join(texts(row.Clauses), ", ")
		},
		"survived": func(row MutationRow) bool { return row.survived() },
		"figures":  func(d Detection) string { return strings.Join(d.figureLines(), "\n") },
	}).Parse(page)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, d)
	return out.Bytes(), err
}
