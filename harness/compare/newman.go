package compare

import (
	"encoding/json"
	"fmt"
	"path/filepath"
)

// newman is a Postman collection: each item has the assertions that its users
// write, among them the JSON Schema, with the ajv that newman has built in.
func newman(w Work) (Job, error) {
	var items []anyMap
	for i, x := range w.Tape {
		e := w.Expect[i]
		lines := []string{fmt.Sprintf("pm.test('status', () => pm.response.to.have.status(%d));", e.Status)}
		for name, value := range e.Headers {
			lines = append(lines, fmt.Sprintf("pm.test(%q, () => pm.expect(pm.response.headers.get(%q)).to.eql(%q));", name, name, value))
		}
		for name, pattern := range e.Present {
			lines = append(lines, fmt.Sprintf("pm.test(%q, () => pm.expect(pm.response.headers.get(%q)).to.match(new RegExp(%q)));", name, name, pattern))
		}
		if e.MediaType != "" {
			lines = append(lines, fmt.Sprintf("pm.test('media type', () => pm.expect(pm.response.headers.get('content-type')).to.include(%q));", e.MediaType))
		}
		if e.Schema != nil {
			schema, err := json.Marshal(e.Schema)
			if err != nil {
				return Job{}, err
			}
			lines = append(lines, fmt.Sprintf("pm.test('schema', () => pm.response.to.have.jsonSchema(%s));", schema))
		} else {
			lines = append(lines, "pm.test('no body', () => pm.expect(pm.response.text()).to.eql(''));")
		}
		var header []anyMap
		for name, value := range fieldsOf(x, i) {
			header = append(header, anyMap{"key": name, "value": value})
		}
		request := anyMap{"method": x.Method, "url": w.Address + x.Path, "header": header}
		if len(x.Body) > 0 {
			request["body"] = anyMap{"mode": "raw", "raw": string(x.Body)}
		}
		items = append(items, anyMap{"name": fmt.Sprint(i), "request": request,
			"event": []anyMap{{"listen": "test", "script": anyMap{"exec": lines}}}})
	}
	file, err := w.write("collection.json", anyMap{"item": items, "info": anyMap{"name": "recorded",
		"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}})
	report := filepath.Join(w.Dir, "newman.json")
	return Job{
		Command: []string{"node", w.script("newman", "bin", "newman.js"), "run", file, "--ignore-redirects", "--reporters", "json", "--reporter-json-export", report},
		Failed: func([]byte, []proxied) (map[int]bool, error) {
			var read struct {
				Run struct {
					Failures []struct{ Source struct{ Name string } }
				}
			}
			failed := map[int]bool{}
			err := readJSON(report, &read)
			for _, failure := range read.Run.Failures {
				failed[numberOf(failure.Source.Name)] = true
			}
			return failed, err
		},
	}, err
}
