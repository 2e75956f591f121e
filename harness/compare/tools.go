package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Work is what a tool is given.
type Work struct {
	// Dir is a folder of its own, Modules where the npm packages are, and Venom and
	// Obconform the binaries.
	Dir, Modules, Venom, Obconform string
	// Address is the server that repeats the recording.
	Address  string
	Tape     []Exchange
	Expect   []Expectation
	Document Document
}

// Tool is one tool that checks exchanges.
type Tool struct {
	// Name is what its users call it, with the version.
	Name string
	// Prepare writes the tool's own input.
	Prepare func(Work) (Job, error)
	// Often is how many times as often as asked the recording is repeated to measure
	// what an exchange costs: a fast tool needs more, and a slow one less, which is
	// to the favour of those that slow down as a file grows.
	Often float64
	// Lives says that the tool follows keys and tokens through a recording: those
	// of several banks are several runs.
	Lives bool
}

// Job is one run of a tool.
type Job struct {
	Command []string
	// Ready is an address that answers once the tool serves, empty for a tool that
	// sends by itself; then the requests are sent by us, through Through.
	Ready, Through string
	// Failed reads which exchanges the tool finds fault with, from its output and
	// from the answers of what it proxied.
	Failed func(out []byte, answers []proxied) (map[int]bool, error)
}

// proxied is the answer to one exchange that went through a proxy.
type proxied struct {
	status int
	body   []byte
}

// Tools are those compared, ours first.
func Tools() []Tool {
	return []Tool{
		{Name: "obconform check", Prepare: obconformCheck, Lives: true, Often: 10},
		{Name: "conform.Transport, in a Go client", Prepare: obconformLive, Lives: true, Often: 5},
		{Name: "obconform proxy", Prepare: obconformProxy, Lives: true, Often: 5},
		{Name: "venom 1.3.0-beta.2", Prepare: venom, Often: 0.5},
		{Name: "Prism 5.14.2, proxy", Prepare: prismProxy, Often: 1},
		{Name: "Step CI 2.8.2", Prepare: stepCI, Often: 0.5},
		{Name: "Dredd 14.1.0", Prepare: dredd, Often: 0.25},
		{Name: "newman 6.2.2", Prepare: newman, Often: 0.5},
	}
}

func (w Work) write(name string, content any) (string, error) {
	path := filepath.Join(w.Dir, name)
	data, isText := content.([]byte)
	if !isText {
		var err error
		if data, err = json.Marshal(content); err != nil {
			return "", err
		}
	}
	return path, os.WriteFile(path, data, 0o600)
}

func (w Work) script(parts ...string) string {
	return filepath.Join(append([]string{w.Modules}, parts...)...)
}

// fieldsOf are the header fields of a request, with the number of the exchange.
func fieldsOf(x Exchange, number int) map[string]string {
	fields := map[string]string{NumberHeader: fmt.Sprint(number)}
	for name, values := range x.Header {
		fields[name] = values[0]
	}
	return fields
}

type anyMap = map[string]any

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

