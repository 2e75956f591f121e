package mockbank_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// habitually is a tourist at a bank with one habit.
func habitually(t *testing.T, habit string) *tourist {
	t.Helper()
	return newTourist(t, mockbank.Options{Habits: []string{habit}})
}

func TestEachHabitShows(t *testing.T) {
	shown := map[string]func(*testing.T, *tourist){
		"token-created": func(t *testing.T, v *tourist) {
			form := url.Values{"grant_type": {"client_credentials"}, "scope": {"accounts"}}
			v.visit(basic(v.tokenRequest(form), v.creds.ClientID, v.creds.ClientSecret)).want(t, 201)
			v.visit(basic(v.tokenRequest(form), v.creds.ClientID, "wrong")).want(t, 401)
		},
		"token-error-obie": func(t *testing.T, v *tourist) {
			refused := v.visit(basic(v.tokenRequest(url.Values{}), v.creds.ClientID, "wrong")).want(t, 401)
			if _, oauth := refused.body["error"]; oauth || refused.at("Code") == "" || refused.detail().at("ErrorCode") == "" {
				t.Errorf("refused with %s", refused.raw)
			}
			v.token("accounts")
		},
		"registration-milliseconds": func(t *testing.T, v *tourist) {
			made := v.offer(nil).want(t, 201)
			for _, name := range []string{"iat", "exp"} {
				if len(made.at(name)) != 13 {
					t.Errorf("%s is %q", name, made.at(name))
				}
			}
		},
		"registration-error-rfc7591": func(t *testing.T, v *tourist) {
			refused := v.offer(map[string]any{"redirect_uris": []string{"http://tpp.example/cb"}}).want(t, 400)
			refused.wantText(t, "invalid_redirect_uri", "error")
			if len(refused.body) != 2 || refused.at("error_description") == "" {
				t.Errorf("refused with %s", refused.raw)
			}
			if err := verifyDetached(v.key, refused.header.Get("x-jws-signature"), []byte(refused.raw)); err != nil {
				t.Errorf("the signature: %v", err)
			}
		},
		"self-collection": func(t *testing.T, v *tourist) {
			token := v.token("accounts")
			consent := v.visit(post(consentsPath, basicConsent).bearer(token)).want(t, 201).at("Data", "ConsentId")
			v.visit(get(consentsPath+"/"+consent).bearer(token)).want(t, 200).wantText(t, "https://bank.example"+consentsPath, "Links", "Self")
		},
		"self-empty": func(t *testing.T, v *tourist) {
			v.visit(post(consentsPath, basicConsent).bearer(v.token("accounts"))).want(t, 201).wantText(t, "", "Links", "Self")
		},
		"permissions-expanded": func(t *testing.T, v *tourist) {
			token := v.token("accounts")
			made := v.visit(post(consentsPath, permitting("ReadAccountsBasic")).bearer(token)).want(t, 201)
			read := v.visit(get(consentsPath+"/"+made.at("Data", "ConsentId")).bearer(token)).want(t, 200)
			for _, answer := range []view{made, read} {
				got := strings.TrimSpace(compactJSON(t, answer.body["Data"].(map[string]any)["Permissions"]))
				if got != `["ReadAccountsBasic","ReadBalances","ReadParty"]` {
					t.Errorf("permissions %s", got)
				}
			}
		},
		"error-code-forbidden": func(t *testing.T, v *tourist) {
			refused := v.visit(get(consentsPath+"/x").bearer(v.token("fundsconfirmations"))).want(t, 403)
			refused.wantText(t, "UK.CYBG.Forbidden", "Code")
			if code := refused.detail().at("ErrorCode"); code != "UK.OBIE.Forbidden" {
				t.Errorf("code %q", code)
			}
		},
		"id-token-without-nonce": func(t *testing.T, v *tourist) {
			consent := v.visit(post(consentsPath, basicConsent).bearer(v.token("accounts"))).want(t, 201).at("Data", "ConsentId")
			granted := v.exchange(v.approved(consent, "accounts"), v.creds.RedirectURIs[0]).want(t, 200)
			claims := payload(t, granted.at("id_token"))
			for _, name := range []string{"nonce", "acr"} {
				if _, there := claims[name]; there || claims["sub"] == nil {
					t.Errorf("the ID token has a %s: %v", name, claims)
				}
			}
		},
		"accounts-five-minutes": closesAccounts,
	}
	for _, habit := range mockbank.Habits() {
		t.Run(habit.ID, func(t *testing.T) {
			if shown[habit.ID] == nil {
				t.Fatal("nobody has looked at it")
			}
			if !strings.HasSuffix(habit.Sentence, ".") {
				t.Errorf("no sentence: %q", habit.Sentence)
			}
			shown[habit.ID](t, habitually(t, habit.ID))
		})
	}
}

// payload is what a signed token says, unverified.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func closesAccounts(t *testing.T, v *tourist) {
	token := v.customerToken("accounts")
	own := v.token("accounts")
	v.clock.advance(5*time.Minute - time.Second)
	v.visit(get(accountsPath).bearer(token)).want(t, 200)
	v.clock.advance(time.Second)
	v.visit(get(accountsPath).bearer(token)).want(t, 403)
	v.visit(get(accountsPath+"/"+v.creds.ForeignAccountID).bearer(token)).want(t, 403)
	v.visit(post(consentsPath, basicConsent).bearer(own)).want(t, 201) // the tokens themselves live on
	v.visit(get(accountsPath).bearer(v.customerToken("accounts"))).want(t, 200)
}

// The observed manner has them all, and habits can be named that it has anyway.
func TestTheObservedMannerHasAllHabits(t *testing.T) {
	v := newTourist(t, mockbank.Options{Manner: mockbank.MannerObserved, Habits: []string{"self-empty"}})
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"accounts"}}
	granted := v.visit(basic(v.tokenRequest(form), v.creds.ClientID, v.creds.ClientSecret)).want(t, 201)
	v.visit(post(consentsPath, basicConsent).bearer(granted.at("access_token"))).want(t, 201).wantText(t, "", "Links", "Self")
	if !slices.Contains(mockbank.Manners(), mockbank.MannerObserved) {
		t.Errorf("manners %v", mockbank.Manners())
	}
	if _, err := mockbank.New(mockbank.Options{Habits: []string{"self-empty", "self-full"}}); err == nil || !strings.Contains(err.Error(), "self-full") || strings.Contains(err.Error(), "self-empty") {
		t.Errorf("an unknown habit: %v", err)
	}
}
