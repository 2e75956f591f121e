package markdown

import (
	"strings"

	"obconform/harness/report"
)

// Code is a text in a code span, where nothing of it is markup, a link or a
// mention: one line, fenced by more backticks than it holds in a row.
func Code(text string) string {
	text = report.Line(text, maxText)
	if strings.TrimSpace(text) == "" {
		return "(empty)"
	}
	ticks := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " " // one space on each side is not part of the span
	}
	return ticks + text + ticks
}

// Fence is a longer text in a fenced block.
func Fence(language, text string) string {
	ticks := strings.Repeat("`", max(longestRun(text)+1, 3))
	return ticks + language + "\n" + strings.TrimRight(report.Block(text, 8*maxBody), "\n") + "\n" + ticks + "\n"
}

// longestRun is the length of the longest row of backticks.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// Text is a sentence of ours, so that what looks like markup in it is not.
func Text(text string) string {
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "<", "&lt;", ">", "&gt;", "[", "\\[", "#", "\\#", "|", "\\|", "@", "&#64;").
		Replace(report.Line(text, maxText))
}
