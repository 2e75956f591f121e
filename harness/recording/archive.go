package recording

import (
	"github.com/go-json-experiment/json/jsontext"
)

// maxAside bounds the members of an archive that are read beside its entries, in
// bytes; of longer ones only the end is looked for.
const maxAside = 1 << 20

// archive reads a HAR 1.2: its log's entries one by one, whatever stands around
// them, in whatever order.
func (p *pipeline) archive(s *scanner) error {
	found := false
	err := members(s, "the archive", func(name string) error {
		if name != "log" {
			return aside(s, "the archive", nil)
		}
		found = true
		return p.log(s)
	})
	if err != nil {
		return err
	}
	if b, more := s.next(); more {
		return s.damage("expected the end behind the archive, got " + printable(b))
	}
	if !found {
		return s.damage("it is no HAR 1.2: it has no log")
	}
	return s.fault()
}

// log reads the log of an archive.
func (p *pipeline) log(s *scanner) error {
	decoder := harDecoder{}
	if b, ok := s.next(); ok && b != '{' {
		return s.damage("the log: expected an object")
	}
	found := false
	err := members(s, "the log", func(name string) error {
		switch name {
		case "entries":
			found = true
			return p.entries(s, decoder)
		case "creator":
			var creator struct {
				Name string `json:"name"`
			}
			if err := aside(s, "the creator", &creator); err != nil {
				return err
			}
			decoder.creator = creator.Name
			return nil
		}
		return aside(s, "the log", nil)
	})
	if err == nil && !found {
		return s.damage("it is no HAR 1.2: its log has no entries")
	}
	return err
}

// entries reads the list of entries.
func (p *pipeline) entries(s *scanner, decoder harDecoder) error {
	if err := s.expect('[', "the entries"); err != nil {
		return err
	}
	if b, ok := s.next(); ok && b == ']' {
		s.at++
		return nil
	}
	for number := 1; ; number++ {
		if err := p.entry(s, decoder, number); err != nil {
			return err
		}
		switch b, ok := s.next(); {
		case s.fault() != nil:
			return s.fault()
		case !ok:
			return s.cutOff("the entries")
		case b == ']':
			s.at++
			return nil
		case b != ',':
			return s.damage("expected ',' or ']' behind an entry, got " + printable(b))
		}
		s.at++
	}
}

// entry takes one entry, and what is damaged in it as far as that can be seen.
func (p *pipeline) entry(s *scanner, decoder decoder, number int) error {
	if b, ok := s.next(); ok && b != '{' {
		return &Damage{Offset: s.offset(), Entry: number, What: "expected an object, got " + printable(b)}
	}
	start := s.offset()
	text, long, err := s.value(MaxEntry, "an entry")
	e := entry{text, start, number, long}
	if err != nil {
		if damage := inspect(e); damage != nil {
			return damage
		}
		if damage, is := err.(*Damage); is {
			damage.Entry = number
		}
		return err
	}
	if !p.add(decoder, e) {
		return p.ctx.Err()
	}
	return nil
}

// members calls take for each member of an object; it has to take the value.
func members(s *scanner, within string, take func(name string) error) error {
	if err := s.expect('{', within); err != nil {
		return err
	}
	if b, ok := s.next(); ok && b == '}' {
		s.at++
		return nil
	}
	for {
		var name string
		if b, ok := s.next(); ok && b != '"' {
			return s.damage("expected a member's name in " + within + ", got " + printable(b))
		}
		if err := aside(s, within, &name); err != nil {
			return err
		}
		if err := s.expect(':', within); err != nil {
			return err
		}
		if err := take(name); err != nil {
			return err
		}
		switch b, ok := s.next(); {
		case s.fault() != nil:
			return s.fault()
		case !ok:
			return s.cutOff(within)
		case b == '}':
			s.at++
			return nil
		case b != ',':
			return s.damage("expected ',' or '}' in " + within + ", got " + printable(b))
		}
		s.at++
	}
}

// aside takes a value that is no entry, and reads it where somebody wants it.
func aside(s *scanner, within string, into any) error {
	if _, ok := s.next(); !ok && s.fault() == nil {
		return s.cutOff(within)
	}
	start := s.offset()
	text, long, err := s.value(maxAside, within)
	e := entry{text: text, offset: start}
	if err != nil || long {
		if damage := inspect(e); damage != nil {
			return damage
		}
		return err
	}
	if into == nil {
		into = new(jsontext.Value)
	}
	return unmarshal(e, into)
}

func printable(b byte) string {
	if b > ' ' && b < 0x7f {
		return "'" + string(b) + "'"
	}
	return "a character that does not print"
}
