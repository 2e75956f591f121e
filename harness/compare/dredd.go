package compare

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

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
