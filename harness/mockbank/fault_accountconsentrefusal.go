package mockbank

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// accountConsentRefusalFaults accept account access consents that must be
// refused: each takes one wrong request for the right one that it resembles.
func accountConsentRefusalFaults() []fault {
	rewrite := func(change func(body object) bool) deviation {
		return deviation{misread: rewriting(createAccountConsent, change)}
	}
	permissions := func(change func(codes []any) []any) deviation {
		return deviation{misread: rewritingData(createAccountConsent, repermitting(change))}
	}
	data := func(change func(data object) bool) deviation {
		return deviation{misread: rewritingData(createAccountConsent, change)}
	}
	return slices.Concat(syntaxFaults("aac-400-syntax", "AAC-400-SYNTAX", "an account access consent", createAccountConsent, (*Bank).soundAccountConsent), []fault{
		{Fault{"aac-400-missing-data", "AAC-400-MISSING", "An account access consent without Data is accepted."},
			rewrite(func(body object) bool {
				return filling(body, "Data", object{"Permissions": []string{readAccountsBasic}})
			})},
		{Fault{"aac-400-missing-risk", "AAC-400-MISSING", "An account access consent without Risk is accepted."},
			rewrite(func(body object) bool { return filling(body, "Risk", object{}) })},
		{Fault{"aac-400-missing-permissions", "AAC-400-MISSING", "An account access consent without Permissions is accepted."},
			data(func(data object) bool { return filling(data, "Permissions", []string{readAccountsBasic}) })},
		{Fault{"aac-400-missing-answers-403", "AAC-400-MISSING", "An account access consent without Risk is forbidden."},
			deviation{misanswer: answering(at(400, createAccountConsent), func(b *Bank, c *call, a *answer) bool {
				_, given := c.input["Risk"]
				return c.input != nil && !given && saying(at(400), 403)(b, c, a)
			})}},
		{Fault{"aac-400-type-permissions-as-text", "AAC-400-TYPE", "Permissions may be a string."},
			data(func(data object) bool {
				text, ok := data["Permissions"].(string)
				data["Permissions"] = either(ok, any([]any{text}), data["Permissions"])
				return ok
			})},
		{Fault{"aac-400-type-permissions-as-numbers", "AAC-400-TYPE", "Permissions may be numbers."},
			permissions(func(codes []any) []any {
				if !slices.ContainsFunc(codes, isNumber) {
					return codes
				}
				return []any{readAccountsBasic}
			})},
		{Fault{"aac-400-type-data-as-array", "AAC-400-TYPE", "Data may be an array."},
			rewrite(func(body object) bool {
				_, array := body["Data"].([]any)
				body["Data"] = either(array, any(object{"Permissions": []string{readAccountsBasic}}), body["Data"])
				return array
			})},
		{Fault{"aac-400-type-risk-as-text", "AAC-400-TYPE", "Risk may be a string."},
			rewrite(func(body object) bool {
				_, text := body["Risk"].(string)
				body["Risk"] = either(text, any(object{}), body["Risk"])
				return text
			})},
		{Fault{"aac-400-type-risk-with-members", "AAC-400-TYPE", "Risk may have members."},
			rewrite(func(body object) bool {
				risk, _ := body["Risk"].(object)
				had := len(risk) > 0
				clear(risk)
				return had
			})},
		{Fault{"aac-400-empty-accepted", "AAC-400-EMPTY", "An account access consent with no permission in its list is accepted."},
			permissions(func(codes []any) []any {
				if codes != nil && len(codes) == 0 {
					return []any{readAccountsBasic}
				}
				return codes
			})},
		{Fault{"aac-400-unknown-ignored", "AAC-400-UNKNOWN", "Permission codes that do not exist are ignored."},
			permissions(func(codes []any) []any { return sparing(codes, nonexistent) })},
		{Fault{"aac-400-unknown-any-case", "AAC-400-UNKNOWN", "Permission codes may be in any case."},
			permissions(func(codes []any) []any { return canonical(codes) })},
		{Fault{"aac-400-unsupported-offers", "AAC-400-UNSUPPORTED", "The permission to read offers is granted."},
			permissions(func(codes []any) []any { return sparing(codes, func(code string) bool { return code == "ReadOffers" }) })},
		{Fault{"aac-400-unsupported-products", "AAC-400-UNSUPPORTED", "The permission to read products is granted."},
			permissions(func(codes []any) []any {
				return sparing(codes, func(code string) bool { return code == "ReadProducts" })
			})},
		{Fault{"aac-400-accounts-not-needed", "AAC-400-ACCOUNTS", "A consent that reads no accounts is accepted."},
			permissions(func(codes []any) []any {
				if len(codes) == 0 || holdsAny(codes, readAccountsBasic, readAccountsDetail) {
					return codes
				}
				return append(slices.Clone(codes), readAccountsBasic)
			})},
		{Fault{"aac-400-transactions-without-direction", "AAC-400-TRANSACTIONS", "Transactions of neither direction may be asked for."},
			permissions(func(codes []any) []any {
				if !holdsAny(codes, readTransactionsBasic, readTransactionsDetail) || holdsAny(codes, readTransactionsCredits, readTransactionsDebits) {
					return codes
				}
				return append(slices.Clone(codes), readTransactionsCredits)
			})},
		{Fault{"aac-400-transactions-without-level", "AAC-400-TRANSACTIONS", "A direction of transactions may be asked for without a level of detail."},
			permissions(func(codes []any) []any {
				if holdsAny(codes, readTransactionsBasic, readTransactionsDetail) || !holdsAny(codes, readTransactionsCredits, readTransactionsDebits) {
					return codes
				}
				return append(slices.Clone(codes), readTransactionsBasic)
			})},
	}, dateFaults("aac-400-datetime", "AAC-400-DATETIME", "an account access consent", createAccountConsent,
		"ExpirationDateTime", "TransactionFromDateTime", "TransactionToDateTime"), []fault{
		{Fault{"aac-400-expired-accepted", "AAC-400-EXPIRED", "An account access consent that has expired already is accepted."},
			deviation{misread: before(createAccountConsent, func(b *Bank, c *call) bool {
				return rewritingData(createAccountConsent, func(data object) bool {
					instant, ok := dateOf(data, "ExpirationDateTime")
					return ok && !instant.After(b.now()) && drop(data, "ExpirationDateTime")
				})(b, c)
			})}},
		{Fault{"aac-400-expired-period-backwards", "AAC-400-EXPIRED", "A period of transactions that ends before it begins is accepted."},
			data(func(data object) bool {
				from, hasFrom := dateOf(data, "TransactionFromDateTime")
				to, hasTo := dateOf(data, "TransactionToDateTime")
				backwards := hasFrom && hasTo && from.After(to)
				if backwards {
					data["TransactionFromDateTime"] = data["TransactionToDateTime"]
				}
				return backwards
			})},
		{Fault{"aac-400-path-not-named", "AAC-400-PATH", "The error of an account access consent does not name the member at fault."},
			deviation{misanswer: editing(at(400, createAccountConsent), eachError(func(detail object) bool { return drop(detail, "Path") }))}},
		{Fault{"aac-400-path-of-another", "AAC-400-PATH", "The error of an account access consent names another member than the one at fault."},
			deviation{misanswer: editing(at(400, createAccountConsent), eachError(func(detail object) bool {
				_, named := detail["Path"]
				detail["Path"] = "Data.DebtorAccount"
				return named
			}))}},
	})
}

