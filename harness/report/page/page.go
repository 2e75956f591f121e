// Package page writes the report that people read: one HTML file that needs
// nothing else, no network and no script. The script that it holds only
// filters and opens what is there already.
//
// It says what is shown and how; what it says was judged by package report,
// the one package of ours that it builds on, beside the contract's vocabulary.
// Whatever a server sent reaches the page as printable text: made visible by
// report.Line and report.Block, then escaped by html/template.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"

	"obconform/harness/report"
)

//go:embed page.css page.js *.tmpl
var files embed.FS

// Render writes the page.
func Render(results report.Results) ([]byte, error) {
	style, err := files.ReadFile("page.css")
	if err != nil {
		return nil, fmt.Errorf("writing the HTML page: %w", err)
	}
	script, err := files.ReadFile("page.js")
	if err != nil {
		return nil, fmt.Errorf("writing the HTML page: %w", err)
	}
	templates, err := template.New("page").Funcs(helpers()).ParseFS(files, "*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("writing the HTML page: %w", err)
	}
	d := document{
		Style: template.CSS(style), Script: template.JS(script), // #nosec G203 -- our own files
		Policy: policy(style, script), Icon: icon(results.Outcome), view: look(results),
	}
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, "page.tmpl", d); err != nil {
		return nil, fmt.Errorf("writing the HTML page: %w", err)
	}
	return out.Bytes(), nil
}

// helpers are what the templates lack.
func helpers() template.FuncMap {
	return template.FuncMap{
		"add":    func(a, b int) int { return a + b },
		"pair":   func(page, item any) any { return struct{ Page, Item any }{page, item} },
		"plural": count,
	}
}

// document is what the templates are filled with.
type document struct {
	Style  template.CSS
	Script template.JS
	Policy string
	Icon   template.URL
	view
}

// policy is the page's content security policy: this style, this script, the
// icon in the page, and nothing else, so that markup which got past all
// escaping could still neither run nor load nor send anything.
func policy(style, script []byte) string {
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) +
		"; img-src data:; base-uri 'none'; form-action 'none'"
}

// hash is the source expression that allows exactly this inline element.
func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// icon is a square in the colour of the outcome, to tell tabs apart.
func icon(outcome report.Outcome) template.URL {
	colour := map[report.Outcome]string{report.OutcomePassed: "1f7a45", report.OutcomeFailed: "b3261e"}[outcome]
	if colour == "" {
		colour = "6f42a8"
	}
	return template.URL("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" + // #nosec G203 -- our own text
		"%3Crect width='16' height='16' rx='3' fill='%23" + colour + "'/%3E%3C/svg%3E")
}
