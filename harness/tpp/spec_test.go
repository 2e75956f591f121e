package tpp

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// fakeT stands in for testing.T, so that the failures of a fixture are not ours.
type fakeT struct{}

func (fakeT) Fail() {}

// ginkgoVariable tells a process of the test binary that it is the one in
// which a fixture runs.
const ginkgoVariable = "OBCONFORM_TPP_FIXTURE"

// inOwnProcess runs the test in a process of its own, since Ginkgo refuses to
// run under -count, and answers whether this is that process.
func inOwnProcess(t *testing.T) bool {
	t.Helper()
	if os.Getenv(ginkgoVariable) != "" {
		return true
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	child.Env = append(os.Environ(), ginkgoVariable+"=1")
	if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "\nPASS") {
		t.Errorf("%v: %s", err, out)
	}
	return false
}

// runSuite has Ginkgo run the suite and answers its reports by the specs' texts.
func runSuite(t *testing.T, suite Suite, bank *Client, sections ...string) map[string]types.SpecReport {
	t.Helper()
	reports := map[string]types.SpecReport{}
	suite.Register(bank, sections...)
	ginkgo.ReportAfterSuite("collect", func(report types.Report) {
		for _, spec := range report.SpecReports {
			if spec.LeafNodeType == types.NodeTypeIt {
				reports[spec.LeafNodeText] = spec
			}
		}
	})
	suiteConfig, reporterConfig := types.NewDefaultSuiteConfig(), types.NewDefaultReporterConfig()
	reporterConfig.Succinct, reporterConfig.NoColor = true, true
	ginkgo.RunSpecs(fakeT{}, "fixture", suiteConfig, reporterConfig)
	return reports
}

func recordOf(t *testing.T, spec types.SpecReport) evidence.Record {
	t.Helper()
	for _, entry := range spec.ReportEntries {
		if record, ok := entry.GetRawValue().(evidence.Record); ok && entry.Name == evidence.EntryName {
			return record
		}
	}
	t.Errorf("%s has no record", spec.LeafNodeText)
	return evidence.Record{}
}

// observedSuite has one spec of every kind of ending.
func observedSuite(c *Client, t *testing.T) Suite {
	answer := func(status int, body string) *Answer {
		return c.testAnswer(t, contract.CreateAccountAccessConsent, status, body)
	}
	soft := func() { answer(201, `{}`).CheckText(contract.Aac201Echo, "/Data/X", "abc") }
	consents := Section{Name: "consents", Specs: func(*Client) {
		ginkgo.It("passes", c.Proves(contract.Aac201), func(ginkgo.SpecContext) { answer(201, `{}`).Must(contract.Aac201, 201) })
		ginkgo.It("finds", c.Proves(contract.Aac201Echo), func(ginkgo.SpecContext) {
			soft()
			answer(201, `{}`).Must(contract.Aac201, 201)
		})
		ginkgo.It("stops", c.Proves(contract.Aac201), func(ginkgo.SpecContext) {
			soft()
			answer(400, ``).Must(contract.Aac201, 201)
			c.note("never said")
		})
		ginkgo.It("advises", c.Proves(contract.Aac201), func(ginkgo.SpecContext) { answer(201, `{}`).advise(contract.Aac201, "status", "a", "b") })
		ginkgo.It("skips", c.Proves(contract.Aac201), func(ginkgo.SpecContext) { c.NotExercised("switched off") })
		ginkgo.It("cannot tell", c.Proves(contract.Aac201), func(ginkgo.SpecContext) { c.inconclusiveSpec("status 503") })
	}}
	cleanups := Section{Name: "cleanups", Specs: func(*Client) {
		ginkgo.It("cleans up badly", c.Proves(contract.Aac201), func(ginkgo.SpecContext) {
			soft()
			for range 2 {
				c.atSpecEnd(cleanup{contract.Accounts, "x", "x", func(context.Context) {
					c.note("tried to delete")
					c.inconclusiveSpec("no token")
				}})
			}
		})
	}}
	return Suite{API: contract.AccountAccessConsents, Sections: []Section{consents, cleanups}}
}

func TestObserve(t *testing.T) {
	if !inOwnProcess(t) {
		return
	}
	c, err := New(testConfig("http://127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	reports := runSuite(t, observedSuite(c, t), c)
	for name, want := range map[string]struct {
		state     types.SpecState
		says      string
		findings  int
		exercised int
	}{
		"passes":          {types.SpecStatePassed, "", 0, 1},
		"finds":           {types.SpecStateFailed, "AAC-201-ECHO (std)", 1, 2},
		"stops":           {types.SpecStateFailed, "AAC-201 (doc)", 2, 2},
		"advises":         {types.SpecStatePassed, "", 1, 1},
		"skips":           {types.SpecStateSkipped, "switched off", 0, 0},
		"cannot tell":     {types.SpecStateFailed, "inconclusive: status 503", 0, 0},
		"cleans up badly": {types.SpecStateFailed, "inconclusive: no token", 1, 1},
	} {
		spec, there := reports[name]
		if !there {
			t.Errorf("%s was not run", name)
			continue
		}
		record := recordOf(t, spec)
		if spec.State != want.state || !strings.Contains(spec.Failure.Message, want.says) {
			t.Errorf("%s: %s, %q", name, spec.State, spec.Failure.Message)
		}
		if len(record.Findings) != want.findings || len(record.Exercised) != want.exercised || strings.Contains(strings.Join(record.Notes, ""), "never said") {
			t.Errorf("%s: the record is %+v", name, record)
		}
		if labels := spec.Labels(); !slices.Contains(labels, "api:accountaccessconsents") || len(labels) != 3 {
			t.Errorf("%s: labels %v", name, labels)
		}
	}
	if notes := recordOf(t, reports["cleans up badly"]).Notes; len(notes) != 2 {
		t.Errorf("one deletion that ends the spec has stopped the other: %v", notes)
	}
	if labels := reports["finds"].Labels(); !slices.Contains(labels, "clause:AAC-201-ECHO") || !slices.Contains(labels, "section:consents") {
		t.Errorf("labels %v", labels)
	}
}

func TestRegisterSections(t *testing.T) {
	if !inOwnProcess(t) {
		return
	}
	c, err := New(testConfig("http://127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	reports := runSuite(t, observedSuite(c, t), c, "cleanups")
	if _, there := reports["cleans up badly"]; !there || len(reports) != 1 {
		t.Errorf("%d specs were run", len(reports))
	}
}

func TestProvesRefusesUnknownClauses(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	defer func() {
		if thrown := recover(); thrown == nil {
			t.Error("an unknown clause was taken")
		}
	}()
	c.Proves("NO-SUCH-CLAUSE")
}
