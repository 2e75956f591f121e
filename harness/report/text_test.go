package report_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"obconform/harness/report"
)

func TestTextIsMadeVisible(t *testing.T) {
	for _, test := range []struct{ text, line, block string }{
		{"plain, näïve, 日本", "plain, näïve, 日本", "plain, näïve, 日本"},
		{"a\nb\tc\rd", `a\u{a}b\u{9}c\u{d}d`, "a\nb\tc" + `\u{d}d`},
		{"\x00\x1b[31m\x7f", `\u{0}\u{1b}[31m\u{7f}`, `\u{0}\u{1b}[31m\u{7f}`},
		{"\u009b\u202e\u2028\ufeff\ufffe", `\u{9b}\u{202e}\u{2028}\u{feff}\u{fffe}`, `\u{9b}\u{202e}\u{2028}\u{feff}\u{fffe}`},
		{"a\xffb\xc3", "a\ufffdb\ufffd", "a\ufffdb\ufffd"},
		{"\ufffd", "\ufffd", "\ufffd"},
	} {
		if got := report.Line(test.text, 1000); got != test.line {
			t.Errorf("Line(%q) = %q, want %q", test.text, got, test.line)
		}
		if got := report.Block(test.text, 1000); got != test.block {
			t.Errorf("Block(%q) = %q, want %q", test.text, got, test.block)
		}
	}
}

func TestTextIsBounded(t *testing.T) {
	if got := report.Line("12345", 5); got != "12345" {
		t.Errorf("at the limit: %q", got)
	}
	if got := report.Line("123456", 5); got != "12345 … (6 bytes in all)" {
		t.Errorf("past the limit: %q", got)
	}
	if got := report.Line("12日本", 4); got != "12 … (8 bytes in all)" {
		t.Errorf("within a rune: %q", got)
	}
	if got := report.Line("1234\x1b", 5); got != "1234 … (5 bytes in all)" {
		t.Errorf("within an escape: %q", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\x1b[0m\xff\u202e", 4)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit &= 0xff
		got := report.Line(text, limit)
		if !utf8.ValidString(got) || len(got) > limit+40 || strings.ContainsAny(got, "\x00\x1b\n\r\u009b") {
			t.Errorf("Line(%q, %d) = %q", text, limit, got)
		}
	})
}
