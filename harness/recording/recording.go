// Package recording reads and writes recordings of HTTP exchanges: HTTP archives
// (HAR 1.2) as browsers, proxies and our own reports write them, and exchanges as
// one JSON object a line, whose format it owns (exchange.schema.json).
//
// It imports the shape of traffic, and what a format is, and nothing else of ours,
// and judges nothing.
// What a recording does not hold is marked as not known. A recording may be of
// any length and from anybody: it is read as a stream, in memory that does not
// grow with it, and up to the first place at which it is damaged.
package recording

import (
	"context"
	"fmt"
	"io"

	"obconform/harness/traffic"
)

// Format is how a recording is written.
type Format string

// The formats. Auto is told by a recording's first bytes.
const (
	Auto   Format = "auto"
	HAR    Format = "har"
	NDJSON Format = "ndjson"
)

// Formats lists every format.
func Formats() []Format { return []Format{Auto, HAR, NDJSON} }

// Damage is where a recording stops being one.
type Damage struct {
	// Name is the recording's.
	Name string
	// Offset is the byte at which it was noticed, counted from 0; of a recording
	// that was packed, in what was unpacked (Unpacked).
	Offset   int64
	Unpacked bool
	// Entry is the exchange in which it lies, counted from 1; 0 for none.
	Entry int
	// What says what was found there.
	What string
}

// Error names the recording, the place and what is wrong there.
func (d *Damage) Error() string {
	place := fmt.Sprintf("byte %d", d.Offset)
	if d.Unpacked {
		place += " of what it unpacks to"
	}
	if d.Entry > 0 {
		place += fmt.Sprintf(", in entry %d", d.Entry)
	}
	return fmt.Sprintf("%s: is damaged at %s: %s", d.Name, place, d.What)
}

// Options say what is read.
type Options struct {
	// Name is what a recording is called in messages and origins.
	Name string
	// Format is Auto when empty.
	Format Format
	// Workers decode at the same time; 1 when 0.
	Workers int
}

// Summary is what a recording held beside its exchanges.
type Summary struct {
	// Exchanges counts those that were passed on.
	Exchanges int
	// Oversized are entries that are longer than MaxEntry; they were not read.
	Oversized []string
}

// MaxEntry bounds one exchange of a recording, in bytes of it.
const MaxEntry = 8 << 20

// maxOversized bounds the entries that are named; the last one stands for the rest.
const maxOversized = 10

// Read passes the exchanges of a recording to each, in batches, in their order.
// The error is a *Damage where the recording is none, or stops being one: all
// exchanges before that place have been passed on. It is that of the context, of
// each, or of the reader otherwise. Where the context ends while the reader waits
// for more, Read returns, and what was not passed on is lost.
func Read(ctx context.Context, in io.Reader, options Options, each func([]traffic.Exchange) error) (Summary, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &pipeline{options: options, ctx: ctx, ready: make(chan chan batch, max(options.Workers, 1)), work: make(chan job)}
	for range max(options.Workers, 1) {
		go p.decode()
	}
	go p.split(in)
	var summary Summary
	for {
		got, more := p.next()
		if !more {
			return summary.bounded(), ctx.Err()
		}
		if len(got.exchanges) > 0 {
			if err := each(got.exchanges); err != nil {
				return summary, err
			}
			summary.Exchanges += len(got.exchanges)
		}
		summary.Oversized = append(summary.Oversized, got.oversized...)
		if got.err != nil {
			return summary.bounded(), got.err
		}
	}
}

func (s Summary) bounded() Summary {
	if more := len(s.Oversized) - maxOversized; more > 0 {
		s.Oversized = append(s.Oversized[:maxOversized:maxOversized], fmt.Sprintf("and %d more entries of such a length", more))
	}
	return s
}
