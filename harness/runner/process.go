package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sync"
)

// maxLine bounds one line of a worker's: a spec's result with its evidence.
const maxLine = 64 << 20

// event is what a worker says, or that it has ended.
type event struct {
	from  *process
	news  news
	ended bool
	err   error // of an ended worker
}

// process is one worker as the supervisor sees it. Its fields belong to the
// supervisor's goroutine; only stderr is written by another.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *spill
	unit   Unit   // what it works on, the zero Unit between units
	spec   string // the obligation whose spec runs
	ready  bool   // it has asked for work
	asked  bool   // it was asked to stop
}

// start starts a worker; its news arrive as events, the last of them that it
// has ended.
func start(ctx context.Context, cmd *exec.Cmd, events chan<- event) (*process, error) {
	p := &process{cmd: cmd, stderr: &spill{}}
	cmd.Stderr = p.stderr
	Detach(cmd)
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go p.listen(stdout, events)
	return p, nil
}

// listen turns the worker's lines into events. A line that is none of ours is
// a spec that prints: it is kept with what the worker says on standard error.
func (p *process) listen(stdout io.Reader, events chan<- event) {
	lines := bufio.NewScanner(stdout)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		var n news
		if err := json.Unmarshal(lines.Bytes(), &n); err != nil {
			fmt.Fprintf(p.stderr, "%s\n", lines.Bytes())
			continue
		}
		events <- event{from: p, news: n}
	}
	_, _ = io.Copy(io.Discard, stdout) // after a line that is too long
	err := p.cmd.Wait()
	if err == nil {
		err = lines.Err()
	}
	events <- event{from: p, ended: true, err: err}
}

func (p *process) order(o order) {
	// A worker that cannot be written to has ended, and says so itself.
	_ = json.NewEncoder(p.stdin).Encode(o)
}

// finish tells the worker that there is no more work. It goes on listening: it
// may have to ask when it may clean up.
func (p *process) finish() { p.order(order{Finish: true}) }

func (p *process) interrupt() {
	p.asked = true
	_ = interrupt(p.cmd.Process) // fails only for a worker that has ended
}

func (p *process) kill() {
	p.asked = true
	_ = p.cmd.Process.Kill() // fails only for a worker that has ended
}

// spill keeps the beginning of what is written to it: that is where a Go
// process says why it ends.
type spill struct {
	mu   sync.Mutex
	kept []byte
}

// spillBytes is how much of a crashed worker's words is kept.
const spillBytes = 8 << 10

// Write implements io.Writer; it never fails.
func (s *spill) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, b[:min(len(b), spillBytes-len(s.kept))]...)
	return len(b), nil
}

func (s *spill) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.kept)
}
