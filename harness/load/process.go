package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a server that is measured.
type process struct {
	// address is its host and port.
	address string
	// operations are what a mock bank is asked for.
	operations []operation
	cmd        *exec.Cmd
	output     locked
	// reports and credentials are folders of a mock bank's.
	reports, credentials string
	// peak is the most memory that it had, in bytes, once it has ended.
	peak int64
}

// locked is a buffer that a process writes to while we read it.
type locked struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *locked) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// patience bounds a start and an end.
const patience = 2 * time.Minute

// start runs a program that listens at a free port of loopback, and waits until it
// answers there.
func (s settings) start(name string, arguments func(port int) []string) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	p := &process{address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	p.cmd = exec.Command(name, arguments(port)...) // #nosec G204 -- load runs what it is told to
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		connection, err := net.Dial("tcp", p.address)
		if err == nil {
			_ = connection.Close()
			return p, nil
		}
		if time.Now().After(end) {
			_ = p.stop()
			return nil, fmt.Errorf("%s does not listen: %s", name, p.output.String())
		}
	}
}

// stop ends the process as its user would, and waits for it. A verdict about the
// load is no failure.
func (p *process) stop() error {
	if p.cmd.ProcessState != nil {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	err := p.cmd.Wait()
	if usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		p.peak = usage.Maxrss * 1024 // Linux counts in KiB
	}
	if errors.As(err, new(*exec.ExitError)) { // a verdict, or our signal
		return nil
	}
	return err
}

// memory is what the process has now, in bytes.
func (p *process) memory() (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kib * 1024, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// cpu is the processor time that the process has used, all threads together.
func (p *process) cpu() (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// Behind the name, which may hold spaces: utime and stime are the 12th and 13th.
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	const utime, stime, tick = 11, 12, time.Second / 100
	var ticks int64
	for _, at := range []int{utime, stime} {
		n, err := strconv.ParseInt(fields[at], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}

// recorded is how long the recordings among the reports are, in bytes.
func (p *process) recorded() (bytes int64) {
	files, _ := filepath.Glob(filepath.Join(p.reports, "*.ndjson"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}

func (s settings) startPrism() (*process, error) {
	document := filepath.Join(s.dir, "openapi.json")
	if out, err := exec.Command(s.binary, "openapi", "--endpoints", "--output", document).CombinedOutput(); err != nil { // #nosec G204
		return nil, fmt.Errorf("openapi: %w\n%s", err, out)
	}
	return s.start("node", func(port int) []string {
		return []string{s.prism, "mock", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--verboseLevel", "silent", document}
	})
}

func (s settings) startProxy(bank string) (*process, error) {
	reports := filepath.Join(s.dir, "proxy")
	return s.start(s.binary, func(port int) []string {
		return []string{"proxy", "--to", "http://" + bank, "--addr", "127.0.0.1:" + strconv.Itoa(port), "--reports", reports, "--quiet"}
	})
}

// startMock starts the mock bank, and gets what the operations need of it.
func (s settings) startMock(name string) (*process, error) {
	dir := filepath.Join(s.dir, name)
	p, err := s.start(s.binary, func(port int) []string {
		return []string{"mock", "--addr", "127.0.0.1:" + strconv.Itoa(port), "--credentials", filepath.Join(dir, "credentials"), "--reports", filepath.Join(dir, "reports"), "--quiet"}
	})
	if err != nil {
		return nil, err
	}
	p.reports, p.credentials = filepath.Join(dir, "reports"), filepath.Join(dir, "credentials")
	if p.operations, err = operationsOf(p.address, p.credentials); err != nil {
		_ = p.stop()
		return nil, fmt.Errorf("%w\n%s", err, p.output.String())
	}
	return p, nil
}

// operationsOf are the three operations, with tokens of the bank at the address.
func operationsOf(address, credentials string) ([]operation, error) {
	config, err := readConfig(credentials)
	if err != nil {
		return nil, err
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(config.id+":"+config.secret))
	token := operation{name: "RequestToken", method: "POST", path: "/oauth2/token", status: 200,
		header: map[string]string{"Authorization": basic, "Content-Type": "application/x-www-form-urlencoded"}, body: "grant_type=client_credentials&scope=accounts"}
	forClient, err := token.ask(address)
	if err != nil {
		return nil, err
	}
	exchange := token
	exchange.body = url.Values{"grant_type": {"authorization_code"}, "code": {config.code}, "redirect_uri": {config.redirect}}.Encode()
	forAccounts, err := exchange.ask(address)
	if err != nil {
		return nil, err
	}
	const base = "/open-banking/v3.1/aisp/"
	return []operation{
		{name: "ListAccounts", method: "GET", path: base + "accounts", status: 200,
			header: map[string]string{"Authorization": "Bearer " + forAccounts, "Accept": "application/json"}},
		{name: "CreateAccountAccessConsent", method: "POST", path: base + "account-access-consents", status: 201,
			header: map[string]string{"Authorization": "Bearer " + forClient, "Accept": "application/json", "Content-Type": "application/json"},
			body:   `{"Data":{"Permissions":["ReadAccountsBasic","ReadAccountsDetail","ReadBalances"]},"Risk":{}}`},
		token,
	}, nil
}

// config is what a client needs of the bank's ready configuration.
type config struct{ id, secret, code, redirect string }

// readConfig waits for the configuration, which the bank writes when it serves.
func readConfig(dir string) (c config, err error) {
	var document struct {
		Client struct {
			ID, Secret  struct{ File string }
			RedirectURI string
		}
		Consents struct {
			Codes struct{ Accounts struct{ File string } }
		}
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		var data []byte
		if data, err = os.ReadFile(filepath.Join(dir, "config.json")); err == nil {
			err = json.Unmarshal(data, &document)
		}
		if err == nil || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		return c, err
	}
	c.redirect = document.Client.RedirectURI
	for file, into := range map[string]*string{document.Client.ID.File: &c.id, document.Client.Secret.File: &c.secret, document.Consents.Codes.Accounts.File: &c.code} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return c, err
		}
		*into = strings.TrimSpace(string(data))
	}
	return c, nil
}

// ask makes a token request once and answers the token.
func (o operation) ask(address string) (string, error) {
	request, err := http.NewRequest(o.method, "http://"+address+o.path, strings.NewReader(o.body))
	if err != nil {
		return "", err
	}
	for name, value := range o.header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	var read struct {
		Token string `json:"access_token"`
	}
	if err == nil {
		err = json.Unmarshal(data, &read)
	}
	if err == nil && read.Token == "" {
		err = fmt.Errorf("status %d: %s", response.StatusCode, data)
	}
	return read.Token, err
}
