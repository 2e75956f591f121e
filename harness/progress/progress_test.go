package progress

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"obconform/harness/report"
)

func ended(state report.State, name string) report.SpecResult {
	return report.SpecResult{Suite: "accounts", Name: name, State: state}
}

func TestPlainLines(t *testing.T) {
	var out strings.Builder
	p := New(Options{Out: &out, Planned: 20})
	for i := range 20 {
		p.Started("a spec")
		state := report.StatePassed
		switch i {
		case 4:
			state = report.StateFailed
		case 9:
			state = report.StateErrored
		case 10:
			state = report.StateSkipped
		}
		p.Ended(ended(state, "spec\x1b[31m"))
	}
	p.Close()
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(got) != 12 || got[0] != "2 of 20 specs, 2 passed, 0 failed" || got[2] != `failed: accounts: spec\u{1b}[31m` ||
		got[11] != "20 of 20 specs, 17 passed, 1 failed, 1 without a verdict" || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%q", got)
	}
}

func TestPlainLinesStayFew(t *testing.T) {
	var out strings.Builder
	p := New(Options{Out: &out, Planned: 5000})
	for range 5000 {
		p.Ended(ended(report.StateFailed, "x"))
	}
	p.Close()
	if n := strings.Count(out.String(), "\n"); n != maxNamed+10 {
		t.Errorf("%d lines", n)
	}
}

func TestTheBarFitsAndIsRemoved(t *testing.T) {
	var out strings.Builder
	at, width := time.Unix(0, 0), 100
	p := New(Options{Out: &out, Planned: 4, Width: func() int { return width }})
	p.now, p.started = func() time.Time { return at }, at
	p.Started("The first\x1b[2J must be " + strings.Repeat("long ", 100))
	at = at.Add(10 * time.Second)
	p.Ended(ended(report.StateFailed, "x"))
	if want := `[#####---------------] 1/4  0 passed, 1 failed  30s left  The first\u{1b}[2J must be long`; !strings.Contains(out.String(), "\r\x1b[2K"+want) {
		t.Errorf("%q", out.String())
	}
	width = 30
	at = at.Add(time.Second)
	p.Ended(ended(report.StatePassed, "x"))
	p.Close()
	for _, line := range strings.Split(out.String(), "\r\x1b[2K") {
		if utf8.RuneCountInString(line) > 99 || strings.ContainsAny(line, "\n\x1b") {
			t.Errorf("%q", line)
		}
	}
	lines := strings.Split(out.String(), "\r\x1b[2K")
	if last := lines[len(lines)-1]; last != "" {
		t.Errorf("the bar stays: %q", last)
	}
	if narrow := lines[len(lines)-2]; utf8.RuneCountInString(narrow) > 29 {
		t.Errorf("%q is wider than the terminal", narrow)
	}
}

func TestMoreSpecsThanPlanned(t *testing.T) {
	p := New(Options{Out: &strings.Builder{}, Planned: 1})
	for range 3 {
		p.Ended(ended(report.StatePassed, "x"))
	}
	p.Close()
	if got := p.bar(80); !strings.HasPrefix(got, "[####################] 3/1 ") {
		t.Errorf("%q", got)
	}
}
