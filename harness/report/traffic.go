package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
)

// Traffic counts exchanges that others made. Of them only examples are kept.
type Traffic struct {
	// Sources are where the exchanges came from, as a person names it: files, the
	// address of a proxy.
	Sources []string `json:"sources"`
	// Exchanges counts all that went by; Elsewhere those of them that belong to no
	// operation of the contract, which are not judged, and Unaudited those that
	// nobody had time to judge.
	Exchanges int `json:"exchanges"`
	Elsewhere int `json:"elsewhere"`
	Unaudited int `json:"unaudited"`
	// Hosts are the hosts of those elsewhere, the most frequent first, as far as
	// they were told apart.
	Hosts []HostCount `json:"hosts"`
	// First and Last are when the earliest exchange began and the latest ended;
	// zero where no exchange says.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// Lacks counts what was not known of exchanges and so was not judged, by what
	// it is: "the body of the answer was not recorded".
	Lacks []LackCount `json:"lacks"`
	// Answers counts the judged exchanges.
	Answers []AnswerCount `json:"answers"`
	// Timings are measured by whoever counted; their budgets are added by Judge.
	Timings []Timing `json:"-"`
	// Damaged says of each recording that is damaged where: it was judged up to there.
	Damaged []string `json:"damaged,omitempty"`
	// Unmet are the clauses and operations that had to be exercised and were not.
	Unmet []string `json:"unmet"`
}

// HostCount is how many exchanges a host had.
type HostCount struct {
	Host  string `json:"host"`
	Count int    `json:"count"`
}

// LackCount is how many exchanges lacked something.
type LackCount struct {
	What  string `json:"what"`
	Count int    `json:"count"`
}

// AnswerCount is how many exchanges one operation had with one status, 0 for no
// answer.
type AnswerCount struct {
	Operation contract.OperationID `json:"operation"`
	Status    int                  `json:"status"`
	Exchanges int                  `json:"exchanges"`
	// Inconclusive counts those of them in which the environment answered and not
	// the API.
	Inconclusive int `json:"inconclusive"`
}

// Judged counts the exchanges that were judged.
func (t Traffic) Judged() int {
	n := 0
	for _, answer := range t.Answers {
		n += answer.Exchanges
	}
	return n
}

// Inconclusive counts the judged exchanges that the environment answered.
func (t Traffic) Inconclusive() int {
	n := 0
	for _, answer := range t.Answers {
		n += answer.Inconclusive
	}
	return n
}

// Lines say in words what went by, as every report does.
func (t Traffic) Lines() []string {
	first := "traffic " + plural(t.Exchanges, "exchange")
	if len(t.Sources) > 0 {
		first += " of " + strings.Join(t.Sources, ", ")
	}
	if !t.First.IsZero() {
		first += ", made from " + t.First.UTC().Format(instantForm) + " to " + t.Last.UTC().Format(instantForm)
	}
	lines := []string{first}
	if t.Elsewhere > 0 {
		line := fmt.Sprintf("not judged: %s of no operation of the contract", plural(t.Elsewhere, "exchange"))
		var hosts []string
		for _, host := range t.Hosts[:min(len(t.Hosts), 5)] {
			hosts = append(hosts, fmt.Sprintf("%s %d", host.Host, host.Count))
		}
		lines = append(lines, line+" ("+strings.Join(hosts, ", ")+")")
	}
	if t.Unaudited > 0 {
		lines = append(lines, fmt.Sprintf("not judged: %s, because judging fell behind", plural(t.Unaudited, "exchange")))
	}
	if n := t.Inconclusive(); n > 0 {
		lines = append(lines, fmt.Sprintf("not judged: the answers of %s, which came from the environment or not at all", plural(n, "exchange")))
	}
	for _, lack := range t.Lacks {
		lines = append(lines, fmt.Sprintf("not known: %s (%s)", lack.What, plural(lack.Count, "exchange")))
	}
	return lines
}

// tidy is the traffic with texts of others as every report prints them.
func (t *Traffic) tidy() *Traffic {
	if t == nil {
		return nil
	}
	kept := *t
	kept.First, kept.Last = t.First.UTC(), t.Last.UTC()
	kept.Damaged = nil
	if len(t.Damaged) > 0 {
		kept.Damaged = linesOf(t.Damaged)
	}
	kept.Sources, kept.Unmet = linesOf(t.Sources), linesOf(t.Unmet)
	kept.Hosts, kept.Lacks, kept.Answers = notNil(slices.Clone(t.Hosts)), notNil(slices.Clone(t.Lacks)), notNil(slices.Clone(t.Answers))
	for i := range kept.Hosts {
		kept.Hosts[i].Host = Line(kept.Hosts[i].Host, maxShort)
	}
	for i := range kept.Lacks {
		kept.Lacks[i].What = Line(kept.Lacks[i].What, maxShort)
	}
	return &kept
}

func linesOf(texts []string) []string {
	lines := []string{}
	for _, text := range texts {
		lines = append(lines, Line(text, maxShort))
	}
	return lines
}

// countTraffic adds what traffic has counted to the answers.
func (j *judgement) countTraffic(traffic Traffic) {
	j.exchanges = traffic.Exchanges
	for _, answer := range traffic.Answers {
		t := j.answer(answer.Operation, answer.Status)
		t.exchanges += answer.Exchanges
		t.conclusive += answer.Exchanges - answer.Inconclusive
		j.conclusive += answer.Exchanges - answer.Inconclusive
	}
}

// timings are those of the specs' exchanges, or those that traffic brings.
func (j *judgement) timings(specs []SpecVerdict) []Timing {
	if j.run.Traffic == nil {
		return Timings(specs, j.run.Budgets)
	}
	timings := slices.Clone(j.run.Traffic.Timings)
	for i := range timings {
		timings[i].Budget = j.run.Budgets.of(timings[i].Operation)
	}
	return notNil(timings)
}
