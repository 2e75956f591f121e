package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/valyala/fasthttp"
)

// operation is one request that is made again and again, but for its
// x-fapi-interaction-id, which is another each time.
type operation struct {
	name, method, path, body string
	header                   map[string]string
	status                   int
}

// figures are what one measurement comes to.
type figures struct {
	rate     float64 // requests per second
	p50, p99 time.Duration
	// cpu is the processor time that the server used for one request: unlike the
	// rate it hardly depends on what else the machine does.
	cpu   time.Duration
	count int64
}

// warmUp is how long requests are made before they are measured.
const warmUp = time.Second

// all measures each operation after the other.
func (s settings) all(p *process, operations []operation) ([]figures, error) {
	var found []figures
	for _, one := range operations {
		if _, err := s.load(p.address, one, warmUp, 0); err != nil {
			return nil, err
		}
		before, unknown := p.cpu()
		figure, err := s.load(p.address, one, s.duration, 0)
		after, gone := p.cpu()
		if err := firstOf(err, unknown, gone); err != nil {
			return nil, err
		}
		figure.cpu = (after - before) / time.Duration(max(1, figure.count))
		found = append(found, figure)
	}
	return found, nil
}

// load makes requests on all connections at once, for a time or, if that is not
// 0, up to a number of them. An answer of another status is an error: what is
// refused is cheap.
func (s settings) load(address string, o operation, duration time.Duration, most int) (figures, error) {
	client := &fasthttp.HostClient{Addr: address, MaxConns: s.connections, ReadTimeout: time.Minute, WriteTimeout: time.Minute, NoDefaultUserAgentHeader: true}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	var made atomic.Int64
	histograms, failures := make([]*hdrhistogram.Histogram, s.connections), make([]error, s.connections)
	began := time.Now()
	for i := range s.connections {
		histograms[i] = hdrhistogram.New(1, int64(time.Minute/time.Microsecond), 3)
		all.Go(func() {
			for time.Since(began) < duration && failures[i] == nil && (most == 0 || made.Add(1) <= int64(most)) {
				failures[i] = o.once(client, address, histograms[i])
			}
		})
	}
	all.Wait()
	took, whole := time.Since(began), hdrhistogram.New(1, int64(time.Minute/time.Microsecond), 3)
	for i := range histograms {
		whole.Merge(histograms[i])
	}
	micro := func(quantile float64) time.Duration {
		return time.Duration(whole.ValueAtQuantile(quantile)) * time.Microsecond
	}
	return figures{rate: float64(whole.TotalCount()) / took.Seconds(), p50: micro(50), p99: micro(99), count: whole.TotalCount()}, firstOf(failures...)
}

// once makes one request and times it.
func (o operation) once(client *fasthttp.HostClient, address string, times *hdrhistogram.Histogram) error {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.Header.SetMethod(o.method)
	request.SetRequestURI("http://" + address + o.path)
	for name, value := range o.header {
		request.Header.Set(name, value)
	}
	request.Header.Set("X-Fapi-Interaction-Id", uuid())
	request.SetBodyString(o.body)
	began := time.Now()
	if err := client.Do(request, response); err != nil {
		return fmt.Errorf("%s: %w", o.name, err)
	}
	if err := times.RecordValue(int64(time.Since(began) / time.Microsecond)); err != nil {
		return err
	}
	if response.StatusCode() != o.status {
		return fmt.Errorf("%s: status %d, expected %d: %.300s", o.name, response.StatusCode(), o.status, response.Body())
	}
	return nil
}

// uuid is a random UUID of RFC 4122; a weak source will do.
func uuid() string {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	text := make([]byte, 36)
	hex.Encode(text, id[:4])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:], id[10:])
	return string(text)
}
