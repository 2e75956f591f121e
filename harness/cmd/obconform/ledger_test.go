package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The ledger in the repository is what a dry run gives, and has no gap.
func TestTheLedgerIsCurrent(t *testing.T) {
	kept, err := os.ReadFile(filepath.Join("..", "..", "..", "suites", "ledger.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out, complaints bytes.Buffer
	if status := execute([]string{"list", "--ledger"}, &shell{out: &out, err: &complaints}); status != exitOK {
		t.Fatalf("exit status %d: %s", status, complaints.Bytes())
	}
	if !bytes.Equal(kept, out.Bytes()) {
		t.Error("suites/ledger.json is not what 'obconform list --ledger' prints: run 'make ledger' and look at the difference")
	}
}
