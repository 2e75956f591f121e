package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Secret is a value that no report, log or failure message may show: every way
// of printing it gives its source in brackets. The zero Secret is not set.
type Secret struct {
	source string
	// reveal is a closure and not a string because fmt and Gomega print what
	// unexported fields hold without asking any method of ours.
	reveal func() string
}

// Literal is a secret that the program itself holds, for a bank that it runs
// itself; name stands for it in reports. An empty value is no secret.
func Literal(name, value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{source: name, reveal: func() string { return value }}
}

// Reveal is the value itself, empty where the secret is not set. It is for
// what goes to the target, and for the redactor.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsSet says whether there is a value.
func (s Secret) IsSet() bool { return s.reveal != nil }

// Source is where the value came from, "env NAME" or "file path" (the path as
// it was written), or a literal's name; empty where the secret is not set.
func (s Secret) Source() string { return s.source }

// String is the source in brackets, never the value.
func (s Secret) String() string {
	if !s.IsSet() {
		return "[not set]"
	}
	return "[" + s.source + "]"
}

// GoString keeps the value out of %#v.
func (s Secret) GoString() string { return s.String() }

// GomegaString keeps the value out of failed assertions.
func (s Secret) GomegaString() string { return s.String() }

// Format keeps the value out of every verb of fmt, whatever its flags.
func (s Secret) Format(state fmt.State, _ rune) {
	// A failed write shows in fmt's own result; there is nobody to tell here.
	_, _ = io.WriteString(state, s.String())
}

// MarshalJSON writes String's text. It returns no error.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// LogValue keeps the value out of structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
