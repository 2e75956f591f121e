package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// The OpenAPI document is one by the judgement of others.
func TestInteropOpenAPIDocumentIsValid(t *testing.T) {
	t.Parallel()
	node, modules := installed(t)
	for _, flags := range [][]string{nil, {"--endpoints"}} {
		file := filepath.Join(t.TempDir(), "api.json")
		obconform(t, append([]string{"openapi", "--output", file}, flags...)...).wantStatus(t, 0)
		validator := filepath.Join(modules, "@seriousme", "openapi-schema-validator", "bin", "validate-api-cli.js")
		out, err := exec.Command(node, validator, file).CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v\n%s", flags, err, out)
		}
	}
}

// A mock that Prism makes of the contract keeps all of it that can be kept from
// examples; the rest is not exercised, with the reason, and nothing else is.
func TestInteropPrism(t *testing.T) {
	t.Parallel()
	node, modules := installed(t)
	port := freePort(t)
	address := loopback(port)
	document := filepath.Join(t.TempDir(), "api.json")
	obconform(t, "openapi", "--endpoints", "--server", address, "--output", document).wantStatus(t, 0)
	serve(t, address+"/oauth2/jwks", node, filepath.Join(modules, "@stoplight", "prism-cli", "dist", "index.js"),
		"mock", "--host", "127.0.0.1", "--port", strconv.Itoa(port), document)
	credentials := newBank(t, address, mockbank.Options{}).Credentials()
	parts := settings(t, "prism.json", address)

	// That each of two things has an identifier of its own, a list of examples
	// cannot show.
	stateless := "!(clause:AAC-201 && section:create) && !(clause:ACC-GET-200 && section:get)" +
		" && !(clause:COF-CONSENT-201 && section:consent-create) && !(clause:COF-FUNDS-201 && section:confirm)"
	file := configure(t, address, credentials, nil)
	overlay(t, file, parts)
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "any-token.txt"), []byte("a-token-that-nobody-issued"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := conform(t, "--label-filter", stateless, "--config", file)
	r.wantStatus(t, 0)
	if odd := r.inState("failed", "errored", "inconclusive", "interrupted", "not run"); len(odd) > 0 || len(r.Trouble) > 0 {
		t.Errorf("specs in an odd state: %q, trouble: %+v", odd, r.Trouble)
	}
	want := map[string]string{}
	for _, clause := range notOffered(t, parts) {
		want[clause] = "not exercised"
	}
	r.wantVerdicts(t, want, "not exercised", "failed", "warned", "inconclusive")
	r.wantReasons(t, "not offered: ")
	wantText(t, r.out, "118 of 118 documented answers were seen")
	t.Logf("%d of %d specs passed, %d exchanges, %s", len(r.inState("passed")), len(r.Specs), r.Exchanges, r.took.Round(time.Millisecond))
}

// wantReasons fails the test for each clause that was not exercised for another
// reason.
func (r reports) wantReasons(t *testing.T, beginnings ...string) {
	t.Helper()
	for _, clause := range r.Clauses {
		known := slices.ContainsFunc(beginnings, func(beginning string) bool { return strings.HasPrefix(clause.Reason, beginning) })
		if clause.Verdict == "not exercised" && !known {
			t.Errorf("%s is not exercised because %q", clause.ID, clause.Reason)
		}
	}
}

// notOffered lists the clauses that the configuration leaves out.
func notOffered(t *testing.T, parts map[string]any) []string {
	t.Helper()
	data, err := json.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Target struct{ NotOffered []struct{ Clauses []string } }
	}
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range read.Target.NotOffered {
		all = append(all, entry.Clauses...)
	}
	return all
}
