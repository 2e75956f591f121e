package compare

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

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
