package page

import (
	"fmt"
	"strings"

	"obconform/harness/report"
)

// notice is what the reader has to look after, beside what was found.
type notice struct {
	ID, Title string
	// Verdict is what the notice looks like.
	Verdict report.Verdict
	Lines   []string
}

// notices are those that have something to say, what fails a run first.
func notices(r report.Results) []notice {
	var expired, unused []string
	for _, waiver := range r.Waivers {
		switch waiver.State {
		case report.WaiverExpired:
			expired = append(expired, waiver.String())
		case report.WaiverUnused:
			unused = append(unused, waiver.String())
		}
	}
	all := []notice{
		{"expired-waivers", "Waivers that have expired: renew them, or take them away", report.Failed, expired},
		{"shortfalls", "Coverage too low", report.Failed, r.Shortfalls},
		{"configuration-warnings", "Warnings of the configuration", report.Warned, r.Warnings},
		{"unused-waivers", "Waivers that met no finding", report.Warned, unused},
		{"baseline", "Baseline", report.Waived, baselineLines(r.Baseline)},
	}
	var kept []notice
	for _, one := range all {
		if len(one.Lines) > 0 {
			one.Lines = lines(one.Lines)
			kept = append(kept, one)
		}
	}
	return kept
}

func baselineLines(b *report.BaselineResult) []string {
	if b == nil {
		return nil
	}
	texts := []string{fmt.Sprintf("entries: %d, which hold %s; %d no longer occur, %d could not be judged by this run",
		b.Entries, count(b.Findings, "finding"), len(b.Gone), len(b.Unjudged))}
	for _, entry := range b.Gone {
		texts = append(texts, "no longer occurs: "+entry.String())
	}
	return texts
}

// coverage is how much of what is documented was seen.
type coverage struct {
	Shares []fact
	Never  []fact
}

func coverageOf(r report.Results) coverage {
	c := r.Coverage
	if !r.Subject.HasBank() {
		return coverage{Shares: []fact{{"clauses put to the test", c.Clauses.Text()}}}
	}
	shown := coverage{Shares: []fact{{"documented answers", c.Answers.Text()}, {"clauses put to the test", c.Clauses.Text()}}}
	if c.Schema.Of > 0 {
		shown.Shares = append(shown.Shares, fact{"members and enumeration values of documented bodies", c.Schema.Text()})
	}
	if len(c.Never.Answers) > 0 {
		shown.Never = append(shown.Never, fact{"answers", report.Line(strings.Join(c.Never.Answers, ", "), 4*maxLine)})
	}
	for _, model := range c.Never.Schema {
		shown.Never = append(shown.Never, fact{report.Line(model.Model, maxName), report.Line(strings.Join(model.Points, ", "), 4*maxLine)})
	}
	return shown
}
