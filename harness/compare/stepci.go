package compare

import (
	"fmt"
	"path/filepath"
)

// stepCI is a workflow with checks of status, header fields and schema.
func stepCI(w Work) (Job, error) {
	var steps []anyMap
	for i, x := range w.Tape {
		e := w.Expect[i]
		headers := anyMap{}
		for name, value := range e.Headers {
			headers[name] = value
		}
		for name, pattern := range e.Present {
			headers[name] = []anyMap{{"isDefined": true}, {"match": pattern}}
		}
		check := anyMap{"status": e.Status}
		if e.MediaType != "" {
			headers["content-type"] = []anyMap{{"isDefined": true}, {"match": e.MediaType}}
		}
		if len(headers) > 0 {
			check["headers"] = headers
		}
		if e.Schema != nil {
			check["schema"] = e.Schema
		}
		http := anyMap{"url": w.Address + x.Path, "method": x.Method, "headers": fieldsOf(x, i), "followRedirects": false, "check": check}
		if len(x.Body) > 0 {
			http["body"] = string(x.Body)
		}
		steps = append(steps, anyMap{"name": fmt.Sprint(i), "http": http})
	}
	file, err := w.write("workflow.yml", anyMap{"version": "1.1", "name": "recorded", "config": anyMap{"continueOnFail": true},
		"tests": anyMap{"recorded": anyMap{"steps": steps}}})
	report := filepath.Join(w.Dir, "stepci.json")
	return Job{
		Command: []string{"node", filepath.Join(filepath.Dir(w.Modules), "stepci.mjs"), file, report},
		Failed:  failedList(report),
	}, err
}