// dredd is the exported document with one path for each exchange: of itself Dredd
// makes one request for each documented answer, and cannot be told of several. It
// is written as OpenAPI 2, of which Dredd knows all; of OpenAPI 3 it passes over
// allOf, lengths, formats and header fields.
func dredd(w Work) (Job, error) {
	paths := anyMap{}
	for i, x := range w.Tape {
		e := w.Expect[i]
		response := anyMap{"description": "as recorded"}
		operation := anyMap{"summary": fmt.Sprint(i), "responses": anyMap{fmt.Sprint(e.Status): response}}
		if e.Schema != nil {
			response["schema"] = e.Schema
			response["examples"] = anyMap{e.MediaType: e.sample}
			operation["produces"] = []string{e.MediaType}
		}
		headers := anyMap{}
		for name := range e.Present {
			headers[name] = anyMap{"type": "string"}
		}
		for name, value := range e.Headers {
			headers[name] = anyMap{"type": "string", "enum": []string{value}}
		}
		response["headers"] = headers
		plain, _, _ := strings.Cut(x.Path, "?")
		paths[fmt.Sprintf("%s%d%s", PathPrefix, i, plain)] = anyMap{strings.ToLower(x.Method): operation}
	}
	file, err := w.write("dredd.json", anyMap{"swagger": "2.0", "info": anyMap{"title": "recorded", "version": "1"}, "paths": paths})
	if err != nil {
		return Job{}, err
	}
	requests := map[string]anyMap{}
	for i, x := range w.Tape {
		requests[fmt.Sprint(i)] = anyMap{"headers": fieldsOf(x, i), "body": string(x.Body)}
	}
	requestsFile, err := w.write("dredd-requests.json", requests)
	if err != nil {
		return Job{}, err
	}
	hooks, err := w.write("dredd-hooks.cjs", fmt.Appendf(nil, dreddHooks, requestsFile))
	return Job{
		Command: []string{"node", w.script("dredd", "bin", "dredd"), file, w.Address, "--hookfiles=" + hooks, "--loglevel=error"},
		Failed: func(out []byte, _ []proxied) (map[int]bool, error) {
			failed := map[int]bool{}
			for _, line := range dreddLine.FindAllSubmatch(out, -1) {
				if string(line[1]) != "pass" {
					failed[numberOf(string(line[2]))] = true
				}
			}
			if passed := bytes.Count(out, []byte(PathPrefix)); passed < len(w.Tape) {
				return nil, fmt.Errorf("%d of %d exchanges were checked", passed, len(w.Tape))
			}
			return failed, nil
		},
	}, err
}

// dreddLine is what Dredd prints of each exchange, in colours.
var dreddLine = regexp.MustCompile(`(pass|fail|error|skip)\S*: .*?` + PathPrefix + `(\d+)/`)

// dreddHooks have Dredd send what was recorded.
const dreddHooks = `const hooks = require("hooks");
const requests = JSON.parse(require("fs").readFileSync(%q, "utf8"));
hooks.beforeEach((transaction) => {
	const recorded = requests[transaction.fullPath.split("/")[2]];
	transaction.skip = false; // answers other than 2xx are left out otherwise
	transaction.request.headers = recorded.headers;
	transaction.request.body = recorded.body;
});
`

// venom is a test suite of HTTP steps. It knows no JSON Schema: what the schema
// says of the members that the clean answer has becomes assertions.
func venom(w Work) (Job, error) {
	var cases []anyMap
	for i, x := range w.Tape {
		e := w.Expect[i]
		assertions := []string{fmt.Sprintf("result.statuscode ShouldEqual %d", e.Status)}
		for name, value := range e.Headers {
			assertions = append(assertions, fmt.Sprintf("result.headers.%s ShouldEqual %s", canonical(name), value))
		}
		for name, pattern := range e.Present {
			assertions = append(assertions, fmt.Sprintf("result.headers.%s ShouldMatchRegex %s", canonical(name), pattern))
		}
		if e.MediaType != "" {
			assertions = append(assertions, "result.headers.Content-Type ShouldContainSubstring "+e.MediaType)
		}
		if e.Schema == nil {
			assertions = append(assertions, "result.body ShouldBeEmpty")
		} else {
			assertions = append(assertions, shape("result.bodyjson", e.Schema, e.sample)...)
		}
		step := anyMap{"type": "http", "method": x.Method, "url": w.Address + x.Path, "headers": fieldsOf(x, i),
			"no_follow_redirect": true, "assertions": assertions}
		if len(x.Body) > 0 {
			step["body"] = string(x.Body)
		}
		cases = append(cases, anyMap{"name": fmt.Sprintf("case-%d", i), "steps": []anyMap{step}})
	}
	file, err := w.write("suite.yml", anyMap{"name": "recorded", "testcases": cases})
	return Job{
		Command: []string{w.Venom, "run", "--format=json", "--output-dir=" + w.Dir, file},
		Failed: func([]byte, []proxied) (map[int]bool, error) {
			var read struct {
				TestSuites []struct {
					TestCases []struct {
						Name   string `json:"name"`
						Status string `json:"status"`
					} `json:"testcases"`
				} `json:"test_suites"`
			}
			failed := map[int]bool{}
			reports, err := filepath.Glob(filepath.Join(w.Dir, "test_results_*.json"))
			if err != nil || len(reports) != 1 {
				return nil, fmt.Errorf("expected one report, got %q (%v)", reports, err)
			}
			err = readJSON(reports[0], &read)
			for _, suite := range read.TestSuites {
				for _, one := range suite.TestCases {
					if one.Status != "PASS" {
						failed[numberOf(strings.TrimPrefix(one.Name, "case-"))] = true
					}
				}
			}
			return failed, err
		},
	}, err
}

