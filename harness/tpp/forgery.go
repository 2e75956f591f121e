package tpp

import "obconform/harness/jose"

// The methods below make request objects that no bank may accept: each has one
// thing about its form or its signature broken, and is right in all else.

// signed has our key make a JWS; where there is none, or it cannot, the spec
// is not exercised.
func (c *Client) signed(by func(*jose.Signer) (string, error)) string {
	if c.signer == nil {
		c.NotExercised("there is no key to sign with: client.signingKeyFile is not configured")
	}
	serialized, err := by(c.signer)
	if err != nil {
		c.NotExercised("the request cannot be signed: " + err.Error())
	}
	return serialized
}

// SignPayload signs bytes that are no claims.
func (c *Client) SignPayload(payload string) string {
	return c.signed(func(s *jose.Signer) (string, error) { return s.SignPayload([]byte(payload)) })
}

// SignByStranger signs with a key that nobody knows, under our own kid.
func (c *Client) SignByStranger(claims Document) string {
	return c.signed(func(s *jose.Signer) (string, error) { return s.SignWithForeignKey(claims) })
}

// SignNone does not sign: alg none (RFC 7518 section 3.6).
func (c *Client) SignNone(claims Document) string {
	return c.signed(func(s *jose.Signer) (string, error) { return s.SignNone(claims) })
}

// SignWithPublicKey signs with HS256 and our public key as the secret, which a
// bank falls for that lets the token choose the algorithm (RFC 8725 section
// 2.1).
func (c *Client) SignWithPublicKey(claims Document) string {
	return c.signed(func(s *jose.Signer) (string, error) { return s.SignHMACWithPublicKey(claims) })
}

// AlterSigned replaces claims of a request that is signed already.
func (c *Client) AlterSigned(request string, claims Document) string {
	return c.signed(func(*jose.Signer) (string, error) { return jose.Tamper(request, claims) })
}