func (b *Bank) soundAccountConsent(*call) object {
	return object{"Data": object{"Permissions": []string{readAccountsBasic}}, "Risk": object{}}
}

// syntaxFaults accept bodies that are not JSON, or not an object.
func syntaxFaults(prefix, clause, thing, name string, sound func(*Bank, *call) object) []fault {
	accepting := func(when func(body []byte) bool) deviation {
		return deviation{misread: before(name, func(b *Bank, c *call) bool {
			return when(c.body) && c.rewrite(sound(b, c)) && c.declareJSON()
		})}
	}
	begins := func(body []byte, with string) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte(with)) }
	return []fault{
		{Fault{prefix + "-empty", clause, "An empty body makes " + thing + "."},
			accepting(func(body []byte) bool { return len(body) == 0 })},
		{Fault{prefix + "-truncated", clause, "A body that breaks off makes " + thing + "."},
			accepting(func(body []byte) bool { return begins(body, "{") && !json.Valid(body) })},
		{Fault{prefix + "-array", clause, "An array makes " + thing + "."},
			accepting(func(body []byte) bool { return begins(body, "[") && json.Valid(body) })},
		{Fault{prefix + "-text", clause, "A string makes " + thing + "."},
			accepting(func(body []byte) bool { return begins(body, `"`) && json.Valid(body) })},
	}
}

