package jose

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-jose/go-jose/v4"

	"obconform/harness/strictjson"
)

// Problem is one way in which something signed, or a key set, is not as it
// should be. Nothing in it repeats a token, a key or a claim's value beyond
// what is public by nature (alg, kid, kty).
type Problem struct {
	// Where is a JSON pointer into a key set, "header NAME" or "claim NAME" of
	// a JWS, or "token" and "signature" for the whole.
	Where    string
	Expected string
	Actual   string
}

// KeySet holds the public keys of a JWK set that can be used; it is immutable.
// The zero KeySet has no keys.
type KeySet struct{ keys []jose.JSONWebKey }

// Len is the number of usable keys.
func (k KeySet) Len() int { return len(k.keys) }

// With is the set with the keys of another added, each key once.
func (k KeySet) With(other KeySet) KeySet {
	joined := KeySet{keys: slices.Clone(k.keys)}
	for _, key := range other.keys {
		same := func(known jose.JSONWebKey) bool {
			return known.KeyID == key.KeyID && known.Algorithm == key.Algorithm && known.Use == key.Use && sameKey(known, key)
		}
		if !slices.ContainsFunc(joined.keys, same) {
			joined.keys = append(joined.keys, key)
		}
	}
	return joined
}

func sameKey(a, b jose.JSONWebKey) bool {
	first, err := a.Thumbprint(crypto.SHA256)
	if err != nil {
		return false
	}
	second, err := b.Thumbprint(crypto.SHA256)
	return err == nil && bytes.Equal(first, second)
}

// knownTypes are the key types that we can read; others are passed over, as RFC
// 7517 section 5 tells readers of a set to do.
var knownTypes = []string{"RSA", "EC", "OKP"}

// ParseJWKS reads a JWK set (RFC 7517, section 5) key by key, so that one
// strange key does not hide the others. Keys with problems of their own are
// left out of the set, but for doubled ids. Its problems are the rules of
// DIS-JWKS: public keys only, unique kids, at least one fit for PS256.
func ParseJWKS(data []byte) (KeySet, []Problem) {
	value, faults := strictjson.Parse(data)
	if len(faults) > 0 {
		return KeySet{}, []Problem{{Where: faults[0].Pointer, Expected: "a strict JSON document", Actual: faults[0].Message}}
	}
	document, _ := value.(map[string]any)
	list, ok := document["keys"].([]any)
	if !ok {
		return KeySet{}, []Problem{{Where: "/keys", Expected: "an array of keys", Actual: "a document without one"}}
	}
	var set KeySet
	var problems []Problem
	for i, entry := range list {
		key, usable, found := parseKey(entry, "/keys/"+strconv.Itoa(i))
		problems = append(problems, found...)
		if usable {
			set.keys = append(set.keys, key)
		}
	}
	problems = append(problems, checkIDs(list)...)
	if !slices.ContainsFunc(set.keys, fitForPS256) {
		problems = append(problems, Problem{Where: "/keys", Expected: "at least one key fit for PS256 (RSA of 2048 bits or more, for signatures)",
			Actual: fmt.Sprintf("none among %d", len(list))})
	}
	return set, problems
}

// parseKey reads one entry. A key of an unknown type is neither usable nor a
// problem.
func parseKey(entry any, where string) (key jose.JSONWebKey, usable bool, problems []Problem) {
	members, ok := entry.(map[string]any)
	if !ok {
		return key, false, []Problem{{Where: where, Expected: "a JSON object", Actual: "another type"}}
	}
	kty, ok := members["kty"].(string)
	if !ok || kty == "" {
		return key, false, []Problem{{Where: where + "/kty", Expected: "a key type", Actual: "none"}}
	}
	// An empty use or alg restricts a key to nothing; a reader that takes it for
	// a missing one would verify with a key that is not meant for it.
	for _, name := range []string{"kid", "use", "alg"} {
		if value, present := members[name]; present {
			if text, ok := value.(string); !ok || text == "" {
				problems = append(problems, Problem{Where: where + "/" + name, Expected: "a non-empty string", Actual: "something else"})
			}
		}
	}
	// d is the private part of RSA, EC and OKP keys, k the whole of a symmetric
	// one; the others are the private parts of RSA (RFC 7518, section 6).
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if _, present := members[name]; present {
			problems = append(problems, Problem{Where: where + "/" + name, Expected: "public members only", Actual: "a private member (not shown)"})
		}
	}
	if len(problems) > 0 || !slices.Contains(knownTypes, kty) {
		return key, false, problems
	}
	raw, err := json.Marshal(members)
	if err == nil {
		err = key.UnmarshalJSON(raw)
	}
	if err != nil || !key.Valid() {
		return key, false, []Problem{{Where: where, Expected: "a well-formed " + kty + " key", Actual: "one that cannot be read"}}
	}
	return key, allowsVerifying(members), nil
}

// allowsVerifying leaves out keys whose key_ops (RFC 7517, section 4.3) do not
// include verify.
func allowsVerifying(members map[string]any) bool {
	operations, present := members["key_ops"]
	if !present {
		return true
	}
	list, _ := operations.([]any)
	return slices.Contains(list, any("verify"))
}

// checkIDs wants every kid once. With more than one key in the set each needs
// one, or a token could not say which it means.
func checkIDs(list []any) []Problem {
	var problems []Problem
	seen := map[string]bool{}
	for i, entry := range list {
		members, _ := entry.(map[string]any)
		kid, ok := members["kid"].(string)
		where := "/keys/" + strconv.Itoa(i) + "/kid"
		switch _, present := members["kid"]; {
		case members != nil && !present && len(list) > 1:
			problems = append(problems, Problem{Where: where, Expected: "a kid, since the set has more than one key", Actual: "none"})
		case ok && seen[kid]:
			problems = append(problems, Problem{Where: where, Expected: "a kid of its own", Actual: "the kid of an earlier key, " + quote(kid)})
		}
		seen[kid] = true
	}
	return problems
}

func fitForPS256(key jose.JSONWebKey) bool {
	public, ok := key.Key.(*rsa.PublicKey)
	return ok && public.N.BitLen() >= minimumBits &&
		(key.Use == "" || key.Use == "sig") && (key.Algorithm == "" || key.Algorithm == string(jose.PS256))
}

// candidates are the keys that a token with that kid and alg may be verified
// with: the ones of that kid, or all if it names none.
func (k KeySet) candidates(kid, alg string) []jose.JSONWebKey {
	var fitting []jose.JSONWebKey
	for _, key := range k.keys {
		if (kid == "" || key.KeyID == kid) && (key.Algorithm == "" || key.Algorithm == alg) && (key.Use == "" || key.Use == "sig") {
			fitting = append(fitting, key)
		}
	}
	return fitting
}

// quote shows short public text of the other side, escaped.
func quote(text string) string {
	const most = 60
	if len(text) > most {
		return strconv.QuoteToASCII(text[:most]) + "..."
	}
	return strconv.QuoteToASCII(text)
}
