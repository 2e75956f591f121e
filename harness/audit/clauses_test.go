package audit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

// vector is an exchange with one thing about it. Without where it keeps the
// clause, and the clause is decided; with where it has that one finding. With
// undecided the clause has nothing to decide on, and there is no finding.
type vector struct {
	name      string
	x         audit.Exchange
	clause    contract.ClauseID
	level     contract.Level
	where     string
	undecided bool
}

func run(t *testing.T, a *audit.Auditor, vectors []vector) {
	t.Helper()
	tested := map[contract.ClauseID][2]bool{}
	for _, v := range vectors {
		t.Run(string(v.clause)+" "+v.name, func(t *testing.T) {
			result := a.Check(v.x)
			if v.where != "" {
				expectFinding(t, result, want{v.clause, v.level, v.where})
				return
			}
			if len(result.Findings) > 0 || result.Inconclusive != "" {
				t.Errorf("findings %+v, inconclusive %q", result.Findings, result.Inconclusive)
			}
			if decided := slices.Contains(result.Exercised, v.clause); decided == v.undecided {
				t.Errorf("exercised %v: decided is %v", result.Exercised, decided)
			}
		})
		seen := tested[v.clause]
		seen[0], seen[1] = seen[0] || v.where != "", seen[1] || v.where == "" && !v.undecided
		tested[v.clause] = seen
	}
	for clause, seen := range tested {
		if !seen[0] || !seen[1] {
			t.Errorf("%s is not tested both ways", clause)
		}
	}
}

func request(method string) edit {
	return func(x *audit.Exchange) { x.Request.Method = method }
}

func requestType(media string) edit {
	return func(x *audit.Exchange) { x.Request.Header.Set("Content-Type", media) }
}

func wire(block, after string) edit {
	return func(x *audit.Exchange) {
		x.Response.Wire = &audit.Wire{HeaderBlock: []byte(block), AfterHeader: []byte(after)}
	}
}

func TestStatusClauses(t *testing.T) {
	const aac, reg = contract.CreateAccountAccessConsent, contract.RegisterClient
	gone204 := answer(t, contract.DeleteAccountAccessConsent, 204)
	noBody := func(x *audit.Exchange) { x.Request.Body = nil }
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "documented", x: answer(t, aac, 201), clause: contract.ComStatus},
		{name: "200 in place of 201", x: with(answer(t, aac, 200)), clause: contract.ComStatus, level: contract.Doc, where: "status"},
		{name: "a redirect", x: with(answer(t, contract.ListAccounts, 302), header("Location", "/x")), clause: contract.ComStatus, level: contract.Doc, where: "status"},
		{name: "404 of discovery", x: answer(t, contract.GetDiscovery, 404), clause: contract.ComStatus, level: contract.Doc, where: "status"},
		{name: "415 for text", x: with(answer(t, aac, 415), requestType("text/plain")), clause: contract.ComStatus},
		{name: "415 for no type", x: with(answer(t, aac, 415), requestType("")), clause: contract.ComStatus},
		{name: "415 for JSON in place of JOSE", x: answer(t, reg, 415), clause: contract.ComStatus},
		{name: "415 for the right type", x: answer(t, aac, 415), clause: contract.ComStatus, level: contract.Doc, where: "status"},
		{name: "415 for JOSE", x: with(answer(t, reg, 415), requestType("application/jose")), clause: contract.ComStatus, level: contract.Doc, where: "status"},
		{name: "415 without a request body", x: with(answer(t, aac, 415), requestType("text/plain"), noBody), clause: contract.ComStatus, level: contract.Doc, where: "status"},
		{name: "the token endpoint", x: tokenAnswer(t, 418, object{}), clause: contract.ComStatus, undecided: true},

		{name: "nothing", x: gone204, clause: contract.ComEmpty},
		{name: "a byte", x: with(gone204, wire("HTTP/1.1 204 No Content\r\n\r\n", "x")), clause: contract.ComEmpty, level: contract.Doc, where: "body"},
		{name: "a length", x: with(gone204, wire("HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n", "")), clause: contract.ComEmpty, level: contract.Doc, where: "header Content-Length"},
		{name: "a length that is no number", x: with(gone204, wire("HTTP/1.1 204 No Content\r\nContent-Length: x\r\n\r\n", "")), clause: contract.ComEmpty, level: contract.Doc, where: "header Content-Length"},
		{name: "an empty length", x: with(gone204, wire("HTTP/1.1 204 No Content\r\nContent-Length:\r\n\r\n", "")), clause: contract.ComEmpty, level: contract.Doc, where: "header Content-Length"},
		{name: "chunks", x: with(gone204, wire("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "")), clause: contract.ComEmpty, level: contract.Doc, where: "header Transfer-Encoding"},
		{name: "unseen by an ordinary client", x: with(gone204, func(x *audit.Exchange) { x.Response.Wire = nil }), clause: contract.ComEmpty, undecided: true},
		{name: "a length seen by an ordinary client", x: with(gone204, func(x *audit.Exchange) { x.Response.Wire = nil }, header("Content-Length", "2")), clause: contract.ComEmpty, level: contract.Doc, where: "header Content-Length"},
		{name: "a body seen by an ordinary client", x: with(gone204, func(x *audit.Exchange) { x.Response.Wire, x.Response.Body = nil, []byte("x") }), clause: contract.ComEmpty, level: contract.Doc, where: "body"},
		{name: "a 200", x: answer(t, contract.ListAccounts, 200), clause: contract.ComEmpty, undecided: true},
	})
}

