//go:build unix

package main_test

import (
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mockFor starts a mock bank with those flags and answers the configuration
// that it writes.
func mockFor(t *testing.T, flags ...string) (config string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "credentials")
	mock := begin(t, append([]string{"mock", "--addr", "127.0.0.1:0", "--credentials", dir}, flags...)...)
	t.Cleanup(func() {
		mock.signal(syscall.SIGTERM)
		mock.wait(5 * time.Second)
	})
	config = filepath.Join(dir, "config.json")
	eventually(t, 20*time.Second, "the credentials", func() bool { return whole(config) })
	return config
}

// A bank that is right in unusual ways gets neither a failure nor a warning.
func TestAPermissiveBankIsGreen(t *testing.T) {
	t.Parallel()
	r := conform(t, "--config", mockFor(t, "--manner", "permissive"), "--procs", "2")
	r.wantStatus(t, 0)
	for _, verdict := range []string{"failed", "warned", "inconclusive"} {
		if clauses := r.withVerdict(verdict); len(clauses) > 0 {
			t.Errorf("%s: %v", verdict, clauses)
		}
	}
	if passed := r.withVerdict("passed"); len(passed) < 131 {
		t.Errorf("%d clauses passed, want 131", len(passed))
	}
}

func TestAFaultyBankFailsByName(t *testing.T) {
	t.Parallel()
	r := conform(t, "--config", mockFor(t, "--fault", "aac-201-echo-drops-a-permission"), "--suite", "accountaccessconsents")
	r.wantStatus(t, 1)
	if failed := r.withVerdict("failed"); !slices.Equal(failed, []string{"AAC-201-ECHO"}) {
		t.Errorf("failed: %v", failed)
	}
}

func TestFaultsAreListedAndUnknownOnesRefused(t *testing.T) {
	t.Parallel()
	list := obconform(t, "mock", "--list-faults")
	list.wantStatus(t, 0)
	wantText(t, list.out, "aac-201-echo-drops-a-permission", "AAC-201-ECHO")
	if lines := strings.Count(list.out, "\n"); lines < 160 {
		t.Errorf("%d lines", lines)
	}
	for _, flags := range [][]string{{"--fault", "no-such-fault,nor-this"}, {"--manner", "rude"}} {
		refused := obconform(t, append([]string{"mock", "--addr", "127.0.0.1:0"}, flags...)...)
		refused.wantStatus(t, 2)
		for word := range strings.SplitSeq(flags[1], ",") {
			wantText(t, refused.errors, word)
		}
	}
}
