package waiver

import (
	"bytes"
	_ "embed" // the schema of a file
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"obconform/harness/contract"
	"obconform/harness/deprecation"
	"obconform/harness/format"
	"obconform/harness/strictjson"
)

// Problem is one thing that is wrong with a file of waivers.
type Problem struct {
	// Where is "[2].expires", or empty for the file as a whole; a JSON pointer in
	// a file that is no strict JSON.
	Where string
	// Expected and Got complete "expected ..., got ...".
	Expected, Got string
}

// Bounds of a file: far more than anybody should waive.
const (
	mostWaivers = 500
	longestText = 500 // of reason and ticket, in characters
)

//go:embed waivers.schema.json
var schema []byte

// Format is the format of a file.
func Format() format.Format {
	f := format.New("waivers", "the file of --waivers: breaches that are accepted for a time", bytes.Clone(schema))
	f.Member, f.ByHand = "version", true
	return f
}

// Bare tells whether a file is a list alone, the form of before there were
// versions: it cannot say which one it has. Parse reads it still.
func Bare(data []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) }

// BareNotice is what the user of such a file is told.
func BareNotice() deprecation.Notice {
	return deprecation.Notice{Name: "a list alone", Instead: `{"version": 1, "waivers": [...]} with the list in it`, Since: "1.0.0", Removal: "2.0.0"}
}

// Parse reads a file of waivers: a version, and a list of objects with clause,
// operation (optional), reason, ticket and expires. It answers every problem at
// once, and no waiver where there is one.
func Parse(data []byte) (List, []Problem) {
	value, faults := strictjson.Parse(data)
	if len(faults) > 0 {
		r := reader{}
		for _, fault := range faults {
			r.complain(fault.Pointer, "strict JSON", fault.Message)
		}
		return nil, r.problems
	}
	r := reader{}
	at, items := r.items(value)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	if len(items) > mostWaivers {
		return nil, []Problem{{"", fmt.Sprintf("at most %d waivers", mostWaivers), fmt.Sprint(len(items))}}
	}
	list := List{}
	for i, item := range items {
		w := r.waiver(fmt.Sprintf("%s[%d]", at, i), item)
		twice := func(other Waiver) bool {
			return other.Clause == w.Clause && other.Operation == w.Operation && w.Clause != ""
		}
		if slices.ContainsFunc(list, twice) {
			r.complain(fmt.Sprintf("%s[%d]", at, i), "one waiver for a clause and an operation", "a second one for "+target(w))
		}
		list = append(list, w)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return list, nil
}

// items finds the list of waivers in a document, and the key that it has there.
func (r *reader) items(document any) (at string, items []any) {
	if bare, ok := document.([]any); ok {
		return "", bare
	}
	object, ok := document.(map[string]any)
	if !ok {
		r.complain("", "an object with version and a list waivers", "something else")
		return "", nil
	}
	if _, err := Format().VersionOf(object); err != nil {
		r.complain(Format().Member, fmt.Sprintf("the number %d", Format().Version), "a file that "+err.Error())
		return "", nil
	}
	for name := range object {
		if name != Format().Member && name != "waivers" {
			r.complain("", "only version and waivers", "a member "+quote(name))
		}
	}
	if items, ok = object["waivers"].([]any); !ok {
		r.complain("waivers", "a list of waivers", "something else, or none")
	}
	slices.SortFunc(r.problems, func(a, b Problem) int { return strings.Compare(a.Where+a.Got, b.Where+b.Got) })
	return "waivers", items
}

// target is what a waiver is for, in words.
func target(w Waiver) string {
	if w.Operation == "" {
		return string(w.Clause)
	}
	return string(w.Clause) + " at " + string(w.Operation)
}

type reader struct{ problems []Problem }

func (r *reader) complain(where, expected, got string) {
	r.problems = append(r.problems, Problem{where, expected, got})
}

func (r *reader) waiver(at string, item any) Waiver {
	members, ok := item.(map[string]any)
	if !ok {
		r.complain(at, "an object with clause, reason, ticket and expires", "something else")
		return Waiver{}
	}
	known := []string{"clause", "operation", "reason", "ticket", "expires"}
	var unknown []string
	for name := range members {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		r.complain(at, "only "+strings.Join(known, ", "), "a member "+quote(name))
	}
	w := Waiver{
		Clause:    contract.ClauseID(r.text(at, members, "clause", true)),
		Operation: contract.OperationID(r.text(at, members, "operation", false)),
		Reason:    r.text(at, members, "reason", true),
		Ticket:    r.text(at, members, "ticket", true),
		Expires:   r.text(at, members, "expires", true),
	}
	if _, exists := contract.ClauseByID(w.Clause); w.Clause != "" && !exists {
		r.complain(at+".clause", "a clause of the contract ('obconform explain --all' lists them)", quote(string(w.Clause)))
		w.Clause = ""
	}
	if _, exists := contract.Lookup(w.Operation); w.Operation != "" && !exists {
		r.complain(at+".operation", "an operation of the contract, as ListAccounts", quote(string(w.Operation)))
	}
	if _, err := time.Parse(dayForm, w.Expires); w.Expires != "" && err != nil {
		r.complain(at+".expires", "a day of the form YYYY-MM-DD", quote(w.Expires))
	}
	return w
}

// text is a member that is a text of one line; of one that must be there an
// empty text is as bad as none.
func (r *reader) text(at string, members map[string]any, name string, required bool) string {
	value, given := members[name]
	text, isText := value.(string)
	at += "." + name
	switch {
	case !given && required:
		r.complain(at, "a text", "none")
	case given && !isText:
		r.complain(at, "a text", "something else")
	case given && strings.TrimSpace(text) == "":
		r.complain(at, "a text", "an empty one")
	case strings.ContainsFunc(text, unicode.IsControl):
		r.complain(at, "one line without control characters", "others")
	case utf8.RuneCountInString(text) > longestText:
		r.complain(at, fmt.Sprintf("at most %d characters", longestText), fmt.Sprint(utf8.RuneCountInString(text)))
	default:
		return text
	}
	return ""
}

// quote repeats a wrong value, shortened.
func quote(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		return fmt.Sprintf("a text of %d characters", utf8.RuneCountInString(text))
	}
	return fmt.Sprintf("%q", text)
}
