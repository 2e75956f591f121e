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
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

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

// next waits for the next batch; there is none after the last one, or where nobody
// wants it any more. A reader that waits for more is left to wait.
func (p *pipeline) next() (got batch, more bool) {
	select {
	case one, more := <-p.ready:
		if !more {
			return batch{}, false
		}
		select {
		case got = <-one:
			return got, true
		case <-p.ctx.Done():
		}
	case <-p.ctx.Done():
	}
	return batch{}, false
}

func (s Summary) bounded() Summary {
	if more := len(s.Oversized) - maxOversized; more > 0 {
		s.Oversized = append(s.Oversized[:maxOversized:maxOversized], fmt.Sprintf("and %d more entries of such a length", more))
	}
	return s
}

// batch is some exchanges, and what came behind them.
type batch struct {
	exchanges []traffic.Exchange
	oversized []string
	err       error
}

// job is entries to be decoded.
type job struct {
	entries []entry
	// decoder knows the recording's format.
	decoder decoder
	// err is what ended the recording behind the entries.
	err error
	out chan batch
}

// entry is one exchange as it stands in a recording.
type entry struct {
	text   []byte
	offset int64
	number int
	// oversized says that the text is only its beginning.
	oversized bool
}

// decoder reads one entry.
type decoder interface {
	decode(entry) (traffic.Exchange, error)
}

// Limits of a batch.
const (
	batchEntries = 128
	batchBytes   = 2 << 20
)

// pipeline splits, decodes and puts in order again.
type pipeline struct {
	options Options
	ctx     context.Context
	ready   chan chan batch
	work    chan job
	pending job
	size    int
	// unpacked says that the recording was packed; it is set before any job.
	unpacked bool
}

// split reads the recording and hands its entries out.
func (p *pipeline) split(in io.Reader) {
	defer close(p.ready)
	defer close(p.work)
	s := &scanner{in: in, buffer: make([]byte, 64<<10)}
	p.pending.err = p.named(p.run(s))
	p.flush()
}

func (p *pipeline) run(s *scanner) error {
	var err error
	if p.unpacked, err = unpack(s); err != nil {
		return err
	}
	return p.file(s)
}

// named gives damage the recording's name.
func (p *pipeline) named(err error) error {
	var damage *Damage
	if errors.As(err, &damage) {
		damage.Name, damage.Unpacked = p.options.Name, p.unpacked
	}
	return err
}

// unpack replaces a stream that is packed by what it unpacks to.
func unpack(s *scanner) (unpacked bool, err error) {
	s.need(2)
	if !bytes.HasPrefix(s.rest(), []byte{0x1f, 0x8b}) {
		return false, s.fault()
	}
	packed, err := gzip.NewReader(io.MultiReader(bytes.NewReader(bytes.Clone(s.rest())), s.in))
	if err != nil {
		return true, &Damage{What: "it begins as gzip and is none: " + err.Error()}
	}
	*s = scanner{in: packed, buffer: s.buffer}
	return true, nil
}

// file reads what a recording holds.
func (p *pipeline) file(s *scanner) error {
	s.need(3)
	switch {
	case bytes.HasPrefix(s.rest(), []byte("\xef\xbb\xbf")):
		s.at += 3
	case bytes.HasPrefix(s.rest(), []byte("\xff\xfe")), bytes.HasPrefix(s.rest(), []byte("\xfe\xff")):
		return &Damage{What: "it is UTF-16; expected UTF-8"}
	}
	first, ok := s.next()
	switch {
	case s.fault() != nil:
		return s.fault()
	case !ok:
		return s.damage("it is empty; expected a HAR 1.2, or one exchange a line")
	case first != '{':
		return s.damage("expected an object: a HAR 1.2, or one exchange a line")
	}
	format := p.options.Format
	if format == "" || format == Auto {
		format = formatOf(s)
	}
	if format == NDJSON {
		return p.lines(s)
	}
	return p.archive(s)
}

// formatOf tells a HAR, whose first member is log or one of somebody's own, from
// an exchange.
func formatOf(s *scanner) Format {
	s.need(4 << 10)
	rest := bytes.TrimLeft(s.rest()[1:], " \t\r\n")
	if bytes.HasPrefix(rest, []byte(`"_`)) || bytes.HasPrefix(rest, []byte(`"comment"`)) {
		// Whose own member it is, the next ones tell.
		log, request := bytes.Index(rest, []byte(`"log"`)), bytes.Index(rest, []byte(`"request"`))
		if request < 0 || log >= 0 && log < request {
			return HAR
		}
		return NDJSON
	}
	if bytes.HasPrefix(rest, []byte(`"log"`)) || len(rest) == 0 || len(rest) < len(`"log"`) && strings.HasPrefix(`"log"`, string(rest)) {
		return HAR // cut off, and of neither format
	}
	return NDJSON
}

// add takes an entry in. It answers false where nobody waits for it any more.
func (p *pipeline) add(d decoder, e entry) bool {
	p.pending.decoder = d
	p.pending.entries = append(p.pending.entries, e)
	if p.size += len(e.text); len(p.pending.entries) >= batchEntries || p.size >= batchBytes {
		return p.flush()
	}
	return p.ctx.Err() == nil
}

// flush hands out what is pending.
func (p *pipeline) flush() bool {
	p.pending.out = make(chan batch, 1)
	select {
	case p.ready <- p.pending.out:
	case <-p.ctx.Done():
		return false
	}
	select {
	case p.work <- p.pending:
	case <-p.ctx.Done():
		p.pending.out <- batch{err: p.ctx.Err()}
		return false
	}
	p.pending, p.size = job{}, 0
	return true
}

// decode decodes batches until there are no more.
func (p *pipeline) decode() {
	for one := range p.work {
		one.out <- p.decoded(one)
	}
}

func (p *pipeline) decoded(one job) batch {
	b := batch{err: one.err}
	for _, e := range one.entries {
		x, err := one.decoder.decode(e)
		switch {
		case errors.Is(err, errOversized):
			b.oversized = append(b.oversized, fmt.Sprintf("%s, entry %d (at byte %d): longer than %d MiB, and not read", p.options.Name, e.number, e.offset, MaxEntry>>20))
			continue
		case err != nil:
			b.err = p.named(err)
			return b
		}
		x.Origin = fmt.Sprintf("%s, entry %d", p.options.Name, e.number)
		b.exchanges = append(b.exchanges, x)
	}
	return b
}

// errOversized marks an entry that is too long to be read, and otherwise right as
// far as it was looked at.
var errOversized = errors.New("longer than an entry may be")
