package detect

import (
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/detect/mutate"
)

// InSuites tells whether a mutation is the business of one of the suites: the
// answers of an API are its own suite's, whoever asks for them on the way; what
// is no API's (discovery, tokens) is everybody's.
func InSuites(m mutate.Mutation, suites []contract.API) bool {
	_, path, _ := strings.Cut(m.Place.Request, " ")
	var owner *contract.Operation
	for _, op := range contract.Operations() {
		suffix := op.Path
		if start := strings.Index(suffix, "{"); start >= 0 {
			suffix = suffix[:start] + "{}"
		}
		if strings.HasSuffix(path, suffix) && (owner == nil || len(op.Path) > len(owner.Path)) {
			owner = &op
		}
	}
	return owner == nil || owner.ID == contract.GetDiscovery || slices.Contains(suites, owner.API)
}
