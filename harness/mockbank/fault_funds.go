package mockbank

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// fundsFaults break the answers to valid questions for funds, and let questions
// pass that the consent does not cover.
func fundsFaults() []fault {
	made := at(201, confirmFunds)
	return []fault{
		{Fault{"cof-funds-201-id-not-unique", "COF-FUNDS-201", "All funds confirmations have one identifier."},
			deviation{misanswer: answering(made, func(b *Bank, _ *call, a *answer) bool { return repeatedID(b, "confirmation", a) })}},
		{Fault{"cof-funds-201-refuses", "COF-FUNDS-201", "No funds are confirmed."},
			deviation{misanswer: saying(made, 403)}},
		{Fault{"cof-funds-201-echo-other-reference", "COF-FUNDS-201-ECHO", "A funds confirmation has another reference than was sent."},
			deviation{misanswer: editingData(made, func(data object) bool { data["Reference"] = "another"; return true })}},
		{Fault{"cof-funds-201-echo-other-consent", "COF-FUNDS-201-ECHO", "A funds confirmation names another consent."},
			deviation{misanswer: editingData(made, func(data object) bool { data["ConsentId"] = uuid.NewString(); return true })}},
		{Fault{"cof-funds-201-echo-amount-normalised", "COF-FUNDS-201-ECHO", "A funds confirmation writes the amount in another way than it was sent."},
			deviation{misanswer: editingData(made, instructed(func(instructed object) bool {
				text, _ := instructed["Amount"].(string)
				short := len(text) < len("0000.00")
				instructed["Amount"] = either(short, "0", "") + text
				return short
			}))}},
		{Fault{"cof-funds-201-true-never", "COF-FUNDS-201-TRUE", "Funds are never available."},
			deviation{misanswer: editingData(made, func(data object) bool { return flipped(data, false) })}},
		{Fault{"cof-funds-201-false-never", "COF-FUNDS-201-FALSE", "Funds are always available."},
			deviation{misanswer: editingData(made, func(data object) bool { return flipped(data, true) })}},
		{Fault{"cof-funds-201-limits-long-reference", "COF-FUNDS-201-LIMITS", "A reference of 35 characters is refused."},
			deviation{misread: rewritingData(confirmFunds, func(data object) bool {
				text, _ := data["Reference"].(string)
				long := utf8.RuneCountInString(text) == 35
				if long {
					data["Reference"] = text + "x"
				}
				return long
			})}},
		{Fault{"cof-funds-201-limits-short-amount", "COF-FUNDS-201-LIMITS", "An amount with one decimal is refused."},
			rewritingInstructed(func(instructed object) bool { return refusingAmount(instructed, `^\d\.\d$`) })},
		{Fault{"cof-funds-201-limits-long-amount", "COF-FUNDS-201-LIMITS", "An amount with five decimals is refused."},
			rewritingInstructed(func(instructed object) bool { return refusingAmount(instructed, `^\d{1,13}\.\d{5}$`) })},
		{Fault{"cof-funds-currency-match-not-asked-for", "COF-FUNDS-CURRENCY-MATCH", "Funds are confirmed in a currency that is not the account's."},
			rewritingInstructed(func(instructed object) bool {
				text, _ := instructed["Currency"].(string)
				other := currencyForm.MatchString(text) && text != "GBP"
				instructed["Currency"] = either(other, any("GBP"), instructed["Currency"])
				return other
			})},
		{Fault{"cof-funds-consent-unknown-accepted", "COF-FUNDS-CONSENT", "Funds are confirmed for a consent that does not exist."},
			askedAbout(func(_ *Bank, consent *grant) bool { return consent == nil })},
		{Fault{"cof-funds-consent-of-another-token", "COF-FUNDS-CONSENT", "Funds are confirmed for a consent that is not the token's."},
			askedAbout(func(_ *Bank, consent *grant) bool { return consent != nil && consent.status == statusAuthorised })},
		{Fault{"cof-funds-consent-not-authorised", "COF-FUNDS-CONSENT", "Funds are confirmed for a consent that the customer has not authorised."},
			askedAbout(func(_ *Bank, consent *grant) bool { return consent != nil && consent.status != statusAuthorised })},
		{Fault{"cof-funds-consent-is-404", "COF-FUNDS-CONSENT", "Funds for a consent that does not exist are not found."},
			deviation{misanswer: answering(at(400, confirmFunds), func(b *Bank, c *call, a *answer) bool {
				question, problems := readFundsQuestion(c.input)
				return c.input != nil && len(problems) == 0 && b.grantOf(question.consentID) == nil && saying(at(0), 404)(b, c, a)
			})}},
		{Fault{"cof-funds-not-stored-remembers", "COF-FUNDS-NOT-STORED", "A question for funds that differs in its reference alone gets the confirmation that there is already."},
			deviation{misanswer: answering(made, func(b *Bank, c *call, a *answer) bool {
				question, _ := readFundsQuestion(c.input)
				key := "asked " + question.consentID + question.instructed.Amount + question.instructed.Currency
				previous, _ := b.deviations.memory[key+" reference"].(string)
				b.deviations.memory[key+" reference"] = question.reference
				if previous == question.reference {
					return false // the same question twice is not what the clause is about
				}
				return repeatedID(b, key, a)
			})}},
	}
}