func TestInteractionIDClauses(t *testing.T) {
	const id, other = contract.HeaderInteractionID, "93bac548-d2de-4546-b106-880a5018460e"
	const where = "header x-fapi-interaction-id"
	ok, lost := answer(t, contract.ListAccounts, 200), answer(t, contract.ListAccounts, 404)
	discovery, deleted := answer(t, contract.GetDiscovery, 200), answer(t, contract.DeleteClient, 204)
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "there", x: ok, clause: contract.ComFapiPresent},
		{name: "missing", x: with(answer(t, contract.ListAccounts, 200), header(id)), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "missing on an error of Accounts", x: with(lost, header(id)), clause: contract.ComFapiPresent, level: contract.Std, where: where},
		{name: "missing on an error of another API", x: with(answer(t, contract.GetClient, 404), header(id)), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "missing on 415", x: with(answer(t, contract.CreateAccountAccessConsent, 415), requestType("text/plain"), header(id)), clause: contract.ComFapiPresent, level: contract.Std, where: where},
		{name: "twice", x: with(answer(t, contract.ListAccounts, 200), header(id, sentID, sentID)), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "twice in one line", x: with(answer(t, contract.ListAccounts, 200), header(id, sentID+", "+sentID)), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "empty", x: with(answer(t, contract.ListAccounts, 200), header(id, "")), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "no UUID", x: with(answer(t, contract.ListAccounts, 200), header(id, sentID[:35])), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "braces", x: with(answer(t, contract.ListAccounts, 200), header(id, "{"+sentID+"}")), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "malformed, not asked for", x: with(answer(t, contract.ListAccounts, 200), noRequestID, header(id, "1")), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "missing from discovery", x: with(discovery, header(id)), clause: contract.ComFapiPresent, undecided: true},
		{name: "missing from a deletion of a client", x: with(deleted, header(id)), clause: contract.ComFapiPresent, undecided: true},
		{name: "missing from a refused deletion of a client", x: with(answer(t, contract.DeleteClient, 401), header(id)), clause: contract.ComFapiPresent, level: contract.Doc, where: where},
		{name: "malformed in discovery", x: with(answer(t, contract.GetDiscovery, 200), header(id, "1")), clause: contract.ComFapiPresent, level: contract.Std, where: where},
		{name: "missing from a token answer", x: with(answer(t, contract.RequestToken, 405), header(id)), clause: contract.ComFapiPresent, undecided: true},

		{name: "the same", x: answer(t, contract.ListAccounts, 200), clause: contract.ComFapiEcho},
		{name: "another", x: with(answer(t, contract.ListAccounts, 200), header(id, other)), clause: contract.ComFapiEcho, level: contract.Std, where: where},
		{name: "in another case", x: with(answer(t, contract.ListAccounts, 200), header(id, strings.ToUpper(sentID))), clause: contract.ComFapiEcho, level: contract.Std, where: where},
		{name: "another in discovery", x: with(answer(t, contract.GetDiscovery, 200), header(id, other)), clause: contract.ComFapiEcho, level: contract.Std, where: where},
		{name: "nothing sent", x: with(answer(t, contract.ListAccounts, 200), noRequestID), clause: contract.ComFapiEcho, undecided: true},

		{name: "made up", x: with(answer(t, contract.ListAccounts, 200), noRequestID, header(id, strings.ToUpper(other))), clause: contract.ComFapiMint},
		{name: "not made up", x: with(answer(t, contract.ListAccounts, 200), noRequestID, header(id)), clause: contract.ComFapiMint, level: contract.Std, where: where},
		{name: "not made up by a deletion of a client", x: with(answer(t, contract.DeleteClient, 204), noRequestID, header(id)), clause: contract.ComFapiMint, undecided: true},
		{name: "sent", x: answer(t, contract.ListAccounts, 200), clause: contract.ComFapiMint, undecided: true},
	})
}

