package conduct

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/jose"
	"obconform/harness/strictjson"
	"obconform/harness/traffic"
)

// examination is one exchange being judged.
type examination struct {
	*Auditor
	x     traffic.Exchange
	req   *traffic.Request
	route traffic.Route
	op    contract.Operation
	// api tells a documented operation other than discovery: one of the bank's
	// own APIs.
	api bool
	// started and ended are the exchange's times, each standing in for the other
	// where that is not known; zero where neither is.
	started, ended time.Time
	auth           credential

	// What is read of the bodies, each once and where it is asked for.
	document    parsedJSON
	faults      []violation
	formValues  url.Values
	formKnown   bool
	object      authorization
	jwt         jose.Unverified
	jwtProblems []jose.Problem
	answer      map[string]any
	did         done

	// leaks says that the URL has an access token.
	leaks bool

	rule    *rule
	decided bool
	found   int
	result  Result
}

// done notes what was read already.
type done struct{ document, faults, form, object, jwt bool }

// parsedJSON is a JSON request body.
type parsedJSON struct {
	value    any
	problems []strictjson.Problem
	// known is false where there is no body, where it was not recorded as it was,
	// or where it says that it is no JSON.
	known bool
}

func newExamination(a *Auditor, x traffic.Exchange, route traffic.Route) *examination {
	e := &examination{Auditor: a, x: x, route: route, op: a.operations[route.Operation], started: x.Started, ended: x.Ended}
	e.req = &e.x.Request
	e.api = e.op.Documented() && e.op.ID != contract.GetDiscovery
	if e.started.IsZero() {
		e.started = e.ended
	}
	if e.ended.IsZero() {
		e.ended = e.started
	}
	if e.judged() {
		e.auth = e.readCredential(e.values("Authorization"))
		e.result.Exercised = make([]contract.ClauseID, 0, 24)
	}
	return e
}

// judged tells whether the request is one to a known address of the bank. OPTIONS
// and HEAD are a browser's and a probe's, of any address.
func (e *examination) judged() bool {
	return e.op.ID != "" && e.req.Method != http.MethodOptions && e.req.Method != http.MethodHead
}

// hold applies rules. A request by a method that the path does not have is
// judged for that alone: which operation was meant is a guess.
func (e *examination) hold(rules []rule) {
	for i := range rules {
		if e.route.Foreign && rules[i].clause != contract.CliMethod {
			continue
		}
		e.rule, e.decided, e.found = &rules[i], false, 0
		rules[i].hold(e)
	}
}

// met notes that the exchange decides the rule's clause.
func (e *examination) met() {
	if !e.decided {
		e.decided = true
		e.result.Exercised = append(e.result.Exercised, e.rule.clause)
	}
}

// maxFindings bounds what is reported of one clause in one exchange: a hostile
// body can have millions of faults.
const maxFindings = 100

// breach reports a departure at the clause's own level.
func (e *examination) breach(where, expected, actual string) {
	e.breachAt(e.levels[e.rule.clause], where, expected, actual)
}

// breachAt reports a departure at another level than the clause's own.
func (e *examination) breachAt(level contract.Level, where, expected, actual string) {
	e.met()
	if e.found++; e.found > maxFindings {
		return
	}
	e.result.Findings = append(e.result.Findings, evidence.Finding{
		Clause: e.rule.clause, Level: level, Operation: e.op.ID, Status: e.status(),
		Where: clip(printable(where)), Expected: clip(expected), Actual: clip(actual), Exchange: -1})
}

// status is the answer's, 0 for none.
func (e *examination) status() int {
	if e.x.Response == nil {
		return 0
	}
	return e.x.Response.Status
}

// values are those of a request header; the name is in canonical form.
func (e *examination) values(name string) []string { return e.req.Header[name] }

// value is that of a header that stands once and was not withheld.
func (e *examination) value(name string) (value string, ok bool) {
	values := e.req.Header[name]
	if len(values) != 1 || e.withheld(values[0]) {
		return "", false
	}
	return values[0], true
}

// recorded tells an exchange that somebody else recorded, who may have put
// placeholders in the place of values, from one that was seen as it went by:
// there, a value that looks like one is the client's own.
func (e *examination) recorded() bool { return e.x.Origin != "" }

// withheld tells whether a value is a recorder's placeholder for another.
func (e *examination) withheld(value string) bool { return e.recorded() && traffic.Withheld(value) }

// is tells whether the request is for one of those operations.
func (e *examination) is(ids ...contract.OperationID) bool { return slices.Contains(ids, e.op.ID) }

// credential is an Authorization header.
type credential struct {
	present bool
	// scheme is in small letters; empty where it is not known.
	scheme string
	// value is what follows the scheme; empty where it was withheld.
	value string
}

