package conduct

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"obconform/harness/contract"
)

// CLI-TOKEN-GRANT. A registration is managed with a client-credentials token.
func holdTokenGrant(e *examination) {
	life := e.issuedToken()
	if life == nil || life.grant == "" || e.op.Token == contract.NoToken {
		return
	}
	wanted := e.op.Token
	if wanted == contract.Management {
		wanted = contract.ClientCredentials
	}
	if life.grant != wanted {
		e.breach("header Authorization", "a token by "+string(wanted), "one by "+string(life.grant))
		return
	}
	e.met()
}

// CLI-TOKEN-SCOPE.
func holdTokenScope(e *examination) {
	life := e.issuedToken()
	if life == nil || len(life.scopes) == 0 || e.op.Scope == "" {
		return
	}
	if wanted := e.scopeName(e.op.Scope); !slices.Contains(life.scopes, wanted) {
		e.breach("header Authorization", "a token with the scope "+wanted, "one for "+quote(strings.Join(life.scopes, " ")))
		return
	}
	e.met()
}

// wasRefused tells whether the request was sent after a 401 for its token.
func (e *examination) wasRefused(life *token) bool {
	return life != nil && !life.refused.IsZero() && e.started.After(life.refused)
}

// patience is how many refusals are taken for one more try.
const patience = 3

// CLI-TOKEN-REFUSED. A token that the bank takes after all was not refused for
// what it is.
func holdTokenRefused(e *examination) {
	life := e.token()
	if !e.api || !e.wasRefused(life) {
		return
	}
	if e.status() == http.StatusUnauthorized && life.refusals >= patience {
		e.breach("header Authorization", "another token, since this one was refused with 401", "the same again and again")
		return
	}
	e.met()
}

// CLI-TOKEN-EXPIRED. What was refused is CLI-TOKEN-REFUSED's.
func holdTokenExpired(e *examination) {
	life := e.issuedToken()
	if life == nil || life.ends.IsZero() || e.started.IsZero() || e.wasRefused(life) {
		return
	}
	if e.started.After(life.ends.Add(rounding)) {
		e.breach("header Authorization", "a token that is good", "one whose life was over "+e.started.Sub(life.ends).Round(time.Second/10).String()+" before")
		return
	}
	e.met()
}

// CLI-IDTOKEN-CHECKED.
func holdIDTokenChecked(e *examination) {
	life := e.issuedToken()
	if life == nil || !life.checked {
		return
	}
	if life.fault != "" {
		e.breach("header Authorization", "no token that came with an ID token which the client has to refuse", "one whose ID token has "+life.fault)
		return
	}
	e.met()
}

// refreshing is the life of the refresh token that the request sends; nil where
// it sends none, or one whose issue was not seen.
func (e *examination) refreshing() *refresh {
	value, ok := e.field("refresh_token")
	if grant, _ := e.field("grant_type"); e.op.ID != contract.RequestToken || !ok || grant != "refresh_token" {
		return nil
	}
	life, _ := e.memory.refreshes.get(e.memory.of(value))
	return life
}

// CLI-REFRESH-ROTATED.
func holdRefreshRotated(e *examination) {
	life := e.refreshing()
	switch {
	case life == nil:
	case !life.replaced.IsZero() && e.started.After(life.replaced):
		e.breach("form refresh_token", "the refresh token that replaced it", "the one that was replaced")
	default:
		e.met()
	}
}

// manyTokens is how many good tokens of one kind at once are no waste: a client
// may run in several places.
const manyTokens = 5

// CLI-TOKEN-REUSE. A token is good while more than half of its life is left and
// nobody refused it.
func holdTokenReuse(e *examination) {
	kind := e.grantedKey()
	if kind == 0 || e.started.IsZero() {
		return
	}
	e.met()
	before, _ := e.memory.grants.get(kind)
	if before == nil {
		return
	}
	good := 0
	for _, life := range before.tokens {
		if life != nil && life.refused.IsZero() && life.halfLife().After(e.started) {
			good++
		}
	}
	if good >= manyTokens {
		e.breach("form grant_type", "one of the tokens that are still good", "a request for yet another")
	}
}

// grantedKey stands for client and scope of a client-credentials request, and for
// client and consent, or refresh token, of a request to refresh; 0 for another.
func (e *examination) grantedKey() key {
	grant, _ := e.field("grant_type")
	switch {
	case e.op.ID != contract.RequestToken || e.caller() == "":
		return 0
	case grant == "refresh_token":
		return e.refreshedKey()
	case grant != "client_credentials":
		return 0
	}
	scope, _ := e.field("scope")
	return e.memory.of(append([]string{e.caller()}, scopesOf(scope)...)...)
}

