package mockbank

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// directoryIssuer is who issues software statements.
const directoryIssuer = "OpenBanking Ltd"

// scopeOfRole is the scope that a role in the directory entitles to.
var scopeOfRole = map[string]string{"AISP": scopeAccounts, "CBPII": scopeFunds}

// softwareStatement is what the directory vouches for.
type softwareStatement struct {
	softwareID   string
	redirectURIs []string
	scopes       []string
	keys         keySet
}

// unfitStatement is why a software statement is refused: an RFC 7591 code, and
// the problem to report.
type unfitStatement struct {
	code    string
	problem problem
}

func unfit(code, message string) *unfitStatement {
	return &unfitStatement{code: code, problem: problem{code: fieldInvalid, message: message, path: "software_statement"}}
}

// openStatement verifies a software statement: signed by the directory and in
// force (DCR-400-SSA).
func (b *Bank) openStatement(text string) (*softwareStatement, *unfitStatement) {
	statement, err := parseCompact(text)
	if err != nil {
		return nil, unfit(invalidSoftwareStatement, "The software statement is no acceptable JWS.")
	}
	directory := b.keys.directory
	if statement.keyID() != directory.id {
		return nil, unfit(unapprovedSoftwareStatement, "The software statement comes from an unknown issuer.")
	}
	if !statement.verifies(keySet{directory.id: &directory.private.PublicKey}) {
		return nil, unfit(invalidSoftwareStatement, "The signature of the software statement is wrong.")
	}
	rd := &reading{}
	issuer := rd.text(statement.claims, "iss", textRule{})
	b.checkTimes(rd, statement.claims)
	opened := &softwareStatement{
		softwareID:   rd.text(statement.claims, "software_id", textRule{minimum: 1}),
		redirectURIs: rd.texts(statement.claims, "software_redirect_uris", true),
		scopes:       []string{scopeOpenID},
		keys:         readKeySet(rd.object(statement.claims, "software_jwks")),
	}
	for _, role := range rd.texts(statement.claims, "software_roles", true) {
		if scope, known := scopeOfRole[role]; known && !slices.Contains(opened.scopes, scope) {
			opened.scopes = append(opened.scopes, scope)
		}
	}
	if len(rd.problems) > 0 || issuer != directoryIssuer {
		return nil, unfit(invalidSoftwareStatement, "The software statement is not in force.")
	}
	return opened, nil
}

// readKeySet takes the public RSA and P-256 keys of a JWK set, and skips all
// others.
func readKeySet(set map[string]any) keySet {
	keys := keySet{}
	members, _ := set["keys"].([]any)
	for _, member := range members {
		encoded, err := json.Marshal(member)
		if err != nil {
			continue
		}
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(encoded); err != nil {
			continue
		}
		if key.KeyID == "" {
			continue
		}
		switch public := key.Key.(type) {
		case *rsa.PublicKey:
			keys[key.KeyID] = public
		case *ecdsa.PublicKey:
			if public.Curve == elliptic.P256() {
				keys[key.KeyID] = public
			}
		}
	}
	return keys
}

// statementDraft is what a statement of the test data says.
type statementDraft struct {
	softwareID   string
	redirectURIs []string
	expires      time.Time
	signer       signingKey
}

// issueStatement plays the directory: it makes a statement for a TPP with the
// test data's key and both roles.
func (b *Bank) issueStatement(draft statementDraft) (string, error) {
	issued := b.now().Add(-time.Hour)
	if !draft.expires.After(issued) {
		issued = draft.expires.Add(-time.Hour)
	}
	return draft.signer.jwt(map[string]any{
		"iss": directoryIssuer, "iat": issued.Unix(), "exp": draft.expires.Unix(), "jti": b.source.uuid(),
		"software_id":            draft.softwareID,
		"software_client_name":   "Conformance TPP",
		"software_environment":   "sandbox",
		"software_mode":          "Test",
		"software_roles":         []string{"AISP", "CBPII"},
		"software_redirect_uris": draft.redirectURIs,
		"software_jwks":          jose.JSONWebKeySet{Keys: []jose.JSONWebKey{b.keys.tpp.public(), b.keys.tppCurve.public()}},
		"org_id":                 "0015800001041RbAAI",
		"org_name":               "Conformance TPP Ltd",
		"org_status":             "Active",
	})
}
