package jsonschema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// files makes a file system of schemas, each completed with the identities that
// every file must have.
func files(bodies map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, body := range bodies {
		head := fmt.Sprintf(`{"$schema":%q,"$id":"https://test.invalid/%s","title":"T","description":"D"`, draft07, name)
		if body = strings.TrimPrefix(body, "{"); body != "}" {
			body = "," + body
		}
		fsys[name] = &fstest.MapFile{Data: []byte(head + body)}
	}
	return fsys
}

func mustCompile(t *testing.T, body string) *Schema {
	t.Helper()
	set, err := NewSet(files(map[string]string{"s.schema.json": body}))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := set.Compile("s.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *Schema, document string) []Violation {
	t.Helper()
	violations, err := schema.ValidateBytes([]byte(document))
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return violations
}

// Each keyword of the library, its smallest breach, and the twin that passes.
func TestViolations(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, c := range []struct {
		name, schema, valid, invalid string
		want                         Violation
	}{
		{"required", `{"type":"object","required":["a"],"properties":{"a":{"type":"string","minLength":1,"maxLength":40}}}`, `{"a":"1"}`, `{}`,
			Violation{"/a", "required", "a member: a string of 1 to 40 characters", "no such member"}},
		{"type", `{"type":"object","properties":{"a":{"type":["string","integer"]}}}`, `{"a":1}`, `{"a":1.5}`,
			Violation{"/a", "type", "a string or an integer", "1.5"}},
		{"null", `{"type":"object","properties":{"a":{"type":"boolean"}}}`, `{"a":true}`, `{"a":null}`,
			Violation{"/a", "type", "true or false", "null"}},
		{"minLength", `{"type":"string","minLength":1}`, `"a"`, `""`, Violation{"", "minLength", "a string of at least 1 character", `""`}},
		{"maxLength", `{"type":"string","minLength":1,"maxLength":99}`, `"` + long[1:] + `"`, `"` + long + `"`,
			Violation{"", "maxLength", "a string of 1 to 99 characters", `"` + long[:80] + `"... (100 characters)`}},
		{"maxLength counts characters", `{"type":"string","maxLength":2}`, `"€€"`, `"€€€"`,
			Violation{"", "maxLength", "a string of at most 2 characters", `"€€€"`}},
		{"pattern", `{"type":"string","pattern":"^[A-Z]{3,3}$"}`, `"GBP"`, `"gbp"`, Violation{"", "pattern", "a string matching ^[A-Z]{3,3}$", `"gbp"`}},
		{"pattern without type", `{"pattern":"^[A-Z]$"}`, `7`, `"a"`, Violation{"", "pattern", "a string matching ^[A-Z]$", `"a"`}},
		{"format", `{"type":"string","format":"date-time"}`, `"2017-04-05T10:43:07+00:00"`, `"2017-04-05"`,
			Violation{"", "format", "a date-time with a timezone (RFC 3339)", `"2017-04-05"`}},
		{"enum", `{"type":"string","enum":["Authorised","Rejected"]}`, `"Rejected"`, `"rejected"`,
			Violation{"", "enum", "one of Authorised, Rejected", `"rejected"`}},
		{"minItems", `{"type":"array","minItems":1}`, `[0]`, `[]`, Violation{"", "minItems", "an array of at least 1 item", "an array of 0 items"}},
		{"maxItems", `{"type":"array","maxItems":1}`, `[0]`, `[0,0]`, Violation{"", "maxItems", "an array of at most 1 item", "an array of 2 items"}},
		{"items", `{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}}}}`, `[{"n":1.0}]`, `[{"n":1},{"n":"1"}]`,
			Violation{"/1/n", "type", "an integer", `"1"`}},
		{"additionalProperties", `{"type":"object","additionalProperties":false}`, `{}`, `{"secret":"squirrel"}`,
			Violation{"/secret", "additionalProperties", "no member of this name", "a member of this name, a string of 8 characters"}},
		{"minimum", `{"type":"integer","minimum":1,"maximum":3}`, `1`, `0`, Violation{"", "minimum", "an integer from 1 to 3", "0"}},
		{"maximum", `{"type":"number","maximum":3}`, `3.0`, `3.1`, Violation{"", "maximum", "a number not above 3", "3.1"}},
		{"exclusiveMinimum", `{"type":"number","exclusiveMinimum":1}`, `2`, `1`, Violation{"", "exclusiveMinimum", "a number", "1"}},
		{"exclusiveMaximum", `{"exclusiveMaximum":1}`, `0`, `1`, Violation{"", "exclusiveMaximum", "a value that satisfies exclusiveMaximum", "1"}},
		{"multipleOf", `{"multipleOf":2}`, `2`, `1`, Violation{"", "multipleOf", "a value that satisfies multipleOf", "1"}},
		{"const", `{"const":"a"}`, `"a"`, `"b"`, Violation{"", "const", "a value that satisfies const", `"b"`}},
		{"not", `{"not":{"type":"string"}}`, `1`, `"b"`, Violation{"", "not", "another value", `"b"`}},
		{"uniqueItems", `{"uniqueItems":true}`, `[1,2]`, `[1,1]`, Violation{"", "uniqueItems", "an array without equal items", "an array of 2 items"}},
		{"minProperties", `{"minProperties":1}`, `{"a":1}`, `{}`, Violation{"", "minProperties", "a value that satisfies minProperties", "an object of 0 members"}},
		{"maxProperties", `{"maxProperties":0}`, `{}`, `{"a":1}`, Violation{"", "maxProperties", "a value that satisfies maxProperties", "an object of 1 member"}},
		{"additionalItems", `{"items":[true],"additionalItems":false}`, `[1]`, `[1,2]`, Violation{"", "additionalItems", "no further items", "an array of 2 items"}},
		{"dependencies", `{"dependencies":{"a":["b"]}}`, `{}`, `{"a":1}`, Violation{"", "dependencies", "a value that satisfies dependencies", "an object of 1 member"}},
		{"oneOf, both", `{"oneOf":[{"type":"string"},{"minLength":1}]}`, `""`, `"a"`, Violation{"", "oneOf", "a value that satisfies exactly one of the alternatives", `"a"`}},
		{"false", `{"properties":{"a":false}}`, `{}`, `{"a":1}`, Violation{"/a", "false", "no value at all", "1"}},
		{"pointer", `{"properties":{"a/b~c":{"properties":{"":{"type":"string"}}}}}`, `{"a/b~c":{"":""}}`, `{"a/b~c":{"":1}}`,
			Violation{"/a~1b~0c/", "type", "a string", "1"}},
		{"a name like the library's separator", `{"additionalProperties":{"type":"string"}}`, `{"\u0000.\u00ff":"a"}`, `{"\u0000./\u00ff":[]}`,
			Violation{"/\x00.~1ÿ", "type", "a string", "an array of 0 items"}},
		{"controls are escaped", `{"type":"integer"}`, `1`, `"\u001b[31m\u202e\n"`, Violation{"", "type", "an integer", `"\x1b[31m\u202e\n"`}},
		{"a secret of any name is not shown", `{"additionalProperties":{"type":"string","format":"uuid","x-secret":true}}`, `{}`, `{"s":"hunter2"}`,
			Violation{"/s", "format", "a UUID (RFC 4122)", "a string of 7 characters, not shown"}},
		{"a secret is not shown", `{"properties":{"s":{"type":"string","format":"uuid","x-secret":true}}}`, `{}`, `{"s":"hunter2"}`,
			Violation{"/s", "format", "a UUID (RFC 4122)", "a string of 7 characters, not shown"}},
		{"a number out of range", `{"type":"number"}`, `1e308`, `1e10000000`,
			Violation{"", KeywordUnjudged, "a number within the range of an IEEE 754 double", "1e10000000"}},
		{"a tiny number", `{"type":"number"}`, `1e-400`, `1e-999999`,
			Violation{"", KeywordUnjudged, "a number within the range of an IEEE 754 double", "1e-999999"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			schema := mustCompile(t, c.schema)
			if got := validate(t, schema, c.valid); got != nil {
				t.Errorf("the valid twin %s: %v", c.valid, got)
			}
			if got := validate(t, schema, c.invalid); !slices.Equal(got, []Violation{c.want}) {
				t.Errorf("%s:\n got %#v\nwant %#v", c.invalid, got, c.want)
			}
		})
	}
}

// A combination reports itself and the nearest miss within it.
func TestCombinations(t *testing.T) {
	for _, c := range []struct{ schema, invalid, want string }{
		{`{"oneOf":[{"type":"string"},{"type":"boolean"}]}`, `1`, "oneOf type"},
		{`{"anyOf":[{"type":"string"}]}`, `1`, "anyOf type"},
		{`{"allOf":[{"type":"string"}]}`, `1`, "allOf type"},
		{`{"if":{"type":"integer"},"then":{"type":"string"}}`, `1`, "then type"},
		{`{"if":{"type":"string"},"else":{"type":"string"}}`, `1`, "else type"},
		{`{"contains":{"type":"string"}}`, `[1]`, "contains type"},
		{`{"propertyNames":{"maxLength":1}}`, `{"ab":1}`, "maxLength propertyNames"},
	} {
		var keywords []string
		for _, v := range validate(t, mustCompile(t, c.schema), c.invalid) {
			keywords = append(keywords, v.Keyword)
		}
		slices.Sort(keywords)
		want := strings.Fields(c.want)
		slices.Sort(want)
		if !slices.Equal(keywords, want) {
			t.Errorf("%s of %s: got %v, want %v", c.schema, c.invalid, keywords, want)
		}
	}
}

func TestViolationsAreSortedAndSingle(t *testing.T) {
	schema := mustCompile(t, `{"type":"object","required":["b","a","c"],"allOf":[{"required":["a"]},{"required":["a"]}]}`)
	var first []Violation
	for range 20 {
		got := validate(t, schema, `{}`)
		if first == nil {
			first = got
		}
		var at []string
		for _, v := range got {
			at = append(at, v.Pointer)
		}
		if want := []string{"", "/a", "/b", "/c"}; !slices.Equal(at, want) || !slices.Equal(got, first) {
			t.Fatalf("got %v, first time %v, want pointers %v", got, first, want)
		}
	}
}

func TestViolationString(t *testing.T) {
	for _, c := range []struct {
		violation Violation
		want      string
	}{
		{Violation{"/a\n" + strings.Repeat("b", 100), "type", "a string", "1"}, `"/a\n` + strings.Repeat("b", 77) + `"... (103 characters): type: want a string, got 1`},
		{Violation{"", "type", "a string", "1"}, `"the document": type: want a string, got 1`},
	} {
		if got := c.violation.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// What no decoder produces must not pass for valid: the library skips Go
// numbers, and panics on slices of other types.
func TestValuesThatWereNotDecoded(t *testing.T) {
	schema := mustCompile(t, `{"properties":{"a":{"type":"string"}}}`)
	for _, value := range []any{1, 1.5, []string{"a"}, map[string]string{}, struct{}{}} {
		got := schema.Validate(map[string]any{"a": value})
		if len(got) != 1 || got[0].Keyword != KeywordUnjudged || got[0].Pointer != "/a" {
			t.Errorf("%T: got %v, want one violation %s at /a", value, got, KeywordUnjudged)
		}
	}
	if got := schema.Validate(map[string]any{"a": "x"}); got != nil {
		t.Errorf("the valid twin: %v", got)
	}
}

func TestPanicOfTheLibraryIsAViolation(t *testing.T) {
	schema := mustCompile(t, `{"type":["string","array"],"items":{"type":"string"}}`)
	if got := schema.judge([]string{"the library asserts []any"}); len(got) != 1 || got[0].Keyword != KeywordUnjudged {
		t.Errorf("got %v, want one violation %s", got, KeywordUnjudged)
	}
	if got := schema.judge(json.Number("1e10000000")); len(got) == 0 {
		t.Error("a number that the library panics on passed")
	}
}

func TestComputable(t *testing.T) {
	for number, want := range map[string]bool{
		"0": true, "-1.5": true, "1e308": true, "1E+308": true, "1e309": false, "1e-400": true, "1e-401": false,
		"-1e10000000": false, "0e99999999999999999999": false,
		strings.Repeat("9", 300): true, strings.Repeat("9", 801): false,
	} {
		if got := computable(number); got != want {
			t.Errorf("%.20s: got %v, want %v", number, got, want)
		}
	}
}

func TestValidateBytes(t *testing.T) {
	schema := mustCompile(t, `{"type":"object"}`)
	for document, valid := range map[string]bool{
		`{}`: true, " {} \n": true, ``: false, `{`: false, `{} {}`: false, `{}x`: false, `{"a":}`: false,
	} {
		violations, err := schema.ValidateBytes([]byte(document))
		if (err == nil) != valid || violations != nil {
			t.Errorf("%q: got %v, %v, want error: %v", document, violations, err, !valid)
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	set, err := NewSet(files(map[string]string{
		"a.schema.json": `{"type":"object","properties":{"b":{"$ref":"b.schema.json"}}}`,
		"b.schema.json": `{"type":"string"}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	schemas := make([]*Schema, 16)
	for i := range schemas {
		wg.Go(func() {
			schema, err := set.Compile("a.schema.json")
			if err != nil {
				t.Error(err)
				return
			}
			schemas[i] = schema
			for range 50 {
				violations, err := schema.ValidateBytes([]byte(`{"b":1}`))
				if err != nil || len(violations) != 1 || violations[0].Pointer != "/b" {
					t.Errorf("got %v, %v", violations, err)
				}
			}
		})
	}
	wg.Wait()
	for _, schema := range schemas {
		if schema == nil || schema != schemas[0] {
			t.Fatal("a schema was compiled more than once")
		}
	}
}
