package mockbank

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Habit is one way in which the live bank has been seen to depart from its
// documentation, or from a standard that this builds on.
type Habit struct {
	// ID is a stable name in kebab case.
	ID string `json:"id"`
	// Sentence says what the bank does.
	Sentence string `json:"sentence"`
}

// observedHabit is a Habit with what makes it happen.
type observedHabit struct {
	Habit
	deviation
}

// Habits lists every habit of the live bank. All together are MannerObserved.
func Habits() []Habit {
	var list []Habit
	for _, one := range observedHabits() {
		list = append(list, one.Habit)
	}
	return list
}

// observedHabits are in the order in which they change an answer: what writes an
// ID token or a consent anew comes before what changes a status.
func observedHabits() []observedHabit {
	return []observedHabit{
		{Habit{"accounts-five-minutes", "Accounts can be read for five minutes after the code was exchanged, however long the token lives."},
			deviation{prepare: longLivedTokens, misanswer: closedAfterFiveMinutes}},
		{Habit{"id-token-without-nonce", "The ID token has neither nonce nor acr."},
			deviation{misanswer: reissuing(func(_ *Bank, claims object) bool {
				drop(claims, "acr")
				return drop(claims, "nonce")
			})}},
		{Habit{"permissions-expanded", "A new consent has permissions that nobody asked for."},
			deviation{misanswer: reconsenting(moreThanAsked)}},
		{Habit{"registration-milliseconds", "iat and exp of a registration are in milliseconds."},
			deviation{misanswer: editing(registrationAnswers(), inMilliseconds)}},
		{Habit{"self-collection", "Self of a resource that is read is the address of its collection."},
			deviation{misanswer: relinking(at(200, getAccountConsent, getFundsConsent, getAccount), func(links object) bool {
				self, _ := links["Self"].(string)
				links["Self"] = self[:max(strings.LastIndex(self, "/"), 0)]
				return self != ""
			})}},
		{Habit{"self-empty", "Self of what was created is an empty text."},
			deviation{misanswer: relinking(at(201, createAccountConsent, createFundsConsent, confirmFunds), func(links object) bool {
				links["Self"] = ""
				return true
			})}},
		{Habit{"error-code-forbidden", "A refusal has the codes UK.CYBG.Forbidden and UK.OBIE.Forbidden."},
			deviation{misanswer: editing(at(403, createAccountConsent, getAccountConsent, deleteAccountConsent, listAccounts, getAccount,
				createFundsConsent, getFundsConsent, deleteFundsConsent, confirmFunds), calledForbidden)}},
		{Habit{"registration-error-rfc7591", "A registration is refused with an error object of RFC 7591."},
			deviation{misanswer: answering(at(0, registerClient, getClient, updateClient, deleteClient), asRFC7591)}},
		{Habit{"token-error-obie", "The token endpoint refuses with an OBErrorResponse1."},
			deviation{misanswer: answering(at(0, issueToken), asOpenBankingError)}},
		{Habit{"token-created", "A token is answered with 201."},
			deviation{misanswer: relabelling(at(200, issueToken), http.StatusCreated)}},
	}
}

// chosenHabits are the habits with these identifiers, or all of them; the error
// names every one that does not exist.
func chosenHabits(ids []string, all bool) ([]named, error) {
	var chosen []named
	unknown := slices.Clone(ids)
	for _, one := range observedHabits() {
		if all || slices.Contains(ids, one.ID) {
			chosen = append(chosen, named{id: "habit " + one.ID, deviation: one.deviation})
		}
		unknown = slices.DeleteFunc(unknown, func(id string) bool { return id == one.ID })
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("there is no habit %s", strings.Join(unknown, ", "))
	}
	return chosen, nil
}

const (
	accountsStayOpen = 5 * time.Minute
	// longLife is that of the tokens of a bank whose accounts close before.
	longLife = time.Hour
)

func longLivedTokens(b *Bank) { b.options.TokenLifetime = max(b.options.TokenLifetime, longLife) }

// closedAfterFiveMinutes remembers when a consent's code was exchanged, and
// refuses reads of accounts from five minutes after that.
func closedAfterFiveMinutes(b *Bank, c *call, a *answer) bool {
	if c.is(issueToken) && a.status == http.StatusOK && c.form().Get("grant_type") == grantAuthorizationCode {
		value, _ := a.object()["access_token"].(string)
		if issued, known := b.tokens.get(value); known {
			b.deviations.memory["exchanged "+issued.consentID] = b.now()
		}
		return false
	}
	if !c.is(listAccounts, getAccount) || a.status != http.StatusOK || c.token == nil {
		return false
	}
	exchanged, known := b.deviations.memory["exchanged "+c.token.consentID].(time.Time)
	if !known || b.now().Before(exchanged.Add(accountsStayOpen)) {
		return false
	}
	*a = forbidden(problem{code: invalidConsentStatus, message: "The customer has to be authenticated again."})
	return true
}

// moreThanAsked adds permissions that open no operation of this bank.
func moreThanAsked(made *accountConsent) bool {
	asked := len(made.permissions)
	made.permissions = unique(append(slices.Clone(made.permissions), "ReadBalances", "ReadParty"))
	return len(made.permissions) > asked
}

// inMilliseconds has the dates of a registration three digits longer.
func inMilliseconds(body object) bool {
	changed := false
	for _, name := range []string{"iat", "exp"} {
		if text, ok := body[name].(string); ok {
			body[name], changed = text+"000", true
		}
	}
	return changed
}

func calledForbidden(body object) bool {
	if _, refused := body["Code"]; !refused {
		return false
	}
	body["Code"] = "UK.CYBG.Forbidden"
	return eachError(func(detail object) bool { detail["ErrorCode"] = "UK.OBIE.Forbidden"; return true })(body)
}

// asRFC7591 says no in the words of RFC 7591, section 3.2.2.
func asRFC7591(_ *Bank, _ *call, a *answer) bool {
	refused, ok := a.body.(errorResponse)
	if !ok {
		return false
	}
	code := refused.Code
	if !slices.Contains([]string{invalidRedirectURI, invalidClientMetadata, invalidSoftwareStatement, unapprovedSoftwareStatement}, code) {
		code = invalidClientMetadata
	}
	a.body = object{"error": code, "error_description": refused.Message}
	return true
}

// asOpenBankingError says no to a token request as the other APIs do.
func asOpenBankingError(_ *Bank, _ *call, a *answer) bool {
	refused, ok := a.body.(oauthError)
	if !ok {
		return false
	}
	a.body = refusal(a.status, http.StatusText(a.status), problem{code: fieldInvalid, message: refused.Description}).body
	return true
}
