package conduct

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/jose"
	"obconform/harness/traffic"
)

// authorization is a request to the authorisation endpoint.
type authorization struct {
	params url.Values
	// known is false where the parameters could not be read.
	known bool
	// given says that there is a request object, pushed that there is only a
	// reference to one, or to the whole request.
	given, pushed bool
	// hidden says that the object was withheld: what it says is not known.
	hidden bool
	// recorded says that a recorder may have withheld parameters.
	recorded bool
	object   jose.Unverified
	problems []jose.Problem
}

// authorization reads the request, once.
func (e *examination) authorization() *authorization {
	if e.did.object || e.op.ID != contract.Authorize {
		return &e.object
	}
	e.did.object = true
	a := &e.object
	var err error
	if e.req.Method == http.MethodPost {
		a.params, a.known = e.form()
	} else {
		a.params, err = url.ParseQuery(e.req.URL.RawQuery)
		a.known = err == nil
	}
	request := a.params.Get("request")
	a.recorded = e.recorded()
	a.given, a.pushed, a.hidden = request != "", a.params.Get("request_uri") != "", e.withheld(request)
	if a.given && !a.hidden {
		a.object, a.problems = jose.Peek(request)
	}
	return a
}

// readable tells whether what the request asks for is known.
func (a *authorization) readable() bool {
	return a.known && !a.pushed && !a.hidden && len(a.problems) == 0
}

// get is a parameter: what the request object says of it, else the query (OpenID
// Connect Core 1.0, section 6.1).
func (a *authorization) get(name string) string {
	if text, ok := a.object.Claims[name].(string); ok {
		return text
	}
	if value := a.params.Get(name); !a.recorded || !traffic.Withheld(value) {
		return value
	}
	return ""
}

// where names the place of a parameter for a finding.
func (a *authorization) where(name string) string {
	if _, ok := a.object.Claims[name]; ok {
		return "claim " + name
	}
	return "query " + name
}

// CLI-AUTHZ-PARAMS.
func holdAuthzParams(e *examination) {
	a := e.authorization()
	if e.op.ID != contract.Authorize || !a.known {
		return
	}
	e.met()
	for _, name := range sortedKeys(a.params) {
		if n := len(a.params[name]); n > 1 {
			e.breach("query "+name, "each parameter once", fmt.Sprintf("%d times", n))
		}
	}
	if !a.readable() {
		return
	}
	for _, name := range []string{"client_id", "redirect_uri", "response_type"} {
		if a.params.Get(name) == "" && a.get(name) == "" {
			e.breach("query "+name, "the parameter, in the query or in the request object", "neither")
		}
	}
	if asked := a.get("response_type"); asked != "" && asked != "code" && asked != "code id_token" {
		e.breach(a.where("response_type"), "code or code id_token", quote(asked))
	}
	for _, name := range []string{"client_id", "response_type"} {
		plain := a.params.Get(name)
		if signed, _ := a.object.Claims[name].(string); plain != "" && signed != "" && plain != signed && !e.withheld(plain) {
			e.breach("query "+name, "what the request object says, "+quote(signed), quote(plain))
		}
	}
}

func sortedKeys(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// CLI-AUTHZ-STATE.
func holdAuthzState(e *examination) {
	a := e.authorization()
	if !a.readable() {
		return
	}
	e.met()
	if a.params.Get("state") == "" && a.get("state") == "" {
		e.breach("query state", "a state", "none")
	}
}

// CLI-AUTHZ-NONCE.
func holdAuthzNonce(e *examination) {
	a := e.authorization()
	if !a.readable() {
		return
	}
	e.met()
	if a.params.Get("nonce") != "" || a.get("nonce") != "" {
		return
	}
	level := contract.Adv
	if slices.Contains(strings.Fields(a.get("response_type")), "id_token") {
		level = contract.Std
	}
	e.breachAt(level, "query nonce", "a nonce", "none")
}

// CLI-AUTHZ-OBJECT.
func holdAuthzObject(e *examination) {
	a := e.authorization()
	switch {
	case e.op.ID != contract.Authorize || !a.known || a.pushed || a.hidden:
	case !a.given:
		e.breach("query request", "a signed request object", "none")
	case len(a.problems) > 0:
		e.breach("query request", a.problems[0].Expected, a.problems[0].Actual)
	default:
		e.signed(a.object)
	}
}

// intent is the consent that the request object names, and whether as essential.
func (a *authorization) intent(claim string) (consent string, essential bool) {
	asked, _ := a.object.Claims["claims"].(map[string]any)
	for _, place := range []string{"id_token", "userinfo"} {
		members, _ := asked[place].(map[string]any)
		intent, _ := members[claim].(map[string]any)
		if value, _ := intent["value"].(string); value != "" {
			return value, intent["essential"] == true
		}
	}
	return "", false
}

// CLI-AUTHZ-INTENT.
func holdAuthzIntent(e *examination) {
	a := e.authorization()
	if !a.readable() || !a.given {
		return
	}
	consent, essential := a.intent(e.options.IntentClaim)
	where, claim := "claim claims", e.options.IntentClaim
	switch {
	case consent == "":
		e.breach(where, claim+" with the consent as its value, for the ID token or the userinfo endpoint", "no such claim")
	case !essential:
		e.breachAt(contract.Adv, where, claim+" as essential", "a voluntary one")
	default:
		e.met()
	}
}
