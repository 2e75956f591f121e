package conduct_test

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"obconform/harness/conduct"
	"obconform/harness/traffic"
)

// BenchmarkObserve is what one exchange costs, of each kind that there are many
// of, and on average over a whole life. The requests of one benchmark differ as
// those of a real client: each has an interaction id, and a body, of its own.
func BenchmarkObserve(b *testing.B) {
	for _, name := range []string{"list all", "account", "create consent", "get consent", "create funds consent", "funds", "token accounts", "authorize", "register"} {
		b.Run(name, func(b *testing.B) { benchmark(b, wholeLife(b), name, 0) })
	}
	for _, name := range []string{"create consent", "create funds consent", "funds"} {
		b.Run(name+", each another", func(b *testing.B) { benchmark(b, wholeLife(b), name, 2000) })
	}
	b.Run("token by Basic", func(b *testing.B) {
		s := wholeLife(b)
		s.field("token accounts", "client_assertion", "")
		setting("token accounts", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(clientID+":s3cret")))(s)
		benchmark(b, s, "token accounts", 0)
	})
	b.Run("list of 20", func(b *testing.B) {
		s := wholeLife(b)
		s.answers("list all", 200, many(20))
		benchmark(b, s, "list all", 0)
	})
	b.Run("list of 20, each another", func(b *testing.B) {
		s := wholeLife(b)
		one := s.at("list all")
		auditor, addresses := prepared(b, s, "list all")
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			x := clone(*one)
			answer := many(20)
			answer["Meta"] = object{"n": i}
			x.Response.Body.Bytes = marshal(b, answer)
			b.StartTimer()
			auditor.Observe(x, addresses.Of(x.Request))
		}
	})
	b.Run("whole life", func(b *testing.B) {
		s := wholeLife(b)
		b.ReportAllocs()
		exchanges := 0
		for b.Loop() {
			b.StopTimer()
			auditor, addresses := prepared(b, s, "")
			b.StartTimer()
			for _, one := range s.steps {
				auditor.Observe(one.x, addresses.Of(one.x.Request))
				exchanges++
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(exchanges), "ns/exchange")
	})
}

func many(n int) object {
	var list []object
	for i := range n {
		list = append(list, object{"AccountId": strconv.Itoa(22289 + i), "Currency": "GBP", "AccountType": "Personal", "AccountSubType": "CurrentAccount",
			"Description": "a current account", "Nickname": "bills",
			"Account": []object{{"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "08080021325698", "Name": "Morag Tennant"}}})
	}
	return object{"Data": object{"Account": list}, "Links": object{"Self": accounts}, "Meta": object{"TotalPages": 1}}
}

// prepared is an auditor that has seen the story up to a step.
func prepared(b *testing.B, s *story, until string) (*conduct.Auditor, *traffic.Addresses) {
	auditor, err := conduct.New(conduct.Options{})
	if err != nil {
		b.Fatal(err)
	}
	addresses := traffic.NewAddresses()
	for _, one := range s.steps {
		if one.name == until || until == "" && one.name != "discovery" {
			break
		}
		auditor.Observe(one.x, addresses.Of(one.x.Request))
		addresses.Learn(one.x)
	}
	return auditor, addresses
}

// benchmark observes one step again and again, with as many other bodies.
func benchmark(b *testing.B, s *story, name string, others int) {
	auditor, addresses := prepared(b, s, name)
	one := *s.at(name)
	route := addresses.Of(one.Request)
	ids := make([][]string, 1<<12)
	for i := range ids {
		ids[i] = []string{uuid.NewString()}
	}
	header := clone(one).Request.Header
	one.Request.Header = header
	_, wantsID := header["X-Fapi-Interaction-Id"]
	b.ReportAllocs()
	bodies := [][]byte{one.Request.Body.Bytes}
	for n := range others {
		// White space that no other has.
		bodies = append(bodies, []byte(fmt.Sprintf("%s%011b", one.Request.Body.Bytes, n)))
		space := bodies[n+1][len(one.Request.Body.Bytes):]
		for i, bit := range space {
			space[i] = map[byte]byte{'0': ' ', '1': '\t'}[bit]
		}
	}
	for i := 0; b.Loop(); i++ {
		if wantsID {
			header["X-Fapi-Interaction-Id"] = ids[i%len(ids)]
		}
		one.Request.Body.Bytes = bodies[i%len(bodies)]
		one.Started = one.Started.Add(time.Millisecond)
		one.Ended = one.Started.Add(time.Millisecond)
		auditor.Observe(one, route)
	}
}

// BenchmarkMemory is what the auditor holds after that many lives: a token, a
// consent and a list of accounts each. It must not grow with their number.
func BenchmarkMemory(b *testing.B) {
	s := wholeLife(b)
	s.field("token accounts", "client_assertion", "")
	setting("token accounts", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(clientID+":s3cret")))(s)
	auditor, addresses := prepared(b, s, "token accounts")
	steps := []traffic.Exchange{clone(*s.at("token accounts")), clone(*s.at("create consent")), clone(*s.at("list all"))}
	for n := range b.N {
		id := strconv.Itoa(n)
		steps[0].Response.Body.Bytes = []byte(`{"access_token":"t` + id + `","expires_in":300,"scope":"accounts"}`)
		steps[1].Response.Body.Bytes = []byte(`{"Data":{"ConsentId":"c` + id + `","Status":"AwaitingAuthorisation"}}`)
		steps[2].Response.Body.Bytes = []byte(`{"Data":{"Account":[{"AccountId":"a` + id + `"},{"AccountId":"b` + id + `"}]}}`)
		for _, x := range steps {
			if x.Request.Header.Get("X-Fapi-Interaction-Id") != "" {
				x.Request.Header.Set("X-Fapi-Interaction-Id", uuid.NewString())
				x.Request.Header.Set("Authorization", "Bearer t"+id)
			}
			x.Started, x.Ended = x.Started.Add(time.Duration(n)*time.Second), x.Ended.Add(time.Duration(n)*time.Second)
			auditor.Observe(x, addresses.Of(x.Request))
		}
	}
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "MB-held")
	runtime.KeepAlive(auditor)
}
