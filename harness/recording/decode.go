package recording

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// unmarshal reads an entry into a value of ours. The error is a *Damage with the
// place in the recording.
func unmarshal(e entry, into any) error {
	if e.oversized {
		// Damage may be what made it so long: a quote that is missing.
		if damage := inspect(e); damage != nil {
			return damage
		}
		return errOversized
	}
	err := json.Unmarshal(e.text, into)
	if err == nil {
		return nil
	}
	damage := &Damage{Offset: e.offset, Entry: e.number, What: "it is no exchange"}
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		damage.Offset += syntax.ByteOffset
		damage.What = "no JSON: " + plain(syntax.Err)
		if errors.Is(syntax.Err, io.ErrUnexpectedEOF) {
			damage.What = "no JSON: a value is not closed"
		}
	case errors.As(err, &semantic):
		damage.Offset += semantic.ByteOffset
		damage.What = fmt.Sprintf("%s: expected %s, got %s", pointerOr(string(semantic.JSONPointer)), expected(semantic), kindOf(semantic.JSONKind))
	}
	return damage
}

// inspect looks for damage in the beginning of a value.
func inspect(e entry) *Damage {
	decoder := jsontext.NewDecoder(strings.NewReader(string(e.text)))
	for {
		_, err := decoder.ReadToken()
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		}
		var syntax *jsontext.SyntacticError
		if errors.As(err, &syntax) {
			return &Damage{Offset: e.offset + syntax.ByteOffset, Entry: e.number, What: "no JSON: " + plain(syntax.Err)}
		}
		return &Damage{Offset: e.offset, Entry: e.number, What: "no JSON"}
	}
}

// plain is the error of the library without its own name.
func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "jsontext: ")
	const most = 200
	return text[:min(len(text), most)]
}

func pointerOr(pointer string) string {
	if pointer == "" {
		return "the entry"
	}
	const most = 100
	return fmt.Sprintf("%.*q", most, pointer)
}

// expected is what a member of ours takes.
func expected(err *json.SemanticError) string {
	if err.GoType == nil {
		return "something else"
	}
	switch name := err.GoType.Kind().String(); {
	case strings.HasPrefix(name, "int"):
		return "a whole number"
	case strings.HasPrefix(name, "float"):
		return "a number"
	case name == "string":
		return "a string"
	case name == "bool":
		return "true or false"
	case name == "slice":
		return "a list"
	}
	return "an object"
}

func kindOf(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	}
	return "something else"
}
