package mockbank

import (
	"net/http"
	"strings"
)

// accountFaults break the list of accounts and single accounts.
func accountFaults() []fault {
	list, one := at(200, listAccounts), at(200, getAccount)
	return []fault{
		{Fault{"acc-list-200-one-short", "ACC-LIST-200", "The list of accounts leaves one out that the consent covers."},
			deviation{prepare: func(b *Bank) { b.accounts = b.accounts[:len(b.accounts)-1] }, misanswer: answering(list, showsAnyway)}},
		{Fault{"acc-list-200-refuses", "ACC-LIST-200", "Accounts are not listed with the permission ReadAccountsBasic alone."},
			deviation{misanswer: answering(list, func(b *Bank, c *call, a *answer) bool {
				consent, there := b.accountGrants.get(c.token.consentID)
				return there && len(consent.permissions) == 1 && consent.allows(readAccountsBasic) && saying(at(0), 403)(b, c, a)
			})}},
		{Fault{"acc-list-stable-ids-change", "ACC-LIST-STABLE", "Every other list has other identifiers for the same accounts."},
			deviation{misread: realAccount, misanswer: aliasAccounts}},
		{Fault{"acc-list-basic-shows-numbers", "ACC-LIST-BASIC", "Account numbers show without the permission to read details."},
			deviation{misanswer: answering(accountAnswers(), withNumbers)}},
		{Fault{"acc-list-detail-without-numbers", "ACC-LIST-DETAIL", "Account numbers do not show with the permission to read details."},
			deviation{misanswer: eachAccount(func(account object) bool { return drop(account, "Account") })}},
		{Fault{"acc-list-detail-short-number", "ACC-LIST-DETAIL", "A sort code and account number has 13 digits."},
			deviation{misanswer: eachNumber(schemeSortCode, func(number string) string { return number[1:] })}},
		{Fault{"acc-list-detail-wrong-iban", "ACC-LIST-DETAIL", "The check digits of an IBAN are wrong."},
			deviation{misanswer: eachNumber(schemeIBAN, func(number string) string { return number[:2] + "00" + number[4:] })}},
		{Fault{"acc-list-pages-next-skips", "ACC-LIST-PAGES", "Next leads to the page after the next."},
			deviation{misanswer: relinking(list, func(links object) bool {
				return repaged(links, "Next", "page=2", "page=3")
			})}},
		{Fault{"acc-list-pages-last-is-not-last", "ACC-LIST-PAGES", "Last leads to the page before the last."},
			deviation{misanswer: relinking(list, func(links object) bool {
				return repaged(links, "Last", "page=3", "page=2")
			})}},
		{Fault{"acc-list-pages-prev-stays", "ACC-LIST-PAGES", "Prev of the last page leads to that page."},
			deviation{misanswer: relinking(list, func(links object) bool {
				return repaged(links, "Prev", "page=2", "page=3")
			})}},
		{Fault{"acc-list-pages-miscounted", "ACC-LIST-PAGES", "TotalPages is one too many."},
			deviation{misanswer: editing(list, func(body object) bool {
				body["Meta"] = object{"TotalPages": 4}
				return true
			})}},
		{Fault{"acc-list-pages-account-twice", "ACC-LIST-PAGES", "The last account of a page is the first one of the page before."},
			deviation{misanswer: answering(list, func(b *Bank, c *call, a *answer) bool {
				data, _ := a.object()["Data"].(object)
				shown, _ := data["Account"].([]any)
				if c.request.URL.Query().Get("page") != "2" || len(shown) == 0 {
					return false
				}
				consent, _ := b.accountGrants.get(c.token.consentID)
				shown[len(shown)-1] = b.accounts[0].view(consent)
				return true
			})}},
		{Fault{"acc-list-currency-no-code", "ACC-LIST-CURRENCY", "The currency of an account is not in ISO 4217."},
			deviation{misanswer: eachAccount(func(account object) bool { account["Currency"] = "UKP"; return true })}},
		{Fault{"acc-get-200-other-nickname", "ACC-GET-200", "An account alone has another nickname than in the list."},
			deviation{misanswer: editingData(one, func(data object) bool {
				return eachOf(data["Account"], func(account object) bool { account["Nickname"] = "Other"; return true })
			})}},
		{Fault{"acc-get-200-two-accounts", "ACC-GET-200", "An account alone comes with another one."},
			deviation{misanswer: answering(one, func(b *Bank, c *call, a *answer) bool {
				data, _ := a.object()["Data"].(object)
				shown, _ := data["Account"].([]any)
				consent, _ := b.accountGrants.get(c.token.consentID)
				other := b.accounts[0]
				if other.id == c.id {
					other = b.accounts[1]
				}
				data["Account"] = append(shown, other.view(consent))
				return true
			})}},
		{Fault{"acc-get-200-refuses", "ACC-GET-200", "A listed account is refused when it is asked for alone."},
			deviation{misanswer: saying(one, 403)}},
		{Fault{"acc-get-unknown-is-500", "ACC-GET-UNKNOWN", "An account that never existed is an internal error."},
			deviation{misanswer: unknownAccount(func(string) bool { return true }, 500)}},
		{Fault{"acc-get-unknown-long-is-500", "ACC-GET-UNKNOWN", "An identifier of 41 characters is an internal error."},
			deviation{misanswer: unknownAccount(func(id string) bool { return len(id) > 40 }, 500)}},
		{Fault{"acc-get-unknown-injection", "ACC-GET-UNKNOWN", "An identifier with a quote in it gets an account."},
			deviation{misread: before(getAccount, func(b *Bank, c *call) bool {
				if !strings.ContainsAny(c.id, `'"`) {
					return false
				}
				c.id = b.accounts[0].id
				return true
			})}},
		{Fault{"acc-get-unknown-is-404", "ACC-GET-UNKNOWN", "An account that never existed is not found."},
			deviation{misanswer: unknownAccount(func(string) bool { return true }, 404)}},
		{Fault{"acc-get-foreign-shown", "ACC-GET-FOREIGN", "An account that the consent does not cover is shown."},
			deviation{misanswer: answering(at(403, getAccount), func(b *Bank, c *call, a *answer) bool {
				consent, refused := b.accountAccessOf(c)
				if refused || c.id != foreignAccount.id {
					return false
				}
				*a = ok(accountsResponse{
					Data:  accountsData{Account: []accountView{foreignAccount.view(consent)}},
					Links: b.linksTo(c, ""), Meta: singlePage(),
				})
				return true
			})}},
		{Fault{"acc-get-foreign-is-500", "ACC-GET-FOREIGN", "An account that the consent does not cover is an internal error."},
			deviation{misanswer: answering(at(403, getAccount), func(b *Bank, c *call, a *answer) bool {
				return c.id == foreignAccount.id && saying(at(0), 500)(b, c, a)
			})}},
		{Fault{"acc-403-consent-rejected", "ACC-403-CONSENT", "A consent that the customer rejected opens accounts."},
			deviation{misread: openedBy(func(b *Bank, consent *accountConsent) bool { return consent.status == statusRejected })}},
		{Fault{"acc-403-consent-revoked", "ACC-403-CONSENT", "A consent that was revoked opens accounts."},
			deviation{misread: openedBy(func(b *Bank, consent *accountConsent) bool { return consent.status == statusRevoked })}},
		{Fault{"acc-403-consent-expired", "ACC-403-CONSENT", "A consent that has expired opens accounts."},
			deviation{misread: openedBy(func(b *Bank, consent *accountConsent) bool { return consent.expired(b.now()) })}},
		{Fault{"acc-403-consent-without-permission", "ACC-403-CONSENT", "A consent without the permission to read accounts opens accounts."},
			deviation{misread: openedBy(func(b *Bank, consent *accountConsent) bool { return !consent.readsAccounts() })}},
		{Fault{"acc-403-consent-is-500", "ACC-403-CONSENT", "A consent that was revoked is an internal error."},
			deviation{misanswer: answering(at(403, listAccounts, getAccount), func(b *Bank, c *call, a *answer) bool {
				known, ok := b.presented(c)
				if !ok {
					return false
				}
				consent, there := b.accountGrants.get(known.consentID)
				return there && consent.status == statusRevoked && saying(at(0), 500)(b, c, a)
			})}},
		{Fault{"acc-headers-address-needed", "ACC-HEADERS", "A request for accounts that does not name the address of the customer is refused."},
			deviation{misanswer: answering(list, func(b *Bank, c *call, a *answer) bool {
				return c.request.Header.Get("x-fapi-customer-ip-address") == "" && saying(at(0), 403)(b, c, a)
			})}},
		{Fault{"acc-headers-date-changes-answer", "ACC-HEADERS", "A request for accounts that does not say when the customer logged in gets no descriptions."},
			deviation{misanswer: answering(accountAnswers(), func(b *Bank, c *call, a *answer) bool {
				undated := c.request.Header.Get(authDateHeader) == ""
				return undated && eachAccount(func(account object) bool { return drop(account, "Description") })(b, c, a)
			})}},
	}
}

