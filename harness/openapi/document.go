// Package openapi writes the contract as an OpenAPI 3.1 document: the 14
// operations with every documented answer, its body, its headers and an example
// of it, so that tools made by others can serve, read or check the same
// contract.
//
// It is a pure function of harness/contract and schemas, and imports nothing
// else of ours: what it says can be held against a bank as it stands.
package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"obconform/harness/contract"
)

// Options say what the document is for.
type Options struct {
	// Server is the address that the paths are below, without a slash at its
	// end; empty for the bank's documented sandbox.
	Server string
	// Endpoints adds the token endpoint and the key set, at the addresses that
	// the example of the discovery document gives, so that a mock made from the
	// document alone can be used like a bank. The bank documents no such paths.
	Endpoints bool
}

// Sandbox is the address of the bank's sandbox (Account Access Consents v3.1,
// Endpoint configuration).
const Sandbox = "https://cb.sandbox-api-nc.cybservices.co.uk"

// object is a JSON object; its members are written sorted by name.
type object = map[string]any

// Document is the document as JSON, the same for the same options. The error
// says what is wrong with the options, or which model has no usable example.
func Document(options Options) ([]byte, error) {
	if options.Server == "" {
		options.Server = Sandbox
	}
	if err := checkServer(options.Server); err != nil {
		return nil, err
	}
	schemas, err := components()
	if err != nil {
		return nil, err
	}
	paths, err := pathItems(options)
	if err != nil {
		return nil, err
	}
	document, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title":   "Virgin Money Open Banking",
			"version": "3.1",
			"summary": "The contract that obconform holds a bank against.",
			"description": "Dynamic Registration v3.2, Account Access Consents v3.1, Accounts v3.1 and Confirmation of Funds v3.1, " +
				"with what Open Banking Read/Write v3.1.2 and Dynamic Client Registration v3.2 add to them.",
		},
		"servers":           []any{object{"url": options.Server}},
		"tags":              tags(options),
		"paths":             paths,
		"components":        object{"schemas": schemas, "securitySchemes": securitySchemes(options.Server)},
		"jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(document, '\n'), nil
}

// checkServer refuses an address that paths cannot be appended to.
func checkServer(server string) error {
	address, err := url.Parse(server)
	if err != nil || (address.Scheme != "https" && address.Scheme != "http") || address.Host == "" || address.User != nil ||
		address.RawQuery != "" || address.Fragment != "" || strings.HasSuffix(server, "/") {
		return fmt.Errorf("expected an http or https address without query, fragment and slash at its end, got %q", server)
	}
	return nil
}

func tags(options Options) []any {
	var list []any
	for _, api := range contract.APIs() {
		list = append(list, object{"name": string(api), "description": api.Title()})
	}
	if options.Endpoints {
		list = append(list, object{"name": endpointsTag, "description": "The endpoints that the discovery document names."})
	}
	return list
}

// basePaths are the documented base paths (contract, section 1).
var basePaths = map[contract.PathGroup]string{
	contract.DiscoveryPath:             "/open-banking/v3.0",
	contract.RegistrationPath:          "/open-banking/v3.2",
	contract.AccountAccessConsentsPath: "/open-banking/v3.1/aisp",
	contract.AccountsPath:              "/open-banking/v3.1/aisp",
	contract.ConfirmationOfFundsPath:   "/open-banking/v3.1/cbpii",
}

// pathItems are the operations by path and method.
func pathItems(options Options) (object, error) {
	items := object{}
	add := func(path, method string, described object) {
		item, _ := items[path].(object)
		if item == nil {
			item = object{}
			items[path] = item
		}
		item[strings.ToLower(method)] = described
	}
	for _, op := range contract.Operations() {
		described, err := operation(op, options)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.ID, err)
		}
		add(basePaths[op.Group]+op.Path, op.Method, described)
	}
	if options.Endpoints {
		maps.Copy(items, endpoints())
	}
	return items, nil
}

// operation describes one operation.
func operation(op contract.Operation, options Options) (object, error) {
	clause, _ := contract.ClauseByID(op.Accepted)
	described := object{
		"operationId": string(op.ID),
		"tags":        []any{string(op.API)},
		"summary":     clause.Rule,
		"description": "Source: " + op.Source.String(),
		"security":    security(op),
	}
	if parameters := parameters(op); len(parameters) > 0 {
		described["parameters"] = parameters
	}
	if op.RequestModel != "" {
		body, err := requestBody(op)
		if err != nil {
			return nil, err
		}
		described["requestBody"] = body
	}
	responses := object{}
	for _, answer := range op.Answers {
		response, err := response(op, answer, options)
		if err != nil {
			return nil, err
		}
		responses[strconv.Itoa(answer.Status)] = response
	}
	described["responses"] = responses
	return described, nil
}
