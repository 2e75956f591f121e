package report_test

import (
	"fmt"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

func TestTheSameFaultInTenAccountsIsOne(t *testing.T) {
	s := failed(spec("A list must be stable", contract.AccListStable))
	for i := range 10 {
		f := breach(contract.ComBody, contract.Doc)
		f.Where = fmt.Sprintf("/Data/Account/%d/AccountType", i+3)
		s.Record.Findings = append(s.Record.Findings, f, f)
	}
	other := breach(contract.ComBody, contract.Doc)
	other.Where = "/Data/Account/0/Currency"
	s.Record.Findings = append(s.Record.Findings, other)
	results := report.Judge(runOf(s))
	for place, groups := range map[string][]report.FindingGroup{"clause": clauseOf(t, results, contract.ComBody).Findings, "spec": results.Specs[0].Findings} {
		if len(groups) != 2 || groups[0].Count != 20 || groups[0].Places != 10 || groups[0].First != "/Data/Account/3/AccountType" {
			t.Fatalf("%s: %+v", place, groups)
		}
		if got := groups[0].Place(); got != "/Data/Account/*/AccountType, 10 accounts, the first /Data/Account/3/AccountType" {
			t.Errorf("%s: %s", place, got)
		}
		if got := groups[1].Place(); got != "/Data/Account/0/Currency" {
			t.Errorf("%s: one place is %s", place, got)
		}
	}
}

// The example shows what was found: its place, value and spec belong together.
func TestTheExampleBelongsToItsFinding(t *testing.T) {
	without, with := breach(contract.ComBody, contract.Doc), breach(contract.ComBody, contract.Doc)
	without.Exchange, without.Where, without.Actual = -1, "/Data/Account/0/X", "one"
	with.Where, with.Actual = "/Data/Account/1/X", "two"
	group := report.Judge(runOf(failed(spec("a"), without, with))).Specs[0].Findings[0]
	if group.Example == nil || group.First != "/Data/Account/1/X" || group.Actual != "two" || !group.Differs || group.Count != 2 {
		t.Errorf("%+v", group)
	}
}

func TestEvidenceNames(t *testing.T) {
	name := report.EvidenceName(contract.Accounts, "A list must be stable, 100% & <safe> ../../etc")
	if want := "accounts-a-list-must-be-stable-100-safe-etc-8811360b.json"; name != want {
		t.Errorf("%s, expected %s: the names of files must not change", name, want)
	}
	if long := report.EvidenceName(contract.Accounts, strings.Repeat("long ", 100)); len(long) > 80 {
		t.Errorf("%s", long)
	}
	seen := map[string]bool{}
	for _, spec := range []string{"", "a", "A", "a ", "ä", "ö", "a-b", "a b"} {
		for _, suite := range contract.APIs() {
			seen[report.EvidenceName(suite, spec)] = true
		}
	}
	if len(seen) != 8*len(contract.APIs()) {
		t.Errorf("%d different names", len(seen))
	}
}

func TestInteractionIDs(t *testing.T) {
	for want, x := range map[string]evidence.Exchange{
		"sent none, received none": {}, "sent a, received none": {InteractionID: "a"}, "sent none, received b": {ReceivedInteractionID: "b"},
		"sent a, received b": {InteractionID: "a", ReceivedInteractionID: "b"}, "sent and received a": {InteractionID: "a", ReceivedInteractionID: "a"},
	} {
		if got := report.InteractionIDs(x); got != want {
			t.Errorf("%q, expected %q", got, want)
		}
	}
}

func TestTheCommandUsesTheTargetsCertificates(t *testing.T) {
	run := runOf(spec("a"))
	run.Target["tls"] = map[string]any{"caFile": "/c/ca.pem", "certificateFile": "/c/client.pem", "keyFile": "/c/client-key.pem"}
	got := report.Judge(run).Curl(exchange(200))
	if !strings.Contains(got, "--cacert '/c/ca.pem' --cert '/c/client.pem' --key '/c/client-key.pem' ") {
		t.Error(got)
	}
	for form, want := range map[string]string{"": "--cert '/c/client.pem' --key ", "pem": "--cert '/c/client.pem' --key ", "pkcs12": "--cert-type P12 --cert '/c/client.p12' "} {
		run.Target["tls"] = map[string]any{"clientCertificate": form, "certificateFile": "/c/client.pem", "keyFile": "/c/client-key.pem", "pkcs12File": "/c/client.p12"}
		run.Target["proxy"] = map[string]any{"url": "http://proxy.example:3128"}
		if got := report.Judge(run).Curl(exchange(200)); strings.Count(got, "--cert ") != 1 || !strings.Contains(got, want) || !strings.Contains(got, "--proxy 'http://proxy.example:3128' ") {
			t.Errorf("%q: %s", form, got)
		}
	}
	long := exchange(200)
	long.RequestBody = strings.Repeat("x", 5000)
	if shown := report.Judge(run).ShownCurl(long); strings.Contains(shown, "xxx") || !strings.Contains(shown, "evidence") {
		t.Errorf("half a command: %.100s", shown)
	}
}

func TestWhichSpecsHaveEvidence(t *testing.T) {
	for name, want := range map[string]int{"passed": 0, "failed": 1, "warned": 1, "inconclusive": 1, "skipped": 0, "panic": 0, "assertion": 1,
		"interrupted": 1, "placeholder": 0} {
		got := 0
		for _, spec := range everyKind()[name].Specs {
			if spec.HasEvidence() {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: %d specs, expected %d", name, got, want)
		}
	}
}