// showsAnyway counts an answer that a change before it has already made.
func showsAnyway(*Bank, *call, *answer) bool { return true }

const alias = "alt-"

// realAccount reads an identifier of the other kind.
func realAccount(_ *Bank, c *call) bool {
	id, other := strings.CutPrefix(c.id, alias)
	if c.is(getAccount) && other {
		c.id = id
	}
	return false // the answer says which kind it is
}

// aliasAccounts gives other identifiers in every other list, all its pages
// alike, and in accounts that are asked for by them.
func aliasAccounts(b *Bank, c *call, a *answer) bool {
	begins := c.is(listAccounts) && !c.request.URL.Query().Has("page")
	if begins {
		b.deviations.count("lists")
	}
	lists, _ := b.deviations.memory["lists"].(int)
	other := lists%2 == 0
	if c.is(getAccount) {
		other = strings.Contains(c.request.URL.Path, alias)
	}
	return other && eachAccount(func(account object) bool {
		id, _ := account["AccountId"].(string)
		account["AccountId"] = alias + id
		return true
	})(b, c, a)
}

// withNumbers shows account numbers that the consent does not cover.
func withNumbers(b *Bank, c *call, a *answer) bool {
	return eachAccount(func(shown object) bool {
		for _, known := range b.accounts {
			if known.id == shown["AccountId"] {
				return filling(shown, "Account", known.identifications)
			}
		}
		return false
	})(b, c, a)
}

