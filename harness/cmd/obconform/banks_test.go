package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"

	"obconform/harness/embedded"
	"obconform/harness/mockbank"
)

// keys are made once: they take a moment.
var keys = sync.OnceValues(mockbank.GenerateKeys)

// newBank makes a mock bank that answers under that address.
func newBank(t *testing.T, address string, options mockbank.Options) *mockbank.Bank {
	t.Helper()
	made, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	options.BaseURL, options.Keys = address, made
	bank, err := mockbank.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return bank
}

// configure writes a client's files for a bank at that address, with settings
// laid over the configuration, and answers the configuration's path.
func configure(t *testing.T, address string, credentials mockbank.Credentials, settings map[string]any) string {
	t.Helper()
	path, err := embedded.WriteCredentials(t.TempDir(), "bank under test", address, credentials)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(readFile(t, path), &document); err != nil {
		t.Fatal(err)
	}
	for key, value := range settings {
		document[key] = value
	}
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// reply is an answer on its way back, as a deviation may change it.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// exchange is one request to a proxied bank and the answer to it.
type exchange struct {
	*reply
	request *http.Request
	sent    []byte // the request's body
}

// proxied is a sound mock bank behind something that changes its answers.
type proxied struct {
	config      string
	credentials mockbank.Credentials
}

// behind starts a mock bank and puts change before it. The bank takes the
// proxy's address for its own, so that all that it publishes leads there. What
// is given as first happens before each request reaches the bank.
func behind(t *testing.T, change func(exchange), first ...func(*http.Request)) proxied {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	bank := newBank(t, address, mockbank.Options{})
	var mu sync.Mutex // changes remember things, and connections are many
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading a request: %v", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
		for _, do := range first {
			do(r)
		}
		recorded := httptest.NewRecorder()
		bank.Handler().ServeHTTP(recorded, r)
		answer := &reply{status: recorded.Code, header: recorded.Header(), body: recorded.Body.Bytes()}
		mu.Lock()
		change(exchange{reply: answer, request: r, sent: sent})
		mu.Unlock()
		answer.write(t, w)
	})
	server.Start()
	t.Cleanup(server.Close)
	credentials := bank.Credentials()
	return proxied{config: configure(t, address, credentials, nil), credentials: credentials}
}

// write writes the answer, also one that net/http would refuse to write.
func (a *reply) write(t *testing.T, w http.ResponseWriter) {
	if a.status == http.StatusNoContent && len(a.body) > 0 {
		a.writeRaw(t, w)
		return
	}
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	header.Del("Content-Length")
	if len(a.body) > 0 {
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that has gone is not our business
}

func (a *reply) writeRaw(t *testing.T, w http.ResponseWriter) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Errorf("taking the connection over: %v", err)
		return
	}
	defer func() { _ = conn.Close() }()
	var block bytes.Buffer
	block.WriteString("HTTP/1.1 " + strconv.Itoa(a.status) + " " + http.StatusText(a.status) + "\r\n")
	if err := a.header.Write(&block); err != nil {
		t.Errorf("writing a header: %v", err)
	}
	block.WriteString("\r\n")
	block.Write(a.body)
	if _, err := out.Write(block.Bytes()); err != nil {
		t.Errorf("writing an answer: %v", err)
	}
	_ = out.Flush()
}

// member is the member of a JSON body at a path of names, nil where it has none.
func member(body []byte, names ...string) any {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil
	}
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// text is the string at a path of names, "" where there is none.
func text(body []byte, names ...string) string {
	found, _ := member(body, names...).(string)
	return found
}
