package mockbank

import (
	"net/http"
	"slices"
	"strings"
)

// seldomFaults show now and then only, or in one state of the bank: a check
// that looks once, or at the beginning alone, does not see them.
func seldomFaults() []fault {
	return slices.Concat(intermittentFaults(), laterFaults(), secondPageFaults())
}

// intermittentFaults show in every n-th answer.
func intermittentFaults() []fault {
	return []fault{
		{Fault{"com-fapi-present-now-and-then", "COM-FAPI-PRESENT", "Every fourth list of accounts that was asked for with an interaction id has none."},
			deviation{distort: resending(at(200, listAccounts), func(c *call, out *response) bool {
				if !c.identified() {
					return false
				}
				out.header.Del(interactionIDHeader)
				return true
			}).every(4, at(200, listAccounts))}},
		{Fault{"com-content-type-now-and-then", "COM-CONTENT-TYPE", "Every third account alone says that it is plain text."},
			deviation{distort: retype(at(200, getAccount), "text/plain").every(3, at(200, getAccount))}},
		{Fault{"com-json-now-and-then", "COM-JSON", "More data follow every fifth funds confirmation."},
			deviation{distort: rebody(at(201, confirmFunds), func(body []byte) []byte { return append(body, "{}"...) }).every(5, at(201, confirmFunds))}},
		{Fault{"com-signature-now-and-then", "COM-SIGNATURE", "Every tenth signature of a refused registration does not verify."},
			deviation{distort: resending(at(400, registerClient), func(_ *call, out *response) bool {
				signature := out.header.Get(signatureHeader)
				cut := strings.LastIndex(signature, ".") + 1
				if cut == 0 {
					return false
				}
				out.header.Set(signatureHeader, signature[:cut]+signature[cut+1:]+signature[cut:cut+1])
				return true
			}).every(10, at(400, registerClient))}},
		{Fault{"com-empty-now-and-then", "COM-EMPTY", "Every second deletion of a funds confirmation consent has a body."},
			deviation{distort: resending(at(204, deleteFundsConsent), func(_ *call, out *response) bool {
				out.framed, out.body = true, []byte("{}")
				out.header.Set("Content-Length", "2")
				return true
			}).every(2, at(204, deleteFundsConsent))}},
		{Fault{"acc-get-200-another-now-and-then", "ACC-GET-200", "Every third account alone has a nickname that it has not in the list."},
			deviation{misanswer: editingData(at(200, getAccount), func(data object) bool {
				return eachOf(data["Account"], func(account object) bool { account["Nickname"] = "Other"; return true })
			}).every(3, at(200, getAccount))}},
		{Fault{"tok-200-type-now-and-then", "TOK-200", "Every seventh token is of another type than Bearer."},
			deviation{misanswer: setting(at(200, issueToken), "token_type", "MAC").every(7, at(200, issueToken))}},
		{Fault{"aac-201-status-now-and-then", "AAC-201", "Every tenth new account access consent is authorised at once."},
			deviation{misanswer: editingData(at(201, createAccountConsent), func(data object) bool {
				data["Status"] = statusAuthorised
				return true
			}).every(10, at(201, createAccountConsent))}},
	}
}

// laterFaults show once something was deleted or refused.
func laterFaults() []fault {
	return []fault{
		{Fault{"aac-get-200-after-a-deletion", "AAC-GET-200", "Once an account access consent was deleted, others can no longer be read."},
			deviation{misanswer: saying(at(200, getAccountConsent), http.StatusForbidden).after(at(204, deleteAccountConsent))}},
		{Fault{"cof-funds-201-false-after-a-deletion", "COF-FUNDS-201-FALSE", "Once a funds confirmation consent was deleted, there are always funds."},
			deviation{misanswer: editingData(at(201, confirmFunds), func(data object) bool {
				data["FundsAvailable"] = true
				return true
			}).after(at(204, deleteFundsConsent))}},
		{Fault{"com-body-after-a-deletion", "COM-BODY", "Once a funds confirmation consent was deleted, others have no StatusUpdateDateTime."},
			deviation{misanswer: editingData(fundsConsentAnswers(), func(data object) bool {
				return drop(data, "StatusUpdateDateTime")
			}).after(at(204, deleteFundsConsent))}},
		{Fault{"com-error-code-after-a-refusal", "COM-ERROR-CODE", "From the second refusal of an unknown account on, the code is none of Open Banking's list, in its namespace."},
			deviation{misanswer: editing(at(400, getAccount), eachError(func(detail object) bool {
				detail["ErrorCode"] = "UK.OBIE.Resource.Invented"
				return true
			})).after(at(400, getAccount))}},
	}
}

// secondPageFaults show on the second page of the list alone.
func secondPageFaults() []fault {
	onSecond := func(change misanswering) misanswering {
		return func(b *Bank, c *call, a *answer) bool {
			return c.is(listAccounts) && a.status == http.StatusOK && c.request.URL.Query().Get("page") == "2" && change(b, c, a)
		}
	}
	return []fault{
		{Fault{"com-body-on-the-second-page", "COM-BODY", "TotalPages of the second page of the list is a string."},
			deviation{misanswer: onSecond(setting(at(0), "Meta", object{"TotalPages": "3"}))}},
		{Fault{"com-links-self-on-the-second-page", "COM-LINKS-SELF", "Self of the second page is a path alone."},
			deviation{misanswer: onSecond(self(at(0), func(b *Bank, self string) string { return strings.TrimPrefix(self, b.base) }))}},
		{Fault{"acc-list-basic-on-the-second-page", "ACC-LIST-BASIC", "The second page shows account numbers without the permission to read details."},
			deviation{misanswer: onSecond(withNumbers)}},
		{Fault{"com-meta-on-the-second-page", "COM-META", "The second page of the list has no Meta."},
			deviation{misanswer: onSecond(dropping(at(0), "Meta"))}},
	}
}

// every lets a change show in every n-th answer of a sort.
func (change misanswering) every(n int, of spot) misanswering {
	count := 0
	return func(b *Bank, c *call, a *answer) bool {
		return of.covers(c, a.status) && next(&count, n) && change(b, c, a)
	}
}

// every lets a change show in every n-th response of a sort.
func (change distortion) every(n int, of spot) distortion {
	count := 0
	return func(b *Bank, c *call, out *response) bool {
		return of.covers(c, out.status) && next(&count, n) && change(b, c, out)
	}
}

// next counts, and tells whether n is reached, and then begins anew.
func next(count *int, n int) bool {
	*count = (*count + 1) % n
	return *count == 0
}

// after lets a change show once an answer of another sort was given.
func (change misanswering) after(first spot) misanswering {
	due := false
	return func(b *Bank, c *call, a *answer) bool {
		changed := due && change(b, c, a)
		due = due || first.covers(c, a.status)
		return changed
	}
}
