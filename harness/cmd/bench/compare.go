package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"obconform/harness/embedded"
	"obconform/harness/jose"
	"obconform/harness/mockbank"
)

// comparison is a run whose bank lives in this process, beside a bare replay
// of the requests that it made.
type comparison struct {
	run, bare        usage
	keys, signature  time.Duration
	specs, exchanges int
	signatures       int
	// tape is the traffic of one run at a bank of that address.
	tape    *recording
	address string
	// slow is the wall time of a run with slow answers, ideal the least that its
	// requests need.
	slow, ideal time.Duration
}

// perExchange is what auditing one exchange costs: the run without signing and
// without the start of its processes.
func (c comparison) perExchange(start time.Duration) time.Duration {
	rest := c.run.cpu - time.Duration(c.signatures)*c.signature - start
	return rest / time.Duration(max(1, c.exchanges))
}

// compare runs the binary against a bank behind a recording proxy, then
// replays the recording against a server that only repeats the answers.
func compare(binary, dir string, rounds int) (c comparison, err error) {
	before := processCPU()
	keys, err := mockbank.GenerateKeys()
	if err != nil {
		return c, err
	}
	c.keys = processCPU() - before

	front := httptest.NewUnstartedServer(nil)
	bank, err := mockbank.New(mockbank.Options{Keys: keys, BaseURL: "http://" + front.Listener.Addr().String()})
	if err != nil {
		return c, err
	}
	back := httptest.NewServer(bank.Handler())
	defer back.Close()
	address, err := url.Parse(back.URL)
	if err != nil {
		return c, err
	}
	tape := &recording{}
	c.tape = tape
	plain := httputil.NewSingleHostReverseProxy(address)
	taped := httputil.NewSingleHostReverseProxy(address)
	taped.ModifyResponse = tape.answer
	front.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tape.on {
			r = tape.request(r)
			taped.ServeHTTP(w, r)
			return
		}
		plain.ServeHTTP(w, r)
	})
	front.Start()
	defer front.Close()
	c.address = front.URL

	config, err := embedded.WriteCredentials(filepath.Join(dir, "bank"), "bench", front.URL, bank.Credentials())
	if err != nil {
		return c, err
	}
	once := func() (usage, error) { return run(binary, "run", "--seed", "1", "--config", config, "--reports", dir) }
	if c.run, err = median(rounds, once); err != nil {
		return c, err
	}
	tape.on = true
	if _, err := once(); err != nil {
		return c, err
	}
	c.signatures = tape.signatures()
	if err := c.count(filepath.Join(dir, "results.json")); err != nil {
		return c, err
	}
	if c.signature, err = timeSignature(filepath.Join(dir, "bank", "signing-key.pem")); err != nil {
		return c, err
	}
	c.bare, err = replayed(tape, dir, rounds)
	return c, err
}

// waiting runs the binary against a bank that takes its time, in as many
// processes as there are to wait at once. It answers the run's wall time, and
// the least that its requests need.
func waiting(binary, dir string, latency time.Duration, procs int) (wall, ideal time.Duration, err error) {
	bank, err := mockbank.New(mockbank.Options{Latency: latency})
	if err != nil {
		return 0, 0, err
	}
	server, err := bank.Start("127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = server.Close() }()
	config, err := embedded.WriteCredentials(filepath.Join(dir, "slow"), "bench", server.URL(), bank.Credentials())
	if err != nil {
		return 0, 0, err
	}
	u, err := run(binary, "run", "--seed", "1", "--config", config, "--reports", dir, "--procs", strconv.Itoa(procs))
	if err != nil {
		return 0, 0, err
	}
	var c comparison
	if err := c.count(filepath.Join(dir, "results.json")); err != nil {
		return 0, 0, err
	}
	return u.wall, time.Duration(c.exchanges) * latency / time.Duration(procs), nil
}

// count reads off the results how much a run did.
func (c *comparison) count(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var results struct {
		Exchanges int
		Specs     []struct{ Name string }
	}
	if err := json.Unmarshal(data, &results); err != nil {
		return err
	}
	c.specs, c.exchanges = len(results.Specs), results.Exchanges
	if c.exchanges == 0 {
		return fmt.Errorf("%s holds no exchange", file)
	}
	return nil
}

// timeSignature is the CPU time of one PS256 signature by the TPP's key.
func timeSignature(file string) (time.Duration, error) {
	signer, err := jose.LoadSigner(file, "bench")
	if err != nil {
		return 0, err
	}
	const times = 200
	before := processCPU()
	for i := range times {
		if _, err := signer.SignClaims(map[string]any{"n": i}); err != nil {
			return 0, err
		}
	}
	return (processCPU() - before) / times, nil
}

// processCPU is the CPU time that this process has used.
func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
