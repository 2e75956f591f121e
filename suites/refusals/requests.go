package refusals

import (
	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// address: a path that does not exist, a method that the path does not have.
func (s subject) address() {
	below := "-that-does-not-exist"
	if s.operation.HasResource() {
		below = "/that-does-not-exist"
	}
	s.refuses("a path that does not exist", contract.Com404Path, always(tpp.Below(below)), 404)
	s.refuses("the method PATCH", contract.Com405Method, always(tpp.Method("PATCH")), 405)
	if !s.operation.HasResource() {
		s.refuses("the method PUT", contract.Com405Method, always(tpp.Method("PUT")), 405)
	}
}

// mediaTypes: an answer in a type that the bank does not have, a request in a
// type that it does not take. A DELETE has no body to negotiate (R16).
func (s subject) mediaTypes() {
	if s.operation.Method != "DELETE" {
		s.refuses("to answer in XML", contract.Com406Accept, always(tpp.Header("Accept", "application/xml")), 406)
	}
	if s.operation.RequestModel == "" {
		return
	}
	for _, media := range []string{"text/plain", "application/xml"} {
		s.refuses("a body sent as "+media, contract.Com415Type, always(tpp.Header("Content-Type", media)), 400, 406, 415)
	}
}
