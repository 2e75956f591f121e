package compare

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Work is what a tool is given.
type Work struct {
	// Dir is a folder of its own, Modules where the npm packages are, and Venom and
	// Obconform the binaries.
	Dir, Modules, Venom, Obconform string
	// Address is the server that repeats the recording.
	Address  string
	Tape     []Exchange
	Expect   []Expectation
	Document Document
}

// Tool is one tool that checks exchanges.
type Tool struct {
	// Name is what its users call it, with the version.
	Name string
	// Prepare writes the tool's own input.
	Prepare func(Work) (Job, error)
	// Often is how many times as often as asked the recording is repeated to measure
	// what an exchange costs: a fast tool needs more, and a slow one less, which is
	// to the favour of those that slow down as a file grows.
	Often float64
	// Lives says that the tool follows keys and tokens through a recording: those
	// of several banks are several runs.
	Lives bool
}

// Job is one run of a tool.
type Job struct {
	Command []string
	// Ready is an address that answers once the tool serves, empty for a tool that
	// sends by itself; then the requests are sent by us, through Through.
	Ready, Through string
	// Failed reads which exchanges the tool finds fault with, from its output and
	// from the answers of what it proxied.
	Failed func(out []byte, answers []proxied) (map[int]bool, error)
}

// proxied is the answer to one exchange that went through a proxy.
type proxied struct {
	status int
	body   []byte
}

// Tools are those compared, ours first.
func Tools() []Tool {
	return []Tool{
		{Name: "obconform check", Prepare: obconformCheck, Lives: true, Often: 10},
		{Name: "conform.Transport, in a Go client", Prepare: obconformLive, Lives: true, Often: 5},
		{Name: "obconform proxy", Prepare: obconformProxy, Lives: true, Often: 5},
		{Name: "venom 1.3.0-beta.2", Prepare: venom, Often: 0.5},
		{Name: "Prism 5.14.2, proxy", Prepare: prismProxy, Often: 1},
		{Name: "Step CI 2.8.2", Prepare: stepCI, Often: 0.5},
		{Name: "Dredd 14.1.0", Prepare: dredd, Often: 0.25},
		{Name: "newman 6.2.2", Prepare: newman, Often: 0.5},
	}
}

func (w Work) write(name string, content any) (string, error) {
	path := filepath.Join(w.Dir, name)
	data, isText := content.([]byte)
	if !isText {
		var err error
		if data, err = json.Marshal(content); err != nil {
			return "", err
		}
	}
	return path, os.WriteFile(path, data, 0o600)
}

func (w Work) script(parts ...string) string {
	return filepath.Join(append([]string{w.Modules}, parts...)...)
}

// fieldsOf are the header fields of a request, with the number of the exchange.
func fieldsOf(x Exchange, number int) map[string]string {
	fields := map[string]string{NumberHeader: fmt.Sprint(number)}
	for name, values := range x.Header {
		fields[name] = values[0]
	}
	return fields
}

type anyMap = map[string]any
