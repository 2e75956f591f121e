package mockbank

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"io"
	seeded "math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
)

// source makes what is new of each thing: identifiers, secrets, and the dates that
// are written into resources. It is safe for concurrent use.
type source struct {
	mu     sync.Mutex
	random io.Reader
	// dated is the last date that was written; zero where dates are the clock's.
	dated time.Time
	clock func() time.Time
}

// seededDates is when the dates of a seeded bank begin; each is a second after
// the one before.
var seededDates = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// newSource makes a source; one with a seed makes the same things in the same order
// each time.
func newSource(seed int64, clock func() time.Time) *source {
	if seed == 0 {
		return &source{random: rand.Reader, clock: clock}
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], uint64(seed))
	return &source{random: seeded.NewChaCha8(key), dated: seededDates.Add(-time.Second)}
}

// read fills a slice. Neither source fails: crypto/rand since Go 1.24, ChaCha8
// ever, each by its documentation.
func (m *source) read(octets []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = io.ReadFull(m.random, octets)
}

// uuid is a new identifier, a random UUID of RFC 4122.
func (m *source) uuid() string {
	var id uuid.UUID
	m.read(id[:])
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 4122
	return id.String()
}

// secret is 256 random bits.
func (m *source) secret() string {
	const length = 32
	octets := make([]byte, length)
	m.read(octets)
	return base64.RawURLEncoding.EncodeToString(octets)
}

// softwareID is a software identifier as the directory issues them: 22 characters
// of Base62.
func (m *source) softwareID() string {
	const (
		alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		length   = 22
	)
	octets := make([]byte, length)
	m.read(octets)
	for i, octet := range octets {
		octets[i] = alphabet[int(octet)%len(alphabet)]
	}
	return string(octets)
}

// date is the date of what happens now, for a resource that says it.
func (m *source) date() time.Time {
	if m.dated.IsZero() {
		return m.clock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dated = m.dated.Add(time.Second)
	return m.dated
}