// shape are venom's assertions on a value and its members, where the clean answer
// has them. Words with quotation marks or spaces cannot be said in venom's lines.
func shape(at string, schema anyMap, sample any) []string {
	var assertions []string
	matches := func(pattern string) {
		assertions = append(assertions, fmt.Sprintf("%s ShouldMatchRegex '%s'", at, pattern))
	}
	if all, ok := schema["allOf"].([]any); ok {
		for _, part := range all {
			if sub, ok := part.(anyMap); ok {
				assertions = append(assertions, shape(at, sub, sample)...)
			}
		}
	}
	if words, ok := schema["enum"].([]any); ok {
		assertions = append(assertions, fmt.Sprintf("%s ShouldBeIn '%s'", at, strings.Join(texts(words), "' '")))
	}
	if pattern, ok := schema["pattern"].(string); ok {
		matches(pattern)
	}
	switch value := sample.(type) {
	case anyMap:
		properties, _ := schema["properties"].(anyMap)
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if sub, ok := properties[name].(anyMap); ok {
				assertions = append(assertions, shape(at+"."+name, sub, value[name])...)
			}
		}
	case []any:
		items, _ := schema["items"].(anyMap)
		last := at[strings.LastIndex(at, ".")+1:]
		for i, item := range value {
			assertions = append(assertions, shape(fmt.Sprintf("%s.%s%d", at, last, i), items, item)...)
		}
	case string:
		if longest, ok := schema["maxLength"].(float64); ok {
			shortest, _ := schema["minLength"].(float64)
			matches(fmt.Sprintf("^.{%d,%d}$", int(shortest), int(longest)))
		}
		if schema["format"] == "date-time" {
			matches(`^[0-9-]+T[0-9:.]+(Z|[+-][0-9][0-9]:[0-9][0-9])$`)
		}
	case float64:
		if schema["type"] == "integer" {
			matches("^[0-9]+$")
		}
	}
	return assertions
}

func texts(words []any) []string {
	list := make([]string, len(words))
	for i, word := range words {
		list[i] = fmt.Sprint(word)
	}
	return list
}

// prismProxy validates the answers that pass it against the exported document.
func prismProxy(w Work) (Job, error) {
	file, err := w.write("prism.json", w.Document.Raw)
	if err != nil {
		return Job{}, err
	}
	port, err := freePort()
	through := fmt.Sprintf("http://127.0.0.1:%d", port)
	return Job{
		Command: []string{"node", w.script("@stoplight", "prism-cli", "dist", "index.js"), "proxy", "--errors", "--validate-request=false",
			"--host", "127.0.0.1", "--port", fmt.Sprint(port), file, w.Address},
		Ready: through + "/oauth2/jwks", Through: through,
		Failed: func(_ []byte, answers []proxied) (map[int]bool, error) {
			failed := map[int]bool{}
			for i, answer := range answers {
				if w.Expect[i].operation != nil && answer.status != w.Expect[i].Status {
					failed[i] = true
				}
			}
			return failed, nil
		},
	}, err
}
