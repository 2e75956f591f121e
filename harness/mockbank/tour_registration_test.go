package mockbank_test

import (
	"encoding/base64"
	"maps"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// offer registers with changed claims.
func (v *tourist) offer(changes map[string]any) view {
	v.t.Helper()
	claims := v.claims()
	maps.Copy(claims, changes)
	return v.visit(v.registration(claims))
}

func walkRegistration(v *tourist) {
	client := v.offer(nil)
	v.tokenOf(client.at("client_id"), client.at("client_secret"), "accounts")
	v.offer(nil)
	valid := v.sign(v.claims())
	parts := strings.Split(valid, ".")
	encode := base64.RawURLEncoding.EncodeToString
	for _, body := range []string{
		"", "no JWS", strings.Repeat("a.", 4) + "a", "%%." + parts[1] + "." + parts[2], parts[0] + "." + encode([]byte("text")) + "." + parts[2],
		parts[0] + "." + encode([]byte(compactJSON(v.t, v.claims()))) + "." + parts[2],
		encode([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".",
		signWith(v.t, jose.HS256, []byte(strings.Repeat("k", 32)), v.creds.SigningKeyID, v.claims()),
	} {
		v.visit(jws(body))
	}
	v.visit(jws(valid).with("Content-Type", "text/plain"))
}

// claimChapters leave a claim out, or have it of the wrong type, one claim each.
func claimChapters() []chapter {
	var all []chapter
	for _, name := range []string{
		"iss", "iat", "exp", "aud", "jti", "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types",
		"software_id", "scope", "application_type", "id_token_signed_response_alg", "request_object_signing_alg",
	} {
		kebab := strings.ReplaceAll(name, "_", "-")
		all = append(all, chapter{
			names: []string{"dcr-400-claims-without-" + kebab, "dcr-400-claims-wrong-type-" + kebab},
			walk: func(v *tourist) {
				claims := v.claims()
				delete(claims, name)
				v.visit(v.registration(claims))
				v.offer(map[string]any{name: map[string]any{}})
			},
		})
	}
	return all
}

func walkWrongRegistrations(v *tourist) {
	now := v.clock.Now().Unix()
	again := uuid.NewString()
	altered := v.creds.SoftwareStatement[:len(v.creds.SoftwareStatement)-8] + "AAAAAAAA"
	for _, changes := range []map[string]any{
		{"exp": now - 60}, {"iat": now + 3600}, {"aud": "https://other.example"}, {"jti": again}, {"jti": again},
		{"redirect_uris": []string{"http://tpp.example/callback"}}, {"redirect_uris": []string{"https://localhost/callback"}},
		{"redirect_uris": []string{"https://tpp.example/callback#f"}}, {"redirect_uris": []string{"https://elsewhere.example/callback"}},
		{"software_statement": altered}, {"software_statement": v.creds.ExpiredSoftwareStatement},
		{"software_statement": v.creds.UntrustedSoftwareStatement}, {"software_statement": v.creds.ForeignSoftwareStatement},
		{"token_endpoint_auth_method": "magic"}, {"grant_types": []string{"password"}}, {"response_types": []string{"token"}},
		{"id_token_signed_response_alg": "none"}, {"scope": "openid payments"},
	} {
		v.offer(changes)
	}
	claims := v.claims()
	delete(claims, "software_statement")
	v.visit(v.registration(claims))
}

func walkManagement(v *tourist) {
	first, second := v.offer(nil), v.offer(nil)
	path := registerPath + "/" + first.at("client_id")
	token := func(of view) string { return v.tokenOf(of.at("client_id"), of.at("client_secret"), "accounts") }
	own, other := token(first), token(second)
	change := func(to string, changes map[string]any) sent {
		claims := v.claims()
		maps.Copy(claims, changes)
		request := v.registration(claims)
		request.method, request.path = "PUT", to
		return request
	}
	both := map[string]any{"redirect_uris": v.creds.RedirectURIs}
	unknown := registerPath + "/" + uuid.NewString()
	for _, request := range []sent{get(path), change(path, both), drop(path)} {
		v.visit(request)
		v.visit(request.bearer("made-up"))
		v.visit(request.bearer(other))
		elsewhere := request
		elsewhere.path = unknown
		v.visit(elsewhere.bearer(own))
	}
	v.visit(get(path).bearer(own))
	v.visit(change(path, both).bearer(own))
	v.visit(get(path).bearer(own))
	v.visit(change(path, map[string]any{"scope": "openid payments"}).bearer(own))
	v.visit(get(path).bearer(own))
	v.visit(drop(path).bearer(own))
	v.visit(get(path).bearer(own))
	token(first)
}
