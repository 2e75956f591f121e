package report_test

import (
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/report"
)

func TestACaseNamesItsPropertiesAndEvidence(t *testing.T) {
	s := failed(spec("A list must be stable", contract.AccListStable), breach(contract.AccListStable, contract.Std))
	s.Labels = append(s.Labels, "legacy:OB-301-ACC-100000")
	run := runOf(spec("A list must be complete", contract.AccList200), s)
	run.EvidenceFolder = "out/evidence"
	data, cases := render(t, "markers", report.Judge(run))
	want := "[[PROPERTY|operation=ListAccounts]]\n[[PROPERTY|clause=ACC-LIST-STABLE]]\n[[PROPERTY|level=std]]\n[[PROPERTY|legacy=OB-301-ACC-100000]]\n" +
		"[[ATTACHMENT|out/evidence/" + report.EvidenceName(contract.Accounts, "A list must be stable") + "]]\n"
	if got := cases[1].Output; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := cases[0].Output; strings.Contains(got, "ATTACHMENT") || !strings.Contains(got, "[[PROPERTY|clause=ACC-LIST-200]]") {
		t.Errorf("a pass has %q", got)
	}
	if !strings.Contains(string(data), `<property name="target" value="https://bank.example"></property>`) {
		t.Errorf("the suite has no target in %.900s", data)
	}
}

func TestAServersTextIsNoAttachment(t *testing.T) {
	f := breach(contract.AccListStable, contract.Adv)
	f.Actual, f.Expected = "[[ATTACHMENT|/etc/passwd]]", "[[property|clause=COM-BODY]]"
	s := with(spec("A list must be stable", contract.AccListStable), func(s *report.SpecResult) { s.Record.Notes = []string{f.Actual} })
	s.Record.Findings = append(s.Record.Findings, f)
	_, cases := render(t, "attachment", report.Judge(runOf(s)))
	for line := range strings.Lines(cases[0].Output) {
		if strings.Contains(strings.ToUpper(line), "[[ATTACHMENT") || strings.Contains(line, "[[property") {
			t.Errorf("%q", line)
		}
	}
	if !strings.Contains(cases[0].Output, "[ [ATTACHMENT|/etc/passwd]]") {
		t.Errorf("the text is gone: %s", cases[0].Output)
	}
}

// Dashboards follow a test by its name: another order, another seed and other
// failures leave it.
func TestNamesAreTheSameInEveryRun(t *testing.T) {
	names := func(run report.Run) string {
		_, cases := render(t, "names", report.Judge(run))
		var all []string
		for _, c := range cases {
			all = append(all, c.Suite+"/"+c.Name)
		}
		return strings.Join(all, "\n")
	}
	a, b := spec("A list must be complete", contract.AccList200), spec("A list must be stable", contract.AccListStable)
	one := runOf(a, b)
	other := runOf(a, failed(b, breach(contract.AccListStable, contract.Std)))
	other.Results[0], other.Results[1], other.Seed = other.Results[1], other.Results[0], 99
	if names(one) != names(other) {
		t.Errorf("%s\nand\n%s", names(one), names(other))
	}
}
