package detect_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"obconform/harness/detect"
)

// pool runs a shell script in place of a worker.
func pool(script string, limit time.Duration) detect.Pool {
	return detect.Pool{Procs: 2, Limit: limit, Command: func() *exec.Cmd { return exec.Command("sh", "-c", script) }}
}

// A worker that hangs, ends, or talks nonsense costs its trial and no other, and
// is said to have done so.
func TestPoolSurvivesItsWorkers(t *testing.T) {
	t.Parallel()
	jobs := []detect.Job{{Fault: "one"}, {Fault: "two"}, {Fault: "three"}}
	for name, c := range map[string]struct {
		script, trouble string
		limit           time.Duration
	}{
		"answers":        {`while read job; do echo '{"fault":{"fault":{"id":"x"},"fired":1}}'; done`, "", time.Minute},
		"hangs":          {`read job; read more`, "it did not end within", 300 * time.Millisecond},
		"ends":           {`read job; echo why it ended >&2; exit 3`, "why it ended", time.Minute},
		"talks nonsense": {`while read job; do echo nonsense; done`, "cannot be read", time.Minute},
	} {
		sights := pool(c.script, c.limit).Run(context.Background(), jobs)
		if len(sights) != len(jobs) {
			t.Errorf("%s: %d of %d trials have an outcome", name, len(sights), len(jobs))
		}
		for i, sight := range sights {
			if (sight.Trouble == "") != (c.trouble == "") || !strings.Contains(sight.Trouble, c.trouble) {
				t.Errorf("%s: trouble %q, expected %q", name, sight.Trouble, c.trouble)
			}
			if c.trouble != "" && !strings.HasPrefix(sight.Trouble, jobs[i].Fault+":") {
				t.Errorf("%s: %q does not say which trial", name, sight.Trouble)
			}
		}
	}
	if sights := (detect.Pool{Procs: 1, Limit: time.Minute, Command: func() *exec.Cmd { return exec.Command("/no/such/program") }}).
		Run(context.Background(), jobs[:1]); len(sights) != 1 || !strings.Contains(sights[0].Trouble, "could not be started") {
		t.Errorf("without a program: %+v", sights)
	}
}

// A worker that does not even listen costs its trial no more than the limit.
func TestPoolIsNotHeldUp(t *testing.T) {
	t.Parallel()
	began := time.Now()
	job := detect.Job{Fault: "deaf", Way: strings.Repeat("more than a pipe holds ", 1<<17)}
	sights := pool(`exec sleep 60`, 300*time.Millisecond).Run(context.Background(), []detect.Job{job})
	if len(sights) != 1 || !strings.Contains(sights[0].Trouble, "it did not end within") || time.Since(began) > 30*time.Second {
		t.Errorf("%.200v after %s", sights, time.Since(began))
	}
}

// When the context ends no trial begins any more, and those under way are left out.
func TestPoolIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := pool(`trap 'exit 0' INT; read job; while :; do sleep 0.05; done`, time.Minute)
	began := time.Now()
	time.AfterFunc(200*time.Millisecond, cancel)
	if sights := p.Run(ctx, make([]detect.Job, 5)); len(sights) != 0 || time.Since(began) > 10*time.Second {
		t.Errorf("%d trials have an outcome after %s", len(sights), time.Since(began))
	}
}