func TestHeaderClauses(t *testing.T) {
	busy := func(values ...string) audit.Exchange {
		return with(answer(t, contract.ListAccounts, 429), header("Retry-After", values...))
	}
	refused := func(values ...string) audit.Exchange {
		return with(answer(t, contract.ListAccounts, 405), request("PATCH"), header("Allow", values...))
	}
	const retry, allow = contract.ComRetryAfter, contract.ComAllow
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "seconds", x: busy("120"), clause: retry},
		{name: "zero", x: busy("0"), clause: retry},
		{name: "missing", x: busy(), clause: retry, level: contract.Doc, where: "header Retry-After"},
		{name: "negative", x: busy("-1"), clause: retry, level: contract.Doc, where: "header Retry-After"},
		{name: "a fraction", x: busy("1.5"), clause: retry, level: contract.Doc, where: "header Retry-After"},
		{name: "a date", x: busy("Wed, 21 Oct 2026 07:28:00 GMT"), clause: retry, level: contract.Doc, where: "header Retry-After"},
		{name: "twice", x: busy("1", "1"), clause: retry, level: contract.Doc, where: "header Retry-After"},
		{name: "empty", x: busy(""), clause: retry, level: contract.Doc, where: "header Retry-After"},
		{name: "a 200", x: answer(t, contract.ListAccounts, 200), clause: retry, undecided: true},

		{name: "the others", x: refused("GET, HEAD"), clause: allow},
		{name: "an empty list", x: refused(""), clause: allow, level: contract.Adv, where: "header Allow"},
		{name: "without the documented one", x: refused("HEAD, OPTIONS"), clause: allow, level: contract.Adv, where: "header Allow"},
		{name: "an empty list for the documented one itself", x: with(answer(t, contract.ListAccounts, 405), header("Allow", "")), clause: allow},
		{name: "missing", x: refused(), clause: allow, level: contract.Adv, where: "header Allow"},
		{name: "the refused one", x: refused("GET, patch"), clause: allow, level: contract.Adv, where: "header Allow"},
		{name: "the refused one in a second line", x: refused("GET", "PATCH"), clause: allow, level: contract.Adv, where: "header Allow"},
		{name: "a 404", x: answer(t, contract.ListAccounts, 404), clause: allow, undecided: true},

		{name: "there", x: answer(t, contract.ListAccounts, 401), clause: contract.ComWWWAuthenticate},
		{name: "missing", x: with(answer(t, contract.ListAccounts, 401), header("WWW-Authenticate")), clause: contract.ComWWWAuthenticate, level: contract.Adv, where: "header WWW-Authenticate"},
		{name: "empty", x: with(answer(t, contract.ListAccounts, 401), header("WWW-Authenticate", " ")), clause: contract.ComWWWAuthenticate, level: contract.Adv, where: "header WWW-Authenticate"},
		{name: "a 403", x: answer(t, contract.ListAccounts, 403), clause: contract.ComWWWAuthenticate, undecided: true},
	})
}

