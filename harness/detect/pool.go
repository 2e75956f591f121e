package detect

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Pool makes trials in processes that are used again and again: Ginkgo allows
// one tree a process, and a trial that hangs or crashes must take nothing with
// it.
type Pool struct {
	// Command makes the command of a worker process, which runs Worker.Work.
	Command func() *exec.Cmd
	// Procs is the number of processes.
	Procs int
	// Limit bounds one trial; a worker that takes longer is killed, and the
	// trial is trouble.
	Limit time.Duration
	// Progress hears of each trial as it ends.
	Progress func(Job, Sight)
}

// grace is how long an interrupted worker may take to delete what it made.
const grace = 15 * time.Second

// Run makes the trials and answers what was seen of each, in the order of the
// jobs. When the context ends the workers are interrupted, and the trials that
// have not ended are left out.
func (p Pool) Run(ctx context.Context, jobs []Job) []Sight {
	numbers := make(chan int)
	sights, done := make([]Sight, len(jobs)), make([]bool, len(jobs))
	var mu sync.Mutex
	var wait sync.WaitGroup
	for range min(p.Procs, len(jobs)) {
		wait.Go(func() {
			hand := &hand{pool: p}
			defer hand.dismiss()
			for i := range numbers {
				sight, ended := hand.do(ctx, jobs[i])
				mu.Lock()
				sights[i], done[i] = sight, ended
				if ended && p.Progress != nil {
					p.Progress(jobs[i], sight)
				}
				mu.Unlock()
			}
		})
	}
	for i := range jobs {
		select {
		case numbers <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(numbers)
	wait.Wait()
	var seen []Sight
	for i, sight := range sights {
		if done[i] {
			seen = append(seen, sight)
		}
	}
	return seen
}

// hand is one place in the pool: a worker process, or none yet.
type hand struct {
	pool   Pool
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan []byte
	stderr *bytes.Buffer
}

// do has one trial made; false means that it was interrupted.
func (h *hand) do(ctx context.Context, job Job) (Sight, bool) {
	if ctx.Err() != nil {
		return Sight{}, false
	}
	if h.cmd == nil {
		if err := h.hire(); err != nil {
			return Sight{Trouble: "a worker could not be started: " + err.Error()}, true
		}
	}
	// A worker that does not listen is not waited for either.
	told := make(chan error, 1)
	go func(in io.Writer) { told <- json.NewEncoder(in).Encode(job) }(h.in)
	limit := time.NewTimer(h.pool.Limit)
	defer limit.Stop()
	for {
		select {
		case err := <-told:
			if err != nil {
				return h.lost(job, "the worker is gone"), true
			}
			told = nil
		case line, alive := <-h.lines:
			var sight Sight
			if !alive {
				return h.lost(job, "the worker ended"), true
			}
			if err := json.Unmarshal(line, &sight); err != nil {
				return h.lost(job, "the worker's answer cannot be read"), true
			}
			return sight, true
		case <-limit.C:
			return h.lost(job, fmt.Sprintf("it did not end within %s", h.pool.Limit)), true
		case <-ctx.Done():
			h.interrupt()
			return Sight{}, false
		}
	}
}

func (h *hand) hire() error {
	h.cmd, h.stderr = h.pool.Command(), &bytes.Buffer{}
	h.cmd.Stderr = h.stderr
	in, err := h.cmd.StdinPipe()
	if err != nil {
		h.cmd = nil
		return err
	}
	out, err := h.cmd.StdoutPipe()
	if err == nil {
		err = h.cmd.Start()
	}
	if err != nil {
		h.cmd = nil
		return err
	}
	h.in, h.lines = in, make(chan []byte)
	go func(lines chan<- []byte) {
		defer close(lines)
		scanner := bufio.NewScanner(out)
		scanner.Buffer(make([]byte, 64<<10), maxLine)
		for scanner.Scan() {
			lines <- bytes.Clone(scanner.Bytes())
		}
	}(h.lines)
	return nil
}

// lost ends a worker that is of no more use, and says so of its trial.
func (h *hand) lost(job Job, why string) Sight {
	_ = h.cmd.Process.Kill() // fails only for a worker that has ended
	h.wait()
	said := bytes.TrimSpace(h.stderr.Bytes())
	if len(said) > maxMessage {
		said = said[:maxMessage]
	}
	h.cmd = nil
	return Sight{Trouble: fmt.Sprintf("%s: %s; %s", job.Name(), why, said)}
}

// interrupt asks the worker to delete what it made and to go.
func (h *hand) interrupt() {
	_ = h.cmd.Process.Signal(os.Interrupt) // fails only for a worker that has ended
	_ = h.in.Close()
	late := time.AfterFunc(grace, func() { _ = h.cmd.Process.Kill() })
	defer late.Stop()
	h.wait()
	h.cmd = nil
}

// dismiss ends an idle worker.
func (h *hand) dismiss() {
	if h.cmd == nil {
		return
	}
	_ = h.in.Close()
	h.wait()
	h.cmd = nil
}

// wait takes what is left of the worker's words and its end.
func (h *hand) wait() {
	for range h.lines { // until its output is closed
	}
	_ = h.cmd.Wait() // how it ended is said elsewhere
}
