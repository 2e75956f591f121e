package page

import (
	"strings"
	"testing"
)

// A body that is nested to spite us is shown as it came: indented it would take
// the square of its length.
func TestIndentation(t *testing.T) {
	deep := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	for body, want := range map[string]string{
		`{"a":[1]}`:            "{\n  \"a\": [\n    1\n  ]\n}",
		"no JSON":              "no JSON",
		deep(mostIndented + 1): deep(mostIndented + 1),
		deep(8000):             deep(8000),
	} {
		if got := indented(body); got != want {
			t.Errorf("%.20q is shown as %.60q", body, got)
		}
	}
	if got := indented(deep(mostIndented)); strings.Count(got, "\n") != 2*mostIndented-2 {
		t.Errorf("%d levels are shown on %d lines", mostIndented, strings.Count(got, "\n")+1)
	}
}
