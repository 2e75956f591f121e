package recording

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
)

// scanner finds where the values of a JSON stream begin and end. It looks at
// brackets and quotes alone: whether a value is right is seen when it is decoded.
type scanner struct {
	in     io.Reader
	buffer []byte
	// at and end bound what of the buffer was not taken yet; base is the offset of
	// the buffer's first byte in the stream.
	at, end int
	base    int64
	err     error
}

// rest is what has been read and not taken.
func (s *scanner) rest() []byte { return s.buffer[s.at:s.end] }

// offset is that of the next byte.
func (s *scanner) offset() int64 { return s.base + int64(s.at) }

// fault is an error of the reader that is not its end, once all that came before
// it was taken.
func (s *scanner) fault() error {
	if s.err == nil || errors.Is(s.err, io.EOF) || s.at < s.end {
		return nil
	}
	if errors.Is(s.err, io.ErrUnexpectedEOF) {
		return s.cutOff("")
	}
	if errors.Is(s.err, gzip.ErrChecksum) || errors.Is(s.err, gzip.ErrHeader) || errors.As(s.err, new(flate.CorruptInputError)) {
		return &Damage{Offset: s.base + int64(s.end), What: "it cannot be unpacked any further: " + s.err.Error()}
	}
	return s.err
}

// damage is what is wrong at the next byte.
func (s *scanner) damage(what string) *Damage { return &Damage{Offset: s.offset(), What: what} }

// cutOff is the end of the stream where something was to follow.
func (s *scanner) cutOff(within string) *Damage {
	if within != "" {
		within = " within " + within
	}
	return &Damage{Offset: s.base + int64(s.end), What: "it ends" + within}
}

// need reads until that many bytes are there, or there are no more.
func (s *scanner) need(n int) {
	for s.end-s.at < n && s.fill() {
	}
}

// fill reads more; it answers false where there is no more.
func (s *scanner) fill() bool {
	if s.at > 0 {
		copy(s.buffer, s.buffer[s.at:s.end])
		s.base, s.at, s.end = s.base+int64(s.at), 0, s.end-s.at
	}
	for tries := 0; s.err == nil && s.end < len(s.buffer); tries++ {
		n, err := s.in.Read(s.buffer[s.end:])
		s.end, s.err = s.end+n, err
		if n > 0 {
			return true
		}
		if tries == 100 {
			s.err = io.ErrNoProgress
		}
	}
	return false
}

// next is the next byte that is no space, which stays; ok is false at the end.
func (s *scanner) next() (b byte, ok bool) {
	for {
		for ; s.at < s.end; s.at++ {
			if b := s.buffer[s.at]; b != ' ' && b != '\t' && b != '\r' && b != '\n' {
				return b, true
			}
		}
		if !s.fill() {
			return 0, false
		}
	}
}

// expect takes one byte, which has to be this one.
func (s *scanner) expect(want byte, within string) error {
	b, ok := s.next()
	switch {
	case s.fault() != nil:
		return s.fault()
	case !ok:
		return s.cutOff(within)
	case b != want:
		return s.damage("expected '" + string(want) + "' in " + within)
	}
	s.at++
	return nil
}

// value takes one value. It is kept up to the limit; long says that it is longer.
// The error is a *Damage where it has no end, and the reader's.
func (s *scanner) value(limit int, within string) (text []byte, long bool, err error) {
	if _, ok := s.next(); !ok {
		if s.fault() != nil {
			return nil, false, s.fault()
		}
		return nil, false, s.cutOff(within)
	}
	state := valueState{}
	for {
		taken, done := state.scan(s.rest())
		if room := limit - len(text); room >= taken {
			text = append(text, s.buffer[s.at:s.at+taken]...)
		} else {
			text, long = append(text, s.buffer[s.at:s.at+room]...), true
		}
		s.at += taken
		if done {
			return text, long, nil
		}
		if !s.fill() {
			if s.fault() != nil {
				return text, long, s.fault()
			}
			if state.scalar {
				return text, long, nil // a number ends where the stream does
			}
			return text, long, s.cutOff(within)
		}
	}
}

// valueState is how far a value has been looked at.
type valueState struct {
	depth             int
	started, scalar   bool
	inString, escaped bool
}

// scan looks at more of a value: how many bytes belong to it, and whether it ends
// with them.
func (v *valueState) scan(text []byte) (taken int, done bool) {
	for i := 0; i < len(text); i++ {
		b := text[i]
		if v.inString {
			i = v.string(text, i)
			if !v.inString && v.depth == 0 {
				return i + 1, true
			}
			continue
		}
		switch b {
		case '"':
			if v.scalar {
				return i, true
			}
			v.started, v.inString = true, true
		case '{', '[':
			if v.scalar {
				return i, true
			}
			v.started = true
			v.depth++
		case '}', ']':
			if v.depth == 0 {
				if !v.started && !v.scalar {
					return i + 1, true // no value at all: that is seen when it is decoded
				}
				return i, true
			}
			if v.depth--; v.depth == 0 {
				return i + 1, true
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			if v.scalar {
				return i, true
			}
			if v.depth == 0 {
				return i + 1, true // as above
			}
		default:
			v.scalar = v.scalar || v.depth == 0
		}
	}
	return len(text), false
}

// string looks at a string from i on, and answers the last byte that it looked at.
func (v *valueState) string(text []byte, i int) int {
	for ; i < len(text); i++ {
		switch b := text[i]; {
		case v.escaped:
			v.escaped = false
		case b == '\\':
			v.escaped = true
		case b == '"':
			v.inString = false
			return i
		}
	}
	return i - 1
}