// refreshedKey stands for client and consent of a request to refresh, for client
// and refresh token where the consent is not known; 0 where neither is.
func (e *examination) refreshedKey() key {
	var of key
	if life := e.refreshing(); life != nil {
		of = life.token.consent
	}
	if value, ok := e.field("refresh_token"); of == 0 && ok {
		of = e.memory.of(value)
	}
	if of == 0 {
		return 0
	}
	return e.memory.of("refresh", e.caller(), strconv.FormatUint(uint64(of), 16))
}

// rememberToken keeps what the token endpoint gives.
func (e *examination) rememberToken() {
	if e.op.ID != contract.RequestToken || e.status() != http.StatusOK {
		return
	}
	grant, _ := e.field("grant_type")
	life := token{client: short(e.caller())}
	asked, _ := e.field("scope")
	switch grant {
	case "client_credentials":
		life.issued, life.grant = true, contract.ClientCredentials
	case "authorization_code":
		life.issued, life.grant = true, contract.AuthorizationCode
		if exchanged := e.exchange(); exchanged != nil {
			life.consent = exchanged.consent
			if asked == "" {
				asked = strings.Join(exchanged.scopes, " ")
			}
			e.checkIDToken(&life, exchanged)
			e.rememberExchange(exchanged)
		}
	case "refresh_token":
		life.issued, life.grant = true, contract.AuthorizationCode
		if old := e.refreshing(); old != nil {
			life = old.token
			life.refused, life.refusals, life.linked, life.listed = time.Time{}, 0, false, false
		} else {
			life.grant = "" // it may be of any
		}
	}
	if named := e.answered("/scope"); named != "" {
		asked = named
	}
	if words := shorts(scopesOf(asked)); len(words) > 0 {
		life.scopes = words
	}
	life.ends, life.born = e.lifeOf()
	e.keepTokens(life)
}

// lifeOf is when the answer's token ends, zero where it does not say, and when
// it came.
func (e *examination) lifeOf() (ends, born time.Time) {
	number, ok := e.answer["expires_in"].(json.Number)
	seconds, err := number.Int64()
	const longest = 1 << 31 // 68 years, and no overflow
	if !ok || err != nil || seconds < 0 || seconds > longest || e.ended.IsZero() {
		return ends, e.ended
	}
	return e.ended.Add(time.Duration(seconds) * time.Second), e.ended
}

// halfLife is when half of a token's life is over; zero where it is not known.
func (t *token) halfLife() time.Time {
	if t.ends.IsZero() {
		return time.Time{}
	}
	return t.born.Add(t.ends.Sub(t.born) / 2)
}

// keepTokens remembers an access token, and a refresh token that came with it.
func (e *examination) keepTokens(life token) {
	kept := life
	k := e.memory.of(e.answered("/access_token"))
	// A value that was given for two things is no token, but what a recorder has
	// written for all of them: nothing is known of it.
	if before, known := e.memory.tokens.get(k); known && before.issued && (before.grant != life.grant || before.client != life.client || before.consent != life.consent) {
		kept = token{shared: true}
	} else if known && before.shared {
		kept = *before
	}
	e.memory.tokens.put(k, &kept)
	if named, known := e.memory.consents.get(life.consent); known {
		named.authorised = true
	}
	if kind := e.grantedKey(); kind != 0 {
		before, _ := e.memory.grants.get(kind)
		if before == nil {
			before = &granted{}
			e.memory.grants.put(kind, before)
		}
		before.tokens[before.next%manyTokens] = &kept
		before.next++
	}
	fresh := e.answered("/refresh_token")
	if old := e.refreshing(); old != nil && fresh != "" && e.memory.of(fresh) != e.memory.of(e.formValues.Get("refresh_token")) && old.replaced.IsZero() {
		old.replaced = e.ended
	}
	if k := e.memory.of(fresh); k != 0 && life.grant == contract.AuthorizationCode {
		if known, _ := e.memory.refreshes.get(k); known == nil {
			e.memory.refreshes.put(k, &refresh{token: life})
		}
	}
}

// rememberExchange notes that a code was exchanged.
func (e *examination) rememberExchange(life *code) {
	value, _ := e.field("code")
	if life.exchanged.IsZero() {
		life.exchanged = e.ended
	}
	e.memory.codes.put(e.memory.of(value), life)
}

// noteRefusal notes a 401 for the request's token, also for one whose issue was
// not seen.
func (e *examination) noteRefusal() {
	if !e.api || e.auth.scheme != "bearer" || e.auth.value == "" {
		return
	}
	life := e.token()
	if e.status() != http.StatusUnauthorized {
		if life != nil && e.x.Response != nil && e.started.After(life.refused) {
			life.refused, life.refusals = time.Time{}, 0
		}
		return
	}
	if life == nil {
		life = &token{}
		e.memory.tokens.put(e.memory.of(e.auth.value), life)
	}
	if life.refused.IsZero() {
		life.refused = e.ended
	}
	if e.started.After(life.refused) || life.refusals == 0 {
		life.refusals++
	}
}
