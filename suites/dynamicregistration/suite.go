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
		{Name: "discovery", Specs: discovery},
		{Name: "token", Specs: token},
		{Name: "code", Specs: code},
		{Name: "register", Specs: register},
		{Name: "register-syntax", Specs: registerSyntax},
		{Name: "register-signature", Specs: registerSignature},
		{Name: "register-claims", Specs: registerClaims},
		{Name: "register-times", Specs: registerTimes},
		{Name: "register-redirects", Specs: registerRedirects},
		{Name: "register-statement", Specs: registerStatement},
		{Name: "register-metadata", Specs: registerMetadata},
		{Name: "read", Specs: read},
		{Name: "update", Specs: update},
		{Name: "delete", Specs: remove},
		{Name: "refusals", Specs: commonRefusals},
	}}
}