// repeatedID gives a confirmation the identifier of an earlier one.
func repeatedID(b *Bank, key string, a *answer) bool {
	data, _ := a.object()["Data"].(object)
	if data == nil {
		return false
	}
	previous, again := b.deviations.memory[key]
	if again {
		data["FundsConfirmationId"] = previous
	} else {
		b.deviations.memory[key] = data["FundsConfirmationId"]
	}
	return again
}

func flipped(data object, available bool) bool {
	other := data["FundsAvailable"] != available
	data["FundsAvailable"] = available
	return other
}

func instructed(change func(instructed object) bool) func(data object) bool {
	return func(data object) bool {
		members, ok := data["InstructedAmount"].(object)
		return ok && change(members)
	}
}

func rewritingInstructed(change func(instructed object) bool) deviation {
	return deviation{misread: rewritingData(confirmFunds, instructed(change))}
}

// refusingAmount makes an amount of an allowed form unacceptable.
func refusingAmount(instructed object, form string) bool {
	text, _ := instructed["Amount"].(string)
	fits := regexp.MustCompile(form).MatchString(text)
	if fits {
		instructed["Amount"] = "refused"
	}
	return fits
}

// askedAbout takes some other consents for the token's own.
func askedAbout(when func(b *Bank, consent *grant) bool) deviation {
	return deviation{misread: before(confirmFunds, func(b *Bank, c *call) bool {
		question, problems := readFundsQuestion(parsed(c.body))
		known, ok := b.presented(c)
		if len(problems) > 0 || question.consentID == "" || !ok || known.grant != authorisationCode || known.consentID == question.consentID {
			return false
		}
		own := b.grantOf(known.consentID)
		return own.unusable(b.now()) == "" && when(b, b.grantOf(question.consentID)) && c.askAbout(known.consentID)
	})}
}

// askAbout makes a question for funds one about a consent.
func (c *call) askAbout(consentID string) bool {
	return rewritingData(confirmFunds, func(data object) bool { data["ConsentId"] = consentID; return true })(nil, c)
}

func parsed(body []byte) object {
	members, err := parseObject(body)
	if err != nil {
		return nil
	}
	return members
}

