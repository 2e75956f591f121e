package redact

import (
	"encoding/base64"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// memberValue is the value of a JSON member as a regular expression has it.
const memberValue = `(\s*:\s*)("(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\{[^}]*\}?|[^\s",}\]\[{][^,}\]]*)`

// expressed are the same members by regular expressions: slower, and shorter to
// read.
var expressed = []struct {
	members memberNames
	as      *regexp.Regexp
}{
	{members("access_token", "code", "Name"), regexp.MustCompile(`"((?i:access_token|code|Name))"` + memberValue)},
	{exactly("code"), regexp.MustCompile(`"(code)"` + memberValue)},
}

// expressedParameters are credentials in an address by a regular expression.
var expressedParameters = regexp.MustCompile(`([?&#])(access_token|code)=(\[[^\]]*\]|[^&#\s"'<>]+)`)

// expressedForm are credentials in a form by a regular expression.
var expressedForm = regexp.MustCompile(`(^|&)(access_token|code)=([^&]+)`)

func agree(t *testing.T, text string) {
	t.Helper()
	if got, want := (parameterNames{"access_token", "code"}).redactForm(text), expressedForm.ReplaceAllString(text, `$1$2=[$2]`); got != want {
		t.Errorf("%q became %q, by the expression %q", text, got, want)
	}
	parameters := parameterNames{"access_token", "code"}
	if got, want := parameters.redact(text), expressedParameters.ReplaceAllString(text, `$1$2=[$2]`); got != want {
		t.Errorf("%q became %q, by the expression %q", text, got, want)
	}
	if strings.ContainsAny(text, "\u017f\u212a") {
		return // two characters that fold into ASCII letters, and that no member has
	}
	for _, e := range expressed {
		if got, want := e.members.redact(text), e.as.ReplaceAllString(text, `"$1"$2"[$1]"`); got != want {
			t.Errorf("%q became %q, by the expression %q", text, got, want)
		}
	}
}

// What is found byte by byte is what the expressions find, in JSON and in what is
// left of it.
func TestMembersAsExpressed(t *testing.T) {
	t.Parallel()
	pieces := []string{`"`, `"`, `"`, `"code"`, `"NAME"`, `"access_token"`, `"names"`, `:`, `:`, ` : `, ",", "{", "}", "[", "]", `\`, `\"`, `\\`, "\n", "\t", " ", "1", "null", "?", "&", "#", "?code=", "&access_token=", "code=", "=", "'", "<", "é", "\xff", "x", "co", "de"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		var text strings.Builder
		for range 1 + random.IntN(14) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		agree(t, text.String())
	}
}

func FuzzMembers(f *testing.F) {
	f.Add(`{"code":"a\"b","Name" : ["x"],"access_token":{"a":1},"names":"no"`)
	f.Add("https://bank/?code=a&access_token=[x]#code=&code=b c")
	f.Add(`"code":` + "\\\n" + `"name"`)
	f.Fuzz(agree)
}

// The texts of members are found in JSON, and in what is left of it.
func TestTexts(t *testing.T) {
	t.Parallel()
	var got []string
	NewMembers("Name", "Identification").Texts([]byte(`{"Name":"a\u0062","x":[{"Identification" : "1","name":"no","Name":{"Name":"in"}}],"Name":5,"Name":"cut`),
		func(name, text string) { got = append(got, name+"="+text) })
	if strings.Join(got, " ") != "Name=ab Identification=1" {
		t.Errorf("%q", got)
	}
}

// A value that is written alike everywhere has the forms that any other has.
func TestFormsOfPlainValues(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"abcdefgh", "a-b_c.d", strings.Repeat("xyz", 20), "subject?s", "\xfb\xff"} {
		got, want := newSecretSet(), newSecretSet()
		got.learn("s", value)
		for _, form := range append([]string{value}, slowBase64Forms(value)...) {
			want.names[form] = "s"
		}
		for form := range want.names {
			if got.names[form] == "" {
				t.Errorf("%q: the form %q is not known", value, form)
			}
		}
	}
}

// The padding of an encoded secret is taken out with it, and no other equals sign.
func TestPadding(t *testing.T) {
	t.Parallel()
	s := newSecretSet()
	s.learn("s", "a-secret-value")
	encoded := base64.RawStdEncoding.EncodeToString([]byte("a-secret-value"))
	for text, want := range map[string]string{"x " + encoded + "== y": "x [s] y", encoded + "=": "[s]", encoded + "===": "[s]=", encoded: "[s]",
		"a-secret-value==": "[s]=="} {
		if got := cover(text, s.find(text, wholeOnly)); got != want {
			t.Errorf("%q became %q, expected %q", text, got, want)
		}
	}
}

// slowBase64Forms encodes in both alphabets, whatever comes of it.
func slowBase64Forms(value string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = append(forms, encoding.EncodeToString([]byte(value)))
		for before := range 3 {
			part := encoding.EncodeToString([]byte(strings.Repeat("x", before) + value))[(before*8+5)/6:]
			if (before+len(value))%3 != 0 && part != "" {
				part = part[:len(part)-1]
			}
			if len(part) >= enoughToTell {
				forms = append(forms, part)
			}
		}
	}
	return forms
}

// The places that are passed over are those where nothing is.
func TestFindAsWithoutTheHash(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	letters := func(n int) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = "abc"[random.IntN(3)]
		}
		return string(text)
	}
	for range 2000 {
		s := newSecretSet()
		for range 1 + random.IntN(3) {
			s.learn("secret", letters(4+random.IntN(8)))
		}
		text := letters(60)
		for _, least := range []int{enoughToTell, wholeOnly} {
			got := cover(text, s.find(text, least))
			var slow []span
			for at := range len(text) {
				if form, length := s.match(text[at:], least); length > 0 {
					slow = append(slow, span{at, at + length, s.names[form]})
				}
			}
			if want := cover(text, slow); got != want {
				t.Fatalf("%q became %q, expected %q", text, got, want)
			}
		}
	}
}
