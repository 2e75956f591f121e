package scenario

import (
	"bytes"
	_ "embed" // the schema of a file
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"obconform/harness/contract"
	"obconform/harness/format"
	"obconform/harness/strictjson"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	// Where is a JSON pointer, empty for the file as a whole.
	Where string
	// Expected and Got complete "expected ..., got ...".
	Expected, Got string
}

// String is the problem in one line.
func (p Problem) String() string {
	if p.Where == "" {
		return "expected " + p.Expected + ", got " + p.Got
	}
	return p.Where + ": expected " + p.Expected + ", got " + p.Got
}

// Bounds of a file.
const (
	MaxBytes  = 4 << 20
	mostSteps = 1000
	lastCall  = 1_000_000
	maxDelay  = 10 * time.Minute
)

//go:embed scenario.schema.json
var schema []byte

// Format is the format of a scenario. One without a version is of version 1.
func Format() format.Format {
	f := format.New("scenario", "the file of mock --scenario: what the bank answers otherwise", bytes.Clone(schema))
	f.Member, f.Optional, f.ByHand = "version", true, true
	return f
}

// Parse reads a scenario, an object with a list of steps. It answers every
// problem at once, and no step where there is one.
func Parse(data []byte) ([]Step, []Problem) {
	r := &reader{}
	if len(data) > MaxBytes {
		r.complain("", fmt.Sprintf("at most %d bytes", MaxBytes), strconv.Itoa(len(data)))
		return nil, r.problems
	}
	value, faults := strictjson.Parse(data)
	for _, fault := range faults {
		r.complain(fault.Pointer, "strict JSON", "a document that "+fault.Message)
	}
	if len(faults) > 0 {
		return nil, r.problems
	}
	if object, isObject := value.(map[string]any); isObject {
		if _, err := Format().VersionOf(object); err != nil {
			r.complain("/version", "a file that this obconform reads", "one that "+err.Error())
			return nil, r.problems
		}
	}
	file := r.object("", value, "steps", "version", "$schema")
	list, isList := file["steps"].([]any)
	switch {
	case file == nil:
	case !isList || len(list) == 0:
		r.complain("/steps", "a list of one step or more", kind(file["steps"]))
	case len(list) > mostSteps:
		r.complain("/steps", fmt.Sprintf("at most %d steps", mostSteps), strconv.Itoa(len(list)))
		list = nil
	}
	var steps []Step
	for i, item := range list {
		at := "/steps/" + strconv.Itoa(i)
		step := r.step(at, item)
		if earlier := slices.IndexFunc(steps, step.meets); earlier >= 0 && step.Operation != "" {
			r.complain(at, "one step for a call", fmt.Sprintf("a second one for what step %d is about, %s", earlier, steps[earlier]))
		}
		steps = append(steps, step)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return steps, nil
}

// reader gathers what is wrong.
type reader struct{ problems []Problem }

func (r *reader) complain(where, expected, got string) {
	r.problems = append(r.problems, Problem{where, expected, got})
}

// object is a value that has no other members than those.
func (r *reader) object(at string, value any, known ...string) map[string]any {
	members, ok := value.(map[string]any)
	if !ok {
		r.complain(at, "an object with "+strings.Join(known, ", "), kind(value))
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(known, name) {
			r.complain(at+strictjson.Join(name), "one of "+strings.Join(known, ", "), "a member of another name")
		}
	}
	return members
}

func (r *reader) step(at string, value any) Step {
	members := r.object(at, value, "operation", "call", "times", "delay", "drop", "status", "headers", "body", "text")
	if members == nil {
		return Step{}
	}
	step := Step{
		Operation: r.operation(at+"/operation", members["operation"]),
		Call:      r.number(at+"/call", members, "call", 1, lastCall),
		Times:     r.number(at+"/times", members, "times", 1, lastCall),
		Delay:     r.delay(at+"/delay", members),
		Drop:      r.drop(at+"/drop", members),
	}
	if _, given := members["status"]; given {
		step.Status = r.number(at+"/status", members, "status", http.StatusOK, 599)
	}
	step.Header = r.headers(at+"/headers", members)
	step.Body = r.body(at, members, step)
	if _, typed := step.Header["Content-Type"]; step.Body != nil && !typed {
		step.Header["Content-Type"] = []string{"text/plain; charset=utf-8"}
		if _, isJSON := members["body"]; isJSON {
			step.Header["Content-Type"] = []string{"application/json"}
		}
	}
	r.together(at, members, step)
	return step
}

// together holds the members of a step against one another.
func (r *reader) together(at string, members map[string]any, step Step) {
	if _, given := members["status"]; !given {
		for _, name := range []string{"headers", "body", "text"} {
			if _, has := members[name]; has {
				r.complain(at+"/"+name, "a status beside it", "none")
			}
		}
		if members["delay"] == nil && members["drop"] == nil {
			r.complain(at, "a status, a delay or a drop", "none: the call would be answered as usual")
		}
	} else if members["drop"] != nil {
		r.complain(at+"/drop", "no status beside it", strconv.Itoa(step.Status))
	}
}

func (r *reader) operation(at string, value any) contract.OperationID {
	name, _ := value.(string)
	if _, known := contract.Lookup(contract.OperationID(name)); !known {
		r.complain(at, "an operation as ListAccounts or RequestToken ('obconform list --coverage' names them)", kind(value))
		return ""
	}
	return contract.OperationID(name)
}

// number is a whole number between two bounds; 1 where it is not there.
func (r *reader) number(at string, members map[string]any, name string, least, most int) int {
	value, given := members[name]
	if !given {
		return 1
	}
	literal, isNumber := value.(json.Number)
	number, err := strconv.Atoi(literal.String())
	if !isNumber || err != nil || number < least || number > most {
		r.complain(at, fmt.Sprintf("a whole number from %d to %d", least, most), kind(value))
		return least
	}
	return number
}

func (r *reader) delay(at string, members map[string]any) time.Duration {
	value, given := members["delay"]
	if !given {
		return 0
	}
	text, _ := value.(string)
	delay, err := time.ParseDuration(text)
	if err != nil || delay <= 0 || delay > maxDelay {
		r.complain(at, `a duration as "500ms" or "2s", at most `+maxDelay.String(), kind(value))
		return 0
	}
	return delay
}

func (r *reader) drop(at string, members map[string]any) Drop {
	value, given := members["drop"]
	if !given {
		return ""
	}
	text, _ := value.(string)
	if drop := Drop(text); slices.Contains([]Drop{Before, After, Midway}, drop) {
		return drop
	}
	r.complain(at, "before, after or midway", kind(value))
	return ""
}

// framing are the fields that say how an answer is sent, which is decided by
// what is sent.
var framing = []string{"Connection", "Content-Length", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade"}

func (r *reader) headers(at string, members map[string]any) http.Header {
	header := http.Header{}
	value, given := members["headers"]
	if !given {
		return header
	}
	fields, ok := value.(map[string]any)
	if !ok {
		r.complain(at, "an object of header fields", kind(value))
		return header
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		where, canonical := at+strictjson.Join(name), http.CanonicalHeaderKey(name)
		_, twice := header[canonical]
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			r.complain(where, "the name of a header field", "another text")
		case slices.Contains(framing, canonical):
			r.complain(where, "no field that frames the answer", canonical)
		case twice:
			r.complain(where, "each field once", "it in two spellings")
		default:
			header[canonical] = r.values(where, fields[name])
		}
	}
	return header
}

// values are those of one field: a text, several, or none for null.
func (r *reader) values(at string, value any) []string {
	if value == nil {
		return nil
	}
	list, several := value.([]any)
	if !several {
		list = []any{value}
	}
	var values []string
	for _, item := range list {
		text, isText := item.(string)
		if !isText || !httpguts.ValidHeaderFieldValue(text) {
			r.complain(at, "a text that a header field can have, a list of them, or null", kind(item))
			continue
		}
		values = append(values, text)
	}
	if len(list) == 0 {
		r.complain(at, "a text, a list of one text or more, or null", "an empty list")
	}
	return values
}

func (r *reader) body(at string, members map[string]any, step Step) []byte {
	value, isJSON := members["body"]
	text, isText := members["text"]
	switch {
	case isJSON && isText:
		r.complain(at+"/text", "a body or a text", "both")
	case (isJSON || isText) && (step.Status == http.StatusNoContent || step.Status == http.StatusNotModified):
		r.complain(at+"/status", "a status whose answer can have a body", strconv.Itoa(step.Status))
	case isJSON:
		return encode(value)
	case isText:
		plain, ok := text.(string)
		if !ok {
			r.complain(at+"/text", "a text", kind(text))
		}
		return []byte(plain)
	}
	return nil
}

// encode writes a value that was read from JSON as JSON again.
func encode(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // what came from JSON can be written as JSON
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// kind is a wrong value in words, a short one itself.
func kind(value any) string {
	const most = 60
	switch value := value.(type) {
	case nil:
		return "none"
	case string:
		if len(value) > most {
			return fmt.Sprintf("a text of %d bytes", len(value))
		}
		return strconv.Quote(value)
	case json.Number:
		if len(value) > most {
			return "another number"
		}
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case []any:
		return fmt.Sprintf("a list of %d", len(value))
	}
	return "an object"
}