// fundsRefusalFaults answer questions for funds that must be refused.
func fundsRefusalFaults() []fault {
	const missing, wrongType, tooLong = "COF-FUNDS-400-MISSING", "COF-FUNDS-400-TYPE", "COF-FUNDS-400-LENGTH"
	table := syntaxFaults("cof-funds-400-syntax", "COF-FUNDS-400-SYNTAX", "a funds confirmation", confirmFunds, (*Bank).soundQuestion)
	for _, path := range [][]string{
		{"Data"}, {"Data", "Reference"}, {"Data", "InstructedAmount"},
		{"Data", "InstructedAmount", "Amount"}, {"Data", "InstructedAmount", "Currency"},
	} {
		member := path[len(path)-1]
		table = append(table, fault{
			Fault{"cof-funds-400-missing-" + strings.ToLower(member), missing, "A question for funds without " + member + " is answered."},
			deviation{misread: filledIn(confirmFunds, (*Bank).soundQuestion, path...)},
		})
	}
	for _, path := range [][]string{{"Data", "Reference"}, {"Data", "InstructedAmount"}, {"Data", "InstructedAmount", "Currency"}} {
		member := path[len(path)-1]
		table = append(table, fault{
			Fault{"cof-funds-400-type-" + strings.ToLower(member), wrongType, "A question for funds whose " + member + " is of the wrong type is answered."},
			deviation{misread: retyped(confirmFunds, (*Bank).soundQuestion, path)},
		})
	}
	return slices.Concat(table, []fault{
		{Fault{"cof-funds-400-missing-consentid", missing, "A question for funds without ConsentId is answered."},
			deviation{misread: filledIn(confirmFunds, (*Bank).soundQuestion, "Data", "ConsentId")}},
		{Fault{"cof-funds-400-length-reference", tooLong, "A reference of 36 characters is accepted."},
			deviation{misread: rewritingData(confirmFunds, func(data object) bool {
				text, _ := data["Reference"].(string)
				over := utf8.RuneCountInString(text) > 35
				data["Reference"] = either(over, any("cut"), data["Reference"])
				return over
			})}},
		{Fault{"cof-funds-400-length-empty-reference", tooLong, "An empty reference is accepted."},
			deviation{misread: rewritingData(confirmFunds, func(data object) bool {
				empty := data["Reference"] == ""
				data["Reference"] = either(empty, any("none"), data["Reference"])
				return empty
			})}},
		{Fault{"cof-funds-400-length-consentid", tooLong, "A question for funds whose ConsentId is too long is answered with 403."},
			deviation{misanswer: answering(at(400, confirmFunds), func(b *Bank, c *call, a *answer) bool {
				data, _ := c.input["Data"].(object)
				text, _ := data["ConsentId"].(string)
				return len(text) > 128 && saying(at(0), 403)(b, c, a)
			})}},
		amountFault("without-decimals", "An amount without decimals is accepted.", `^\d+\.?$`),
		amountFault("without-units", "An amount that begins with its decimal point is accepted.", `^\.\d+$`),
		amountFault("signed", "An amount with a sign is accepted.", `^[-+]`),
		amountFault("comma", "A decimal comma is accepted.", `,`),
		amountFault("six-decimals", "An amount of six decimals is accepted.", `\.\d{6,}$`),
		amountFault("fourteen-digits", "An amount of 14 digits is accepted.", `^\d{14,}\.`),
		amountFault("exponent", "An amount with an exponent is accepted.", `e`),
		{Fault{"cof-funds-400-amount-number", "COF-FUNDS-400-AMOUNT", "An amount that is a number is accepted."},
			rewritingInstructed(func(instructed object) bool {
				_, number := instructed["Amount"].(json.Number)
				instructed["Amount"] = either(number, any("1.00"), instructed["Amount"])
				return number
			})},
		currencyFault("short", "A currency of two letters is accepted.", `^[A-Z]{2}$`),
		currencyFault("lower-case", "A currency in small letters is accepted.", `^[a-z]{3}$`),
		currencyFault("long", "A currency of four letters is accepted.", `^[A-Z]{4}$`),
		currencyFault("empty", "An empty currency is accepted.", `^$`),
	})
}

func amountFault(name, sentence, form string) fault {
	return fault{Fault{"cof-funds-400-amount-" + name, "COF-FUNDS-400-AMOUNT", sentence}, mending("Amount", "1.00", form)}
}

func currencyFault(name, sentence, form string) fault {
	return fault{Fault{"cof-funds-400-currency-" + name, "COF-FUNDS-400-CURRENCY", sentence}, mending("Currency", "GBP", form)}
}

// mending takes texts of one wrong form for a right one.
func mending(name, right, form string) deviation {
	wrong := regexp.MustCompile(form)
	return rewritingInstructed(func(instructed object) bool {
		text, ok := instructed[name].(string)
		mended := ok && wrong.MatchString(text)
		instructed[name] = either(mended, any(right), instructed[name])
		return mended
	})
}

// soundQuestion is a valid one about the consent of the token presented.
func (b *Bank) soundQuestion(c *call) object {
	consentID := ""
	if known, ok := b.presented(c); ok {
		consentID = known.consentID
	}
	return object{"Data": object{
		"ConsentId": consentID, "Reference": "any", "InstructedAmount": object{"Amount": "1.00", "Currency": "GBP"},
	}}
}

// retyped puts the member of a sound body where there is one of another type.
func retyped(name string, sound func(*Bank, *call) object, path []string) misreading {
	return before(name, func(b *Bank, c *call) bool {
		whole := sound(b, c)
		return rewriting(name, func(body object) bool {
			last := len(path) - 1
			for _, step := range path[:last] {
				body, _ = body[step].(object)
				whole, _ = whole[step].(object)
			}
			value, given := body[path[last]]
			right := whole[path[last]]
			_, isText := value.(string)
			_, isObject := value.(object)
			_, wantsText := right.(string)
			if !given || wantsText && isText || !wantsText && isObject {
				return false
			}
			body[path[last]] = right
			return true
		})(b, c)
	})
}
