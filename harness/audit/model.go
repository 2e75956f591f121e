package audit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/jsonschema"
	"obconform/harness/strictjson"
)

// violation is a departure from a model, with the level of its layer.
type violation struct {
	jsonschema.Violation
	level contract.Level
}

// model holds the body against the documented model, and what belongs to it.
func (e *examination) model() {
	switch {
	case e.isStatus(http.StatusNoContent), e.unreadable(e.res.Body):
	case e.answer.Model == "":
		e.undocumentedBody()
	case len(e.res.Body) == 0:
		e.breach(contract.ComBody, "body", "the documented body, "+modelName(e.answer.Model), "no body")
	case !e.parsed: // COM-CONTENT-TYPE or COM-JSON has it
	case e.options.RFC7591Errors && e.isRFC7591Error():
		e.decide(contract.ComBody)
	case e.isRFC7591Habit():
		e.breachAsHabit(contract.RegistrationErrorRFC7591, contract.ComBody, "body", "the documented body, "+modelName(e.answer.Model),
			"an error object of RFC 7591: "+e.show("/error"))
	default:
		e.conformance()
		if e.isSuccess() {
			e.dateTimes()
			e.meta()
			e.registration()
		} else {
			e.errorCodes()
		}
	}
}

func modelName(model string) string { return model[strings.LastIndex(model, "/")+1:] }

// COM-BODY: the body conforms to its model, each constraint at its own level.
// Optional members without a value are COM-OPTIONAL's, date-times without a
// timezone COM-DATETIME's, and a Self that is no URI is COM-LINKS-SELF's.
func (e *examination) conformance() {
	e.decide(contract.ComBody)
	violations := e.optional()
	noURI := func(v violation) bool { return v.Pointer == "/Links/Self" && v.Keyword == "format" }
	if e.isSuccess() {
		e.linksSelf(slices.ContainsFunc(violations, noURI))
	}
	for _, v := range violations {
		if noURI(v) || v.Keyword == "format" && e.lacksOnlyZone(v.Pointer) {
			continue
		}
		e.breachAt(v.level, contract.ComBody, where(v.Pointer), v.Expected, e.actual(v))
	}
}

func where(pointer string) string {
	if pointer == "" {
		return "body"
	}
	return pointer
}

// actual prefers our own words to the schema's: they hide what must not be shown.
func (e *examination) actual(v violation) string {
	if v.Keyword == "required" || v.Keyword == "additionalProperties" {
		return v.Actual
	}
	return e.show(v.Pointer)
}

// violations validates a document against every layer of the model.
func (e *examination) violations(document any) []violation {
	var all []violation
	for _, l := range e.models[e.answer.Model] {
		for _, v := range l.schema.Validate(document) {
			all = append(all, violation{v, l.level})
		}
	}
	slices.SortStableFunc(all, func(a, b violation) int { return strings.Compare(a.Pointer, b.Pointer) })
	return all
}

// undocumentedBody holds a body that nobody asked for to R5: it need not be
// there, and is advised to be an error object if it is JSON.
func (e *examination) undocumentedBody() {
	if !e.parsed || !e.documented || e.isSuccess() {
		return
	}
	e.decide(contract.ComBody)
	if object, ok := e.body.(map[string]any); ok {
		if code, ok := object["error"].(string); ok && code != "" {
			return // an OAuth error object
		}
	}
	for _, l := range e.models[e.errorModel()] {
		if l.level == contract.Doc && len(l.schema.Validate(e.body)) == 0 {
			return
		}
	}
	e.breachAt(contract.Adv, contract.ComBody, "body", "no body, OBErrorResponse1 or an OAuth error object", outline(e.body))
}

// errorModel is the model of the operation's documented errors.
func (e *examination) errorModel() string {
	answer, _ := e.op.Answer(http.StatusBadRequest)
	return answer.Model
}

// isRFC7591Error tells whether the answer is a registration error in the shape
// of RFC 7591, section 3.2.2, which a target can be configured to speak (R2).
func (e *examination) isRFC7591Error() bool {
	if e.op.API != contract.DynamicRegistration || e.isSuccess() {
		return false
	}
	object, _ := e.body.(map[string]any)
	code, _ := object["error"].(string)
	description, described := object["error_description"]
	_, isText := description.(string)
	return code != "" && (!described || isText)
}

// isRFC7591Habit tells whether the answer is such an error and nothing else: its
// code is of the RFC's list, and no member of OBErrorResponse1 stands beside it.
func (e *examination) isRFC7591Habit() bool {
	object, _ := e.body.(map[string]any)
	for _, name := range []string{"Code", "Id", "Message", "Errors"} {
		if _, present := object[name]; present {
			return false
		}
	}
	code, _ := object["error"].(string)
	return e.isRFC7591Error() && slices.Contains(contract.RegistrationErrors(), code)
}

// COM-META: an answer with Data carries Links and Meta.
func (e *examination) meta() {
	object, _ := e.body.(map[string]any)
	if _, ok := object["Data"]; !ok {
		return
	}
	e.decide(contract.ComMeta)
	for _, name := range []string{"Links", "Meta"} {
		if _, ok := object[name]; !ok {
			e.breach(contract.ComMeta, "/"+name, "a member "+name, "no such member")
		}
	}
}

// COM-ERROR-CODE: a code in Open Banking's namespace, however it is spelt, is
// one of its list; codes of other namespaces are free, and an empty ErrorCode
// is of none, where it is no breach of the model already.
func (e *examination) errorCodes() {
	pointers := []string{"/Code"}
	list, _ := strictjson.Pointer(e.body, "/Errors")
	if errors, ok := list.([]any); ok {
		for i := range errors {
			pointers = append(pointers, fmt.Sprintf("/Errors/%d/ErrorCode", i))
		}
	}
	known := contract.ErrorCodes()
	for _, pointer := range pointers {
		value, _ := strictjson.Pointer(e.body, pointer)
		code, ok := value.(string)
		if !ok {
			continue
		}
		e.decide(contract.ComErrorCode)
		owned := slices.ContainsFunc(e.result.Findings, func(f evidence.Finding) bool { return f.Where == pointer })
		ours := strings.HasPrefix(strings.ToUpper(code), "UK.OBIE.") || code == "" && !owned
		if ours && !slices.Contains(known, code) {
			var habit contract.HabitID
			if code == "UK.OBIE.Forbidden" {
				habit = contract.ErrorCodeForbidden
			}
			e.breachAsHabit(habit, contract.ComErrorCode, pointer, "a code of Open Banking's list, or of another namespace", e.show(pointer))
		}
	}
}
