package gate

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/redact"
	"obconform/harness/traffic"
)

// maxSecrets is how many secrets of late are looked for in answers: more than
// are in use at one time.
const maxSecrets = 2000

// learning is what has been learnt already.
type learning struct {
	// keySets are the digests of the key sets whose keys are known.
	keySets map[[sha256.Size]byte]bool
}

// maxKeySets bounds the key sets whose keys are taken: a bank rotates its keys,
// a hostile one may do so in every answer.
const maxKeySets = 100

// known is a secret, by what stands in its place.
type known struct{ kind, value string }

// learn takes what an exchange teaches about those after it: secrets and keys.
// It answers the exchange's own secrets.
func (j *Judge) learn(x traffic.Exchange, operation contract.OperationID) []known {
	found := secretsOf(x, operation)
	for _, one := range found {
		switch kind := audit.SecretKind(one.kind); kind {
		case audit.AccessToken, audit.ClientSecret, audit.AuthorizationCode:
			j.auditor.Learn(kind, one.value)
		}
	}
	if operation == contract.GetJWKS && x.Response != nil && x.Response.Status == http.StatusOK && x.Response.Body.Whole() {
		sum := sha256.Sum256(x.Response.Body.Bytes)
		if !j.learning.keySets[sum] && len(j.learning.keySets) < maxKeySets {
			if j.learning.keySets == nil {
				j.learning.keySets = map[[sha256.Size]byte]bool{}
			}
			j.learning.keySets[sum] = true
			j.auditor.AddKeys(x.Response.Body.Bytes)
		}
	}
	return found
}

// secretsOf finds the secrets that an exchange carries in the places that are
// meant for them. A placeholder is none.
func secretsOf(x traffic.Exchange, operation contract.OperationID) []known {
	var found []known
	add := func(kind audit.SecretKind, value string) {
		if value != "" && !traffic.Withheld(value) && strings.Trim(value, "*xX#.-•") != "" {
			found = append(found, known{string(kind), value})
		}
	}
	scheme, credential, _ := strings.Cut(x.Request.Header.Get("Authorization"), " ")
	switch strings.ToLower(scheme) {
	case "bearer":
		add(audit.AccessToken, credential)
	case "basic":
		if pair, err := base64.StdEncoding.DecodeString(credential); err == nil {
			_, secret, _ := strings.Cut(string(pair), ":")
			if plain, err := url.QueryUnescape(secret); err == nil {
				secret = plain
			}
			add(audit.ClientSecret, secret)
			found = append(found, known{"client credentials", credential})
		}
	}
	switch operation {
	case contract.RequestToken:
		form := formOf(x.Request)
		add(audit.ClientSecret, form.Get("client_secret"))
		add(audit.AuthorizationCode, form.Get("code"))
		add(audit.AccessToken, form.Get("refresh_token"))
	case contract.RegisterClient, contract.GetClient, contract.UpdateClient:
	case contract.Authorize:
		if x.Response != nil {
			add(audit.AuthorizationCode, redirected(x.Response.Header.Get("Location")))
		}
		return found
	default:
		return found
	}
	if x.Response == nil {
		return found
	}
	var members struct {
		AccessToken  json.RawMessage `json:"access_token"`
		RefreshToken json.RawMessage `json:"refresh_token"`
		ClientSecret json.RawMessage `json:"client_secret"`
	}
	if json.Unmarshal(x.Response.Body.Bytes, &members) != nil {
		return found
	}
	text := func(member json.RawMessage) (value string) {
		_ = json.Unmarshal(member, &value) // what is no string is no secret
		return value
	}
	if operation == contract.RequestToken {
		add(audit.AccessToken, text(members.AccessToken))
		add(audit.AccessToken, text(members.RefreshToken))
	} else {
		add(audit.ClientSecret, text(members.ClientSecret))
	}
	return found
}

// redirected is the code in the address of a redirect, in its query or fragment.
func redirected(location string) string {
	address, err := url.Parse(location)
	if err != nil {
		return ""
	}
	if code := address.Query().Get("code"); code != "" {
		return code
	}
	fragment, err := url.ParseQuery(address.EscapedFragment())
	if err != nil {
		return ""
	}
	return fragment.Get("code")
}

// redactions keeps a redactor that knows the secrets of late. One that knew all
// would grow with the traffic.
type redactions struct {
	always map[string][]string
	at     *redact.Redactor
	// used has the secrets that the redactor knows, with when each was noted last.
	used map[known]int
	now  int
	// noted are the latest secrets that it does not know yet: it learns them only
	// where something is redacted.
	noted []known
}

// Limits of a redactor: how many secrets it knows before the half of them that
// was used last goes on without the other, and how many wait to be learnt.
const (
	maxRedactions = 1000
	maxNoted      = 300
)

func newRedactions(always map[string][]string) *redactions {
	r := &redactions{always: always}
	r.renew(nil)
	return r
}

// renew starts anew with some of the secrets.
func (r *redactions) renew(kept []known) {
	before := r.used
	r.at, r.used = redact.New(), map[known]int{}
	for kind, values := range r.always {
		for _, value := range values {
			r.at.Learn(kind, value)
		}
	}
	for _, one := range kept {
		r.used[one] = before[one]
		r.at.Learn(one.kind, one.value)
	}
}

// note remembers the secrets of an exchange.
func (r *redactions) note(secrets []known) {
	for _, one := range secrets {
		r.now++
		if _, knows := r.used[one]; knows {
			r.used[one] = r.now
			continue
		}
		if len(r.noted) >= 2*maxNoted {
			r.noted = append(r.noted[:0], r.noted[maxNoted:]...)
		}
		if n := len(r.noted); n == 0 || r.noted[n-1] != one {
			r.noted = append(r.noted, one)
		}
	}
}

// redactor knows the secrets that were noted of late.
func (r *redactions) redactor() *redact.Redactor {
	if len(r.used) > maxRedactions {
		latest := slices.SortedFunc(maps.Keys(r.used), func(a, b known) int { return r.used[a] - r.used[b] })
		r.renew(latest[len(latest)-maxRedactions/2:])
	}
	for _, one := range r.noted {
		r.now++
		r.used[one] = r.now
		r.at.Learn(one.kind, one.value)
	}
	r.noted = r.noted[:0]
	return r.at
}
