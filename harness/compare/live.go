package compare

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"obconform/harness/conform"
	"obconform/harness/gate"
	"obconform/harness/report"
)

// LiveCommand is the first argument with which whoever runs the tools runs Live in
// a process of its own.
const LiveCommand = "live"

// obconformLive is a Go client whose transport judges what it gets: like the
// others it sends each request.
func obconformLive(w Work) (Job, error) {
	self, err := os.Executable()
	if err != nil {
		return Job{}, err
	}
	file, err := w.write("tape.json", w.Tape)
	results := filepath.Join(w.Dir, "results.json")
	return Job{
		Command: []string{self, LiveCommand, file, results},
		Failed:  func([]byte, []proxied) (map[int]bool, error) { return breaches(results) },
	}, err
}

// Live makes the requests of a recording, in a file, and writes what came of them to
// another file.
func Live(tape, results string) error {
	var recorded []Exchange
	if err := readJSON(tape, &recorded); err != nil {
		return err
	}
	transport := conform.NewTransport(silent{}, nil, conform.Options{Sides: gate.Bank})
	for i, x := range recorded {
		request, err := http.NewRequest(x.Method, x.Address+x.Path, bytes.NewReader(x.Body))
		if err != nil {
			return err
		}
		request.Header = x.Header.Clone()
		request.Header.Set(NumberHeader, strconv.Itoa(i))
		response, err := transport.RoundTrip(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if err != nil {
			return err
		}
	}
	data, err := report.ResultsJSON(transport.Results())
	if err != nil {
		return err
	}
	return os.WriteFile(results, data, 0o600)
}

// silent is no test: what came of it is read from the results.
type silent struct{}

func (silent) Helper()                        {}
func (silent) Errorf(string, ...any)          {}
func (silent) Logf(string, ...any)            {}
func (silent) Cleanup(func())                 {}
func (silent) TempDir() string                { return os.TempDir() }
func (silent) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
