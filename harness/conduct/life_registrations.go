package conduct

import (
	"net/http"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// CLI-REG-JTI. The same request sent again is no other request.
func holdRegJTI(e *examination) {
	request, ok := e.registration()
	id, _ := request.Claims["jti"].(string)
	issuer, _ := request.Claims["iss"].(string)
	if !ok || id == "" {
		return
	}
	e.met()
	k, this := e.memory.of("registration", issuer, id), e.memory.of(string(e.req.Body.Bytes))
	if before, seen := e.memory.jtis.get(k); seen && before != this {
		e.breach("claim jti", "a jti of its own", "that of an earlier request")
		return
	}
	e.memory.jtis.put(k, this)
}

// CLI-REG-OWN.
func holdRegOwn(e *examination) {
	if e.op.Token != contract.Management || e.route.Resource == "" {
		return
	}
	owner, known := e.basicUser()
	if life := e.issuedToken(); life != nil {
		owner, known = life.client, life.client != ""
	}
	switch {
	case !known:
	case owner != e.route.Resource:
		e.breach("path", "the client that the credential is of", "another client")
	default:
		e.met()
	}
}

// actor is the client on whose behalf the request is, empty where that is not
// known.
func (e *examination) actor() string {
	switch {
	case e.op.ID == contract.RequestToken:
		return e.caller()
	case e.op.ID == contract.Authorize:
		return e.authorization().get("client_id")
	}
	if life := e.issuedToken(); life != nil {
		return life.client
	}
	user, _ := e.basicUser()
	return user
}

// CLI-REG-GONE. To look whether it is gone, or to delete once more, does no harm.
func holdRegGone(e *examination) {
	if e.is(contract.GetClient, contract.DeleteClient) {
		return
	}
	registered, known := e.memory.clients.get(e.memory.of(e.actor()))
	switch {
	case !known:
	case !registered.deleted.IsZero() && e.started.After(registered.deleted):
		e.breach("request", "nothing more of a client that was deleted", "a request of it")
	default:
		e.met()
	}
}

// CLI-TOKEN-REGISTERED.
func holdTokenRegistered(e *examination) {
	if e.op.ID != contract.RequestToken {
		return
	}
	registered, known := e.memory.clients.get(e.memory.of(e.caller()))
	if !known || !registered.deleted.IsZero() {
		return
	}
	proofs := e.proofs()
	if e.provenByCertificate() && registered.method != "self_signed_tls_client_auth" {
		proofs = append(proofs, byCertificate)
	}
	if len(proofs) == 1 && registered.method != "" {
		e.met()
		// An assertion may be signed with the secret too.
		if used := proofs[0]; string(used) != registered.method && !(used == byAssertion && registered.method == "client_secret_jwt") {
			e.breach("form client_id", "the registered authentication method, "+quote(registered.method), string(used))
		}
	}
	if grant, ok := e.field("grant_type"); ok && len(registered.grants) > 0 {
		e.met()
		if !slices.Contains(registered.grants, grant) {
			e.breach("form grant_type", "one of the registered grant types, "+quote(strings.Join(registered.grants, " ")), quote(grant))
		}
	}
	if scope, ok := e.field("scope"); ok && len(registered.scopes) > 0 {
		e.met()
		for _, word := range scopesOf(scope) {
			if !slices.Contains(registered.scopes, word) {
				e.breach("form scope", "registered scopes, "+quote(strings.Join(registered.scopes, " ")), quote(word))
			}
		}
	}
}

// rememberClient keeps what a registration's answer says of the client; where the
// answer is silent, what was asked for.
func (e *examination) rememberClient() {
	id := e.answered("/client_id")
	if !e.is(contract.RegisterClient, contract.UpdateClient, contract.GetClient) || id == "" {
		return
	}
	asked, _ := e.registration()
	said := func(names ...string) any {
		for _, members := range []map[string]any{e.answer, asked.Claims} {
			for _, name := range names {
				if value, given := members[name]; given {
					return value
				}
			}
		}
		return nil
	}
	method, _ := said("token_endpoint_auth_method", "tokenEndpointAuthMethod").(string)
	life := &client{redirects: shorts(texts(said("redirect_uris"))), grants: shorts(texts(said("grant_types"))), method: short(method)}
	if scope, ok := said("scope").(string); ok && !e.withheld(scope) {
		life.scopes = shorts(scopesOf(scope))
	}
	e.memory.clients.put(e.memory.of(id), life)
}

// forgetClient notes that a registration was deleted.
func (e *examination) forgetClient() {
	if e.op.ID != contract.DeleteClient || e.status() != http.StatusNoContent || e.route.Resource == "" {
		return
	}
	k := e.memory.of(e.route.Resource)
	life, known := e.memory.clients.get(k)
	if !known {
		life = &client{}
	}
	life.deleted = e.ended
	e.memory.clients.put(k, life)
}
