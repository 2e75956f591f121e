package scenario_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/tap/scenario"
)

// served is a server that counts, behind a scenario.
func served(t *testing.T, file string) (address string, front *scenario.Front, count *atomic.Int64) {
	t.Helper()
	parsed, problems := scenario.Parse([]byte(file))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	count, front = new(atomic.Int64), scenario.NewFront(parsed)
	front.Operation = func(r *http.Request) contract.OperationID {
		return contract.OperationID(strings.TrimPrefix(r.URL.Path, "/"))
	}
	front.Next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := count.Add(1)
		w.Header().Set("X-Usual", "yes")
		fmt.Fprintf(w, "usual answer %d", n)
	})
	server := httptest.NewServer(front)
	t.Cleanup(server.Close)
	return server.URL, front, count
}

func get(t *testing.T, address string) (response *http.Response, body string, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("x-fapi-interaction-id", "the-id")
	request.Close = true // or the transport asks again by itself
	response, err = http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return response, string(data), err
}

// The n-th call is answered as the step says, all others as usual, and each
// operation has a count of its own.
func TestTheNthCall(t *testing.T) {
	t.Parallel()
	address, front, count := served(t, steps(
		`{"operation":"ListAccounts","call":2,"times":2,"status":429,"headers":{"Retry-After":"1"}}`,
		`{"operation":"GetAccount","call":9,"status":500}`))
	var statuses []int
	for i := range 5 {
		response, body, err := get(t, address+"/ListAccounts")
		if err != nil {
			t.Fatal(err)
		}
		statuses = append(statuses, response.StatusCode)
		if response.StatusCode == 429 && (response.Header.Get("Retry-After") != "1" || body != "" || response.Header.Get("X-Usual") != "" ||
			response.Header.Get("x-fapi-interaction-id") != "the-id" || response.Header["Content-Type"] != nil) {
			t.Errorf("429 with %v and %q", response.Header, body)
		}
		if other, _, err := get(t, address+"/GetAccount"); err != nil || other.StatusCode != 200 {
			t.Errorf("call %d of the other operation: %v, %v", i+1, other, err)
		}
	}
	if fmt.Sprint(statuses) != "[200 429 429 200 200]" || count.Load() != 8 {
		t.Errorf("%v, and the server saw %d", statuses, count.Load())
	}
	if unmet := front.Unmet(); len(unmet) != 1 || unmet[0].String() != "GetAccount, call 9" {
		t.Errorf("unmet: %v", unmet)
	}
}

// What an answer has by itself, and what a step takes away.
func TestTheAnswer(t *testing.T) {
	t.Parallel()
	address, _, _ := served(t, steps(
		`{"operation":"GetAccount","status":403,"body":{"Code":"x"}}`,
		`{"operation":"GetAccount","call":2,"status":503,"text":"gone","headers":{"x-fapi-interaction-id":null,"content-type":"text/html","X-Two":["a","b"]}}`))
	response, body, err := get(t, address+"/GetAccount")
	if err != nil || response.StatusCode != 403 || body != `{"Code":"x"}` || response.Header.Get("Content-Type") != "application/json" ||
		response.Header.Get("x-fapi-interaction-id") != "the-id" {
		t.Errorf("%+v %q %v", response, body, err)
	}
	response, body, err = get(t, address+"/GetAccount")
	if err != nil || response.StatusCode != 503 || body != "gone" || response.Header.Get("Content-Type") != "text/html" ||
		response.Header.Get("x-fapi-interaction-id") != "" || len(response.Header["X-Two"]) != 2 {
		t.Errorf("%+v %q %v", response, body, err)
	}
}

// A connection ends where the step says, and the server has or has not seen the
// request.
func TestDrop(t *testing.T) {
	t.Parallel()
	for drop, seen := range map[string]int64{"before": 0, "after": 1, "midway": 1} {
		address, _, count := served(t, steps(`{"operation":"GetAccount","drop":"`+drop+`"}`))
		response, body, err := get(t, address+"/GetAccount")
		if err == nil || count.Load() != seen {
			t.Errorf("%s: %v, and the server saw %d", drop, err, count.Load())
		}
		if drop == "midway" && (response == nil || response.ContentLength != 14 || body != "usual a") {
			t.Errorf("midway: %+v %q", response, body)
		}
		if drop != "midway" && response != nil {
			t.Errorf("%s: an answer came: %+v", drop, response)
		}
		if response, _, err := get(t, address+"/GetAccount"); err != nil || response.StatusCode != 200 {
			t.Errorf("%s: the next call: %v %v", drop, response, err)
		}
	}
}

// A delay alone leaves the answer as it is.
func TestDelay(t *testing.T) {
	t.Parallel()
	address, _, _ := served(t, steps(`{"operation":"GetAccount","delay":"60ms"}`))
	began := time.Now()
	response, body, err := get(t, address+"/GetAccount")
	if err != nil || response.StatusCode != 200 || body != "usual answer 1" {
		t.Errorf("%+v %q %v", response, body, err)
	}
	if took := time.Since(began); took < 60*time.Millisecond {
		t.Errorf("the answer came after %s", took)
	}
}

// A request about no operation is none of the scenario's.
func TestNoOperation(t *testing.T) {
	t.Parallel()
	address, _, count := served(t, steps(`{"operation":"GetAccount","status":500}`))
	if response, _, err := get(t, address+"/"); err != nil || response.StatusCode != 200 || count.Load() != 1 {
		t.Errorf("%v %v", response, err)
	}
}

// A client that obeys Retry-After gets its answer at the second try.
func TestAClientThatTriesAgain(t *testing.T) {
	t.Parallel()
	address, front, count := served(t, steps(`{"operation":"ListAccounts","status":429,"headers":{"Retry-After":"0"}}`))
	status, waits := 0, 0
	for range 3 {
		response, _, err := get(t, address+"/ListAccounts")
		if err != nil {
			t.Fatal(err)
		}
		if status = response.StatusCode; status != http.StatusTooManyRequests {
			break
		}
		if _, err := strconv.Atoi(response.Header.Get("Retry-After")); err != nil {
			t.Fatal(err)
		}
		waits++
	}
	if status != 200 || waits != 1 || count.Load() != 1 || len(front.Unmet()) != 0 {
		t.Errorf("status %d after %d waits, unmet %v", status, waits, front.Unmet())
	}
}
