package mockbank

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Manners of a bank. The first two honour every clause and follow all advice; they
// differ where the contract leaves a bank free.
const (
	// MannerDocumented answers as the documentation shows.
	MannerDocumented = "documented"
	// MannerPermissive uses every freedom at once.
	MannerPermissive = "permissive"
	// MannerObserved has every habit of the live bank (see Habits).
	MannerObserved = "observed"
)

// Manners lists the values of Options.Manner.
func Manners() []string { return []string{MannerDocumented, MannerPermissive, MannerObserved} }

// settling is how long a permissive bank needs before a new consent can be read,
// and settleTime what it promises, which leaves room for a second look (R15).
const (
	settling   = 300 * time.Millisecond
	settleTime = 3 * time.Second
)

// habit is one unusual way of answering that the contract allows.
type habit struct {
	name string
	deviation
}

// habitsOf are the deviations that make up a manner, but for the observed one,
// whose habits can be had singly too; the error is an unknown manner.
func habitsOf(manner string) ([]named, error) {
	switch manner {
	case "", MannerDocumented, MannerObserved:
		return nil, nil
	case MannerPermissive:
	default:
		return nil, fmt.Errorf("there is no manner %q, only %s", manner, strings.Join(Manners(), ", "))
	}
	var chosen []named
	for _, one := range permissiveHabits() {
		chosen = append(chosen, named{id: "habit " + one.name, deviation: one.deviation})
	}
	return chosen, nil
}

// permissiveHabits are in the order in which they change an answer: statuses
// first, then members, then what is written and how.
func permissiveHabits() []habit {
	return slices.Concat(statusHabits(), memberHabits(), wireHabits())
}

// statusHabits answer with another status that the contract accepts as well.
func statusHabits() []habit {
	return []habit{
		{"some consents can be read after a while only (R15)", deviation{
			prepare: func(b *Bank) { b.tpp.credentials.SettleTime = settleTime.String() },
			misread: notYetThere,
		}},
		{"an unknown resource is forbidden (R6)", deviation{misanswer: refusedFor(resourceNotFound, saying(at(400), 403))}},
		{"another client's registration is not found (DCR-GET-OTHER)", deviation{
			misanswer: answering(at(403, getClient, updateClient, deleteClient), func(b *Bank, c *call, a *answer) bool {
				return c.client != nil && c.client.id != c.id && saying(at(0), 404)(b, c, a)
			})}},
		{"a token of the wrong grant is not authorised (COM-403-GRANT)", deviation{misanswer: forbiddenAs(401, withOtherGrant,
			createAccountConsent, getAccountConsent, deleteAccountConsent, listAccounts, getAccount,
			createFundsConsent, getFundsConsent, deleteFundsConsent, confirmFunds)}},
		{"a wrong media type is not acceptable (R7)", deviation{
			misanswer: saying(at(415, createAccountConsent, createFundsConsent, confirmFunds), 406)}},
		{"a wrong media type of a registration is a bad request (R7)", deviation{misanswer: saying(at(415, registerClient, updateClient), 400)}},
		{"a forged registration is not authorised (DCR-400-SIGNATURE)", deviation{
			misanswer: answering(at(400, registerClient), refusedFor(signatureInvalid, saying(at(400), 401)))}},
		{"a statement of an unknown issuer is forbidden (DCR-400-SSA)", deviation{misanswer: unapprovedIsForbidden}},
		{"wrong credentials in a form are a bad request (TOK-SECRET)", deviation{
			misanswer: answering(at(401, issueToken), func(b *Bank, c *call, a *answer) bool {
				return c.form().Has("client_secret") && relabelling(at(0), 400)(b, c, a)
			})}},
		{"a scope that is too wide is narrowed (TOK-SCOPE)", deviation{misread: reforming(withoutUnknownScopes)}},
	}
}

// memberHabits write the same facts in other members and values; those that
// write an answer anew come first.
func memberHabits() []habit {
	consents := at(201, createAccountConsent, createFundsConsent)
	return []habit{
		{"fewer grant types than were asked for (DCR-201-ECHO)", deviation{misanswer: reregistering(func(registered *metadata) bool {
			asked := len(registered.grantTypes)
			registered.grantTypes = slices.DeleteFunc(slices.Clone(registered.grantTypes), func(grant string) bool { return grant == grantRefreshToken })
			return len(registered.grantTypes) < asked
		})}},
		{"permissions expanded by what they imply (AAC-201-ECHO)", deviation{misanswer: reconsenting(expanded)}},
		{"bodies where none is documented (R5)", deviation{misanswer: withBody}},
		{"registrations in snake_case, with numeric dates (R2)", deviation{misanswer: editing(registrationAnswers(), inSnakeCase)}},
		{"the secret is masked when a registration is read (DCR-GET-200)", deviation{
			misanswer: setting(at(200, getClient, updateClient), "client_secret", "********")}},
		{"scopes in another order", deviation{misanswer: editing(at(0, registerClient, getClient, updateClient, issueToken), reversedScope)}},
		{"one account a page (ACC-LIST-PAGES)", deviation{prepare: func(b *Bank) { b.options.PageSize = 1 }}},
		{"Self of a new consent is the collection (COM-LINKS-SELF)", deviation{misanswer: relinking(consents, func(links object) bool {
			self, _ := links["Self"].(string)
			links["Self"] = self[:max(strings.LastIndex(self, "/"), 0)]
			return self != ""
		})}},
		{"errors without Id", deviation{misanswer: answering(at(0), withoutErrorID)}},
		{"error codes of the bank's own (COM-ERROR-CODE)", deviation{misanswer: editing(at(0), eachError(func(detail object) bool {
			code, listed := strings.CutPrefix(fmt.Sprint(detail["ErrorCode"]), "UK.OBIE.")
			detail["ErrorCode"] = "MockBank." + code
			return listed
		}))}},
		{"the token type in small letters (TOK-200)", deviation{misanswer: answering(at(200, issueToken), setting(at(0), "token_type", "bearer"))}},
		{"unknown members", deviation{misanswer: extended}},
		{"date-times in another zone, with fractions", deviation{misanswer: answering(at(0), func(_ *Bank, _ *call, a *answer) bool {
			body := a.object()
			return body != nil && rezoned(body)
		})}},
		{"members in another order", deviation{misanswer: answering(at(0), inAnotherOrder)}},
	}
}

// wireHabits send the same answer in another way.
func wireHabits() []habit {
	return []habit{
		{"Allow in another order, with OPTIONS", deviation{misanswer: answering(at(http.StatusMethodNotAllowed), func(_ *Bank, _ *call, a *answer) bool {
			methods := strings.Split(a.header.Get("Allow"), ", ")
			if !slices.Contains(methods, http.MethodOptions) {
				methods = append(methods, http.MethodOptions)
			}
			slices.Reverse(methods)
			a.header.Set("Allow", strings.Join(methods, ","))
			return true
		})}},
		{"a charset with the media type (COM-CONTENT-TYPE)", deviation{distort: resending(at(0), func(_ *call, out *response) bool {
			if out.header.Get("Content-Type") != "application/json" {
				return false
			}
			out.header.Set("Content-Type", "application/json;charset=UTF-8")
			return true
		})}},
		{"compressed where that is accepted", deviation{distort: resending(at(0), compressed)}},
		{"in chunks", deviation{distort: resending(at(0), func(_ *call, out *response) bool {
			out.chunked = len(out.body) > 0
			return out.chunked
		})}},
		{"header names in another case", deviation{distort: resending(at(0), recased)}},
	}
}
