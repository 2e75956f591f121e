package detect

import (
	"strings"

	"obconform/harness/contract"
	"obconform/harness/detect/mutate"
)

// owners are the clauses that are about what a mutation changes, whatever it
// means to the operation. Caught 'by name' is a mutation of which one of them
// says so; one without an owner (another text, another identifier) is the
// business of the situation's clause, which the proxy does not know, and is
// caught 'otherwise' at best.
func owners(m mutate.Mutation) []contract.ClauseID {
	switch {
	case m.At == "status":
		return []contract.ClauseID{contract.ComStatus}
	case strings.HasPrefix(m.At, "header "):
		name, _, _ := strings.Cut(strings.TrimPrefix(m.At, "header "), "~")
		return headerOwners()[name]
	case m.At == "body":
		return bodyOwners(m.Kind)
	}
	return memberOwners(m.Kind)
}

// headerOwners says whose a header is.
func headerOwners() map[string][]contract.ClauseID {
	return map[string][]contract.ClauseID{
		"Content-Type":          {contract.ComContentType},
		"X-Fapi-Interaction-Id": {contract.ComFapiPresent, contract.ComFapiEcho, contract.ComFapiMint},
		"X-Jws-Signature":       {contract.ComSignature, contract.ComSignaturePresent},
		"Retry-After":           {contract.ComRetryAfter},
		"Allow":                 {contract.ComAllow},
		"Www-Authenticate":      {contract.ComWWWAuthenticate, contract.TokSecret},
		"Cache-Control":         {contract.ComSecrets, contract.Tok200},
		"Location":              {contract.TokCode, contract.ComStatus},
	}
}

func bodyOwners(kind string) []contract.ClauseID {
	switch {
	case kind == "drop", kind == "an empty object":
		return []contract.ClauseID{contract.ComBody}
	case kind == "a page of HTML", kind == "text where there is none":
		return []contract.ClauseID{contract.ComContentType}
	case strings.HasPrefix(kind, "answer of "):
		return []contract.ClauseID{contract.ComBody}
	}
	return []contract.ClauseID{contract.ComJSON}
}

func memberOwners(kind string) []contract.ClauseID {
	switch kind {
	case "drop", "retype", "lengthen", "rename", "recase name", "replace word":
		return []contract.ClauseID{contract.ComBody}
	case "null", "empty":
		return []contract.ClauseID{contract.ComBody, contract.ComOptional}
	case "strip zone":
		return []contract.ClauseID{contract.ComDateTime}
	case "day alone":
		return []contract.ClauseID{contract.ComBody, contract.ComDateTime}
	case "name twice":
		return []contract.ClauseID{contract.ComJSON}
	}
	return nil
}
