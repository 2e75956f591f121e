package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	recordings "obconform/harness/recording"
	"obconform/harness/traffic"
)

// sizes are the numbers of exchanges that a recording is checked with.
var sizes = []int{10_000, 100_000, 1_000_000}

// checks measures the check of recordings of growing length: the traffic of a run
// on the mock bank again and again, each time with fresh interaction ids, tokens
// and codes.
func checks(binary, dir string, t template) error {
	fmt.Println("\ncheck of a recording, both sides (goal: over 8,000 exchanges/s, under 150 MB, growing linearly)")
	fmt.Printf("%12s%12s%10s%10s%14s%14s\n", "exchanges", "file", "wall", "CPU", "exchanges/s", "peak memory")
	for _, size := range sizes {
		file := filepath.Join(dir, "traffic.ndjson")
		length, err := t.write(file, size)
		if err != nil {
			return err
		}
		used, err := checked(binary, file, filepath.Join(dir, "checked"))
		if err = errors.Join(err, os.Remove(file)); err != nil {
			return err
		}
		fmt.Printf("%12d%9.0f MB%8.2f s%8.2f s%14.0f%11.1f MB\n", size, float64(length)/1e6, used.wall.Seconds(), used.cpu.Seconds(),
			float64(size)/used.wall.Seconds(), float64(used.memory)/1e6) // at once: the next one takes its time
	}
	return nil
}

// withTraffic makes a run's traffic, in a folder that is gone afterwards.
func withTraffic(binary string, use func(dir string, t template) error) error {
	dir, err := os.MkdirTemp("", "obconform-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	apart, err := compare(binary, dir, 1)
	if err != nil {
		return err
	}
	t, err := templateOf(apart.tape, apart.address)
	if err != nil {
		return err
	}
	return use(dir, t)
}

// checked checks a recording; that it finds breaches is no trouble, since a run of
// the suites asks for much that is wrong.
func checked(binary, file, reports string) (usage, error) {
	cmd := exec.Command(binary, "check", "--quiet", "--reports", reports, file) // #nosec G204 -- the binary to measure
	cmd.Stderr = os.Stderr
	began := time.Now()
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 {
		return usage{}, err
	}
	return usageOf(cmd, time.Since(began)), nil
}

// template is the lines of a recording, and what has to be fresh in them.
type template struct {
	lines [][]byte
	// fresh are the values to be replaced, by others of their length.
	fresh map[string]bool
	// recorded is when the traffic was made: what is signed in it was signed before.
	recorded time.Time
}

// secretValue finds the values of a token's answer.
var secretValue = regexp.MustCompile(`"(?:access_token|refresh_token)" ?: ?"([^"\\]{16,})"`)

func templateOf(r *recording, address string) (template, error) {
	t := template{recorded: time.Now(), fresh: map[string]bool{}}
	for _, one := range r.Tapes {
		target, err := url.Parse(address + one.Path)
		if err != nil {
			return t, err
		}
		x := traffic.Exchange{Request: traffic.Request{Method: one.Method, URL: target, Header: without(one.Header, tapeNumber), Body: traffic.Body{Bytes: one.Body}}}
		if one.Status != 0 {
			x.Response = &traffic.Response{Status: one.Status, Header: one.AnswerHeader, Body: traffic.Body{Bytes: one.AnswerBody}}
		}
		t.lines = append(t.lines, append(recordings.Append(nil, x), '\n'))
		for _, found := range secretValue.FindAllSubmatch(one.AnswerBody, -1) {
			t.fresh[string(found[1])] = true
		}
		if id := one.Header.Get("X-Fapi-Interaction-Id"); len(id) == 36 {
			t.fresh[id] = true
		}
	}
	if len(t.fresh) == 0 {
		return t, errors.New("the recording of a run has neither tokens nor interaction ids")
	}
	return t, nil
}

// opaque finds what may be a token or an interaction id.
var opaque = regexp.MustCompile(`[A-Za-z0-9._~+/-]{16,}=*`)

// places are where a line has to be fresh.
func (t template) places(line []byte) [][]int {
	return slices.DeleteFunc(opaque.FindAllIndex(line, -1), func(at []int) bool { return !t.fresh[string(line[at[0]:at[1]])] })
}

func without(header http.Header, name string) http.Header {
	header = header.Clone()
	header.Del(name)
	return header
}

// write writes a recording of so many exchanges, and answers its length.
func (t template) write(path string, size int) (length int64, err error) {
	file, err := os.Create(path) // #nosec G304 -- in a folder of our own
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	places := make([][][]int, len(t.lines))
	for i, line := range t.lines {
		places[i] = t.places(line)
	}
	out := bufio.NewWriterSize(file, 1<<20)
	at := t.recorded
	const apart, long = 20 * time.Millisecond, 5 * time.Millisecond
	for i := range size {
		at = at.Add(apart)
		times, err := fmt.Fprintf(out, `{"started":%q,"ended":%q,`, at.Format(time.RFC3339Nano), at.Add(long).Format(time.RFC3339Nano))
		if err != nil {
			return length, err
		}
		line := bytes.Clone(t.lines[i%len(t.lines)])
		round := fmt.Sprintf("%06x", i/len(t.lines))
		for _, place := range places[i%len(t.lines)] {
			copy(line[place[1]-len(round):place[1]], round)
		}
		n, err := out.Write(line[1:]) // the brace is written
		if length += int64(times + n); err != nil {
			return length, err
		}
	}
	return length, out.Flush()
}
