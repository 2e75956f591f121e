package conduct_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// Whatever a client or a bank sends, the auditor comes to an end and says what
// can be printed.
func TestHostileTraffic(t *testing.T) {
	t.Parallel()
	life := wholeLife(t)
	deep := []byte(strings.Repeat(`{"Data":`, 5000))
	bodies := [][]byte{nil, {0}, []byte("null"), []byte("[]"), []byte(`"x"`), []byte(`{"Data":null,"Risk":null}`), []byte(`{"Data":{"Permissions":[null,1,{}],"ConsentId":1}}`),
		[]byte(`{"Data":{"InstructedAmount":{"Amount":1e10000000,"Currency":"\u001b[31m"}}}`), []byte(`{"\u001b[2J":1,"Data":{"\r\n":{}}}`), deep, []byte("\xff\xfe"),
		[]byte("grant_type=%zz&code"), []byte("grant_type=authorization_code&code=&code=x"), []byte("a.b.c"), []byte("eyJhbGciOjF9.eyJhdWQiOnt9LCJleHAiOi0xfQ.x"),
		[]byte(`{"access_token":"t","expires_in":1e300,"scope":[],"id_token":"x","refresh_token":{}}`), bytes.Repeat([]byte("x"), 1<<20)}
	headers := []http.Header{nil, {"Authorization": {""}}, {"Authorization": {"Bearer \x1b[31m"}, "Content-Type": {"\x00"}, "Accept": {";;;,,"}},
		{"Authorization": {"Basic !!!"}, "X-Fapi-Interaction-Id": {"\r\n"}, "X-Fapi-Auth-Date": {strings.Repeat("x", 1<<16)}, "X-Fapi-Customer-Ip-Address": {"%"}}}
	auditor, err := conduct.New(conduct.Options{Whole: true, Lives: 10})
	if err != nil {
		t.Fatal(err)
	}
	addresses := traffic.NewAddresses()
	addresses.Learn(*life.at("discovery"))
	see := func(x traffic.Exchange) { wellFormed(t, auditor.Observe(x, addresses.Of(x.Request))) }
	for _, one := range life.steps {
		for _, body := range bodies {
			x := clone(one.x)
			x.Request.Body.Bytes = body
			see(x)
			x = clone(one.x)
			x.Response.Body.Bytes = body
			see(x)
		}
		for _, header := range headers {
			x := clone(one.x)
			x.Request.Header, x.Response.Header = header, header
			see(x)
		}
		x := clone(one.x)
		x.Response, x.Err = nil, "connection reset"
		see(x)
		for _, query := range []string{"%zz", "request=&request=", "request=eyJ9.eyJ9.", "state=%1b%5b2J&nonce=%00", strings.Repeat("&", 1000)} {
			x := clone(one.x)
			x.Request.URL.RawQuery = query
			see(x)
		}
	}
	auditor.End(begin)
	see(traffic.Exchange{})
}

// Bytes that are changed at random, in a way that can be repeated.
func TestTrafficWithChangedBytes(t *testing.T) {
	t.Parallel()
	life := wholeLife(t)
	random := rand.New(rand.NewPCG(1, 2))
	auditor, err := conduct.New(conduct.Options{})
	if err != nil {
		t.Fatal(err)
	}
	addresses := traffic.NewAddresses()
	addresses.Learn(*life.at("discovery"))
	change := func(data []byte) []byte {
		data = bytes.Clone(data)
		for range min(3, len(data)) {
			data[random.IntN(len(data))] = byte(random.IntN(256))
		}
		return data[:random.IntN(len(data)+1)]
	}
	for range 20 {
		for _, one := range life.steps {
			x := clone(one.x)
			x.Request.Body.Bytes, x.Response.Body.Bytes = change(x.Request.Body.Bytes), change(x.Response.Body.Bytes)
			x.Response.Status = []int{0, 200, 201, 204, 302, 400, 401, 403, 429, 500, 999}[random.IntN(11)]
			for name := range x.Request.Header {
				x.Request.Header.Set(name, string(change([]byte(x.Request.Header.Get(name)))))
			}
			result := auditor.Observe(x, addresses.Of(x.Request))
			for _, f := range result.Findings {
				if strings.ContainsAny(f.Where+f.Expected+f.Actual, "\x00\n\r\x1b") {
					t.Errorf("badly worded: %+v", f)
				}
			}
		}
	}
}

// Many clients at once get in each other's way neither in the memory nor in what
// is found.
func TestManyClientsAtOnce(t *testing.T) {
	t.Parallel()
	auditor, err := conduct.New(conduct.Options{})
	if err != nil {
		t.Fatal(err)
	}
	life := wholeLife(t)
	addresses := traffic.NewAddresses()
	addresses.Learn(*life.at("discovery"))
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for _, one := range life.steps {
				if !strings.HasPrefix(one.name, "list") && one.name != "account" {
					continue
				}
				x := clone(one.x)
				x.Request.Header.Set("Authorization", fmt.Sprintf("Bearer at-%d", n))
				x.Request.Header.Del("X-Fapi-Interaction-Id")
				if result := auditor.Observe(x, addresses.Of(x.Request)); len(result.Findings) > 0 || len(result.Exercised) == 0 {
					t.Errorf("client %d, %s: %v", n, one.name, result)
				}
			}
		})
	}
	all.Wait()
}

// What was forgotten is not known: nothing is made up about it.
func TestWhatIsForgottenIsNotJudged(t *testing.T) {
	t.Parallel()
	s := wholeLife(t)
	s.options.Lives = 1
	for _, f := range s.tell().findings {
		t.Error(f)
	}
	again := wholeLife(t)
	again.options.Lives = 1
	again.insert("exchange again", "exchange", "exchange funds", time.Second)
	again.asserts("exchange again", func(object) {})
	again.answers("exchange again", 400, object{"error": "invalid_grant"})
	for _, f := range again.tell().findings {
		if f.Clause == contract.CliCodeOnce {
			t.Errorf("of a code that was forgotten: %s", f)
		}
	}
}
