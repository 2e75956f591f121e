// Package testbank is the mock bank as the team of a client uses it: each of
// their requests is audited, chosen calls are answered as a scenario says, and a
// page shows what went on. It owns how the parts are joined; the bank behind it
// knows of none of them.
//
// It writes no report and decides no exit status.
package testbank

import (
	"context"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"obconform/harness/contract"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
	"obconform/harness/tap"
	"obconform/harness/tap/scenario"
	"obconform/harness/tap/trail"
	"obconform/harness/traffic"
)

// Options say what the test bank is.
type Options struct {
	// Bank is the mock bank; its Front is the test bank's.
	Bank mockbank.Options
	// Scenario is what is answered otherwise; nil for nothing.
	Scenario []scenario.Step
	// Gate is how the client is judged. Sides and sources are the test bank's to
	// say; it adds its addresses and secrets.
	Gate gate.Options
	// Record writes exchanges down, redacted; nil for nowhere.
	Record trail.Recorder
}

// Bank is a test bank that serves.
type Bank struct {
	bank     *mockbank.Bank
	server   *mockbank.Server
	judge    *gate.Judge
	trail    *trail.Trail
	scenario *scenario.Front
	options  Options
	started  time.Time
	look     *template.Template
	// open is the handler once all behind it is ready.
	open   atomic.Pointer[http.Handler]
	ready  chan struct{}
	active *tap.Active
}

// unwinding is how long requests whose connections were closed are waited for:
// they have nothing more to do than to hand on what there was.
const unwinding = 2 * time.Second

// Start makes the bank and serves it at an address, such as 127.0.0.1:0. The
// error says which option makes no sense, or that the address cannot be had.
func Start(addr string, options Options) (*Bank, error) {
	t := &Bank{options: options, started: time.Now(), look: look(), active: &tap.Active{}, ready: make(chan struct{})}
	var next http.Handler
	options.Bank.Front = func(bank http.Handler) http.Handler {
		next = bank
		t.active.Next = http.HandlerFunc(t.serve)
		return t.active
	}
	var err error
	if t.bank, err = mockbank.New(options.Bank); err != nil {
		return nil, err
	}
	if t.server, err = t.bank.Start(addr); err != nil {
		return nil, err
	}
	if err := t.join(next); err != nil {
		_ = t.server.Close() // what is wrong is said already
		return nil, err
	}
	return t, nil
}

// serve holds requests back until all is ready, which takes as long as it takes
// to ask for a page.
func (t *Bank) serve(w http.ResponseWriter, r *http.Request) {
	handler := t.open.Load()
	if handler == nil {
		select {
		case <-t.ready:
			handler = t.open.Load()
		case <-r.Context().Done():
			return
		}
	}
	(*handler).ServeHTTP(w, r)
}

// join puts the parts together, now that the bank has an address.
func (t *Bank) join(bank http.Handler) error {
	origin, err := url.Parse(t.server.URL())
	if err != nil {
		return err
	}
	judging := t.options.Gate
	addresses := judging.Addresses
	if addresses == nil {
		addresses = traffic.NewAddresses()
	}
	endpoints := t.bank.Endpoints()
	addresses.Name(contract.Authorize, endpoints.Authorization)
	addresses.Name(contract.RequestToken, endpoints.Token)
	addresses.Name(contract.GetJWKS, endpoints.Keys)
	judging.Sides, judging.Addresses, judging.Sources = gate.Client, addresses, []string{t.server.URL()}
	judging.Secrets = secrets(judging.Secrets, t.bank.Credentials())
	if judging.Run.Target == nil {
		judging.Run.Target = map[string]any{"target": map[string]any{"name": "mock bank", "baseUrl": t.server.URL()}}
	}
	// All that the client ever has with this bank goes by here.
	judging.Conduct.Whole = true
	judging.Conduct.Redirects = map[string][]string{t.bank.Credentials().ClientID: t.bank.Credentials().RedirectURIs}
	if t.judge, err = gate.New(judging); err != nil {
		return err
	}
	t.trail = trail.New(trail.Options{Judge: t.judge, Record: t.options.Record, Recent: shownExchanges})
	t.scenario = scenario.NewFront(t.options.Scenario)
	t.scenario.Next = bank
	t.scenario.Operation = func(r *http.Request) contract.OperationID {
		address := *r.URL
		address.Scheme, address.Host = origin.Scheme, origin.Host
		route := addresses.Of(traffic.Request{Method: r.Method, URL: &address})
		if route.Foreign {
			return ""
		}
		return route.Operation
	}
	front := tap.Front{Next: t.scenario, Sink: t.trail.See, Origin: origin}
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			t.page(w)
			return
		}
		front.ServeHTTP(w, r)
	})
	t.open.Store(&handler)
	close(t.ready)
	return nil
}

// secrets are the values that must stand in no report, by what stands in their
// place, the bank's beside those that are known otherwise.
func secrets(more map[string][]string, c mockbank.Credentials) map[string][]string {
	all := map[string][]string{}
	for kind, values := range more {
		all[kind] = slices.Clone(values)
	}
	add := func(kind string, values ...string) { all[kind] = append(all[kind], values...) }
	add("client secret", c.ClientSecret, c.SecondClientSecret)
	add("account number", c.DebtorAccount.Identification)
	add("account name", c.DebtorAccount.Name)
	add("authorisation code", slices.Collect(maps.Values(c.Codes))...)
	return all
}

// URL is the address that the bank serves, without a trailing slash.
func (t *Bank) URL() string { return t.server.URL() }

// Credentials are all that a client needs.
func (t *Bank) Credentials() mockbank.Credentials { return t.bank.Credentials() }

// Judge has what the client's requests came to; after Close, all of them.
func (t *Bank) Judge() *gate.Judge { return t.judge }

// Counts tells how many exchanges there were, and what was found.
func (t *Bank) Counts() trail.Counts { return t.trail.Counts() }

// Unmet are the steps of the scenario of which at least one call never came.
func (t *Bank) Unmet() []scenario.Step { return t.scenario.Unmet() }

// Close takes no more requests, lets those that are being answered come to their
// end as long as the context allows, and returns when all are judged and written
// down. The error says what was not written down.
func (t *Bank) Close(ctx context.Context) error {
	if t.server.Shutdown(ctx) != nil { // clients that take longer are cut off
		t.judge.Lose(t.active.Wait(unwinding))
	}
	return t.trail.Close()
}
