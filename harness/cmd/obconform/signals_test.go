//go:build unix

package main_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A signal in mid-run ends it soon: what was seen is reported, what was not is
// said, and what was created is deleted.
func TestSignals(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	for name, signal := range map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bank, asked := slow(t, 30*time.Millisecond)
			dir := t.TempDir()
			p := begin(t, "run", "--config", bank.config, "--reports", dir, "--procs", "2")
			eventually(t, 30*time.Second, "40 requests", func() bool { return asked.requests() >= 40 })
			p.signal(signal)
			e := p.wait(20 * time.Second)
			e.wantStatus(t, 130)
			r := readReports(t, dir)
			r.wantComplete(t, plan)
			if r.Outcome != "interrupted" || !strings.Contains(r.Interrupted, signal.String()) {
				t.Errorf("outcome %q, interrupted by %q", r.Outcome, r.Interrupted)
			}
			r.wantCutShort(t, signal.String())
			asked.wantTidy(t)
		})
	}
}

// wantCutShort fails the test unless specs have ended and others were not run,
// all of them for that reason.
func (r reports) wantCutShort(t *testing.T, reason string) {
	t.Helper()
	if len(r.inState("passed")) == 0 {
		t.Error("what had passed before the end is lost")
	}
	if len(r.inState("not run")) == 0 {
		t.Error("nothing was cut short")
	}
	for _, spec := range r.Specs {
		if spec.State == "not run" && !strings.Contains(spec.Reason, reason) {
			t.Errorf("%q was not run because %q, expected %q", spec.Name, spec.Reason, reason)
		}
	}
	if failed := r.inState("failed", "errored"); len(failed) > 0 {
		t.Errorf("an end of ours is no fault of the bank's: %q", failed)
	}
}

// A second signal does not wait for a bank that does not answer.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	asked := newLedger()
	bank := behind(t, asked.note, func(r *http.Request) {
		if asked.requests() >= 20 {
			rest(r, time.Minute)
		}
	})
	// The suite shares a consent, whose deletion the first signal waits for.
	p := begin(t, "run", "--config", bank.config, "--reports", t.TempDir(), "--suite", "accounts")
	eventually(t, 30*time.Second, "a bank that is stuck", func() bool { return asked.requests() >= 20 })
	p.signal(syscall.SIGINT)
	time.Sleep(200 * time.Millisecond) // two signals at once may arrive as one
	select {
	case <-p.ended:
		t.Fatal("one signal was enough: the bank was not stuck")
	default:
	}
	second := time.Now()
	p.signal(syscall.SIGINT)
	e := p.wait(20 * time.Second)
	e.wantStatus(t, 130)
	if took := time.Since(second); took > 3*time.Second {
		t.Errorf("the second signal took %s", took)
	}
}

// The run's deadline ends it as a signal does, and says what was not run.
func TestDeadline(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	bank, asked := slow(t, 30*time.Millisecond)
	r := conform(t, "--config", bank.config, "--deadline", "3s")
	r.wantStatus(t, 3)
	if r.took > 15*time.Second {
		t.Errorf("it took %s", r.took)
	}
	r.wantComplete(t, plan)
	r.wantCutShort(t, "deadline of 3s")
	wantText(t, r.out, "deadline of 3s")
	asked.wantTidy(t)
}
