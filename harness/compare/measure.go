package compare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Usage is what one run of a tool took: of the tool's process and those that it
// started, never of the server or of who sends through a proxy.
type Usage struct {
	Wall, CPU time.Duration
	// Memory is the peak of the largest process, in bytes.
	Memory int64
	// Failed are the exchanges that the tool finds fault with, by number.
	Failed map[int]bool
}

// patience is how long one run may take: the slowest needs a minute.
const patience = 10 * time.Minute

// Run has a tool check a recording that is repeated by a server at the recorded
// bank's address.
func (t Tool) Run(w Work) (u Usage, err error) {
	dir, err := os.MkdirTemp("", "compare-")
	if err != nil {
		return u, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := repeating(w.Tape)
	if err != nil {
		return u, err
	}
	defer server.Close()
	w.Dir, w.Address = dir, server.URL
	job, err := t.Prepare(w)
	if err != nil {
		return u, fmt.Errorf("%s: %w", t.Name, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out bytes.Buffer
	self, err := os.Executable()
	if err != nil {
		return u, err
	}
	took := filepath.Join(dir, "took.json")
	command := exec.CommandContext(ctx, self, append([]string{WatchCommand, took}, job.Command...)...)
	command.Stdout, command.Stderr, command.Dir = &out, &out, dir
	command.Env = append(os.Environ(), "HOME="+dir, "NO_COLOR=1", "NO_UPDATE_NOTIFIER=1", "NODE_NO_WARNINGS=1")
	began := time.Now()
	if err := command.Start(); err != nil {
		return u, err
	}
	ended := make(chan error, 1)
	go func() {
		ended <- command.Wait()
		cancel() // whoever waits for the tool to serve waits no longer
	}()
	var answers []proxied
	if job.Ready != "" {
		answers, u.Wall, err = through(ctx, job, w.Tape)
		_ = command.Process.Signal(syscall.SIGTERM) // fails only for one that has ended
	}
	if failed := <-ended; failed != nil && !errors.As(failed, new(*exec.ExitError)) {
		err = errors.Join(err, failed)
	}
	if job.Ready == "" {
		u.Wall = time.Since(began)
	}
	if err == nil {
		u.Failed, err = job.Failed(out.Bytes(), answers)
	}
	if err != nil {
		return u, fmt.Errorf("%s: %w\n%s", t.Name, err, end(out.Bytes()))
	}
	var measured watched
	if err := readJSON(took, &measured); err != nil {
		return u, err
	}
	u.CPU, u.Memory = measured.CPU, measured.Memory
	return u, nil
}

// repeating serves a recording at the address where it was made.
func repeating(tape []Exchange) (*httptest.Server, error) {
	address, err := url.Parse(tape[0].Address)
	if err != nil {
		return nil, err
	}
	server := httptest.NewUnstartedServer(Repeat(tape))
	_ = server.Listener.Close() // nobody knows of it
	if server.Listener, err = net.Listen("tcp", address.Host); err != nil {
		return nil, err
	}
	server.Start()
	return server, nil
}

// Loopback is an address for a bank to be recorded at, where it can be repeated.
func Loopback() (string, error) {
	port, err := freePort()
	return fmt.Sprintf("http://127.0.0.1:%d", port), err
}

// through sends a recording through a proxy once it serves. The time is without
// that of its start.
func through(ctx context.Context, job Job, tape []Exchange) (answers []proxied, wall time.Duration, err error) {
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for {
		response, err := client.Get(job.Ready)
		if err == nil {
			_ = response.Body.Close()
			break
		}
		select {
		case <-ctx.Done():
			return nil, 0, fmt.Errorf("it does not serve: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	began := time.Now()
	for i, x := range tape {
		request, err := http.NewRequestWithContext(ctx, x.Method, job.Through+x.Path, bytes.NewReader(x.Body))
		if err != nil {
			return nil, 0, err
		}
		request.Header = x.Header.Clone()
		request.Header.Set(NumberHeader, strconv.Itoa(i))
		response, err := client.Do(request)
		if err != nil {
			return nil, 0, err
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			return nil, 0, err
		}
		answers = append(answers, proxied{response.StatusCode, body})
	}
	return answers, time.Since(began), nil
}

// Faults has a tool check recordings of that many exchanges each, one after the
// other, and answers the exchanges that it finds fault with, by number.
func (t Tool) Faults(w Work, each int) (map[int]bool, error) {
	if !t.Lives {
		u, err := t.Run(w)
		return u.Failed, err
	}
	failed := map[int]bool{}
	for at := 0; at < len(w.Tape); at += each {
		one := w
		one.Tape, one.Expect = w.Tape[at:at+each], w.Expect[at:at+each]
		u, err := t.Run(one)
		if err != nil {
			return nil, err
		}
		for number := range u.Failed {
			failed[at+number] = true
		}
	}
	return failed, nil
}

// Cost is what a tool takes for one exchange, and to begin at all.
type Cost struct {
	CPU, Wall, Start time.Duration
	Memory           int64
}

// Measure runs a tool on a recording once and many times over: the difference is
// what the exchanges take, the rest is the start. The short run is the quickest of
// three: what else the machine does weighs most there.
func (t Tool) Measure(w Work, times int) (c Cost, err error) {
	short, err := t.Run(w)
	for range 2 {
		if err != nil {
			return c, err
		}
		var again Usage
		again, err = t.Run(w)
		short.Wall, short.CPU = min(short.Wall, again.Wall), min(short.CPU, again.CPU)
	}
	if err != nil {
		return c, err
	}
	more := w
	for range max(2, int(float64(times)*t.Often)) - 1 {
		more.Tape, more.Expect = append(more.Tape, w.Tape...), append(more.Expect, w.Expect...)
	}
	long, err := t.Run(more)
	if err != nil {
		return c, err
	}
	exchanges := time.Duration(len(more.Tape) - len(w.Tape))
	c = Cost{CPU: (long.CPU - short.CPU) / exchanges, Wall: (long.Wall - short.Wall) / exchanges, Memory: long.Memory}
	c.Start = max(0, short.Wall-c.Wall*time.Duration(len(w.Tape)))
	return c, nil
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// failedList reads a list of numbers.
func failedList(report string) func([]byte, []proxied) (map[int]bool, error) {
	return func([]byte, []proxied) (map[int]bool, error) {
		var numbers []int
		err := readJSON(report, &numbers)
		failed := map[int]bool{}
		for _, number := range numbers {
			failed[number] = true
		}
		return failed, err
	}
}

func numberOf(name string) int {
	number, err := strconv.Atoi(strings.TrimSpace(name))
	if err != nil {
		return -1
	}
	return number
}

func canonical(name string) string { return http.CanonicalHeaderKey(name) }

// end is the end of what a tool printed.
func end(out []byte) []byte { return out[max(0, len(out)-2000):] }

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
