package mockbank

import (
	"net/http"
	"slices"
	"time"
)

// accountConsentFaults break the life of account access consents.
func accountConsentFaults() []fault {
	made := at(201, createAccountConsent)
	read := at(200, getAccountConsent)
	return slices.Concat([]fault{
		{Fault{"aac-201-authorised-at-once", "AAC-201", "A new account access consent is authorised without the customer."},
			deviation{misanswer: reconsenting(func(made *accountConsent) bool {
				made.decide(statusAuthorised, made.created)
				return true
			})}},
		{Fault{"aac-201-id-not-unique", "AAC-201", "The same consent asked for twice in a row has one identifier."},
			deviation{misread: forgettingTheRow, misanswer: sameConsentAgain}},
		{Fault{"aac-201-refuses", "AAC-201", "Every account access consent is refused."},
			deviation{misanswer: saying(made, 403)}},
		{Fault{"aac-201-echo-drops-a-permission", "AAC-201-ECHO", "An account access consent has one permission less than was asked for."},
			deviation{misanswer: reconsenting(func(made *accountConsent) bool {
				kept := len(made.permissions) - 1
				made.permissions = made.permissions[:max(kept, 1)]
				return kept > 0
			})}},
		{Fault{"aac-201-echo-adds-a-permission", "AAC-201-ECHO", "An account access consent has a permission that was not asked for."},
			deviation{misanswer: reconsenting(func(made *accountConsent) bool {
				had := made.allows("ReadBalances")
				made.permissions = unique(append(slices.Clone(made.permissions), "ReadBalances"))
				return !had
			})}},
		{Fault{"aac-201-echo-loses-a-date", "AAC-201-ECHO", "An account access consent forgets where its transactions begin."},
			deviation{misanswer: reconsenting(func(made *accountConsent) bool {
				had := made.from != nil
				made.from = nil
				return had
			})}},
		{Fault{"aac-201-echo-shifts-a-date", "AAC-201-ECHO", "An account access consent expires an hour later than was asked for."},
			deviation{misanswer: reconsenting(func(made *accountConsent) bool { return made.postpone(time.Hour) })}},
		{Fault{"aac-201-echo-invents-a-date", "AAC-201-ECHO", "An account access consent that was to have no end has one."},
			deviation{misanswer: reconsenting(func(made *accountConsent) bool { return made.limit(24 * time.Hour) })}},
		{Fault{"aac-201-times-yesterday", "AAC-201-TIMES", "A new account access consent was created a day ago."},
			deviation{misanswer: editingData(accountConsentAnswers(), both(shifted("CreationDateTime", -24*time.Hour), shifted("StatusUpdateDateTime", -24*time.Hour)))}},
		{Fault{"aac-201-times-updated-before-created", "AAC-201-TIMES", "A new account access consent was updated before it was created."},
			deviation{misanswer: editingData(accountConsentAnswers(), shifted("StatusUpdateDateTime", -time.Hour))}},
		{Fault{"aac-201-every-permission-but-one", "AAC-201-EVERY-PERMISSION", "The permission ReadParty is refused."},
			deviation{misread: refusing(func(codes []any) bool { return len(codes) < 4 && holds(codes, "ReadParty") })}},
		{Fault{"aac-201-every-permission-not-together", "AAC-201-EVERY-PERMISSION", "All the permissions together are refused."},
			deviation{misread: refusing(func(codes []any) bool { return len(codes) >= len(supportedPermissions) })}},
		{Fault{"aac-201-duplicate-refused", "AAC-201-DUPLICATE", "Basic together with Detail of the same kind is refused."},
			deviation{misread: refusing(func(codes []any) bool {
				return len(codes) < len(supportedPermissions) && holds(codes, "ReadBeneficiariesBasic") && holds(codes, "ReadBeneficiariesDetail")
			})}},
		{Fault{"aac-get-200-other-creation", "AAC-GET-200", "An account access consent that is read was created a second later."},
			deviation{misanswer: editingData(read, shifted("CreationDateTime", time.Second))}},
		{Fault{"aac-get-200-other-permissions", "AAC-GET-200", "An account access consent that is read has another permission."},
			deviation{misanswer: editingData(read, func(data object) bool {
				codes, _ := data["Permissions"].([]any)
				data["Permissions"] = append(codes, "ReadPAN")
				return !holds(codes, "ReadPAN")
			})}},
		{Fault{"aac-get-200-other-update", "AAC-GET-200", "An account access consent that is read was updated a second later, and has the same status."},
			deviation{misanswer: editingData(read, shifted("StatusUpdateDateTime", time.Second))}},
		{Fault{"aac-header-date-not-looked-at", "AAC-HEADER-DATE", "Any x-fapi-auth-date is accepted."},
			deviation{misread: func(_ *Bank, c *call) bool {
				wrong := c.is(createAccountConsent) && slices.ContainsFunc(c.request.Header.Values(authDateHeader), func(date string) bool { return !isHTTPDate(date) })
				if wrong {
					c.dropHeader(authDateHeader)
				}
				return wrong
			}}},
		{Fault{"aac-header-date-documented-form-refused", "AAC-HEADER-DATE", "An x-fapi-auth-date as documented, in UTC, is refused."},
			deviation{misread: refusingDate(getAccountConsent, " UTC")}},
		{Fault{"aac-header-date-http-form-refused", "AAC-HEADER-DATE", "An x-fapi-auth-date as HTTP has it, in GMT, is refused where a consent is deleted."},
			deviation{misread: refusingDate(deleteAccountConsent, " GMT")}},
	}, consentLifeFaults(consentKind{
		prefix: "aac", clause: "AAC", thing: "account access consent",
		get: getAccountConsent, remove: deleteAccountConsent,
		of: func(b *Bank, id string) *grant {
			if consent, there := b.accountGrants.get(id); there {
				return &consent.grant
			}
			return nil
		},
		keep: func(b *Bank, id string) (restore func()) {
			consent := b.accountGrants.entries[id]
			return func() { b.accountGrants.put(id, consent) }
		},
	}), []fault{
		{Fault{"aac-delete-gone-token-still-reads", "AAC-DELETE-GONE", "Tokens of a deleted account access consent still read accounts."},
			deviation{misread: surviving(deleteAccountConsent, scopeAccounts, listAccounts, getAccount)}},
	})
}

