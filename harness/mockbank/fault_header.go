package mockbank

import (
	"net/http"

	"github.com/google/uuid"
)

// headerFaults break what holds for the headers of every answer.
func headerFaults() []fault {
	return []fault{
		{Fault{"com-fapi-present-missing-on-success", "COM-FAPI-PRESENT", "The list of accounts has no interaction id."},
			deviation{distort: reidentify(at(200, listAccounts), func(string) []string { return nil })}},
		{Fault{"com-fapi-present-missing-on-refusal", "COM-FAPI-PRESENT", "A 401 has no interaction id."},
			deviation{distort: reidentify(at(401, createAccountConsent, getFundsConsent), func(string) []string { return nil })}},
		{Fault{"com-fapi-present-missing-on-wrong-type", "COM-FAPI-PRESENT", "A 415 has no interaction id."},
			deviation{distort: reidentify(at(415), func(string) []string { return nil })}},
		{Fault{"com-fapi-present-twice", "COM-FAPI-PRESENT", "A funds confirmation has its interaction id twice."},
			deviation{distort: reidentify(at(201, confirmFunds), func(id string) []string { return []string{id, id} })}},
		{Fault{"com-fapi-present-no-uuid", "COM-FAPI-PRESENT", "The interaction id of an account access consent is no UUID."},
			deviation{distort: reidentify(at(200, getAccountConsent), func(id string) []string { return []string{id[1:]} })}},
		{Fault{"com-fapi-echo-another", "COM-FAPI-ECHO", "The interaction id of an account is the bank's own."},
			deviation{distort: reidentify(at(200, getAccount), func(string) []string { return []string{uuid.NewString()} })}},
		{Fault{"com-fapi-echo-now-and-then", "COM-FAPI-ECHO", "Every third answer about a funds confirmation consent has an interaction id of the bank's own."},
			deviation{distort: func(b *Bank, c *call, out *response) bool {
				if !c.is(createFundsConsent, getFundsConsent) || !c.identified() || b.deviations.count("echo")%3 != 0 {
					return false
				}
				out.header.Set(interactionIDHeader, uuid.NewString())
				return true
			}}},
		{Fault{"com-fapi-echo-previous", "COM-FAPI-ECHO", "The interaction id of a refusal is that of the refusal before."},
			deviation{distort: func(b *Bank, c *call, out *response) bool {
				if out.status != http.StatusForbidden || !c.identified() {
					return false
				}
				previous, _ := b.deviations.memory["previous"].(string)
				b.deviations.memory["previous"] = out.header.Get(interactionIDHeader)
				if previous != "" {
					out.header.Set(interactionIDHeader, previous)
				}
				return previous != ""
			}}},
		{Fault{"com-fapi-mint-none", "COM-FAPI-MINT", "An account that is asked for without an interaction id comes without one."},
			deviation{distort: mint(getAccount, "")}},
		{Fault{"com-fapi-mint-always-the-same", "COM-FAPI-MINT", "Lists of accounts that are asked for without an interaction id all get the same one."},
			deviation{distort: mint(listAccounts, "5f6f0c5e-9a0c-4c89-9a51-2d5c0f1b7a11")}},
		{Fault{"com-retry-after-missing", "COM-RETRY-AFTER", "A 429 does not say when to try again."},
			deviation{misanswer: heading(at(429), "Retry-After")}},
		{Fault{"com-retry-after-a-date", "COM-RETRY-AFTER", "A 429 says in a date when to try again."},
			deviation{misanswer: heading(at(429), "Retry-After", "Fri, 31 Dec 2049 23:59:59 GMT")}},
		{Fault{"com-retry-after-negative", "COM-RETRY-AFTER", "A 429 says to try again a second ago."},
			deviation{misanswer: heading(at(429), "Retry-After", "-1")}},
		{Fault{"com-retry-after-a-fraction", "COM-RETRY-AFTER", "A 429 says to try again in half a second."},
			deviation{misanswer: heading(at(429), "Retry-After", "0.5")}},
		{Fault{"com-allow-missing", "COM-ALLOW", "A 405 does not say which methods there are."},
			deviation{misanswer: heading(at(405), "Allow")}},
		{Fault{"com-allow-names-the-refused", "COM-ALLOW", "A 405 allows the method that it refuses."},
			deviation{misanswer: answering(at(405), func(_ *Bank, c *call, a *answer) bool {
				a.header.Set("Allow", a.header.Get("Allow")+", "+c.request.Method)
				return true
			})}},
		{Fault{"com-allow-empty", "COM-ALLOW", "A 405 to a method that a path has not allows none at all."},
			deviation{misanswer: answering(at(405), func(_ *Bank, c *call, a *answer) bool {
				refused := c.op == nil // a provoked 405 refuses the documented method itself
				if refused {
					a.header.Set("Allow", "")
				}
				return refused
			})}},
		{Fault{"com-www-authenticate-missing", "COM-WWW-AUTHENTICATE", "A 401 about accounts has no challenge."},
			deviation{misanswer: heading(at(401, listAccounts, getAccount), "WWW-Authenticate")}},
		{Fault{"com-secrets-list-repeats-token", "COM-SECRETS", "The list of accounts repeats the access token in a header."},
			deviation{misanswer: answering(at(200, listAccounts), func(_ *Bank, c *call, a *answer) bool {
				a.header.Set("X-Called-With", c.token.value)
				return true
			})}},
		{Fault{"com-secrets-refusal-repeats-token", "COM-SECRETS", "The refusal of a funds confirmation consent repeats the access token in its message."},
			deviation{misanswer: answering(at(400, createFundsConsent), func(_ *Bank, c *call, a *answer) bool {
				body := a.object()
				if c.token == nil || body == nil {
					return false
				}
				body["Message"] = "The request with the token " + c.token.value + " is wrong."
				return true
			})}},
		{Fault{"com-secrets-consent-repeats-client-secret", "COM-SECRETS", "A new account access consent repeats the secret of the client."},
			deviation{misanswer: answering(at(201, createAccountConsent), func(_ *Bank, c *call, a *answer) bool {
				a.object()["Client"] = object{"Id": c.client.id, "Secret": c.client.secret}
				return true
			})}},
		{Fault{"com-secrets-registration-may-be-stored", "COM-SECRETS", "A new registration, with its secret, may be stored by caches."},
			deviation{misanswer: heading(at(201, registerClient), "Cache-Control")}},
	}
}

// identified tells whether the request has an interaction id to echo.
func (c *call) identified() bool { return c.request.Header.Get(interactionIDHeader) != "" }

// reidentify changes the interaction id of answers to requests that sent one.
func reidentify(where spot, change func(id string) []string) distortion {
	return resending(where, func(c *call, out *response) bool {
		if !c.identified() {
			return false
		}
		id := out.header.Get(interactionIDHeader)
		out.header.Del(interactionIDHeader)
		for _, value := range change(id) {
			out.header.Add(interactionIDHeader, value)
		}
		return true
	})
}

// mint gives answers to requests that sent no interaction id a fixed one, or none.
func mint(name, id string) distortion {
	return resending(at(0, name), func(c *call, out *response) bool {
		if c.identified() {
			return false
		}
		out.header.Del(interactionIDHeader)
		if id != "" {
			out.header.Set(interactionIDHeader, id)
		}
		return true
	})
}
