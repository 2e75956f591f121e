package main_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// onATerminal runs the program on a pseudo-terminal of 100 columns and answers
// all that it shows there.
func onATerminal(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close() }()
	descriptor := int(master.Fd())
	number, err := unix.IoctlGetInt(descriptor, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(descriptor, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(descriptor, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 100})
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), slave, slave
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(), "TERM=xterm"}, environ...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	var shown bytes.Buffer
	_, _ = io.Copy(&shown, master) // ends with an error when the program has closed its side
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, shown.String())
	}
	return shown.String()
}

func TestOnATerminalThereIsABarAndColours(t *testing.T) {
	t.Parallel()
	shown := onATerminal(t, nil, "run", "--reports", t.TempDir(), "--smoke")
	wantText(t, shown, "\r\x1b[2K[", "/6  ", " passed, 0 failed", "\x1b[32mPASSED")
	end := strings.LastIndex(shown, "\r\x1b[2K")
	if summary := shown[end:]; !strings.HasPrefix(summary, "\r\x1b[2Kobconform ") {
		t.Errorf("the bar is not gone before the summary: %.100q", summary)
	}
	for _, bar := range strings.Split(shown[:end], "\r\x1b[2K") {
		if len([]rune(bar)) > 99 || strings.Contains(bar, "\n") {
			t.Errorf("a bar that wraps: %q", bar)
		}
	}
	plain := onATerminal(t, []string{"NO_COLOR=1"}, "run", "--reports", t.TempDir(), "--smoke")
	if strings.Contains(plain, "\x1b[3") || !strings.Contains(plain, "\r\x1b[2K[") {
		t.Errorf("with NO_COLOR: %q", plain)
	}
	if dumb := onATerminal(t, []string{"TERM=dumb"}, "run", "--reports", t.TempDir(), "--smoke"); strings.Contains(dumb, "\x1b") {
		t.Errorf("on a dumb terminal: %q", dumb)
	}
	if quiet := onATerminal(t, nil, "run", "--reports", t.TempDir(), "--smoke", "--quiet"); strings.Contains(quiet, "[#") {
		t.Errorf("with --quiet: %q", quiet)
	}
}
