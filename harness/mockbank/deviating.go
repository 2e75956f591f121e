package mockbank

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// object is a JSON object that a deviation changes.
type object = map[string]any

// is tells whether the call leads to one of these operations.
func (c *call) is(names ...string) bool { return c.op != nil && slices.Contains(names, c.op.name) }

// spot is where a deviation shows: a status (0: any) of certain operations
// (none named: any request at all).
type spot struct {
	status int
	names  []string
}

func at(status int, names ...string) spot { return spot{status, names} }

func (s spot) covers(c *call, status int) bool {
	return (s.status == 0 || s.status == status) && (len(s.names) == 0 || c.is(s.names...))
}

// Changes of answers.

// object gives the body as members to change; nil when there are none.
func (a *answer) object() object {
	if members, done := a.body.(object); done || a.body == nil {
		return members
	}
	text, err := marshal(a.body)
	if err != nil {
		return nil
	}
	members, err := parseObject(text)
	if err != nil {
		return nil
	}
	a.body = members
	return members
}

// answering runs a change where it belongs.
func answering(where spot, change misanswering) misanswering {
	return func(b *Bank, c *call, a *answer) bool { return where.covers(c, a.status) && change(b, c, a) }
}

// editing changes the members of a body.
func editing(where spot, change func(body object) bool) misanswering {
	return answering(where, func(_ *Bank, _ *call, a *answer) bool {
		body := a.object()
		return body != nil && change(body)
	})
}

// editingData changes the members of Data.
func editingData(where spot, change func(data object) bool) misanswering {
	return editing(where, func(body object) bool {
		data, ok := body["Data"].(object)
		return ok && change(data)
	})
}

// setting gives one member of a body another value.
func setting(where spot, name string, value any) misanswering {
	return editing(where, func(body object) bool { body[name] = value; return true })
}

// dropping leaves one member of a body out.
func dropping(where spot, name string) misanswering {
	return editing(where, func(body object) bool { return drop(body, name) })
}

func drop(members object, name string) bool {
	_, there := members[name]
	delete(members, name)
	return there
}

// saying answers another status, in the shape that is documented for it.
func saying(where spot, status int) misanswering {
	return answering(where, func(_ *Bank, c *call, a *answer) bool {
		*a = c.plainly(status, "The bank answers otherwise than it should.")
		a.signed = c.documentsSignature(status)
		return true
	})
}

// relabelling changes the status and nothing else.
func relabelling(where spot, status int) misanswering {
	return answering(where, func(_ *Bank, _ *call, a *answer) bool { a.status = status; return true })
}

// heading sets a header, or removes it when there is no value.
func heading(where spot, name string, values ...string) misanswering {
	return answering(where, func(_ *Bank, _ *call, a *answer) bool {
		a.header.Del(name)
		for _, value := range values {
			a.header.Add(name, value)
		}
		return true
	})
}

// Changes of finished responses.

func resending(where spot, change func(c *call, out *response) bool) distortion {
	return func(_ *Bank, c *call, out *response) bool { return where.covers(c, out.status) && change(c, out) }
}

// Changes of requests.

// before runs a change before one operation.
func before(name string, change misreading) misreading {
	return func(b *Bank, c *call) bool { return c.is(name) && change(b, c) }
}

// rewriting changes the members of a JSON request body.
func rewriting(name string, change func(body object) bool) misreading {
	return before(name, func(_ *Bank, c *call) bool {
		body, err := parseObject(c.body)
		return err == nil && change(body) && c.rewrite(body)
	})
}

func (c *call) rewrite(body object) bool {
	text, err := marshal(body)
	if err != nil {
		return false
	}
	c.body = text
	return true
}

// rewritingData changes the members of Data.
func rewritingData(name string, change func(data object) bool) misreading {
	return rewriting(name, func(body object) bool {
		data, ok := body["Data"].(object)
		return ok && change(data)
	})
}

