// Package junitcheck reads a JUnit file as strictly as its strictest consumer:
// only the elements and attributes of Jenkins' xUnit schema, the required ones
// present, times and time stamps well formed, totals that agree with the
// children, no name twice, no empty suite, one result per case at most.
//
// It owns that second opinion on what the reports write, so it imports nothing
// of ours and shares no type with the writer.
package junitcheck

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Case is one test case of a valid file.
type Case struct {
	// Suite and Name say which one it is.
	Suite, Name string
	// Result is "passed", "failure", "error" or "skipped".
	Result string
	// Type, Message and Text are those of the result, empty for a pass.
	Type, Message, Text string
	// Output is the system-out of the case.
	Output string
	// Flaky are the messages of its flakyFailures.
	Flaky []string
}

// Check reads a JUnit file. The error joins every rule that the file breaks;
// the cases are complete only when it is nil.
func Check(data []byte) ([]Case, error) {
	root, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("the JUnit file is not well-formed XML: %w", err)
	}
	c := &checker{}
	if root.name != "testsuites" {
		c.broken("the root element is %s, not testsuites", root.name)
		return nil, errors.Join(c.problems...)
	}
	c.shape(root)
	c.root(root)
	return c.cases, errors.Join(c.problems...)
}

// element is one element of the file.
type element struct {
	name       string
	attributes map[string]string
	children   []*element
	text       string
}

func (e *element) named(name string) []*element {
	var found []*element
	for _, child := range e.children {
		if child.name == name {
			found = append(found, child)
		}
	}
	return found
}

// parse builds the tree. encoding/xml refuses illegal characters, invalid
// UTF-8 and a bare "]]>"; doubled attributes and markup declarations it lets
// pass, so they are refused here.
func parse(data []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	holder := &element{}
	open := []*element{holder}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			child, err := start(t)
			if err != nil {
				return nil, err
			}
			top.children = append(top.children, child)
			open = append(open, child)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(t)
		case xml.Directive:
			return nil, errors.New("it has a markup declaration")
		}
	}
	if len(holder.children) != 1 || strings.TrimSpace(holder.text) != "" {
		return nil, errors.New("it has not exactly one root element")
	}
	return holder.children[0], nil
}

func start(t xml.StartElement) (*element, error) {
	e := &element{name: t.Name.Local, attributes: map[string]string{}}
	if t.Name.Space != "" {
		return nil, fmt.Errorf("the element %s has a namespace", e.name)
	}
	for _, a := range t.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		if _, doubled := e.attributes[name]; doubled {
			return nil, fmt.Errorf("%s has the attribute %s twice", e.name, name)
		}
		e.attributes[name] = a.Value
	}
	return e, nil
}

// rule is what one element may and must have.
type rule struct {
	required, optional, children []string
	text                         bool
}

// ruleOf follows the schema that Jenkins' xUnit step validates.
func ruleOf(name string) (rule, bool) {
	result := rule{optional: []string{"type", "message"}, text: true}
	rerun := rule{required: []string{"type"}, optional: []string{"message"}, text: true}
	rules := map[string]rule{
		"testsuites": {optional: []string{"name", "time", "tests", "failures", "errors"}, children: []string{"testsuite"}},
		"testsuite": {required: []string{"name", "tests", "failures", "errors"},
			optional: []string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"},
			children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"}},
		"testcase": {required: []string{"name"}, optional: []string{"time", "classname", "group"},
			children: []string{"skipped", "error", "failure", "flakyFailure", "system-out", "system-err"}},
		"properties": {children: []string{"property"}},
		"property":   {required: []string{"name", "value"}},
		"failure":    result, "error": result, "skipped": result, "flakyFailure": rerun,
		"system-out": {text: true}, "system-err": {text: true},
	}
	found, ok := rules[name]
	return found, ok
}

type checker struct {
	problems []error
	cases    []Case
}

func (c *checker) broken(format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf(format, args...))
}

// shape holds the tree against the schema.
func (c *checker) shape(e *element) {
	rule, _ := ruleOf(e.name)
	for _, name := range rule.required {
		if _, ok := e.attributes[name]; !ok {
			c.broken("%s has no attribute %s", e.name, name)
		}
	}
	for name := range e.attributes {
		if !slices.Contains(rule.required, name) && !slices.Contains(rule.optional, name) {
			c.broken("%s has the unknown attribute %s", e.name, name)
		}
	}
	if !rule.text && strings.TrimSpace(e.text) != "" {
		c.broken("%s has text", e.name)
	}
	for _, child := range e.children {
		if !slices.Contains(rule.children, child.name) {
			c.broken("%s has the child %s", e.name, child.name)
			continue
		}
		c.shape(child)
	}
}

