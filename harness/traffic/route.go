package traffic

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"obconform/harness/contract"
)

// Route is what a request is about.
type Route struct {
	// Operation is empty for an address that belongs to no operation.
	Operation contract.OperationID
	// Resource is the identifier in the path, unescaped; empty for operations on
	// a collection.
	Resource string
	// Foreign is true where the path is an operation's and the method is not; then
	// Operation is the first one with that path.
	Foreign bool
}

// Addresses knows where a bank's operations are: the documented paths, wherever
// they are rooted, and the endpoints that discovery documents have named. It is
// safe for concurrent use.
type Addresses struct {
	operations []contract.Operation
	mu         sync.RWMutex
	endpoints  map[string]contract.OperationID // by host and path
	roots      map[contract.PathGroup][]string // paths beside the documented ones
}

// NewAddresses knows the documented paths alone.
func NewAddresses() *Addresses {
	return &Addresses{operations: contract.Operations(), endpoints: map[string]contract.OperationID{}}
}

// bases are the documented base paths (contract section 1).
var bases = map[contract.PathGroup]string{
	contract.DiscoveryPath:             "/open-banking/v3.0",
	contract.RegistrationPath:          "/open-banking/v3.2",
	contract.AccountAccessConsentsPath: "/open-banking/v3.1/aisp",
	contract.AccountsPath:              "/open-banking/v3.1/aisp",
	contract.ConfirmationOfFundsPath:   "/open-banking/v3.1/cbpii",
}

// maxEndpoints bounds what is learnt: a hostile peer may publish a new address
// in every answer.
const maxEndpoints = 1000

// Name makes an endpoint known: that of tokens, of keys or of authorisation.
func (a *Addresses) Name(operation contract.OperationID, address string) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.endpoints) < maxEndpoints {
		a.endpoints[parsed.Host+parsed.Path] = operation
	}
}

// Root makes another base path of a group known: that of a bank whose paths are
// not the documented ones. An empty one is none.
func (a *Addresses) Root(group contract.PathGroup, path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.roots == nil {
		a.roots = map[contract.PathGroup][]string{}
	}
	if path = strings.TrimRight(path, "/"); path != "" && path != bases[group] {
		a.roots[group] = append(a.roots[group], path)
	}
}

// Learn reads the endpoints out of a discovery document that went by.
func (a *Addresses) Learn(x Exchange) {
	if x.Response == nil || x.Response.Status != http.StatusOK || a.Of(x.Request) != (Route{Operation: contract.GetDiscovery}) {
		return
	}
	var document struct {
		Token     string `json:"token_endpoint"`
		Keys      string `json:"jwks_uri"`
		Authorize string `json:"authorization_endpoint"`
		Aliases   struct {
			Token string `json:"token_endpoint"`
		} `json:"mtls_endpoint_aliases"`
	}
	if json.Unmarshal(x.Response.Body.Bytes, &document) != nil {
		return
	}
	a.Name(contract.RequestToken, document.Token)
	a.Name(contract.RequestToken, document.Aliases.Token)
	a.Name(contract.GetJWKS, document.Keys)
	a.Name(contract.Authorize, document.Authorize)
}

// Of says what a request is about.
func (a *Addresses) Of(r Request) Route {
	if r.URL == nil {
		return Route{}
	}
	a.mu.RLock()
	endpoint, named := a.endpoints[r.URL.Host+r.URL.Path]
	roots := a.roots // written before the first exchange
	a.mu.RUnlock()
	if named {
		return Route{Operation: endpoint}
	}
	path := r.URL.EscapedPath()
	var route Route
	for _, op := range a.operations {
		resource, fits := match(path, bases[op.Group], op)
		for _, root := range roots[op.Group] {
			if !fits {
				resource, fits = match(path, root, op)
			}
		}
		if !fits {
			continue
		}
		if op.Method == r.Method {
			return Route{Operation: op.ID, Resource: resource}
		}
		if route.Operation == "" {
			route = Route{Operation: op.ID, Resource: resource, Foreign: true}
		}
	}
	return route
}

// match holds a path against an operation's, wherever it is rooted.
func match(path, base string, op contract.Operation) (resource string, fits bool) {
	fixed, _, resourceful := strings.Cut(base+op.Path, "{")
	at := strings.LastIndex(path, fixed)
	if at < 0 {
		return "", false
	}
	rest := path[at+len(fixed):]
	if !resourceful {
		return "", rest == ""
	}
	if rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain
	}
	return rest, true
}
