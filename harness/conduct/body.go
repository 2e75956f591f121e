package conduct

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/jsonschema"
	"obconform/harness/strictjson"
	"obconform/harness/traffic"
)

// CLI-BODY.
func holdBody(e *examination) {
	switch {
	case e.op.RequestModel == "":
	case len(e.req.Body.Bytes) > 0:
		e.met()
	case e.req.Body.Whole():
		e.breach("body", "the documented body, "+modelName(e.op.RequestModel), "no body")
	}
}

func modelName(model string) string { return model[strings.LastIndex(model, "/")+1:] }

// CLI-NO-BODY.
func holdNoBody(e *examination) {
	switch {
	case !e.bodiless():
	case len(e.req.Body.Bytes) > 0:
		e.breach("body", "no body", fmt.Sprintf("one of %d bytes", len(e.req.Body.Bytes)))
	case e.req.Body.Whole():
		e.met()
	}
}

// CLI-JSON.
func holdJSON(e *examination) {
	document := e.json()
	if !document.known {
		return
	}
	for _, problem := range document.problems {
		where := problem.Pointer
		if where == "" {
			where = "body"
		}
		e.breach(where, "one strict JSON value", problem.Message)
	}
	e.met()
}

// violation is a departure from a model, with the level of its layer.
type violation struct {
	jsonschema.Violation
	level contract.Level
}

// violations holds the JSON body against every layer of its model, once. What was
// withheld is not judged.
func (e *examination) violations() (violations []violation, known bool) {
	document := e.json()
	if !document.known || document.value == nil && len(document.problems) > 0 {
		return nil, false
	}
	if !e.did.faults {
		e.did.faults = true
		e.faults = e.validated(document.value)
	}
	return e.faults, true
}

// validated is validate, which is worth remembering: most consents that a client
// asks for are the same, and a schema costs more than all other rules together.
func (e *examination) validated(document any) []violation {
	k := e.memory.of(e.op.RequestModel, string(e.req.Body.Lack), string(e.req.Body.Bytes))
	e.mu.Lock()
	violations, known := e.memory.verdicts.get(k)
	e.mu.Unlock()
	if known {
		return violations
	}
	violations = validate(e.models[e.op.RequestModel], document, e.req.Body.Lack == traffic.Redacted)
	if len(violations) <= few {
		e.mu.Lock()
		e.memory.verdicts.put(k, violations)
		e.mu.Unlock()
	}
	return violations
}

func validate(m model, document any, redacted bool) []violation {
	var all []violation
	for _, l := range m.layers {
		for _, v := range l.schema.Validate(document) {
			value, present := strictjson.Pointer(document, v.Pointer)
			if !redacted || !present || !withheld(value) {
				all = append(all, violation{v, l.level})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b violation) int { return strings.Compare(a.Pointer, b.Pointer) })
	return all
}

// CLI-MODEL, but for what has a clause of its own: the form of date-times, and
// of an amount.
func holdModel(e *examination) {
	violations, known := e.violations()
	if !known {
		return
	}
	e.met()
	for _, v := range violations {
		if v.Keyword != "format" && !(isAmount(v.Pointer) && v.Keyword != "required") {
			e.breachOf(v, e.document.value)
		}
	}
}

// breachOf reports a departure from a schema. What it shows of a value is what
// cannot name a person or open a door.
func (e *examination) breachOf(v violation, document any) {
	where, actual := v.Pointer, v.Actual
	if where == "" {
		where = "body"
	}
	if v.Keyword != "required" && v.Keyword != "additionalProperties" && !showable.MatchString(v.Pointer) {
		value, _ := strictjson.Pointer(document, v.Pointer)
		actual = outline(value) + ", not shown"
	}
	e.breachAt(v.level, where, v.Expected, actual)
}

// showable are the members whose values say nothing of a person.
var showable = regexp.MustCompile(`^/Data/(Permissions(/\d+)?|[A-Za-z]*DateTime|InstructedAmount/(Amount|Currency))$|` +
	`^/(iat|exp|aud|jti|token_endpoint_auth_method|grant_types|response_types|scope|application_type|[a-z_]+_alg|redirect_uris)(/\d+)?$`)

// CLI-UNKNOWN-MEMBER. Risk is closed by the standard, and CLI-MODEL's.
func holdUnknownMember(e *examination) {
	document := e.json()
	if !document.known || document.value == nil {
		return
	}
	e.met()
	e.strangers(e.models[e.op.RequestModel].tree, document.value, "")
}

// strangers reports members that the schema does not name.
func (e *examination) strangers(schema map[string]any, value any, at string) {
	object, isObject := value.(map[string]any)
	properties, named := schema["properties"].(map[string]any)
	if !isObject || !named {
		return
	}
	for _, name := range sortedNames(object) {
		below, known := properties[name].(map[string]any)
		if !known {
			e.breach(at+strictjson.Join(name), "no member of this name", "one")
			continue
		}
		if _, deeper := object[name].(map[string]any); deeper {
			e.strangers(below, object[name], at+strictjson.Join(name))
		}
	}
}

func sortedNames(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// dateTimes are the date-time members of every request.
var dateTimes = []string{"/Data/ExpirationDateTime", "/Data/TransactionFromDateTime", "/Data/TransactionToDateTime"}

// isoForms are date-times of ISO 8601 that are none of RFC 3339.
var isoForms = []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05Z07", "20060102T150405Z0700", "20060102T150405"}

// CLI-DATETIME. Open Banking has banks take every form of ISO 8601 in requests;
// a date-time without a timezone, or otherwise not of RFC 3339, is advised
// against.
func holdDateTime(e *examination) {
	violations, known := e.violations()
	if !known {
		return
	}
	for _, pointer := range dateTimes {
		text, ok := e.text(pointer)
		malformed := slices.ContainsFunc(violations, func(v violation) bool { return v.Pointer == pointer && v.Keyword == "format" })
		switch {
		case !ok: // not there, or CLI-MODEL's
		case !malformed:
			e.met()
		case isISO(text):
			e.breachAt(contract.Adv, pointer, "an RFC 3339 date-time with a timezone", quote(text))
		default:
			e.breach(pointer, "an ISO 8601 date-time", quote(text))
		}
	}
}

func isISO(text string) bool {
	return slices.ContainsFunc(isoForms, func(form string) bool {
		_, err := time.Parse(form, text)
		return err == nil
	})
}

// dateTime is a date-time of the request that can be placed in time.
func (e *examination) dateTime(pointer string) (at time.Time, ok bool) {
	text, ok := e.text(pointer)
	if !ok {
		return at, false
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}

// media tells whether the one Content-Type is one of those; known is false where
// it was withheld or stands more than once.
func (e *examination) media(types ...string) (value string, fits, known bool) {
	values := e.values("Content-Type")
	switch {
	case len(values) == 0:
		return "", false, true
	case len(values) > 1 || e.withheld(values[0]):
		return "", false, false
	}
	return values[0], isMedia(values[0], types...), true
}
