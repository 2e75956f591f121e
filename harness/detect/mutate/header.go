package mutate

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// framing are the headers that belong to the connection and not to the answer.
var framing = map[string]bool{"Connection": true, "Content-Length": true, "Date": true, "Keep-Alive": true,
	"Trailer": true, "Transfer-Encoding": true, "Upgrade": true}

// The kinds of changes of a header beside those that a value has too.
const (
	kindOther     = "double with another" // the header comes twice, with two values
	kindForeign   = "signature of another body"
	kindMediaType = "set " // and the media type
)

// mediaTypes stand in for the type of a body.
var mediaTypes = []string{"text/plain", "text/html", "application/xml", "application/json; charset=iso-8859-1",
	"application/octet-stream"}

// headerKinds are the kinds that fit a header's value.
func headerKinds(name, value string) []string {
	kinds := []string{kindDrop, kindDouble, kindOther, kindEmpty, kindLengthen, kindAlter}
	switch {
	case name == "Content-Type":
		for _, mediaType := range mediaTypes {
			kinds = append(kinds, kindMediaType+mediaType)
		}
	case isJWS(value):
		kinds = append(kinds, kindSignature, kindForeign)
	case isAddress(value):
		kinds = append(kinds, kindHost, kindPath)
	case strings.IndexFunc(value, func(r rune) bool { return r < '0' || r > '9' }) < 0:
		kinds = append(kinds, kindNegate, kindFraction)
	}
	return kinds
}

// changeHeader changes one header, a parameter of it, or a member of the
// protected header of the JWS that it is.
func (m *Mutator) changeHeader(a *Answer) bool {
	name, parameter, isParameter := strings.Cut(strings.TrimPrefix(m.mutation.At, atHeader), "?")
	name, pointer, isMember := strings.Cut(name, claimsMark)
	values := a.Header[name]
	if len(values) == 0 {
		return false
	}
	value := values[0]
	var changed []string
	ok := true
	switch {
	case isParameter:
		changed, ok = m.changeParameter(value, parameter)
	case isMember:
		changed, ok = m.changeProtected(value, pointer, a.Body)
	default:
		changed, ok = m.revalued(value, a.Body)
	}
	if !ok {
		return false
	}
	if a.Header[name] = changed; len(changed) == 0 {
		a.Header[name] = nil // the key keeps net/http from making one up
	}
	return true
}

// revalued are the values that stand in for a header's value.
func (m *Mutator) revalued(value string, body []byte) ([]string, bool) {
	switch kind := m.mutation.Kind; kind {
	case kindDrop:
		return nil, true
	case kindDouble:
		return []string{value, value}, true
	case kindOther:
		return []string{value, altered(value)}, true
	case kindEmpty:
		return []string{""}, value != ""
	case kindNegate, kindFraction:
		changed, ok := recounted(kind, value)
		return []string{changed}, ok
	case kindForeign:
		head, _, _ := strings.Cut(value, ".")
		changed, ok := m.signed(head, string(body)+" ", true)
		return []string{changed}, ok
	default:
		if mediaType, ok := strings.CutPrefix(kind, kindMediaType); ok {
			return []string{mediaType}, mediaType != value
		}
	}
	changed, ok := m.reworded(value)
	return []string{changed}, ok && changed != value
}

// changeProtected changes a member of the protected header of a detached JWS and
// signs it anew.
func (m *Mutator) changeProtected(value, pointer string, body []byte) ([]string, bool) {
	if !isJWS(value) {
		return nil, false
	}
	_, header := protectedHeader(value)
	changed, ok := m.edit(header, steps(pointer))
	if !ok || m.sign == nil {
		return nil, false
	}
	head := base64.RawURLEncoding.EncodeToString(changed)
	// The key is found by the header as it was: the change may have taken kid.
	signature, can := m.sign(header, append([]byte(head+"."), body...))
	return []string{head + ".." + base64.RawURLEncoding.EncodeToString(signature)}, can
}

// changeParameter changes a parameter in the query or the fragment of an
// address; one that is a JWS is signed anew.
func (m *Mutator) changeParameter(value, parameter string) ([]string, bool) {
	address, err := url.Parse(value)
	if err != nil {
		return nil, false
	}
	parameters, inFragment := parametersOf(address)
	old := parameters.Get(parameter)
	if old == "" {
		return nil, false
	}
	switch m.mutation.Kind {
	case kindDrop:
		parameters.Del(parameter)
	case kindDouble:
		parameters.Add(parameter, old)
	case kindEmpty:
		parameters.Set(parameter, "")
	default:
		changed, ok := m.reworded(old)
		if !ok {
			return nil, false
		}
		parameters.Set(parameter, changed)
	}
	if inFragment {
		address.Fragment, address.RawFragment = "", ""
		return []string{address.String() + "#" + parameters.Encode()}, true
	}
	address.RawQuery = parameters.Encode()
	return []string{address.String()}, true
}

// parametersOf are those of the query, or of the fragment where there is one.
func parametersOf(address *url.URL) (values url.Values, inFragment bool) {
	if fragment, err := url.ParseQuery(address.EscapedFragment()); err == nil && len(fragment) > 0 {
		return fragment, true
	}
	return address.Query(), false
}

// parameterKinds are the kinds that fit a parameter of an address.
func parameterKinds(value string) []string {
	kinds := []string{kindDrop, kindDouble, kindEmpty, kindAlter}
	if isJWS(value) {
		kinds = append(kinds, kindSignature)
	}
	return kinds
}

// headerNames are the headers of an answer that can be changed.
func headerNames(header http.Header) []string {
	var names []string
	for name, values := range header {
		if !framing[name] && len(values) > 0 {
			names = append(names, name)
		}
	}
	return names
}