// forgettingTheRow ends a row of requests for the same consent with any other.
func forgettingTheRow(b *Bank, c *call) bool {
	if !c.is(createAccountConsent, createFundsConsent) {
		delete(b.deviations.memory, "row")
	}
	return false // nothing shows by that
}

// consentRow is the last consent that was asked for.
type consentRow struct{ request, id string }

// sameConsentAgain answers a consent that is asked for again, before anything
// else happens, with the one that there is.
func sameConsentAgain(b *Bank, c *call, a *answer) bool {
	previousID := b.rowOf(c, a)
	previous, there := b.accountGrants.get(previousID)
	if there {
		previous.created, previous.updated = b.now(), b.now()
		a.body = previous.response(b.linksTo(c, previous.id))
	}
	return there
}

// rowOf notes a new consent. Where the same request has just made another one,
// the new one is taken back, and the identifier of the other returned.
func (b *Bank) rowOf(c *call, a *answer) string {
	if a.status != http.StatusCreated || !c.is(createAccountConsent, createFundsConsent) {
		return ""
	}
	data, _ := a.object()["Data"].(object)
	id, _ := data["ConsentId"].(string)
	request := c.client.id + string(c.body)
	last, _ := b.deviations.memory["row"].(consentRow)
	if last.request != request || b.grantOf(last.id) == nil {
		b.deviations.memory["row"] = consentRow{request, id}
		return ""
	}
	b.accountGrants.remove(id)
	b.fundsGrants.remove(id)
	return last.id
}

// reconsenting changes a consent that was just made, and so what is read later.
func reconsenting(change func(made *accountConsent) bool) misanswering {
	return answering(at(http.StatusCreated, createAccountConsent), func(b *Bank, c *call, a *answer) bool {
		data, _ := a.object()["Data"].(object)
		id, _ := data["ConsentId"].(string)
		made, there := b.accountGrants.get(id)
		if !there || !change(made) {
			return false
		}
		a.body = made.response(b.linksTo(c, made.id))
		return true
	})
}

// postpone moves the end of a consent that has one.
func (g *grant) postpone(by time.Duration) bool {
	if g.expires == nil {
		return false
	}
	later := g.expires.Add(by)
	g.expires = &later
	return true
}

// limit gives an end to a consent that has none.
func (g *grant) limit(by time.Duration) bool {
	if g.expires != nil {
		return false
	}
	end := g.created.Add(by).UTC()
	g.expires = &end
	return true
}

// shifted moves a date-time.
func shifted(name string, by time.Duration) func(data object) bool {
	return func(data object) bool {
		text, _ := data[name].(string)
		instant, err := time.Parse(time.RFC3339, text)
		if err == nil {
			data[name] = instant.Add(by).Format(dateTimeLayout)
		}
		return err == nil
	}
}

func both(first, second func(data object) bool) func(data object) bool {
	return func(data object) bool {
		one := first(data)
		return second(data) || one
	}
}

// refusing makes a consent unacceptable for its permissions.
func refusing(when func(codes []any) bool) misreading {
	return rewritingData(createAccountConsent, func(data object) bool {
		codes, _ := data["Permissions"].([]any)
		if !when(codes) {
			return false
		}
		data["Permissions"] = append(codes, "Refused")
		return true
	})
}

// refusingDate takes one form of date for none.
func refusingDate(name, suffix string) misreading {
	return before(name, func(_ *Bank, c *call) bool {
		date := c.request.Header.Get(authDateHeader)
		if !isHTTPDate(date) || date[len(date)-len(suffix):] != suffix {
			return false
		}
		c.setHeader(authDateHeader, "refused")
		return true
	})
}

// surviving lets tokens of deleted consents open operations.
func surviving(removal, scope string, names ...string) misreading {
	return func(b *Bank, c *call) bool {
		if c.is(removal) {
			b.deviations.memory["removed "+c.id] = true
			return false // it shows when a token is used
		}
		known, ok := b.presented(c)
		if !ok || !c.is(names...) || b.grantOf(known.consentID) != nil || b.deviations.memory["removed "+known.consentID] == nil {
			return false
		}
		ready := predefinedCode{scope: scope, permissions: supportedPermissions, status: statusAuthorised}
		consentID := ready.consent(b, known.clientID)
		b.actAs(c, known.clientID, consentID)
		if c.is(confirmFunds) {
			return c.askAbout(consentID)
		}
		return true
	}
}
