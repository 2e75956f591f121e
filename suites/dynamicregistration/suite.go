// Package dynamicregistration is the suite of the Dynamic Registration API
// v3.2, with the discovery document and the token endpoint that every other
// API presupposes: one file per section of the documentation. It says what
// must hold and leaves transport, JSON and audit to the TPP.
package dynamicregistration

import (
	"obconform/harness/contract"
	"obconform/harness/tpp"
)

// Suite is the suite with its sections in the documentation's order.
func Suite() tpp.Suite {
	return tpp.Suite{API: contract.DynamicRegistration, Sections: []tpp.Section{
		{Name: "discovery", Specs: discovery, Requests: 1},
		{Name: "token", Specs: token, Requests: 2},
		{Name: "code", Specs: code, Requests: 4},
		{Name: "register", Specs: register, Requests: 4},
		{Name: "register-syntax", Specs: registerSyntax, Requests: 1},
		{Name: "register-signature", Specs: registerSignature, Requests: 1},
		{Name: "register-claims", Specs: registerClaims, Requests: 1},
		{Name: "register-times", Specs: registerTimes, Requests: 3},
		{Name: "register-redirects", Specs: registerRedirects, Requests: 2},
		{Name: "register-statement", Specs: registerStatement, Requests: 1},
		{Name: "register-metadata", Specs: registerMetadata, Requests: 1},
		{Name: "read", Specs: read, Requests: 5},
		{Name: "update", Specs: update, Requests: 6},
		{Name: "delete", Specs: remove, Requests: 6},
		{Name: "refusals", Specs: commonRefusals, Requests: 4},
	}}
}