// declareJSON gives a request that came without a body the type of one.
func (c *call) declareJSON() bool {
	c.setHeader("Content-Type", "application/json")
	return true
}

// dateFaults misjudge the date-times that are members of Data.
func dateFaults(prefix, clause, thing, name string, members ...string) []fault {
	dates := func(change func(data object, member string) bool) deviation {
		return deviation{misread: rewritingData(name, func(data object) bool {
			changed := false
			for _, member := range members {
				changed = change(data, member) || changed
			}
			return changed
		})}
	}
	return []fault{
		{Fault{prefix + "-any-text", clause, "What is no date at all is accepted in " + thing + "."},
			dates(func(data object, member string) bool {
				text, ok := data[member].(string)
				return ok && !strings.Contains(text, "T") && drop(data, member)
			})},
		{Fault{prefix + "-impossible", clause, "The 30th of February is accepted in " + thing + "."},
			dates(func(data object, member string) bool {
				text, _ := data[member].(string)
				return strings.Contains(text, "-02-30T") && drop(data, member)
			})},
		{Fault{prefix + "-number", clause, "A number is accepted for a date in " + thing + "."},
			dates(func(data object, member string) bool { return isNumber(data[member]) && drop(data, member) })},
		{Fault{prefix + "-without-timezone", clause, "A date-time without a timezone is accepted in " + thing + "."},
			dates(func(data object, member string) bool {
				text, _ := data[member].(string)
				_, err := time.Parse("2006-01-02T15:04:05.999999999", text)
				if err == nil {
					data[member] = text + "Z"
				}
				return err == nil
			})},
		{Fault{prefix + "-refuses-z", clause, "A date-time in Z is refused in " + thing + "."},
			dates(func(data object, member string) bool {
				text, _ := data[member].(string)
				_, ok := dateOf(data, member)
				if ok = ok && strings.HasSuffix(text, "Z"); ok {
					data[member] = "refused"
				}
				return ok
			})},
		{Fault{prefix + "-refuses-fractions", clause, "A fraction of a second is refused in " + thing + "."},
			dates(func(data object, member string) bool {
				text, _ := data[member].(string)
				_, ok := dateOf(data, member)
				if ok = ok && strings.Contains(text, "."); ok {
					data[member] = "refused"
				}
				return ok
			})},
	}
}

func dateOf(data object, name string) (time.Time, bool) {
	text, _ := data[name].(string)
	instant, err := time.Parse(time.RFC3339, text)
	return instant, err == nil && dateTimeForm.MatchString(text)
}

func isNumber(value any) bool {
	_, number := value.(json.Number)
	return number
}

func either[T any](first bool, one, other T) T {
	if first {
		return one
	}
	return other
}

// repermitting changes the list of permissions, if there is one.
func repermitting(change func(codes []any) []any) func(data object) bool {
	return func(data object) bool {
		codes, ok := data["Permissions"].([]any)
		if !ok {
			return false
		}
		changed := change(codes)
		data["Permissions"] = changed
		return !reflect.DeepEqual(changed, codes)
	}
}

func holds(codes []any, wanted string) bool { return slices.Contains(codes, any(wanted)) }

func holdsAny(codes []any, wanted ...string) bool {
	return slices.ContainsFunc(wanted, func(code string) bool { return holds(codes, code) })
}

// sparing leaves some codes out; a list that would be empty reads accounts.
func sparing(codes []any, leaveOut func(code string) bool) []any {
	kept := slices.DeleteFunc(slices.Clone(codes), func(code any) bool {
		text, ok := code.(string)
		return ok && leaveOut(text)
	})
	if len(kept) < len(codes) && !holdsAny(kept, readAccountsBasic, readAccountsDetail) {
		kept = append(kept, readAccountsBasic)
	}
	return kept
}

func nonexistent(code string) bool {
	same := func(known string) bool { return strings.EqualFold(known, code) }
	return !slices.ContainsFunc(supportedPermissions, same) && !slices.ContainsFunc(unsupportedPermissions, same)
}

// canonical writes known codes in their own case.
func canonical(codes []any) []any {
	written := slices.Clone(codes)
	for i, code := range written {
		for _, known := range supportedPermissions {
			if text, ok := code.(string); ok && strings.EqualFold(text, known) {
				written[i] = known
			}
		}
	}
	return written
}
