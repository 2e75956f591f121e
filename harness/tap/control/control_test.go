//go:build unix

package control_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"obconform/harness/tap/control"
)

// folder is one with a short path: a socket's may have about a hundred bytes.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ob")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "c")
}

func running(t *testing.T, dir string) []control.Process {
	t.Helper()
	found, err := control.Running(t.Context(), dir, "mock")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A process is found, asked to end, waited for, and says its status; then it is
// found no more.
func TestStop(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if found := running(t, dir); len(found) > 0 {
		t.Fatalf("found %+v where nothing runs", found)
	}
	server, err := control.Listen(dir, "mock", "https://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	found := running(t, dir)
	if len(found) != 1 || found[0].Address != "https://127.0.0.1:1" || found[0].PID != os.Getpid() {
		t.Fatalf("%+v", found)
	}
	if others, err := control.Running(t.Context(), dir, "proxy"); err != nil || len(others) > 0 {
		t.Errorf("of another kind: %+v, %v", others, err)
	}
	select {
	case <-server.Stop():
		t.Fatal("to be found is not to be stopped")
	default:
	}
	type answer struct {
		status int
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		status, err := found[0].Stop(t.Context())
		answers <- answer{status, err}
	}()
	<-server.Stop()
	select {
	case early := <-answers:
		t.Errorf("%+v before the end", early)
	default:
	}
	server.End(3)
	if got := <-answers; got.err != nil || got.status != 3 {
		t.Errorf("%+v", got)
	}
	if found := running(t, dir); len(found) > 0 {
		t.Errorf("found after its end: %+v", found)
	}
}

// What a killed process leaves is cleared away; one that ends without a word is
// said to.
func TestProcessesThatAreNoMore(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(dir, "mock-1.sock")
	listener, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = listener.Close()
	if found := running(t, dir); len(found) > 0 {
		t.Errorf("%+v", found)
	}
	if _, err := os.Lstat(stale); err == nil {
		t.Error("the socket is still there")
	}

	listener, err = net.Listen("unix", filepath.Join(dir, "mock-2.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte(`{"kind":"mock","address":"a","pid":2}` + "\n"))
			_, _ = connection.Read(make([]byte, 10))
			_ = connection.Close()
		}
	}()
	found := running(t, dir)
	if len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	if _, err := found[0].Stop(t.Context()); err == nil || !strings.Contains(err.Error(), "without a word") {
		t.Errorf("got %v", err)
	}
}

// One that does not answer is named, keeps its socket, and hides none of the
// others.
func TestProcessesThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server, err := control.Listen(dir, "mock", "a")
	if err != nil {
		t.Fatal(err)
	}
	defer server.End(0)
	silent := filepath.Join(dir, "mock-0.sock")
	listener, err := net.Listen("unix", silent) // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	found, err := control.Running(ctx, dir, "mock")
	if len(found) != 1 || found[0].Address != "a" || err == nil || !strings.Contains(err.Error(), silent) {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := os.Lstat(silent); err != nil {
		t.Error("the socket of a process that is there was removed")
	}
}

// Nobody waits longer than they want to.
func TestStopWaitsNoLonger(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server, err := control.Listen(dir, "mock", "a")
	if err != nil {
		t.Fatal(err)
	}
	defer server.End(0)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := running(t, dir)[0].Stop(ctx); err == nil || !strings.Contains(err.Error(), "has not ended") {
		t.Errorf("got %v", err)
	}
}

// A folder that others may enter is not used, nor a link to one.
func TestFoldersOfOthers(t *testing.T) {
	t.Parallel()
	open := folder(t)
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	link := open + "-link"
	if err := os.Symlink(open, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o750); err != nil { // #nosec G302 -- what is tried
		t.Fatal(err)
	}
	for _, dir := range []string{open, link} {
		if _, err := control.Listen(dir, "mock", "a"); err == nil || !strings.Contains(err.Error(), "nobody but you") {
			t.Errorf("%s: %v", dir, err)
		}
		if _, err := control.Running(t.Context(), dir, "mock"); err == nil {
			t.Errorf("%s is searched", dir)
		}
	}
}

// The folder is the runtime folder's where there is one.
func TestDir(t *testing.T) {
	t.Parallel()
	if got := control.Dir("/run/user/1"); got != filepath.Join("/run/user/1", "obconform") {
		t.Error(got)
	}
	if got := control.Dir(""); filepath.Dir(got) != filepath.Clean(os.TempDir()) {
		t.Error(got)
	}
}