// readCredential reads the header where it stands once.
func (e *examination) readCredential(values []string) credential {
	if len(values) != 1 {
		return credential{present: len(values) > 1}
	}
	scheme, value, spaced := strings.Cut(values[0], " ")
	if e.withheld(values[0]) {
		if !spaced || e.withheld(scheme) {
			return credential{present: true}
		}
		value = ""
	}
	return credential{present: true, scheme: strings.ToLower(scheme), value: strings.TrimSpace(value)}
}

// maxBody is the longest body that is read, in bytes: far above any of the
// contract's, far below what would cost memory or time.
const maxBody = 256 << 10

// json is the JSON body of the request.
func (e *examination) json() *parsedJSON {
	if e.did.document {
		return &e.document
	}
	e.did.document = true
	body := e.req.Body
	if e.op.RequestModel == "" || e.isRegistration() || len(body.Bytes) == 0 || len(body.Bytes) > maxBody || !e.jsonTyped() ||
		body.Lack != traffic.Nothing && body.Lack != traffic.Redacted || e.encoded() {
		return &e.document
	}
	e.document.value, e.document.problems = strictjson.Parse(body.Bytes)
	// A redactor may have spoilt the syntax.
	e.document.known = body.Whole() || len(e.document.problems) == 0
	return &e.document
}

// encoded tells whether the body has a content coding, and is not what it says.
func (e *examination) encoded() bool { return len(e.values("Content-Encoding")) > 0 }

// jsonTyped tells whether the body may be JSON, by its content type.
func (e *examination) jsonTyped() bool {
	value, ok := e.value("Content-Type")
	return !ok || isMedia(value, "application/json")
}

// pointer is the value at a JSON pointer of the request's body.
func (e *examination) pointer(pointer string) (value any, ok bool) {
	document := e.json()
	if !document.known || document.value == nil {
		return nil, false
	}
	return strictjson.Pointer(document.value, pointer)
}

// text is a string of the request's body that was not withheld.
func (e *examination) text(pointer string) (text string, ok bool) {
	value, _ := e.pointer(pointer)
	text, ok = value.(string)
	return text, ok && !e.hides(value)
}

// hides tells whether a value of the request's body stands for one that was
// withheld.
func (e *examination) hides(value any) bool {
	return e.req.Body.Lack == traffic.Redacted && withheld(value)
}

// form holds the parameters of a request to the token endpoint; known is false
// where the body was not recorded whole.
func (e *examination) form() (values url.Values, known bool) {
	if !e.did.form {
		e.did.form = true
		body := e.req.Body
		if (body.Lack == traffic.Nothing || body.Lack == traffic.Redacted) && len(body.Bytes) <= maxBody && !e.encoded() {
			values, err := url.ParseQuery(string(body.Bytes))
			e.formValues, e.formKnown = values, err == nil
		}
	}
	return e.formValues, e.formKnown
}

// field is a parameter of a token request that was not withheld; ok is false
// where it is not there, or not known.
func (e *examination) field(name string) (value string, ok bool) {
	values, known := e.form()
	value = values.Get(name)
	return value, known && value != "" && !e.withheld(value)
}

func (e *examination) isRegistration() bool {
	return e.op.ID == contract.RegisterClient || e.op.ID == contract.UpdateClient
}

// registration is the request object of a registration; ok is false where it is
// not known, and where it is no JWS.
func (e *examination) registration() (request jose.Unverified, ok bool) {
	if !e.isRegistration() {
		return request, false
	}
	if !e.did.jwt {
		e.did.jwt = true
		if e.req.Body.Whole() && len(e.req.Body.Bytes) > 0 && !e.encoded() && !e.withheld(string(e.req.Body.Bytes)) {
			e.jwt, e.jwtProblems = jose.Peek(string(e.req.Body.Bytes))
		}
	}
	return e.jwt, e.jwt.Claims != nil
}

// prepare reads what the rules on lives need, outside their lock.
func (e *examination) prepare() {
	e.json()
	switch {
	case e.op.ID == contract.RequestToken:
		e.assertion()
	case e.op.ID == contract.Authorize:
		e.authorization()
	case e.isRegistration():
		e.registration()
	}
	e.readAnswer()
}

// readAnswer reads the body of an answer that tells of a life. Lists of accounts
// are read elsewhere: they are long, and come again and again.
func (e *examination) readAnswer() {
	if e.x.Response == nil || e.status()/100 != 2 || e.op.ID == "" || e.route.Foreign ||
		e.is(contract.ListAccounts, contract.GetAccount, contract.GetJWKS, contract.CreateFundsConfirmation) {
		return
	}
	body := e.x.Response.Body
	if (body.Lack == traffic.Nothing || body.Lack == traffic.Redacted) && len(body.Bytes) <= maxBody {
		value, _ := strictjson.Parse(body.Bytes)
		e.answer, _ = value.(map[string]any)
	}
}

// answered is a string of the answer that was not withheld, empty for none.
func (e *examination) answered(pointer string) string {
	if e.answer == nil {
		return ""
	}
	value, _ := strictjson.Pointer(e.answer, pointer)
	text, _ := value.(string)
	if e.withheld(text) {
		return ""
	}
	return text
}
