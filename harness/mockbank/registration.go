package mockbank

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error codes of RFC 7591 section 3.2.2, carried in Code (DCR-400-ERROR).
const (
	invalidRedirectURI          = "invalid_redirect_uri"
	invalidClientMetadata       = "invalid_client_metadata"
	invalidSoftwareStatement    = "invalid_software_statement"
	unapprovedSoftwareStatement = "unapproved_software_statement"
)

// registrationResponse is OBClientRegistration1 in the documentation's spelling,
// snake_case and camelCase mixed, every scalar a string.
type registrationResponse struct {
	Iss                         string   `json:"iss"`
	Iat                         string   `json:"iat"`
	Exp                         string   `json:"exp"`
	Aud                         string   `json:"aud"`
	Jti                         string   `json:"jti"`
	ClientID                    string   `json:"client_id"`
	ClientSecret                string   `json:"client_secret"`
	RedirectURIs                []string `json:"redirect_uris"`
	TokenEndpointAuthMethod     string   `json:"tokenEndpointAuthMethod"`
	GrantTypes                  []string `json:"grant_types"`
	ResponseTypes               []string `json:"responseTypes,omitempty"`
	SoftwareID                  string   `json:"software_id"`
	Scope                       string   `json:"scope"`
	SoftwareStatement           string   `json:"softwareStatement"`
	ApplicationType             string   `json:"applicationType"`
	IDTokenSignedResponseAlg    string   `json:"idTokenSignedResponseAlg"`
	RequestObjectSigningAlg     string   `json:"requestObjectSigningAlg"`
	TokenEndpointAuthSigningAlg string   `json:"tokenEndpointAuthSigningAlg,omitempty"`
	TLSClientAuthSubjectDN      string   `json:"tls_client_auth_subject_dn,omitempty"`
}

// refuseRegistration answers 400 in the documentation's shape, naming the RFC
// 7591 code (R2).
func refuseRegistration(code string, problems ...problem) answer {
	return withoutStore(refusal(http.StatusBadRequest, code, problems...))
}

// registrationLifetime is how long a registration is said to last.
const registrationLifetime = 365 * 24 * time.Hour

func (b *Bank) registerClient(c *call) answer {
	asked, refused := b.readRegistration(c)
	if refused != nil {
		return *refused
	}
	// Every client gets a secret, whatever its method: it also opens the
	// management of the registration by Basic (R1).
	fresh := &client{id: b.source.uuid(), secret: b.source.uuid(), keys: asked.keys, registered: asked.metadata}
	b.clients.put(fresh.id, fresh)
	return b.describe(http.StatusCreated, fresh)
}

func (b *Bank) getClient(c *call) answer { return b.describe(http.StatusOK, c.client) }

// updateClient replaces what the client registered; a refused request changes
// nothing (DCR-PUT-400). Identifier and secret stay.
func (b *Bank) updateClient(c *call) answer {
	asked, refused := b.readRegistration(c)
	if refused != nil {
		return *refused
	}
	c.client.keys, c.client.registered = asked.keys, asked.metadata
	return b.describe(http.StatusOK, c.client)
}

// deleteClient forgets the client. Its tokens name a client that no longer
// exists, and so open nothing (DCR-DELETE-GONE).
func (b *Bank) deleteClient(c *call) answer {
	b.clients.remove(c.client.id)
	return noContent()
}

func (b *Bank) describe(status int, of *client) answer {
	registered := of.registered
	return withoutStore(reply(status, registrationResponse{
		Iss: b.issuer(), Aud: of.id, Jti: registered.jti,
		Iat:                         strconv.FormatInt(registered.issued, 10),
		Exp:                         strconv.FormatInt(registered.expires, 10),
		ClientID:                    of.id,
		ClientSecret:                of.secret,
		RedirectURIs:                registered.redirectURIs,
		TokenEndpointAuthMethod:     registered.tokenEndpointAuthMethod,
		GrantTypes:                  registered.grantTypes,
		ResponseTypes:               registered.responseTypes,
		SoftwareID:                  registered.softwareID,
		Scope:                       strings.Join(registered.scopes, " "),
		SoftwareStatement:           registered.softwareStatement,
		ApplicationType:             registered.applicationType,
		IDTokenSignedResponseAlg:    registered.idTokenAlg,
		RequestObjectSigningAlg:     registered.requestObjectAlg,
		TokenEndpointAuthSigningAlg: registered.tokenEndpointAuthAlg,
		TLSClientAuthSubjectDN:      registered.tlsSubject,
	}))
}

// registrationRequest is a registration request that passed every check.
type registrationRequest struct {
	metadata
	keys keySet
}

// readRegistration verifies a registration request: a JWS signed by a key that
// the software statement vouches for, which in turn the directory signed
// (DCR-400-*). The identifier of a request that is refused may be used again.
func (b *Bank) readRegistration(c *call) (registrationRequest, *answer) {
	none := registrationRequest{}
	request, err := parseCompact(string(c.body))
	if err != nil {
		return none, refusedRegistration(problem{code: signatureMalformed, message: "The body is no acceptable JWS: " + err.Error() + "."})
	}
	rd := &reading{}
	text := rd.text(request.claims, "software_statement", textRule{minimum: 1})
	if len(rd.problems) > 0 {
		return none, refusedRegistration(rd.problems...)
	}
	statement, unfit := b.openStatement(text)
	if unfit != nil {
		a := refuseRegistration(unfit.code, unfit.problem)
		return none, &a
	}
	if !request.verifies(statement.keys) {
		return none, refusedRegistration(problem{code: signatureInvalid, message: "The signature does not verify with a key of the software."})
	}
	asked := b.readClaims(rd, request.claims, statement)
	asked.softwareStatement = text
	if c.client != nil {
		rd.sameRegistration(request.claims, asked, c.client)
	}
	replayKey := "registration " + asked.softwareID + " " + asked.jti
	if _, seen := b.usedIDs.get(replayKey); seen {
		rd.complain(fieldInvalid, "jti", "The request was made before.")
	}
	if len(rd.problems) > 0 {
		return none, refusedRegistration(rd.problems...)
	}
	b.usedIDs.put(replayKey, struct{}{})
	return registrationRequest{metadata: asked, keys: statement.keys}, nil
}

// refusedRegistration picks the RFC 7591 code by the claim that is at fault.
func refusedRegistration(problems ...problem) *answer {
	code := invalidClientMetadata
	switch problems[0].path {
	case "redirect_uris":
		code = invalidRedirectURI
	case "software_statement":
		code = invalidSoftwareStatement
	}
	a := refuseRegistration(code, problems...)
	return &a
}

// sameRegistration refuses an update that would make another client of it
// (RFC 7592 section 2.2).
func (rd *reading) sameRegistration(claims map[string]any, asked metadata, current *client) {
	if asked.softwareID != current.registered.softwareID {
		rd.complain(fieldInvalid, "software_statement", "The registration belongs to other software.")
	}
	if value, given := claims["client_id"]; given && value != current.id {
		rd.complain(fieldInvalid, "client_id", "The client identifier cannot change.")
	}
}
