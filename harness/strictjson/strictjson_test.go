package strictjson_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"obconform/harness/strictjson"
)

func TestParseAccepts(t *testing.T) {
	for name, document := range map[string]string{
		"an empty object":             `{}`,
		"an empty array":              `[]`,
		"white space around":          " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
		"literals":                    `[true,false,null]`,
		"numbers":                     `[0,-0,1.5,-1e3,1E+2,1e-7,1.7976931348623157e308,5e-324,0e99999999]`,
		"escapes":                     `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`,
		"an escaped NUL":              `"\u0000"`,
		"characters outside ASCII":    `{"Straße":"😀"}`,
		"the same name at two levels": `{"a":{"a":1},"b":{"a":2}}`,
		"names that differ in case":   `{"a":1,"A":2}`,
		"64 levels":                   strings.Repeat("[", 64) + strings.Repeat("]", 64),
		"a number of 1100 characters": "0." + strings.Repeat("1", 1098),
		"a scalar":                    `"text"`,
		"null alone":                  `null`,
	} {
		t.Run(name, func(t *testing.T) {
			value, problems := strictjson.Parse([]byte(document))
			if len(problems) != 0 {
				t.Fatalf("refused: %+v", problems)
			}
			if want := decode(t, document); !reflect.DeepEqual(value, want) {
				t.Errorf("got %#v, want %#v", value, want)
			}
		})
	}
}