// eachNumber changes the identification of every account in one scheme.
func eachNumber(scheme string, change func(number string) string) misanswering {
	return eachAccount(func(account object) bool {
		return eachOf(account["Account"], func(known object) bool {
			number, _ := known["Identification"].(string)
			if known["SchemeName"] != scheme || len(number) < 4 {
				return false
			}
			known["Identification"] = change(number)
			return true
		})
	})
}

func relinking(where spot, change func(links object) bool) misanswering {
	return editing(where, func(body object) bool {
		links, ok := body["Links"].(object)
		return ok && change(links)
	})
}

// repaged makes a link lead to another page.
func repaged(links object, name, from, to string) bool {
	link, _ := links[name].(string)
	if !strings.HasSuffix(link, from) {
		return false
	}
	links[name] = strings.TrimSuffix(link, from) + to
	return true
}

// unknownAccount answers another status for some identifiers of no account.
func unknownAccount(when func(id string) bool, status int) misanswering {
	return answering(at(http.StatusBadRequest, getAccount), func(b *Bank, c *call, a *answer) bool {
		dated := c.request.Header.Get(authDateHeader)
		unknown := c.token != nil && (dated == "" || isHTTPDate(dated)) && c.request.Header.Get(provokeHeader) == ""
		return unknown && when(c.id) && saying(at(0), status)(b, c, a)
	})
}

// accountAccessOf finds the consent of a token that opens accounts.
func (b *Bank) accountAccessOf(c *call) (*accountConsent, bool) {
	if c.token == nil || c.tokenUnfit() != "" {
		return nil, true
	}
	consent, refused := b.accountAccess(c)
	return consent, refused != nil
}

// openedBy lets a consent open accounts that does not.
func openedBy(when func(b *Bank, consent *accountConsent) bool) misreading {
	return func(b *Bank, c *call) bool {
		known, ok := b.presented(c)
		if !ok || !c.is(listAccounts, getAccount) {
			return false
		}
		consent, there := b.accountGrants.get(known.consentID)
		if !there || !when(b, consent) {
			return false
		}
		b.admit(c)
		return true
	}
}
