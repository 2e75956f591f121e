package main_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// What a certified OpenID provider claims of discovery, key set, token endpoint
// and registrations is green. That a request is a JWT in order is the judgement
// of the library that decodes it for the provider (DCR-400-SYNTAX, -SIGNATURE,
// -TIME, -AUDIENCE).
var providerKeeps = []string{
	"COM-STATUS", "COM-BODY", "COM-JSON", "COM-CONTENT-TYPE", "COM-EMPTY", "COM-OPTIONAL", "COM-WWW-AUTHENTICATE", "COM-TRANSPORT", "COM-SECRETS",
	"COM-404-PATH", "COM-415-TYPE",
	"DIS-200", "DIS-HTTPS", "DIS-CAPABILITIES", "DIS-JWKS",
	"TOK-200", "TOK-SECRET", "TOK-GRANT", "TOK-ERROR",
	"DCR-201", "DCR-201-ECHO", "DCR-201-UNIQUE", "DCR-201-USABLE",
	"DCR-400-SYNTAX", "DCR-400-SIGNATURE", "DCR-400-TIME", "DCR-400-AUDIENCE", "DCR-400-METADATA", "DCR-400-ERROR",
	"DCR-GET-200", "DCR-GET-OTHER", "DCR-PUT-200", "DCR-PUT-OTHER", "DCR-DELETE-204", "DCR-DELETE-GONE", "DCR-DELETE-OTHER",
}

// providerDiffers is what Open Banking asks for beyond OpenID Connect, and where
// the provider has its own mind; each difference was looked into.
func providerDiffers() map[string]string {
	return map[string]string{
		// A path is 404 to a method that it does not have.
		"COM-405-METHOD": "failed, 5 findings",
		// JSON comes whatever Accept says, as RFC 9110, section 12.5.1, lets it.
		"COM-406-ACCEPT": "failed, 3 findings",
		// A token for a scope that it does not know is a token without any, and
		// the answer does not say so (RFC 6749, section 5.1).
		"TOK-SCOPE": "failed, 1 finding",
		// What a request leaves out has a default in OpenID Connect Dynamic Client
		// Registration 1.0, section 2.
		"DCR-400-CLAIMS": "failed, 10 findings",
		// https is asked of the implicit flow alone (the same section), and there
		// is no list of redirect URIs without a software statement.
		"DCR-400-REDIRECT": "failed, 4 findings",
		// It knows no software statements.
		"DCR-400-SSA": "failed, 7 findings",
		// It does not remember a jti.
		"DCR-400-REPLAY": "warned, 2 findings",
		// The two before, in an update.
		"DCR-PUT-400": "failed, 7 findings",
		// A scheme of several words is a malformed request to it, 400 (RFC 6750,
		// section 3.1, would have 401 for a scheme that is not supported).
		"DCR-GET-AUTH": "failed, 1 finding", "DCR-PUT-AUTH": "failed, 1 finding", "DCR-DELETE-AUTH": "failed, 1 finding",
	}
}

func TestInteropOpenIDProvider(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"client_secret_basic", "private_key_jwt"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			r := conform(t, "--suite", "dynamicregistration", "--config", startProvider(t, method))
			r.wantStatus(t, 1)
			if odd := r.inState("errored", "inconclusive", "interrupted", "not run"); len(odd) > 0 || len(r.Trouble) > 0 {
				t.Errorf("specs in an odd state: %q, trouble: %+v", odd, r.Trouble)
			}
			want := providerDiffers()
			if method == "private_key_jwt" { // then the algorithm of its signature must be given
				want["DCR-400-CLAIMS"] = "failed, 9 findings"
			}
			for _, clause := range providerKeeps {
				want[clause] = "passed"
			}
			r.wantVerdicts(t, want, "passed", "failed", "warned", "inconclusive")
			t.Logf("%d of %d specs passed, %d exchanges, %s", len(r.inState("passed")), len(r.Specs), r.Exchanges, r.took.Round(time.Millisecond))
		})
	}
}

// startProvider starts the provider and answers the configuration of its client.
func startProvider(t *testing.T, method string) string {
	t.Helper()
	node, _ := installed(t)
	port := freePort(t)
	address := loopback(port)
	file := configure(t, address, newBank(t, address, mockbank.Options{}).Credentials(), nil)
	overlay(t, file, settings(t, "provider.json", address))
	claims := map[string]any{"response_types": []string{"code"}}
	if method != "private_key_jwt" { // it signs nothing then, and may not say how
		claims["token_endpoint_auth_signing_alg"] = nil
	}
	overlay(t, file, map[string]any{
		"client":       map[string]any{"authMethod": method, "assertionAudience": address},
		"registration": map[string]any{"audience": address, "claims": claims},
	})
	script, err := filepath.Abs(filepath.Join(interop, "provider.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, address+"/oauth2/jwks", node, script, strconv.Itoa(port), file)
	return file
}
