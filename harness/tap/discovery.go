package tap

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// Discovery makes the addresses in a bank's discovery documents lead through the
// proxy, where they are at the bank's own origin. The issuer is a name that
// clients compare, and stays.
type Discovery struct {
	addresses *traffic.Addresses
	member    *regexp.Regexp
}

// NewDiscovery is for a bank at that origin.
func NewDiscovery(origin *url.URL) Discovery {
	plain := regexp.QuoteMeta(origin.Scheme + "://" + origin.Host)
	escaped := strings.ReplaceAll(plain, "/", `\\?/`) // JSON may write a slash as \/
	return Discovery{addresses: traffic.NewAddresses(),
		member: regexp.MustCompile(`("(?:[^"\\]|\\.)*"\s*:\s*")` + escaped + `((?:\\?/|\?)?[^"]*")`)}
}

// Wants tells whether the answer is a discovery document.
func (d Discovery) Wants(x traffic.Exchange) bool {
	return x.Response.Status == http.StatusOK && d.addresses.Of(x.Request) == traffic.Route{Operation: contract.GetDiscovery}
}

// Rewritten is the document with the addresses of another origin.
func (d Discovery) Rewritten(x traffic.Exchange, origin string) (body []byte, changed bool) {
	body = d.member.ReplaceAllFunc(x.Response.Body.Bytes, func(found []byte) []byte {
		parts := d.member.FindSubmatch(found)
		name, rest := parts[1], parts[2]
		if bytes.HasPrefix(name, []byte(`"issuer"`)) || !bytes.ContainsAny(rest[:1], `"/\?`) {
			return found // the name, or another origin that begins like the bank's
		}
		changed = true
		return bytes.Join([][]byte{name, []byte(origin), rest}, nil)
	})
	return body, changed
}
