package mockbank

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// fundsConsentFaults break the life of funds confirmation consents.
func fundsConsentFaults() []fault {
	made, read := at(201, createFundsConsent), at(200, getFundsConsent)
	return slices.Concat([]fault{
		{Fault{"cof-consent-201-authorised-at-once", "COF-CONSENT-201", "A new funds confirmation consent is authorised without the customer."},
			deviation{misanswer: redebiting(func(made *fundsConsent) bool {
				made.decide(statusAuthorised, made.created)
				return true
			})}},
		{Fault{"cof-consent-201-id-not-unique", "COF-CONSENT-201", "The same consent asked for twice in a row has one identifier."},
			deviation{misread: forgettingTheRow, misanswer: sameFundsConsentAgain}},
		{Fault{"cof-consent-201-refuses", "COF-CONSENT-201", "Every funds confirmation consent is refused."},
			deviation{misanswer: saying(made, 403)}},
		{Fault{"cof-consent-201-echo-other-name", "COF-CONSENT-201-ECHO", "A funds confirmation consent has another name of the debtor than was sent."},
			deviation{misanswer: redebiting(func(made *fundsConsent) bool {
				named := made.debtor.Name != ""
				if named {
					made.debtor.Name = "Somebody Else"
				}
				return named
			})}},
		{Fault{"cof-consent-201-echo-loses-secondary", "COF-CONSENT-201-ECHO", "A funds confirmation consent forgets the secondary identification."},
			deviation{misanswer: redebiting(func(made *fundsConsent) bool {
				given := made.debtor.SecondaryIdentification != ""
				made.debtor.SecondaryIdentification = ""
				return given
			})}},
		{Fault{"cof-consent-201-echo-cuts-identification", "COF-CONSENT-201-ECHO", "A funds confirmation consent shows the end of the identification only."},
			deviation{misanswer: editingData(fundsConsentAnswers(), func(data object) bool {
				debtor, _ := data["DebtorAccount"].(object)
				text, _ := debtor["Identification"].(string)
				if len(text) < 5 {
					return false
				}
				debtor["Identification"] = text[len(text)-4:]
				return true
			})}},
		{Fault{"cof-consent-201-echo-shifts-a-date", "COF-CONSENT-201-ECHO", "A funds confirmation consent expires an hour later than was asked for."},
			deviation{misanswer: redebiting(func(made *fundsConsent) bool { return made.postpone(time.Hour) })}},
		{Fault{"cof-consent-201-echo-invents-a-date", "COF-CONSENT-201-ECHO", "A funds confirmation consent that was to have no end has one."},
			deviation{misanswer: redebiting(func(made *fundsConsent) bool { return made.limit(24 * time.Hour) })}},
		{Fault{"cof-consent-201-times-yesterday", "COF-CONSENT-201-TIMES", "A new funds confirmation consent was created a day ago."},
			deviation{misanswer: editingData(fundsConsentAnswers(), both(shifted("CreationDateTime", -24*time.Hour), shifted("StatusUpdateDateTime", -24*time.Hour)))}},
		{Fault{"cof-consent-201-times-updated-before-created", "COF-CONSENT-201-TIMES", "A new funds confirmation consent was updated before it was created."},
			deviation{misanswer: editingData(fundsConsentAnswers(), shifted("StatusUpdateDateTime", -time.Hour))}},
		{Fault{"cof-consent-201-limits-long-identification", "COF-CONSENT-201-LIMITS", "An identification of 256 characters is refused."},
			refusingDebtor("Identification", 256)},
		{Fault{"cof-consent-201-limits-long-name", "COF-CONSENT-201-LIMITS", "A name of 70 characters is refused."},
			refusingDebtor("Name", 70)},
		{Fault{"cof-consent-201-limits-short-secondary", "COF-CONSENT-201-LIMITS", "A secondary identification of one character is refused."},
			refusingDebtor("SecondaryIdentification", 1)},
		{Fault{"cof-consent-get-200-other-creation", "COF-CONSENT-GET-200", "A funds confirmation consent that is read was created a second later."},
			deviation{misanswer: editingData(read, shifted("CreationDateTime", time.Second))}},
		{Fault{"cof-consent-get-200-other-scheme", "COF-CONSENT-GET-200", "A funds confirmation consent that is read has another scheme."},
			deviation{misanswer: editingData(read, func(data object) bool {
				debtor, _ := data["DebtorAccount"].(object)
				if debtor != nil {
					debtor["SchemeName"] = schemePaym
				}
				return debtor != nil
			})}},
	}, consentLifeFaults(consentKind{
		prefix: "cof-consent", clause: "COF-CONSENT", thing: "funds confirmation consent",
		get: getFundsConsent, remove: deleteFundsConsent,
		of: func(b *Bank, id string) *grant {
			if consent, there := b.fundsGrants.get(id); there {
				return &consent.grant
			}
			return nil
		},
		keep: func(b *Bank, id string) (restore func()) {
			consent := b.fundsGrants.entries[id]
			return func() { b.fundsGrants.put(id, consent) }
		},
	}), []fault{
		{Fault{"cof-consent-delete-gone-still-confirms", "COF-CONSENT-DELETE-GONE", "Tokens of a deleted funds confirmation consent still confirm funds."},
			deviation{misread: surviving(deleteFundsConsent, scopeFunds, confirmFunds)}},
	})
}

