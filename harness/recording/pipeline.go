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
