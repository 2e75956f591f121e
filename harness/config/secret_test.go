package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/onsi/gomega/format"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	secret := Literal("env CLIENT_SECRET", planted)
	holder := struct {
		Shown  Secret
		hidden Secret
		Map    map[string]Secret
	}{secret, secret, map[string]Secret{"a": secret}}
	if holder.hidden.Reveal() != planted {
		t.Fatal("the secret does not hold its value")
	}
	printed := map[string]string{"gomega": format.Object(holder, 1), "gomega pointer": format.Object(&holder, 1)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%20.3v", "%T"} {
		printed[verb] = fmt.Sprintf(verb, secret)
		printed[verb+" in a struct"] = fmt.Sprintf(verb, holder)
		printed[verb+" by pointer"] = fmt.Sprintf(verb, &holder)
	}
	text, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	printed["json"] = string(text)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret, "holder", holder)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "holder", holder)
	printed["slog"] = log.String()
	for way, output := range printed {
		if strings.Contains(output, planted) || strings.Contains(output, fmt.Sprintf("%x", planted)) {
			t.Errorf("%s shows the secret: %s", way, output)
		}
	}
	for way, output := range map[string]string{
		"%v": printed["%v"], "%#v": printed["%#v"], "%d": printed["%d"],
		"GomegaString": secret.GomegaString(), "GoString": secret.GoString(), "LogValue": secret.LogValue().String(),
	} {
		if output != "[env CLIENT_SECRET]" {
			t.Errorf("%s gives %q, want the source in brackets", way, output)
		}
	}
}

func TestSecretStates(t *testing.T) {
	for _, c := range []struct {
		name           string
		secret         Secret
		set            bool
		source, shown  string
		reveal, asJSON string
	}{
		{"unset", Secret{}, false, "", "[not set]", "", `"[not set]"`},
		{"an empty literal", Literal("x", ""), false, "", "[not set]", "", `"[not set]"`},
		{"a literal", Literal("mock bank", "v"), true, "mock bank", "[mock bank]", "v", `"[mock bank]"`},
	} {
		asJSON, err := json.Marshal(c.secret)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%t|%s|%s|%s|%s", c.secret.IsSet(), c.secret.Source(), c.secret.String(), c.secret.Reveal(), asJSON)
		want := fmt.Sprintf("%t|%s|%s|%s|%s", c.set, c.source, c.shown, c.reveal, c.asJSON)
		if got != want {
			t.Errorf("%s: got %s, want %s", c.name, got, want)
		}
	}
}

func TestSecretReferences(t *testing.T) {
	dir := testFolder(t)
	const key = "registration.softwareStatement"
	for _, c := range []struct {
		name          string
		given         any
		value, source string // where it is right
		want          string // else in the problem
	}{
		{"a variable", map[string]any{"env": "TEST_SECRET"}, planted, "env TEST_SECRET", ""},
		{"a file", map[string]any{"file": "software-statement"}, "header.payload.signature", "file software-statement", ""},
		{"inline", planted, "", "", "in the open"},
		{"a number", 7, "", "", "got a number"},
		{"null", nil, "", "", "got null"},
		{"both", map[string]any{"env": "TEST_SECRET", "file": "software-statement"}, "", "", "exactly one of"},
		{"neither", map[string]any{}, "", "", "exactly one of"},
		{"another member", map[string]any{planted: "x"}, "", "", "another object"},
		{"the wrong type", map[string]any{"env": 1}, "", "", "another object"},
		{"no name", map[string]any{"env": ""}, "", "", "another object"},
		{"a variable that is not set", map[string]any{"env": "TEST_MISSING"}, "", "", "got TEST_MISSING, which is not set"},
		{"the value as name", map[string]any{"env": planted}, "", "", "got one that is not set"},
		{"an empty variable", map[string]any{"env": "TEST_EMPTY"}, "", "", "not empty"},
		{"the value as path", map[string]any{"file": planted}, "", "", "does not exist"},
		{"a folder", map[string]any{"file": "."}, "", "", "cannot be read"},
		{"an empty file", map[string]any{"file": "empty.pem"}, "", "", "not empty"},
		{"a blank file", map[string]any{"file": "blank"}, "", "", "not empty"},
		{"two lines", map[string]any{"file": "two-lines"}, "", "", "one line"},
		{"a byte-order mark", map[string]any{"file": "byte-order-mark"}, "", "", "one line"},
		{"an endless file", map[string]any{"file": "long"}, "", "", "more than 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, err := Parse("c.json", edited(t, map[string]any{key: c.given}), dir, testEnviron())
			problems := problemsOf(t, err)
			if c.want == "" {
				got := cfg.Registration.SoftwareStatement
				if err != nil || got.Reveal() != c.value || got.Source() != c.source {
					t.Fatalf("got %v from %q, error %v", got.IsSet(), got.Source(), err)
				}
				return
			}
			if len(problems) != 1 || problems[0].Key != key || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want one problem of %s with %q", err, key, c.want)
			}
			if strings.Contains(err.Error(), planted) {
				t.Fatalf("the problem shows the secret: %v", err)
			}
		})
	}
}