// sameFundsConsentAgain does for funds what sameConsentAgain does for accounts.
func sameFundsConsentAgain(b *Bank, c *call, a *answer) bool {
	previousID := b.rowOf(c, a)
	previous, there := b.fundsGrants.get(previousID)
	if there {
		previous.created, previous.updated = b.now(), b.now()
		a.body = previous.response(b.linksTo(c, previous.id))
	}
	return there
}

// redebiting changes a consent that was just made, and so what is read later.
func redebiting(change func(made *fundsConsent) bool) misanswering {
	return answering(at(http.StatusCreated, createFundsConsent), func(b *Bank, c *call, a *answer) bool {
		data, _ := a.object()["Data"].(object)
		id, _ := data["ConsentId"].(string)
		made, there := b.fundsGrants.get(id)
		if !there || !change(made) {
			return false
		}
		a.body = made.response(b.linksTo(c, made.id))
		return true
	})
}

// rewritingDebtor changes the members of DebtorAccount.
func rewritingDebtor(change func(debtor object) bool) deviation {
	return deviation{misread: rewritingData(createFundsConsent, func(data object) bool {
		debtor, ok := data["DebtorAccount"].(object)
		return ok && change(debtor)
	})}
}

// refusingDebtor refuses a member for having a length that is allowed.
func refusingDebtor(name string, length int) deviation {
	return rewritingDebtor(func(debtor object) bool {
		text, _ := debtor[name].(string)
		if utf8.RuneCountInString(text) != length {
			return false
		}
		debtor[name] = strings.Repeat("x", 1000)
		return true
	})
}

func (b *Bank) soundDebtor() object {
	known := b.tpp.credentials.DebtorAccount
	return object{"SchemeName": known.SchemeName, "Identification": known.Identification}
}

func (b *Bank) soundFundsConsent(*call) object {
	return object{"Data": object{"DebtorAccount": b.soundDebtor()}}
}

