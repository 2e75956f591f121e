// Package browser looks at the HTML page in a real browser, headless Chromium,
// as its readers do. It is a module of its own, so that the product depends on
// no browser library.
package browser

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Start starts the browser with an empty profile in a folder of the caller's.
// The browser calls nobody of its own accord; stop ends it.
func Start(profile string) (ctx context.Context, stop func(), err error) {
	options := []chromedp.ExecAllocatorOption{
		chromedp.UserDataDir(profile), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopBrowser := chromedp.NewContext(allocator)
	stop = func() { stopBrowser(); stopAllocator() }
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("starting chromium: %w", err)
	}
	return ctx, stop, nil
}

// Tab is one page in the browser, with all that it said and asked for.
type Tab struct {
	Context context.Context
	Close   func()

	mu       sync.Mutex
	said     []string
	requests []string
}

// NewTab opens an empty page that listens for messages and requests.
func NewTab(browser context.Context) (*Tab, error) {
	t := &Tab{}
	t.Context, t.Close = chromedp.NewContext(browser, chromedp.WithListener(t.note))
	_, err := chromedp.Call(t.Context, network.Enable, network.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(t.Context, log.Enable, cdp.Empty{})
	}
	if err != nil {
		t.Close()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	return t, nil
}

func (t *Tab) note(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		t.said = append(t.said, fmt.Sprintf("console.%s: %v", event.Type, event.Args))
	case *runtime.EventExceptionThrown:
		t.said = append(t.said, "exception: "+event.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		t.said = append(t.said, fmt.Sprintf("%s: %s", event.Entry.Level, event.Entry.Text))
	case *network.EventRequestWillBeSent:
		t.requests = append(t.requests, event.Request.URL)
	}
}

// Said are the messages of the console, exceptions and violations of the
// content security policy among them.
func (t *Tab) Said() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.said...)
}

// Requests are the addresses that the page has asked for, its own among them.
func (t *Tab) Requests() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.requests...)
}

// Open loads a file.
func (t *Tab) Open(path string) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	address := url.URL{Scheme: "file", Path: absolute}
	return chromedp.Do(t.Context, chromedp.Navigate(address.String()))
}

// Look makes the page as wide as asked, in CSS pixels, in one colour scheme,
// light or dark.
func (t *Tab) Look(width, height int64, scheme string) error {
	_, err := chromedp.Call(t.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	if err != nil {
		return err
	}
	return chromedp.Do(t.Context, chromedp.EmulateViewport(width, height))
}
