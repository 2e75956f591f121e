//go:build unix

package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The mock bank serves until a signal ends it, and what it writes down is all
// that a run needs.
func TestMock(t *testing.T) {
	t.Parallel()
	for _, served := range []struct {
		name   string
		flags  []string
		scheme string
		signal syscall.Signal
	}{
		{"http", nil, "http://127.0.0.1:", syscall.SIGTERM},
		{"https", []string{"--tls"}, "https://127.0.0.1:", syscall.SIGINT},
	} {
		t.Run(served.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "credentials")
			mock := begin(t, append([]string{"mock", "--addr", "127.0.0.1:0", "--credentials", dir}, served.flags...)...)
			config := filepath.Join(dir, "config.json")
			eventually(t, 20*time.Second, "the credentials", func() bool { return whole(config) })
			r := conform(t, "--config", config)
			r.wantStatus(t, 0)
			if len(r.inState("passed")) == 0 {
				t.Error("nothing passed")
			}
			mock.signal(served.signal)
			e := mock.wait(5 * time.Second)
			e.wantStatus(t, 0)
			wantText(t, e.out, config, served.scheme, served.signal.String())
			wantPrivate(t, dir)
		})
	}
}

// whole tells whether a JSON file has been written to its end.
func whole(path string) bool {
	data, err := os.ReadFile(path)
	return err == nil && strings.HasSuffix(strings.TrimSpace(string(data)), "}")
}

// wantPrivate fails the test for each file that others than its owner may read.
func wantPrivate(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %s, readable by others", file.Name(), info.Mode())
		}
	}
}

// Latency is waited before every answer.
func TestMockLatency(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "credentials")
	begin(t, "mock", "--addr", "127.0.0.1:0", "--credentials", dir, "--latency", "250ms")
	config := filepath.Join(dir, "config.json")
	eventually(t, 20*time.Second, "the credentials", func() bool { return whole(config) })
	r := conform(t, "--config", config, "--label-filter", "clause:DIS-200")
	r.wantStatus(t, 0)
	least := time.Duration(r.Exchanges) * 250 * time.Millisecond
	if r.Exchanges == 0 || r.took < least {
		t.Errorf("%d exchanges took %s, expected at least %s", r.Exchanges, r.took, least)
	}
}

// An address that is taken is wrong usage.
func TestMockAtTakenAddress(t *testing.T) {
	t.Parallel()
	address, _ := countingListener(t)
	e := obconform(t, "mock", "--addr", strings.TrimPrefix(address, "http://"))
	e.wantStatus(t, 2)
	wantText(t, e.errors, "--addr", "in use")
}
