package tpp

import (
	"context"
	"fmt"

	"obconform/harness/contract"
)

// Discovery is the bank's discovery document, read once a process, with the
// key set that it points to. A spec that needs it and cannot have it is not
// exercised.
func (c *Client) Discovery(ctx context.Context) *Answer {
	return c.shared("discovery", "its discovery document", func() any {
		document := c.Call(ctx, contract.GetDiscovery, "").Must(contract.Dis200, 200)
		c.loadKeys(ctx, document)
		return document
	}).(*Answer)
}

// loadKeys hands the bank's keys to the auditor, who verifies signatures with
// them: those of discovery's jwks_uri, and of the configured address. The
// reason says why keys could not be had, where it was the environment.
func (c *Client) loadKeys(ctx context.Context, document *Answer) (reason string) {
	var sources []string
	if address, ok := document.Text("/jwks_uri"); ok {
		sources = append(sources, address)
	}
	if address := c.cfg.Target.SignatureJWKSURL; address != "" {
		sources = append(sources, address)
	}
	for _, address := range sources {
		keys := c.FetchKeys(ctx, address)
		if keys.inconclusive != "" {
			reason = keys.inconclusive
		} else if keys.Status == 200 && !keys.breaches(contract.DisJWKS) {
			// Of a key set at fault nothing more is asked: what does not verify
			// with it is the set's fault, and that has been found.
			c.auditor.AddKeys(keys.raw)
		}
	}
	return reason
}

// FetchKeys reads a key set (DIS-JWKS).
func (c *Client) FetchKeys(ctx context.Context, address string) *Answer {
	operation, _ := contract.Lookup(contract.GetJWKS)
	return c.send(ctx, c.build(operation, address, nil))
}

// endpoint is an address that discovery publishes. Where it is missing the
// audit has found it (DIS-200), and the spec has nowhere to go.
func (c *Client) endpoint(ctx context.Context, member string) string {
	address, ok := c.Discovery(ctx).Text("/" + member)
	if !ok || address == "" {
		c.NotExercised(fmt.Sprintf("the discovery document names no %s", member))
	}
	return address
}

// mutual is the address of an endpoint for a client that shows a certificate:
// the alias that discovery publishes for such (RFC 8705, section 5), or the
// endpoint itself.
func (c *Client) mutual(ctx context.Context, member string) string {
	if alias, ok := c.Discovery(ctx).Text("/" + aliases + member); ok && alias != "" && c.subject != "" {
		return alias
	}
	return c.endpoint(ctx, member)
}

// aliases is the member of discovery, as a pointer, that holds the addresses for
// mutual TLS.
const aliases = "mtls_endpoint_aliases/"

// Issuer is the bank's issuer as discovery names it.
func (c *Client) Issuer(ctx context.Context) string { return c.endpoint(ctx, "issuer") }

// Supported is the list of values that discovery gives for the member, empty
// where it gives none.
func (c *Client) Supported(ctx context.Context, member string) []string {
	values, _ := c.Discovery(ctx).Texts("/" + member)
	return values
}
