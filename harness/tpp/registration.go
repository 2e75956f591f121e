package tpp

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/jose"
)

// requestLife is how long a registration request of ours is valid.
const requestLife = 5 * time.Minute

// RegistrationClaims are the claims of a valid registration request (Open
// Banking Dynamic Client Registration v3.2), with a fresh jti; the
// configuration's own claims replace ours of the same name, or take them out.
func (c *Client) RegistrationClaims(ctx context.Context) Document {
	now, algorithm := c.now(), c.algorithm()
	claims := Document{
		"iss": c.cfg.Registration.SoftwareID, "aud": c.audience(ctx), "jti": uuid.NewString(),
		"iat": now.Unix(), "exp": now.Add(requestLife).Unix(),
		"redirect_uris":                   []string{c.cfg.Client.RedirectURI},
		"token_endpoint_auth_method":      c.cfg.Client.AuthMethod,
		"grant_types":                     []string{"authorization_code", "client_credentials", "refresh_token"},
		"response_types":                  []string{c.cfg.Consents.ResponseType},
		"software_id":                     c.cfg.Registration.SoftwareID,
		"scope":                           "openid " + c.cfg.Client.Scopes.Accounts + " " + c.cfg.Client.Scopes.Funds,
		"software_statement":              c.cfg.Registration.SoftwareStatement.Reveal(),
		"application_type":                "web",
		"id_token_signed_response_alg":    "PS256",
		"request_object_signing_alg":      algorithm,
		"token_endpoint_auth_signing_alg": algorithm,
	}
	if c.cfg.Client.AuthMethod == "tls_client_auth" {
		claims["tls_client_auth_subject_dn"] = c.subject
	}
	maps.Copy(claims, c.cfg.Registration.Claims)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

// algorithm is what our key signs with: PS256, or ES256.
func (c *Client) algorithm() string {
	if c.signer == nil {
		return "PS256"
	}
	return c.signer.Algorithm()
}

// audience is the configured aud claim, or the bank's issuer.
func (c *Client) audience(ctx context.Context) string {
	if configured := c.cfg.Registration.Audience; configured != "" {
		return configured
	}
	return c.Issuer(ctx)
}

// Capability names what a target may not offer (R9).
type Capability string

// The four capabilities, by the keys of the configuration.
const (
	CanRegister Capability = "register"
	CanGet      Capability = "get"
	CanPut      Capability = "put"
	CanDelete   Capability = "delete"
)

// Needs ends the spec as not exercised where the configuration switches a
// capability off (R9).
func (c *Client) Needs(capabilities ...Capability) {
	registration := c.cfg.Registration
	offered := map[Capability]bool{CanRegister: registration.Register, CanGet: registration.Get,
		CanPut: registration.Put, CanDelete: registration.Delete}
	for _, capability := range capabilities {
		if !offered[capability] {
			c.NotExercised("the target does not offer it: registration." + string(capability) + " is false")
		}
	}
}

// Sign is the registration request of those claims as a compact JWS, by our
// key.
func (c *Client) Sign(claims Document) string {
	return c.signed(func(s *jose.Signer) (string, error) { return s.SignClaims(claims) })
}

// Register sends a registration request, a JWS or what a spec made of it. A
// client that is registered is deleted at the spec's end, where the target can.
func (c *Client) Register(ctx context.Context, request string, edits ...Edit) *Answer {
	c.Discovery(ctx) // its keys verify what the answer is signed with
	answer := c.Call(ctx, contract.RegisterClient, "", append(c.jose(request), edits...)...)
	registered, ok := c.registered(answer)
	switch {
	case !ok:
	case c.isConfigured(registered.ID):
		c.memo[registeredBefore] = &remembered{}
		c.note("a registration is kept: the bank gave it the identifier of a configured client")
	case c.cfg.Registration.Delete:
		c.memo[registeredBefore] = &remembered{}
		c.atSpecEnd(cleanup{contract.DynamicRegistration, registered.ID, "a registration",
			func(ctx context.Context) { c.deleteRegistration(ctx, registered) }})
	default:
		c.memo[registeredBefore] = &remembered{}
		c.note("a registration is left behind: registration.delete is false")
	}
	return answer
}

// jose are the edits that send a request object.
func (c *Client) jose(request string) []Edit {
	return []Edit{Raw(request), Header("Content-Type", c.cfg.Registration.ContentType)}
}

// registered reads the identity that a registration answer gives, and makes
// its secret known.
func (c *Client) registered(a *Answer) (Identity, bool) {
	id, ok := a.Text("/client_id")
	if !ok || a.Status != 201 && a.Status != 200 {
		return Identity{}, false
	}
	secret, _ := a.Text("/client_secret")
	c.learn(audit.ClientSecret, secret)
	method, _ := RegisteredText(a, "token_endpoint_auth_method")
	if !slices.Contains([]string{"client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth"}, method) {
		method = c.cfg.Client.AuthMethod
	}
	return Identity{ID: id, Secret: secret, Method: method}, true
}

// Manage calls GET, PUT or DELETE on a registration with that client's own
// credential (R1). The request is the JWS of an update, empty for the others.
func (c *Client) Manage(ctx context.Context, id contract.OperationID, who Identity, request string, edits ...Edit) *Answer {
	edits = append([]Edit{Authorization(c.ManagementCredential(ctx, who))}, edits...)
	answer := c.manageWith(ctx, id, who.ID, request, edits...)
	if id == contract.DeleteClient && answer.Status == 204 {
		c.deletedAlready(who.ID)
		c.Forget(who)
	}
	return answer
}

// ManagementCredential is the value of Authorization (R1).
func (c *Client) ManagementCredential(ctx context.Context, who Identity) string {
	if c.cfg.Registration.ManagementAuth == "basic" {
		if who.Secret == "" {
			c.NotExercised("the client has no secret to manage its registration with: registration.managementAuth is basic, and it proves itself by " + who.Method)
		}
		return c.basic(who.ID, who.Secret)
	}
	return "Bearer " + c.TokenOf(ctx, who, c.cfg.Registration.ManagementScope)
}

// documentedSpelling gives the documentation's name for a member that RFC 7591
// spells otherwise (R2).
var documentedSpelling = map[string]string{
	"token_endpoint_auth_method":      "tokenEndpointAuthMethod",
	"response_types":                  "responseTypes",
	"software_statement":              "softwareStatement",
	"application_type":                "applicationType",
	"id_token_signed_response_alg":    "idTokenSignedResponseAlg",
	"request_object_signing_alg":      "requestObjectSigningAlg",
	"token_endpoint_auth_signing_alg": "tokenEndpointAuthSigningAlg",
}

// RegisteredPointer is where a registration answer holds a member, in
// whichever spelling it uses (R2); the documented one where it has neither.
func RegisteredPointer(a *Answer, member string) string {
	if _, present := a.Value("/" + member); present {
		return "/" + member
	}
	if documented, ok := documentedSpelling[member]; ok {
		return "/" + documented
	}
	return "/" + member
}

// RegisteredText is a string member of a registration answer, in either
// spelling.
func RegisteredText(a *Answer, member string) (text string, ok bool) {
	return a.Text(RegisteredPointer(a, member))
}

// CheckNarrower holds that a space-separated or array member is what was asked
// for, or less of it, but not nothing.
func (a *Answer) CheckNarrower(clause contract.ClauseID, pointer string, asked []string) {
	got, isArray := a.Texts(pointer)
	if text, ok := a.Text(pointer); ok {
		got, isArray = strings.Fields(text), true
	}
	met := isArray && len(got) > 0
	for _, value := range got {
		met = met && slices.Contains(asked, value)
	}
	a.Check(clause, pointer, met, "no more than "+strings.Join(asked, " "))
}

// Text is the string at the pointer of a document, empty where there is none.
func (d Document) Text(member string) string {
	text, _ := d[member].(string)
	return text
}

// Texts is the list of strings at a member of a document; what a configuration
// or an altered copy holds is a list of anything.
func (d Document) Texts(member string) []string {
	texts, _ := d[member].([]string)
	list, _ := d[member].([]any)
	for _, item := range list {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
