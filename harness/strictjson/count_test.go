package strictjson_test

import (
	"strings"
	"testing"

	"obconform/harness/strictjson"
)

func TestCount(t *testing.T) {
	for document, want := range map[string]int{
		"": 0, "1": 1, `"a,b[{"`: 1, "[]": 2, "[1]": 2, "[1,2]": 3, `{"a":1,"b":[{}]}`: 5,
		`"\\",1`: 2, `"\",1"`: 1, `"no end,`: 1, `"\`: 1, strings.Repeat("[", 100): 101,
	} {
		if got := strictjson.Count([]byte(document)); got != want {
			t.Errorf("%q has %d values, expected %d", document, got, want)
		}
	}
}

// No document has more values than are counted: what is let through by its
// count is no larger once it is parsed.
func FuzzCount(f *testing.F) {
	for _, document := range []string{`{"a":[1,"x,",{"b":null}],"c":{}}`, `["\"",[],[[]]]`, "", `{"\u0022,":1}`} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, problems := strictjson.Parse(data)
		if len(problems) > 0 {
			return
		}
		if parsed, counted := values(value), strictjson.Count(data); parsed > counted {
			t.Errorf("%q has %d values, and %d were counted", data, parsed, counted)
		}
	})
}

// values counts the values of a parsed document.
func values(value any) int {
	count := 1
	switch value := value.(type) {
	case map[string]any:
		for _, member := range value {
			count += values(member)
		}
	case []any:
		for _, element := range value {
			count += values(element)
		}
	}
	return count
}