// fundsConsentRefusalFaults accept funds confirmation consents that must be
// refused.
func fundsConsentRefusalFaults() []fault {
	const missing, wrongType, tooLong = "COF-CONSENT-400-MISSING", "COF-CONSENT-400-TYPE", "COF-CONSENT-400-LENGTH"
	table := syntaxFaults("cof-consent-400-syntax", "COF-CONSENT-400-SYNTAX", "a funds confirmation consent", createFundsConsent, (*Bank).soundFundsConsent)
	for _, member := range []string{"SchemeName", "Identification"} {
		table = append(table, fault{
			Fault{"cof-consent-400-missing-" + strings.ToLower(member), missing, "A debtor account without " + member + " is accepted."},
			deviation{misread: before(createFundsConsent, func(b *Bank, c *call) bool {
				return rewritingDebtor(func(debtor object) bool { return filling(debtor, member, b.soundDebtor()[member]) }).misread(b, c)
			})},
		})
	}
	for _, member := range []string{"SchemeName", "Identification", "Name", "SecondaryIdentification"} {
		table = append(table, fault{
			Fault{"cof-consent-400-type-" + strings.ToLower(member), wrongType, "A debtor account whose " + member + " is no string is accepted."},
			rewritingDebtor(func(debtor object) bool {
				value, given := debtor[member]
				if _, text := value.(string); text || !given {
					return false
				}
				debtor[member] = either(member == "SchemeName", schemeBBAN, "1")
				if member == "Identification" {
					debtor["SchemeName"] = schemeBBAN
				}
				return true
			}),
		})
	}
	for _, limited := range []struct {
		member string
		limit  int
	}{{"Identification", 256}, {"Name", 70}, {"SecondaryIdentification", 34}} {
		member, limit := limited.member, limited.limit
		table = append(table, fault{
			Fault{"cof-consent-400-length-" + strings.ToLower(member), tooLong, "A debtor account whose " + member + " is too long is accepted."},
			rewritingDebtor(func(debtor object) bool {
				text, _ := debtor[member].(string)
				over := utf8.RuneCountInString(text) > limit
				if over {
					debtor[member] = text[:limit]
				}
				return over
			}),
		})
	}
	return slices.Concat(table, dateFaults("cof-consent-400-datetime", "COF-CONSENT-400-DATETIME", "a funds confirmation consent", createFundsConsent, "ExpirationDateTime"), []fault{
		{Fault{"cof-consent-400-missing-data", missing, "A funds confirmation consent without Data is accepted."},
			deviation{misread: filledIn(createFundsConsent, (*Bank).soundFundsConsent, "Data")}},
		{Fault{"cof-consent-400-missing-debtor", missing, "A funds confirmation consent without DebtorAccount is accepted."},
			deviation{misread: filledIn(createFundsConsent, (*Bank).soundFundsConsent, "Data", "DebtorAccount")}},
		{Fault{"cof-consent-400-length-empty-name", tooLong, "An empty name of a debtor is accepted."},
			rewritingDebtor(func(debtor object) bool { return debtor["Name"] == "" && drop(debtor, "Name") })},
		{Fault{"cof-consent-400-scheme-invented", "COF-CONSENT-400-SCHEME", "A scheme that does not exist is accepted."},
			rewritingDebtor(func(debtor object) bool {
				scheme, ok := debtor["SchemeName"].(string)
				known := slices.Contains([]string{schemeSortCode, schemeIBAN, schemePAN, schemeBBAN, schemePaym}, scheme)
				debtor["SchemeName"] = either(ok && !known, any(schemeBBAN), debtor["SchemeName"])
				return ok && !known
			})},
		{Fault{"cof-consent-400-scheme-not-fitting", "COF-CONSENT-400-SCHEME", "An identification that is not of its scheme is accepted."},
			rewritingDebtor(func(debtor object) bool {
				text, _ := debtor["Identification"].(string)
				scheme := debtor["SchemeName"]
				unfit := scheme == schemeSortCode && !sortCodeForm.MatchString(text) || scheme == schemeIBAN && !isIBAN(text)
				if unfit = unfit && text != "" && len(text) <= 256; unfit {
					debtor["SchemeName"] = schemeBBAN
				}
				return unfit
			})},
	})
}

// filledIn puts the member of a sound body where it is missing.
func filledIn(name string, sound func(*Bank, *call) object, path ...string) misreading {
	return before(name, func(b *Bank, c *call) bool {
		whole := sound(b, c)
		return rewriting(name, func(body object) bool { return fillIn(body, whole, path) })(b, c)
	})
}

func fillIn(body, sound object, path []string) bool {
	if len(path) == 1 {
		return filling(body, path[0], sound[path[0]])
	}
	inner, there := body[path[0]].(object)
	whole, _ := sound[path[0]].(object)
	return there && fillIn(inner, whole, path[1:])
}