// filling puts a value where one is missing.
func filling(members object, name string, value any) bool {
	if _, there := members[name]; there {
		return false
	}
	members[name] = value
	return true
}

// setHeader changes the request, which is the caller's, in a copy.
func (c *call) setHeader(name, value string) {
	c.request = c.request.Clone(c.request.Context())
	c.request.Header.Set(name, value)
}

func (c *call) dropHeader(name string) {
	c.request = c.request.Clone(c.request.Context())
	c.request.Header.Del(name)
}

// presented is the living token of the request, whatever it opens.
func (b *Bank) presented(c *call) (*token, bool) {
	scheme, value := credentials(c.request)
	known, ok := b.tokens.get(value)
	return known, ok && scheme == "bearer" && b.now().Before(known.expires)
}

// actAs gives the request a token that opens the operation to a client, with a
// consent where one is needed.
func (b *Bank) actAs(c *call, clientID, consentID string) {
	scopes := []string{c.op.scope}
	if c.op.scope == "" {
		scopes = []string{scopeAccounts}
	}
	grant := c.op.auth
	if grant == registeredClient {
		grant = clientCredentials
	}
	c.setHeader("Authorization", "Bearer "+b.newToken(clientID, grant, scopes, consentID).value)
}

// admit gives the request a token that opens the operation to the TPP of the
// credentials, and where it needs one, with a consent that is authorised.
func (b *Bank) admit(c *call) {
	consentID := ""
	if c.op.auth == authorisationCode {
		ready := predefinedCode{scope: c.op.scope, permissions: supportedPermissions, status: statusAuthorised}
		consentID = ready.consent(b, b.tpp.clientID)
	}
	b.actAs(c, b.tpp.clientID, consentID)
}

// reroute takes the request for one of another method.
func (c *call) reroute(method string) bool {
	request := c.request.Clone(c.request.Context())
	request.Method = method
	if route(method, request.URL).op == nil {
		return false
	}
	sent := c.asSent
	*c = *receive(request)
	c.asSent = sent
	return true
}

// form is the body of a token request.
func (c *call) form() url.Values {
	values, err := url.ParseQuery(string(c.body))
	if err != nil {
		return url.Values{}
	}
	return values
}

// reforming changes the form of a token request.
func reforming(change func(b *Bank, c *call, form url.Values) bool) misreading {
	return before(issueToken, func(b *Bank, c *call) bool {
		form := c.form()
		if !change(b, c, form) {
			return false
		}
		c.body = []byte(form.Encode())
		return true
	})
}

// claims are the payload of a JWS, unverified; nil when it has none.
func claimsOf(compact string) object { return segment(compact, 1) }

// protectedHeader is the header of a JWS, unverified; nil when it has none.
func protectedHeader(compact string) object { return segment(compact, 0) }

func segment(compact string, index int) object {
	parts := strings.Split(compact, ".")
	if len(parts) <= index {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[index])
	if err != nil {
		return nil
	}
	members, err := parseObject(text)
	if err != nil {
		return nil
	}
	return members
}

// resigning changes the claims of a registration request that its TPP signed.
func resigning(name string, change func(b *Bank, claims object) bool) misreading {
	return before(name, func(b *Bank, c *call) bool {
		request, err := parseCompact(string(c.body))
		genuine := err == nil && request.verifies(keySet{b.keys.tpp.id: &b.keys.tpp.private.PublicKey})
		return genuine && change(b, request.claims) && b.resign(c, request.claims)
	})
}

// resign puts claims in place of a registration request's, signed as they must be.
func (b *Bank) resign(c *call, claims object) bool {
	signed, err := b.keys.tpp.jwt(claims)
	if err != nil {
		return false
	}
	c.body = []byte(signed)
	c.setHeader("Content-Type", "application/jose")
	return true
}

// count numbers the times that a deviation comes by, from 1.
func (d *deviations) count(name string) int {
	times, _ := d.memory[name].(int)
	d.memory[name] = times + 1
	return times + 1
}
