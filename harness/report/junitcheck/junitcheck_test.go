package junitcheck_test

import (
	"reflect"
	"strings"
	"testing"

	"obconform/harness/report/junitcheck"
)

const valid = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="obconform" time="1.5" tests="4" failures="1" errors="1">
 <testsuite name="obconform.accounts" tests="4" failures="1" errors="1" skipped="1" time="1.500" timestamp="2026-01-02T15:04:05Z">
  <testcase name="one" classname="obconform.accounts" time="0.500"><flakyFailure type="environment" message="status 503">text</flakyFailure><system-out>warned</system-out></testcase>
  <testcase name="two" classname="obconform.accounts" time="1"><failure type="ACC-LIST-200" message="m">text</failure></testcase>
  <testcase name="three" classname="obconform.accounts" time="0.000"><error type="errored" message="m"></error></testcase>
  <testcase name="four" classname="obconform.accounts" time="0.000"><skipped message="why"></skipped></testcase>
 </testsuite>
</testsuites>
`

func TestAValidFile(t *testing.T) {
	cases, err := junitcheck.Check([]byte(valid))
	if err != nil {
		t.Fatal(err)
	}
	want := []junitcheck.Case{
		{Suite: "obconform.accounts", Name: "one", Result: "passed", Output: "warned", Flaky: []string{"status 503"}},
		{Suite: "obconform.accounts", Name: "two", Result: "failure", Type: "ACC-LIST-200", Message: "m", Text: "text"},
		{Suite: "obconform.accounts", Name: "three", Result: "error", Type: "errored", Message: "m"},
		{Suite: "obconform.accounts", Name: "four", Result: "skipped", Message: "why"},
	}
	if !reflect.DeepEqual(cases, want) {
		t.Errorf("cases %+v", cases)
	}
}

// Each file is the valid one with exactly one thing broken.
func TestBrokenFiles(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"cut off":                       {"</testsuites>", "", "unexpected EOF"},
		"another root":                  {"testsuites", "suites", "the root element is suites"},
		"two roots":                     {"</testsuites>\n", "</testsuites><testsuites/>", "exactly one root"},
		"text after the root":           {"</testsuites>\n", "</testsuites>x", "exactly one root"},
		"a document type":               {"<testsuites name", "<!DOCTYPE testsuites><testsuites name", "markup declaration"},
		"an illegal character":          {">text<", ">\x01<", "illegal character"},
		"an illegal reference":          {">text<", ">&#1;<", "illegal character"},
		"invalid UTF-8":                 {">text<", ">\xff<", "invalid UTF-8"},
		"a bare CDATA end":              {">text<", ">]]><", "]]>"},
		"a namespace":                   {`<testsuites name`, `<testsuites xmlns="urn:x" name`, "namespace"},
		"a doubled attribute":           {`name="one"`, `name="one" name="one"`, "attribute name twice"},
		"an unknown element":            {"<system-out>warned</system-out>", "<output/>", "the child output"},
		"properties in a case":          {"<system-out>warned</system-out>", "<properties/>", "the child properties"},
		"an unknown attribute":          {`name="one"`, `name="one" file="x.go"`, "unknown attribute file"},
		"a flaky failure without type":  {`<flakyFailure type="environment"`, `<flakyFailure`, "flakyFailure has no attribute type"},
		"a flaky failure of a failure":  {`<failure type="ACC-LIST-200"`, `<flakyFailure type="x" message="m"/><failure type="ACC-LIST-200"`, "is flaky and did not pass"},
		"no name":                       {`name="two" `, ``, "no attribute name"},
		"an empty name":                 {`name="two"`, `name=" "`, "case without a name"},
		"text in a suite":               {"<testcase name=\"one\"", "x<testcase name=\"one\"", "testsuite has text"},
		"a child of a failure":          {">text<", "><error/><", "failure has the child error"},
		"a time with four decimals":     {`time="0.500"`, `time="0.5000"`, "time \"0.5000\""},
		"a negative time":               {`time="0.500"`, `time="-1"`, "time \"-1\""},
		"a suite's time in words":       {`time="1.500"`, `time="1.5s"`, "time \"1.5s\""},
		"the file's time in words":      {`time="1.5"`, `time="now"`, "time \"now\""},
		"a time stamp with fractions":   {"15:04:05Z", "15:04:05.1Z", "time stamp"},
		"a time stamp without zone":     {"15:04:05Z", "15:04:05", "time stamp"},
		"a wrong count of tests":        {`tests="4" failures="1" errors="1" skipped`, `tests="3" failures="1" errors="1" skipped`, "testsuite says tests=3"},
		"a wrong count of failures":     {`failures="1" errors="1" skipped`, `failures="0" errors="1" skipped`, "says failures=0"},
		"a wrong count of errors":       {`errors="1" skipped`, `errors="2" skipped`, "says errors=2"},
		"a wrong count of skipped":      {`skipped="1"`, `skipped="0"`, "says skipped=0"},
		"no count of skipped":           {`skipped="1" `, ``, "no count of skipped"},
		"a count in words":              {`skipped="1"`, `skipped="one"`, `skipped="one"`},
		"a wrong count of all tests":    {`tests="4" failures="1" errors="1">`, `tests="5" failures="1" errors="1">`, "testsuites says tests=5"},
		"a wrong count of all failures": {`failures="1" errors="1">`, `failures="2" errors="1">`, "testsuites says failures=2"},
		"a wrong count of all errors":   {`errors="1">`, `errors="0">`, "testsuites says errors=0"},
		"a name twice":                  {`name="four"`, `name="three"`, `two cases named "three"`},
		"another class":                 {`classname="obconform.accounts" time="1"`, `classname="obconform.other" time="1"`, "has the class"},
		"two results":                   {`<skipped message="why"></skipped>`, `<skipped message="why"/><skipped message="why"/>`, "two results"},
		"no message":                    {`<skipped message="why">`, `<skipped>`, "skipped without a message"},
		"a name with two dots":          {"obconform.accounts", "obconform.a.b", "exactly one dot"},
		"a suite in a suite":            {"</testsuite>", `<testsuite name="x.y" tests="0" failures="0" errors="0"/></testsuite>`, "has suites in it"},
		"an empty suite":                {"</testsuites>", `<testsuite name="x.y" tests="0" failures="0" errors="0" skipped="0"/></testsuites>`, `"x.y" is empty`},
		"a suite twice": {"</testsuites>", `<testsuite name="obconform.accounts" tests="0" failures="0" errors="0" skipped="0"/></testsuites>`,
			"two suites are named"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.ReplaceAll(valid, test.old, test.new)
			if broken == valid {
				t.Fatal("the case breaks nothing")
			}
			_, err := junitcheck.Check([]byte(broken))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if _, err := junitcheck.Check([]byte(`<testsuites tests="0" failures="0" errors="0"/>`)); err == nil || !strings.Contains(err.Error(), "no test suite") {
		t.Errorf("a file without a suite: %v", err)
	}
}
