package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"

	"obconform/harness/embedded"
	"obconform/harness/mockbank"
)

// reportsOf runs the binary against a bank and answers what it says of each
// report: how large it is and how long it took. With faulty, no answer carries
// its x-fapi-interaction-id, so that nearly every spec fails.
func reportsOf(binary, dir string, faulty bool) ([]string, error) {
	front := httptest.NewUnstartedServer(nil)
	bank, err := mockbank.New(mockbank.Options{BaseURL: "http://" + front.Listener.Addr().String()})
	if err != nil {
		return nil, err
	}
	back := httptest.NewServer(bank.Handler())
	defer back.Close()
	address, err := url.Parse(back.URL)
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(address)
	proxy.ModifyResponse = func(res *http.Response) error {
		if faulty {
			res.Header.Del("X-Fapi-Interaction-Id")
		}
		return nil
	}
	front.Config.Handler = proxy
	front.Start()
	defer front.Close()
	config, err := embedded.WriteCredentials(filepath.Join(dir, "reported"), "bench", front.URL, bank.Credentials())
	if err != nil {
		return nil, err
	}
	// #nosec G204 -- the binary under measurement
	out, err := exec.Command(binary, "run", "--seed", "1", "--config", config, "--reports", dir, "--verbose", "--markdown=always", "--code-quality=always").Output()
	var exit *exec.ExitError
	if err != nil && !(faulty && errors.As(err, &exit) && exit.ExitCode() == 1) {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if rest, found := strings.CutPrefix(strings.TrimSpace(line), "report "); found {
			lines = append(lines, strings.TrimSpace(rest))
		}
		if strings.HasPrefix(line, "clauses: ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if len(lines) == 0 {
		return nil, errors.New("the run says nothing of its reports")
	}
	return lines, nil
}

// printReports measures the reports of a run in which everything passes and of
// one in which nearly everything fails.
func printReports(binary, dir string) error {
	for _, kind := range []struct {
		title  string
		faulty bool
	}{{"reports of a run in which everything passes", false}, {"reports of a run in which no answer has its interaction id", true}} {
		lines, err := reportsOf(binary, dir, kind.faulty)
		if err != nil {
			return fmt.Errorf("%s: %w", kind.title, err)
		}
		fmt.Printf("\n%s (path, files, size, time to make and write)\n", kind.title)
		for _, line := range lines {
			fmt.Println("  " + strings.ReplaceAll(line, dir+"/", ""))
		}
	}
	return nil
}
