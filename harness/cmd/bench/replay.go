package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// recording is what passed the proxy, in order.
type recording struct {
	on bool
	mu sync.Mutex
	// URL is where the replay sends it all.
	URL   string
	Tapes []tape
}

// tape is one request with its answer.
type tape struct {
	Method, Path string
	Header       http.Header
	Body         []byte
	Status       int
	AnswerHeader http.Header
	AnswerBody   []byte
}

// tapeNumber carries a request's number to its answer.
const tapeNumber = "X-Bench-Tape"

func (r *recording) request(req *http.Request) *http.Request {
	body, _ := io.ReadAll(req.Body) // a request cut off is recorded cut off
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Tapes = append(r.Tapes, tape{Method: req.Method, Path: req.URL.RequestURI(), Header: req.Header.Clone(), Body: body})
	req.Header.Set(tapeNumber, strconv.Itoa(len(r.Tapes)-1))
	return req
}

func (r *recording) answer(res *http.Response) error {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	number, err := strconv.Atoi(res.Request.Header.Get(tapeNumber))
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	one := &r.Tapes[number]
	one.Status, one.AnswerHeader, one.AnswerBody = res.StatusCode, res.Header.Clone(), body
	return nil
}

// signatures counts the requests that were signed for the occasion.
func (r *recording) signatures() (count int) {
	for _, one := range r.Tapes {
		if bytes.HasPrefix(one.Body, []byte("eyJ")) || strings.Contains(one.Path, "request=eyJ") {
			count++
		}
	}
	return count
}

// replayed measures a process that makes the recorded requests and reads the
// answers, and does nothing else.
func replayed(r *recording, dir string, rounds int) (usage, error) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		number, err := strconv.Atoi(req.Header.Get(tapeNumber))
		if err != nil || number < 0 || number >= len(r.Tapes) {
			http.Error(w, "no such tape", http.StatusNotFound)
			return
		}
		one := r.Tapes[number]
		for name, values := range one.AnswerHeader {
			w.Header()[name] = values
		}
		w.WriteHeader(one.Status)
		_, _ = w.Write(one.AnswerBody) // a client that is gone is the client's affair
	}))
	defer server.Close()
	r.URL = server.URL
	file := filepath.Join(dir, "recording.json")
	data, err := json.Marshal(r)
	if err != nil {
		return usage{}, err
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return usage{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	return median(rounds, func() (usage, error) { return run(self, "-replay", file) })
}

// replay is the bare client.
func replay(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var r recording
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for i, one := range r.Tapes {
		req, err := http.NewRequest(one.Method, r.URL+one.Path, bytes.NewReader(one.Body))
		if err != nil {
			return err
		}
		req.Header = one.Header
		req.Header.Set(tapeNumber, strconv.Itoa(i))
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode != one.Status {
			return fmt.Errorf("%s %s: status %d, recorded %d", one.Method, one.Path, res.StatusCode, one.Status)
		}
	}
	return nil
}
