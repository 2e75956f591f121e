package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Recorder records what a page exchanges, as the network panel of the developer
// tools does, for the HAR that these save.
type Recorder struct {
	mu      sync.Mutex
	order   []network.RequestID
	entries map[network.RequestID]*recorded
}

// recorded is one exchange as the protocol's events tell it, in any order.
type recorded struct {
	sent              *network.EventRequestWillBeSent
	sentExtra         *network.EventRequestWillBeSentExtraInfo
	received          *network.EventResponseReceived
	receivedExtra     *network.EventResponseReceivedExtraInfo
	ended             float64 // by the clock of the sent event
	finished, errored bool
}

// Record opens an empty page whose exchanges are recorded.
func Record(browser context.Context) (*Recorder, *Tab, error) {
	r := &Recorder{entries: map[network.RequestID]*recorded{}}
	tab := &Tab{}
	tab.Context, tab.Close = chromedp.NewContext(browser, chromedp.WithListener(r.note))
	if _, err := chromedp.Call(tab.Context, network.Enable, network.EnableParams{}); err != nil {
		tab.Close()
		return nil, nil, fmt.Errorf("opening a tab: %w", err)
	}
	return r, tab, nil
}

func (r *Recorder) note(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		r.order = append(r.order, event.RequestID)
		r.of(event.RequestID).sent = event
	case *network.EventRequestWillBeSentExtraInfo:
		r.of(event.RequestID).sentExtra = event
	case *network.EventResponseReceived:
		r.of(event.RequestID).received = event
	case *network.EventResponseReceivedExtraInfo:
		r.of(event.RequestID).receivedExtra = event
	case *network.EventLoadingFinished:
		r.of(event.RequestID).finished, r.of(event.RequestID).ended = true, event.Timestamp.Float64()
	case *network.EventLoadingFailed:
		r.of(event.RequestID).errored, r.of(event.RequestID).ended = true, event.Timestamp.Float64()
	}
}

func (r *Recorder) of(id network.RequestID) *recorded {
	if r.entries[id] == nil {
		r.entries[id] = &recorded{}
	}
	return r.entries[id]
}

// whole tells whether all of n exchanges have ended with all that is told of them.
func (r *Recorder) whole(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range r.order {
		if e := r.entries[id]; !e.errored && (!e.finished || e.received == nil || e.sentExtra == nil || e.receivedExtra == nil) {
			return false
		}
	}
	return len(r.order) >= n
}

// HAR is what the tab has exchanged, at least n exchanges, as HTTP Archive 1.2 in
// the shape in which the developer tools save it with sensitive data. It waits for
// exchanges that have not ended; the error is the context's, or names a body that
// the browser no longer has.
func (r *Recorder) HAR(ctx context.Context, tab *Tab, n int) (map[string]any, error) {
	for !r.whole(n) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	r.mu.Lock()
	ids, entries := append([]network.RequestID(nil), r.order...), r.entries
	r.mu.Unlock()
	var list []any
	for _, id := range ids {
		if entries[id].errored {
			continue
		}
		entry, err := entries[id].entry(tab, id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entries[id].sent.Request.URL, err)
		}
		list = append(list, entry)
	}
	return map[string]any{"log": map[string]any{"version": "1.2", "creator": map[string]any{"name": "WebInspector", "version": "537.36"},
		"pages": []any{}, "entries": list}}, nil
}

// entry is one exchange of the archive.
func (e *recorded) entry(tab *Tab, id network.RequestID) (map[string]any, error) {
	body, err := chromedp.Call(tab.Context, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
	if err != nil {
		return nil, err
	}
	content := map[string]any{"size": len(body.Body), "mimeType": e.received.Response.MimeType, "text": string(body.Body)}
	if !utf8.Valid(body.Body) {
		content["text"], content["encoding"] = body.Body, "base64" // as JSON has bytes
	}
	asked := e.sent.Request
	request := map[string]any{"method": asked.Method, "url": asked.URL, "httpVersion": e.received.Response.Protocol, "headers": fields(e.sentExtra.Headers),
		"queryString": []any{}, "cookies": []any{}, "headersSize": -1, "bodySize": 0}
	if asked.HasPostData {
		var text strings.Builder
		for _, part := range asked.PostDataEntries {
			text.Write(part.Bytes)
		}
		mime, _ := e.sentExtra.Headers["Content-Type"].(string)
		request["postData"], request["bodySize"] = map[string]any{"mimeType": mime, "text": text.String()}, text.Len()
	}
	started := time.UnixMicro(int64(e.sent.WallTime.Float64() * 1e6)).UTC()
	took := (e.ended - e.sent.Timestamp.Float64()) * 1000
	return map[string]any{"startedDateTime": started.Format("2006-01-02T15:04:05.000Z"), "time": took, "request": request, "cache": map[string]any{},
		"response": map[string]any{"status": e.receivedExtra.StatusCode, "statusText": e.received.Response.StatusText, "httpVersion": e.received.Response.Protocol,
			"headers": fields(e.receivedExtra.Headers), "cookies": []any{}, "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1},
		"timings": map[string]any{"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": took, "receive": 0}}, nil
}

// fields are header fields; the protocol joins those of one name by line breaks.
func fields(headers network.Headers) []any {
	list := []any{}
	for name, value := range headers {
		for _, one := range strings.Split(fmt.Sprint(value), "\n") {
			list = append(list, map[string]any{"name": name, "value": one})
		}
	}
	return list
}
