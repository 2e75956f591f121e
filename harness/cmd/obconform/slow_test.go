package main_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// ledger counts what a bank has created and deleted.
type ledger struct {
	mu               sync.Mutex
	asked            int
	created, deleted map[string]bool
	secrets          []string // that registrations were given
}

// slow starts a bank that takes its time for every answer, and keeps its ledger.
func slow(t *testing.T, latency time.Duration) (proxied, *ledger) {
	t.Helper()
	l := newLedger()
	return behind(t, l.note, func(r *http.Request) { rest(r, latency) }), l
}

func newLedger() *ledger { return &ledger{created: map[string]bool{}, deleted: map[string]bool{}} }

// rest waits, unless the client goes away.
func rest(r *http.Request, latency time.Duration) {
	select {
	case <-time.After(latency):
	case <-r.Context().Done():
	}
}

// note keeps the consents and registrations that one exchange made or ended.
func (l *ledger) note(x exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if secret := text(x.body, "client_secret"); secret != "" {
		l.secrets = append(l.secrets, secret)
	}
	id := text(x.body, "Data", "ConsentId")
	if id == "" {
		id = text(x.body, "client_id")
	}
	switch path := x.request.URL.Path; {
	case x.request.Method == http.MethodPost && x.status == http.StatusCreated && id != "" && !strings.HasSuffix(path, "/funds-confirmations"):
		l.created[id] = true
	case x.request.Method == http.MethodDelete && x.status == http.StatusNoContent:
		l.deleted[path[strings.LastIndex(path, "/")+1:]] = true
	}
}

func (l *ledger) requests() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

func (l *ledger) secretsGiven() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.secrets)
}

// left lists what was created and not deleted.
func (l *ledger) left() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for id := range l.created {
		if !l.deleted[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// wantTidy fails the test if nothing was created, or something is left.
func (l *ledger) wantTidy(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	created := len(l.created)
	l.mu.Unlock()
	if left := l.left(); created == 0 || len(left) > 0 {
		t.Errorf("%d resources were created, and left behind: %q", created, left)
	}
}