func TestSignatureClauses(t *testing.T) {
	const name, where = contract.HeaderSignature, "header x-jws-signature"
	signed := func(edits ...edit) audit.Exchange { return with(answer(t, contract.RegisterClient, 201), edits...) }
	a := newAuditor(t, audit.Options{})
	run(t, a, []vector{
		{name: "verifies", x: signed(), clause: contract.ComSignature},
		{name: "verifies where none is documented", x: with(answer(t, contract.ListAccounts, 404), header(name, detached(t, nil))), clause: contract.ComSignature},
		{name: "of another body", x: signed(header(name, detached(t, []byte("{}")))), clause: contract.ComSignature, level: contract.Std, where: where},
		{name: "a text", x: signed(header(name, "signature")), clause: contract.ComSignature, level: contract.Std, where: where},
		{name: "twice", x: signed(header(name, "a", "b")), clause: contract.ComSignature, level: contract.Std, where: where},
		{name: "from the future", x: signed(func(x *audit.Exchange) { x.Ended = ended.Add(-61 * time.Second) }), clause: contract.ComSignature, level: contract.Std, where: where},
		{name: "within the skew", x: signed(func(x *audit.Exchange) { x.Ended = ended.Add(-time.Minute) }), clause: contract.ComSignature},
		{name: "missing where documented", x: with(answer(t, contract.GetClient, 400), header(name)), clause: contract.ComSignaturePresent, level: contract.Adv, where: where},
		{name: "there", x: signed(), clause: contract.ComSignaturePresent},
		{name: "missing where not documented", x: answer(t, contract.GetClient, 200), clause: contract.ComSignaturePresent, undecided: true},
		{name: "missing elsewhere", x: answer(t, contract.ListAccounts, 400), clause: contract.ComSignaturePresent, undecided: true},
	})
	promoted := newAuditor(t, audit.Options{RequireSignature: true})
	expectFinding(t, promoted.Check(signed(header(name))), want{contract.ComSignaturePresent, contract.Doc, where})

	unaware, err := audit.New(audit.Options{ClockSkew: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if result := unaware.Check(signed()); slices.Contains(result.Exercised, contract.ComSignature) || len(result.Findings) > 0 {
		t.Errorf("decided without a key: %+v", result)
	}
	unaware.AddKeys([]byte(`{"keys":[]}`))
	expectFinding(t, unaware.Check(signed()), want{contract.ComSignature, contract.Std, where})
}

func TestJSONClauses(t *testing.T) {
	ok := func(edits ...edit) audit.Exchange { return with(answer(t, contract.ListAccounts, 200), edits...) }
	lost := func(edits ...edit) audit.Exchange { return with(answer(t, contract.ListAccounts, 404), edits...) }
	whole := string(ok().Response.Body)
	const jsonType, where = "application/json", "header Content-Type"
	deep := strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65)
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "plain", x: ok(header("Content-Type", jsonType)), clause: contract.ComContentType},
		{name: "with charset", x: ok(header("Content-Type", `Application/JSON; Charset="UTF-8"; x=y`)), clause: contract.ComContentType},
		{name: "missing", x: ok(header("Content-Type")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "text", x: ok(header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "problem+json", x: ok(header("Content-Type", "application/problem+json")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "Latin 1", x: ok(header("Content-Type", jsonType+"; charset=iso-8859-1")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "twice", x: ok(header("Content-Type", jsonType, jsonType)), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "unreadable", x: ok(header("Content-Type", "application/json; charset")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "a text where JSON is documented", x: ok(raw(t, "sorry"), header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "a page that calls itself JSON", x: ok(raw(t, "<html>")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "a text where no body is documented", x: lost(raw(t, "[404] lost"), header("Content-Type", "text/plain")), clause: contract.ComContentType, undecided: true},
		{name: "no body", x: lost(), clause: contract.ComContentType, undecided: true},
		{name: "JSON under another name where no body is documented", x: lost(raw(t, `{"error":"x"}`), header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "the token endpoint", x: with(tokenAnswer(t, 400, object{"error": "invalid_grant"}), header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "the key set", x: with(answer(t, contract.GetJWKS, 200), raw(t, string(jwks(t))), header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "the key set by its own type", x: with(answer(t, contract.GetJWKS, 200), raw(t, string(jwks(t))), header("Content-Type", "application/jwk-set+json; charset=utf-8")), clause: contract.ComContentType},
		{name: "a text by the key set's type", x: with(answer(t, contract.GetJWKS, 200), raw(t, "sorry"), header("Content-Type", "application/jwk-set+json")), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "a list of accounts by the key set's type", x: ok(header("Content-Type", "application/jwk-set+json")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "a page for the discovery document", x: with(answer(t, contract.GetDiscovery, 200), raw(t, "<html>"), header("Content-Type", "text/html")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "a text for the key set", x: with(answer(t, contract.GetJWKS, 200), raw(t, "sorry"), header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "a text for a token", x: with(tokenAnswer(t, 200, object{}), raw(t, "sorry"), header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "a text for a token error", x: with(tokenAnswer(t, 401, object{}), raw(t, "sorry"), header("Content-Type", "text/plain")), clause: contract.ComContentType, level: contract.Std, where: where},
		{name: "the authorisation endpoint's page", x: with(answer(t, contract.Authorize, 200), raw(t, "<html>"), header("Content-Type", "text/html")), clause: contract.ComContentType, undecided: true},

		{name: "one value", x: ok(), clause: contract.ComJSON},
		{name: "a byte-order mark", x: ok(raw(t, "\xef\xbb\xbf"+whole)), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "a second value", x: ok(raw(t, whole+"{}")), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "half a value", x: ok(raw(t, whole[:len(whole)-1])), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "a member twice", x: ok(raw(t, whole[:len(whole)-1]+`,"Data":{}}`)), clause: contract.ComJSON, level: contract.Std, where: "/Data"},
		{name: "invalid UTF-8", x: ok(raw(t, strings.Replace(whole, "Bills", "\xff", 1))), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "65 levels", x: ok(raw(t, deep)), clause: contract.ComJSON, level: contract.Std, where: strings.Repeat("/a", 64)},
		{name: "a text called JSON", x: ok(raw(t, "sorry")), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "half a value where no body is documented", x: lost(raw(t, `{`), header("Content-Type", jsonType)), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "the token endpoint", x: with(tokenAnswer(t, 400, object{}), raw(t, `{"error":"invalid_grant",}`)), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "the key set", x: with(answer(t, contract.GetJWKS, 200), raw(t, `{"keys":[],"keys":[]}`), header("Content-Type", jsonType)), clause: contract.ComJSON, level: contract.Std, where: "/keys"},
		{name: "no body", x: lost(), clause: contract.ComJSON, undecided: true},
	})
}