func decode(t *testing.T, document string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("encoding/json: %v", err)
	}
	return value
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		name, document, pointer string
		offset                  int
		message                 string
	}{
		{"nothing", ``, "", 0, "empty"},
		{"white space alone", ` `, "", 1, "ends where a value"},
		{"a byte-order mark", "\xef\xbb\xbf{}", "", 0, "byte-order mark"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "", 0, "UTF-8"},
		{"invalid UTF-8 in a string", "{\"a\":\"\xff\"}", "", 6, "UTF-8"},
		{"an encoded surrogate", "\"\xed\xa0\x80\"", "", 1, "UTF-8"},
		{"a second document", `{}{}`, "", 2, "after the JSON value"},
		{"trailing text", `{} x`, "", 3, "after the JSON value"},
		{"a trailing comma in an object", `{"a":1,}`, "", 7, "member name"},
		{"a trailing comma in an array", `{"a":[1,]}`, "/a/1", 8, "a value"},
		{"a missing colon", `{"a" 1}`, "/a", 5, "a colon"},
		{"a missing comma", `[1 2]`, "", 3, "a comma"},
		{"a missing comma in an object", `{"a":1 "b":2}`, "", 7, "a comma"},
		{"a cut-off object", `{"a":`, "/a", 5, "ends where a value"},
		{"a cut-off array", `[1`, "", 2, "ends where"},
		{"a cut-off string", `"ab`, "", 3, "closing quotation mark"},
		{"a cut-off string after an escape", `"a\n`, "", 4, "closing quotation mark"},
		{"a cut-off escape", `"a\`, "", 3, "an escape"},
		{"a name without quotation marks", `{a:1}`, "", 1, "member name"},
		{"single quotation marks", `{'a':1}`, "", 1, "member name"},
		{"a comment", `/**/{}`, "", 0, "a value"},
		{"NaN", `[NaN]`, "/0", 1, "a value"},
		{"a literal in capitals", `TRUE`, "", 0, "a value"},
		{"a literal that goes on", `nullx`, "", 4, "after the JSON value"},
		{"an unknown escape", `"\x"`, "", 2, "known escape"},
		{"a short unicode escape", `"\u12"`, "", 3, "hexadecimal"},
		{"a unicode escape with a sign", `"\u+123"`, "", 3, "hexadecimal"},
		{"a raw control character", "\"a\nb\"", "", 2, "control character"},
		{"a raw control character after an escape", "\"\\na\tb\"", "", 4, "control character"},
		{"a leading zero", `01`, "", 0, "malformed number"},
		{"a leading plus", `+1`, "", 0, "a value"},
		{"a point without digits", `[1.]`, "/0", 1, "malformed number"},
		{"a sign alone", `-`, "", 0, "malformed number"},
		{"a hexadecimal number", `0x10`, "", 1, "after the JSON value"},
		{"a high surrogate alone", `{"a":"\ud83d"}`, "/a", 6, "lone surrogate"},
		{"a low surrogate alone", `{"a":"x\ude00"}`, "/a", 7, "lone surrogate"},
		{"two high surrogates", `"\ud83d\ud83d"`, "", 1, "lone surrogate"},
		{"a high surrogate before a character", `"\ud83d\u0041"`, "", 1, "lone surrogate"},
		{"a lone surrogate in a name", `{"\ud800":1}`, "", 2, "lone surrogate"},
		{"a doubled name", `{"a":1,"a":1}`, "/a", 7, `"a" more than once`},
		{"a doubled name below", `{"x":[{},{"b/c":1,"b/c":2}]}`, "/x/1/b~1c", 18, "more than once"},
		{"a doubled name by escape", `{"a":1,"\u0061":2}`, "/a", 7, "more than once"},
		{"65 levels", strings.Repeat("[", 65) + strings.Repeat("]", 65), strings.Repeat("/0", 64), 64, "deeper than 64"},
		{"too large a number", `{"a":1e10000000}`, "/a", 5, "64-bit float"},
		{"too large a negative number", `[-1.8e308]`, "/0", 1, "64-bit float"},
		{"too small a number", `[1e-10000000]`, "/0", 1, "64-bit float"},
		{"a number of 1101 characters", "0." + strings.Repeat("1", 1099), "", 0, "1101 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			value, problems := strictjson.Parse([]byte(c.document))
			if value != nil {
				t.Errorf("a refused document has the value %#v", value)
			}
			if len(problems) == 0 {
				t.Fatal("accepted")
			}
			got := problems[0]
			if got.Pointer != c.pointer || got.Offset != c.offset || !strings.Contains(got.Message, c.message) {
				t.Errorf("got %+v, want pointer %q, offset %d, message with %q", got, c.pointer, c.offset, c.message)
			}
		})
	}
}

func TestParseReportsEveryProblemInOrder(t *testing.T) {
	_, problems := strictjson.Parse([]byte(`{"a":1e999,"b":"\ud800","a":2} x`))
	var pointers []string
	for _, p := range problems {
		pointers = append(pointers, p.Pointer)
	}
	if want := []string{"/a", "/b", "/a", ""}; !reflect.DeepEqual(pointers, want) {
		t.Errorf("got %q, want %q", pointers, want)
	}
}

func TestParseBoundsWhatItReports(t *testing.T) {
	document := "[" + strings.Repeat(`"\ud800",`, 1000) + "0]"
	_, problems := strictjson.Parse([]byte(document))
	if len(problems) != 20 {
		t.Errorf("got %d problems, want 20", len(problems))
	}
	long := `{"` + strings.Repeat("n", 5000) + `":1,"` + strings.Repeat("n", 5000) + `":1}`
	_, problems = strictjson.Parse([]byte(long))
	if len(problems) != 1 || len(problems[0].Message) > 200 {
		t.Errorf("got %d problems, the first of %d bytes", len(problems), len(problems[0].Message))
	}
}

func TestParseNeverShowsValues(t *testing.T) {
	for _, document := range []string{`{"a":"hunter2" "hunter2"}`, `{"a":"hunter2\ud800"}`, `["hunter2"`, `["hunter2`} {
		_, problems := strictjson.Parse([]byte(document))
		for _, p := range problems {
			if strings.Contains(p.Message, "hunter2") {
				t.Errorf("%s: the message shows a value: %s", document, p.Message)
			}
		}
	}
}

func TestPointer(t *testing.T) {
	// The document of RFC 6901, section 5, and what the RFC says of it.
	document, problems := strictjson.Parse([]byte(`{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for pointer, want := range map[string]any{
		"": document, "/foo": []any{"bar", "baz"}, "/foo/0": "bar", "/": json.Number("0"),
		"/a~1b": json.Number("1"), "/c%d": json.Number("2"), "/m~0n": json.Number("8"), "/ ": json.Number("7"),
	} {
		if got, ok := strictjson.Pointer(document, pointer); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, %v, want %v", pointer, got, ok, want)
		}
	}
	for _, pointer := range []string{"foo", "/nowhere", "/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/foo/-1", "/foo/0/x", "/m~n", "/m~2n"} {
		if got, ok := strictjson.Pointer(document, pointer); ok {
			t.Errorf("%q: found %v, want nothing", pointer, got)
		}
	}
}

func TestJoinAndSplitAreInverse(t *testing.T) {
	for _, tokens := range [][]string{nil, {""}, {"a", "0"}, {"~1", "/", "~"}, {"a/b~c", ""}} {
		got, ok := strictjson.Split(strictjson.Join(tokens...))
		if !ok || !reflect.DeepEqual(got, tokens) {
			t.Errorf("%q became %q (%v)", tokens, got, ok)
		}
	}
}

// FuzzParse holds the gate against encoding/json: whatever the gate accepts,
// encoding/json accepts with the same value; whatever encoding/json accepts
// and the gate refuses, it refuses for a reason that encoding/json ignores.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,"\ud83d\ude00",null,true]}`, `{"a":1,"a":2}`, `[`, "\"\xff\"", `1e999`, `{} {}`, `"\ud800"`} {
		f.Add([]byte(seed))
	}
	ignored := []string{"more than once", "lone surrogate", "deeper than", "64-bit float", "UTF-8", "characters; at most"}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, problems := strictjson.Parse(data)
		if len(problems) == 0 {
			decoder := json.NewDecoder(bytes.NewReader(data))
			decoder.UseNumber()
			var want any
			if err := decoder.Decode(&want); err != nil || !json.Valid(data) {
				t.Fatalf("accepted %q, which encoding/json refuses: %v", data, err)
			}
			if !reflect.DeepEqual(value, want) {
				t.Fatalf("%q became %#v, want %#v", data, value, want)
			}
			return
		}
		if value != nil {
			t.Fatalf("%q has a value in spite of %v", data, problems)
		}
		for _, p := range problems {
			if json.Valid(data) && !containsAny(p.Message, ignored) {
				t.Fatalf("refused %q for its grammar: %+v", data, p)
			}
		}
	})
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
