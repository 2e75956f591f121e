package compare

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBreaches(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []int
		err  string
	}{
		"two of three entries": {`{"exchanges":3,"specs":[{"findings":[{"fails":true,"exchange":1}],"exchanges":[{"origin":"a.har, entry 1"},{"origin":"a.har, entry 3"}]},
			{"findings":[{"fails":true,"exchange":0},{"fails":false,"exchange":-1}],"exchanges":[{"origin":"a.har, entry 1"}]}]}`, []int{0, 2}, ""},
		"by the request":             {`{"exchanges":3,"specs":[{"findings":[{"fails":true,"exchange":0}],"exchanges":[{"detail":{"requestHeaders":[{"name":"X-Recorded","value":"7"}]}}]}]}`, []int{7}, ""},
		"the client's breach":        {`{"exchanges":3,"specs":[{"findings":[{"clause":"CLI-MODEL","fails":true,"exchange":0}],"exchanges":[{"origin":"a.har, entry 1"}]}]}`, nil, ""},
		"nothing found":              {`{"exchanges":3,"specs":[{"findings":[{"fails":false,"exchange":0}],"exchanges":[{"origin":"a.har, entry 1"}]}]}`, nil, ""},
		"nothing judged":             {`{"exchanges":0,"specs":[]}`, nil, "no exchange"},
		"a breach without its place": {`{"exchanges":3,"specs":[{"findings":[{"fails":true,"exchange":-1}]}]}`, nil, "without its exchange"},
		"no results":                 {`{"exchanges":`, nil, "results.json"},
	} {
		file := filepath.Join(t.TempDir(), "results.json")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := breaches(file)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", name, err)
		}
		var numbers []int
		for number := range got {
			numbers = append(numbers, number)
		}
		slices.Sort(numbers)
		if !slices.Equal(numbers, c.want) {
			t.Errorf("%s: %v, expected %v", name, numbers, c.want)
		}
	}
}

func TestDreddLine(t *testing.T) {
	t.Parallel()
	out := "\x1b[32mpass\x1b[39m: GET (200) /recorded/0/a duration: 2ms\n\x1b[31mfail\x1b[39m: POST (201) /recorded/17/b duration: 3ms\n"
	got := dreddLine.FindAllStringSubmatch(out, -1)
	if len(got) != 2 || got[0][1] != "pass" || got[1][1] != "fail" || got[1][2] != "17" {
		t.Errorf("read as %q", got)
	}
}

// What a JSON Schema says becomes assertions of venom's, where the answer has the
// members.
func TestShape(t *testing.T) {
	t.Parallel()
	schema := anyMap{"allOf": []any{anyMap{"properties": anyMap{
		"Kind": anyMap{"type": "string", "enum": []any{"a", "b"}}, "Name": anyMap{"type": "string", "minLength": 1.0, "maxLength": 40.0},
		"When": anyMap{"format": "date-time"}, "Pages": anyMap{"type": "integer"}, "Absent": anyMap{"pattern": "x"}, "List": anyMap{"items": anyMap{"pattern": "^y$"}}}}}}
	got := shape("body", schema, anyMap{"Kind": "a", "Name": "n", "When": "w", "Pages": 1.0, "List": []any{"y"}, "Unknown": true})
	want := []string{"body.Kind ShouldBeIn 'a' 'b'", "body.List.List0 ShouldMatchRegex '^y$'", "body.Name ShouldMatchRegex '^.{1,40}$'",
		"body.Pages ShouldMatchRegex '^[0-9]+$'", "body.When ShouldMatchRegex '^[0-9-]+T[0-9:.]+(Z|[+-][0-9][0-9]:[0-9][0-9])$'"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