var (
	timePattern  = regexp.MustCompile(`^[0-9]+(\.[0-9]{1,3})?$`)
	stampPattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`)
)

// counts are the totals of a suite or of a file.
type counts struct{ tests, failures, errors, skipped int }

func (c *checker) root(root *element) {
	var sum counts
	seen := map[string]bool{}
	suites := root.named("testsuite")
	if len(suites) == 0 {
		c.broken("the file has no test suite")
	}
	for _, suite := range suites {
		name := suite.attributes["name"]
		if seen[name] {
			c.broken("two suites are named %q", name)
		}
		seen[name] = true
		got := c.suite(suite, name)
		sum = counts{sum.tests + got.tests, sum.failures + got.failures, sum.errors + got.errors, sum.skipped + got.skipped}
	}
	c.time(root)
	c.total(root, "tests", sum.tests)
	c.total(root, "failures", sum.failures)
	c.total(root, "errors", sum.errors)
}

func (c *checker) suite(suite *element, name string) counts {
	var sum counts
	seen := map[string]bool{}
	if strings.Count(name, ".") != 1 {
		c.broken("the suite's name %q has not exactly one dot", name)
	}
	if len(suite.named("testsuite")) > 0 {
		c.broken("suite %q has suites in it, which most consumers do not count", name)
	}
	for _, test := range suite.named("testcase") {
		kept := c.test(test, name)
		if seen[kept.Name] {
			c.broken("suite %q has two cases named %q", name, kept.Name)
		}
		seen[kept.Name] = true
		sum.tests++
		switch kept.Result {
		case "failure":
			sum.failures++
		case "error":
			sum.errors++
		case "skipped":
			sum.skipped++
		}
		c.cases = append(c.cases, kept)
	}
	if sum.tests == 0 {
		c.broken("suite %q is empty", name)
	}
	c.time(suite)
	if stamp, ok := suite.attributes["timestamp"]; ok && !stampPattern.MatchString(stamp) {
		c.broken("suite %q has the time stamp %q, not UTC without fractions", name, stamp)
	}
	c.total(suite, "tests", sum.tests)
	c.total(suite, "failures", sum.failures)
	c.total(suite, "errors", sum.errors)
	c.total(suite, "skipped", sum.skipped)
	return sum
}

func (c *checker) test(test *element, suite string) Case {
	kept := Case{Suite: suite, Name: test.attributes["name"], Result: "passed"}
	if strings.TrimSpace(kept.Name) == "" {
		c.broken("suite %q has a case without a name", suite)
	}
	if class := test.attributes["classname"]; class != suite {
		c.broken("case %q has the class %q, not its suite's name %q", kept.Name, class, suite)
	}
	c.time(test)
	for _, child := range test.children {
		switch child.name {
		case "failure", "error", "skipped":
			if kept.Result != "passed" {
				c.broken("case %q has two results", kept.Name)
			}
			if child.attributes["message"] == "" {
				c.broken("case %q has a %s without a message", kept.Name, child.name)
			}
			kept.Result, kept.Type, kept.Message, kept.Text = child.name, child.attributes["type"], child.attributes["message"], child.text
		case "flakyFailure":
			kept.Flaky = append(kept.Flaky, child.attributes["message"])
		case "system-out":
			kept.Output += child.text
		}
	}
	if len(kept.Flaky) > 0 && kept.Result != "passed" {
		c.broken("case %q is flaky and did not pass", kept.Name)
	}
	return kept
}

func (c *checker) time(e *element) {
	if value, ok := e.attributes["time"]; ok && !timePattern.MatchString(value) {
		c.broken("%s has the time %q, not seconds with at most three decimals", e.name, value)
	}
}

// total holds a count against the children; every count that the schema knows
// for the element has to be there.
func (c *checker) total(e *element, name string, want int) {
	value, ok := e.attributes[name]
	got, err := strconv.Atoi(value)
	switch {
	case !ok:
		c.broken("%s has no count of %s", e.name, name)
	case err != nil || got < 0:
		c.broken("%s has the count %s=%q", e.name, name, value)
	case got != want:
		c.broken("%s says %s=%d, its cases say %d", e.name, name, got, want)
	}
}
