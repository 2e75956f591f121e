package mockbank

import (
	"bytes"
	"net/http"
	"strings"
)

// accountAnswers and consentAnswers are where one resource shows: a fault that
// shows in all of them contradicts nothing but its own clause.
func accountAnswers() spot        { return at(200, listAccounts, getAccount) }
func accountConsentAnswers() spot { return at(0, createAccountConsent, getAccountConsent) }
func fundsConsentAnswers() spot   { return at(0, createFundsConsent, getFundsConsent) }

// bodyFaults break what holds for every body.
func bodyFaults() []fault {
	return []fault{
		{Fault{"com-body-consent-without-status-update", "COM-BODY", "An account access consent has no StatusUpdateDateTime."},
			deviation{misanswer: editingData(accountConsentAnswers(), func(data object) bool { return drop(data, "StatusUpdateDateTime") })}},
		{Fault{"com-body-funds-consent-without-status-update", "COM-BODY", "A funds confirmation consent has no StatusUpdateDateTime."},
			deviation{misanswer: editingData(fundsConsentAnswers(), func(data object) bool { return drop(data, "StatusUpdateDateTime") })}},
		{Fault{"com-body-account-without-type", "COM-BODY", "An account has no AccountType."},
			deviation{misanswer: eachAccount(func(account object) bool { return drop(account, "AccountType") })}},
		{Fault{"com-body-account-sub-type-unknown", "COM-BODY", "An account is of a sub-type that is not documented."},
			deviation{misanswer: eachAccount(func(account object) bool { account["AccountSubType"] = "Piggybank"; return true })}},
		{Fault{"com-body-nickname-too-long", "COM-BODY", "The nickname of an account has 71 characters."},
			deviation{misanswer: eachAccount(func(account object) bool { account["Nickname"] = strings.Repeat("n", 71); return true })}},
		{Fault{"com-body-refusal-without-errors", "COM-BODY", "A refusal of account access has no Errors."},
			deviation{misanswer: dropping(at(403, listAccounts, getAccount), "Errors")}},
		{Fault{"com-body-refusal-in-an-array", "COM-BODY", "A refusal of a funds confirmation consent is an array."},
			deviation{misanswer: answering(at(403, createFundsConsent, getFundsConsent), func(_ *Bank, _ *call, a *answer) bool {
				a.body = []any{a.body}
				return true
			})}},
		{Fault{"com-body-refusal-without-body", "COM-BODY", "A refusal of an account access consent has no body."},
			deviation{misanswer: answering(at(403, createAccountConsent, getAccountConsent), func(_ *Bank, _ *call, a *answer) bool {
				a.body = nil
				return true
			})}},
		{Fault{"com-body-code-too-long", "COM-BODY", "The code of a refused account has 41 characters."},
			deviation{misanswer: setting(at(400, getAccount), "Code", strings.Repeat("c", 41))}},
		{Fault{"com-body-total-pages-is-text", "COM-BODY", "Meta.TotalPages of an account access consent is a string."},
			deviation{misanswer: setting(at(201, createAccountConsent), "Meta", object{"TotalPages": "1"})}},
		{Fault{"com-datetime-creation-of-consent", "COM-DATETIME", "The creation of an account access consent has no timezone."},
			deviation{misanswer: editingData(accountConsentAnswers(), zoneless("CreationDateTime"))}},
		{Fault{"com-datetime-status-of-funds-consent", "COM-DATETIME", "The status update of a funds confirmation consent has no timezone."},
			deviation{misanswer: editingData(fundsConsentAnswers(), zoneless("StatusUpdateDateTime"))}},
		{Fault{"com-datetime-expiration-of-consent", "COM-DATETIME", "The expiration of an account access consent has no timezone."},
			deviation{misanswer: editingData(accountConsentAnswers(), zoneless("ExpirationDateTime"))}},
		{Fault{"com-datetime-creation-of-funds-confirmation", "COM-DATETIME", "The creation of a funds confirmation has no timezone."},
			deviation{misanswer: editingData(at(201, confirmFunds), zoneless("CreationDateTime"))}},
		{Fault{"com-links-self-is-relative", "COM-LINKS-SELF", "Self of an account is a path alone."},
			deviation{misanswer: self(at(200, getAccount), func(b *Bank, self string) string { return strings.TrimPrefix(self, b.base) })}},
		{Fault{"com-links-self-names-another-version", "COM-LINKS-SELF", "Self of an account access consent has the path of another version."},
			deviation{misanswer: self(accountConsentAnswers(), func(_ *Bank, self string) string { return strings.Replace(self, "/v3.1/", "/v3.0/", 1) })}},
		{Fault{"com-links-self-names-another-resource", "COM-LINKS-SELF", "Self of a funds confirmation consent leads to another one."},
			deviation{misanswer: self(at(200, getFundsConsent), func(_ *Bank, self string) string { return self + "0" })}},
		{Fault{"com-meta-without-meta", "COM-META", "An account access consent has no Meta."},
			deviation{misanswer: dropping(accountConsentAnswers(), "Meta")}},
		{Fault{"com-meta-without-links", "COM-META", "A funds confirmation has no Links."},
			deviation{misanswer: dropping(at(201, confirmFunds), "Links")}},
		{Fault{"com-optional-null", "COM-OPTIONAL", "An account without a nickname has the nickname null."},
			deviation{misanswer: eachAccount(func(account object) bool { return filling(account, "Nickname", nil) })}},
		{Fault{"com-optional-empty-text", "COM-OPTIONAL", "The error of a refused account has an empty Url."},
			deviation{misanswer: editing(at(400, getAccount), eachError(func(detail object) bool { detail["Url"] = ""; return true }))}},
		{Fault{"com-error-code-invented", "COM-ERROR-CODE", "The error of a refused account has a code that Open Banking does not list, in its namespace."},
			deviation{misanswer: editing(at(400, getAccount), eachError(func(detail object) bool {
				detail["ErrorCode"] = "UK.OBIE.Resource.Invented"
				return true
			}))}},
		{Fault{"com-error-code-in-small-letters", "COM-ERROR-CODE", "The namespace of the error of a refused account is in small letters."},
			deviation{misanswer: editing(at(400, getAccount), eachError(func(detail object) bool {
				code, _ := detail["ErrorCode"].(string)
				detail["ErrorCode"] = strings.Replace(code, "UK.OBIE.", "uk.obie.", 1)
				return true
			}))}},
		{Fault{"com-error-code-empty", "COM-ERROR-CODE", "The error of a refused account has an empty code."},
			deviation{misanswer: editing(at(400, getAccount), eachError(func(detail object) bool { detail["ErrorCode"] = ""; return true }))}},
		{Fault{"com-optional-null-in-discovery", "COM-OPTIONAL", "Discovery has an optional member that is null."},
			deviation{misanswer: setting(at(200, getDiscovery), "acr_values_supported", nil)}},
		{Fault{"com-json-data-follows", "COM-JSON", "More data follow the list of accounts."},
			deviation{distort: rebody(at(200, listAccounts), func(body []byte) []byte { return append(body, "{}"...) })}},
		{Fault{"com-json-byte-order-mark", "COM-JSON", "An account begins with a byte-order mark."},
			deviation{distort: rebody(at(200, getAccount), func(body []byte) []byte { return append([]byte("\xef\xbb\xbf"), body...) })}},
		{Fault{"com-json-member-twice", "COM-JSON", "A new account access consent names its status twice."},
			deviation{distort: rebody(at(201, createAccountConsent), func(body []byte) []byte {
				return bytes.Replace(body, []byte(`"Status":`), []byte(`"Status":"Rejected","Status":`), 1)
			})}},
		{Fault{"com-json-not-utf-8", "COM-JSON", "The name of the debtor is in Latin-1."},
			deviation{distort: rebody(fundsConsentAnswers(), func(body []byte) []byte {
				return bytes.Replace(body, []byte(`"Name":"`), []byte("\"Name\":\"\xe9"), 1)
			})}},
		{Fault{"com-json-too-deep", "COM-JSON", "A funds confirmation is 70 levels deep."},
			deviation{distort: rebody(at(201, confirmFunds), func(body []byte) []byte {
				deep := `{"Deep":` + strings.Repeat("[", 69) + strings.Repeat("]", 69) + ","
				return append([]byte(deep), body[1:]...)
			})}},
		{Fault{"com-json-cut-short", "COM-JSON", "A token answer lacks its last brace, and says so in its length."},
			deviation{distort: rebody(at(400, issueToken), func(body []byte) []byte { return body[:len(body)-1] })}},
		{Fault{"com-content-type-missing", "COM-CONTENT-TYPE", "The list of accounts has no Content-Type."},
			deviation{distort: retype(at(200, listAccounts), "")}},
		{Fault{"com-content-type-text", "COM-CONTENT-TYPE", "A new account access consent says that it is plain text."},
			deviation{distort: retype(at(201, createAccountConsent), "text/plain")}},
		{Fault{"com-content-type-charset", "COM-CONTENT-TYPE", "A funds confirmation consent says that it is in Latin-1."},
			deviation{distort: retype(at(200, getFundsConsent), "application/json; charset=iso-8859-1")}},
		{Fault{"com-content-type-html-refusal", "COM-CONTENT-TYPE", "An unknown account is answered with a page of HTML."},
			deviation{distort: resending(at(400, getAccount), func(_ *call, out *response) bool {
				out.body = []byte("<html><body><h1>Bad Request</h1></body></html>")
				out.header.Set("Content-Type", "text/html")
				return true
			})}},
		{Fault{"com-content-type-of-keys", "COM-CONTENT-TYPE", "The set of keys says that it is HTML."},
			deviation{distort: retype(at(200, getKeys), "text/html")}},
		{Fault{"com-empty-length", "COM-EMPTY", "The deletion of an account access consent has a body, and its length."},
			deviation{distort: resending(at(204, deleteAccountConsent), func(_ *call, out *response) bool {
				out.framed, out.body = true, []byte("{}")
				out.header.Set("Content-Length", "2")
				return true
			})}},
		{Fault{"com-empty-chunks", "COM-EMPTY", "The deletion of a funds confirmation consent has a body in chunks."},
			deviation{distort: resending(at(204, deleteFundsConsent), func(_ *call, out *response) bool {
				out.framed, out.body = true, []byte("2\r\n{}\r\n0\r\n\r\n")
				out.header.Set("Transfer-Encoding", "chunked")
				return true
			})}},
		{Fault{"com-empty-bytes-follow", "COM-EMPTY", "Bytes follow the headers of a deleted account access consent."},
			deviation{distort: resending(at(204, deleteAccountConsent), func(_ *call, out *response) bool {
				out.framed, out.body = true, []byte("deleted")
				return true
			})}},
	}
}

// eachAccount changes every account, wherever accounts show.
func eachAccount(change func(account object) bool) misanswering {
	return editingData(accountAnswers(), func(data object) bool { return eachOf(data["Account"], change) })
}

func eachError(change func(detail object) bool) func(body object) bool {
	return func(body object) bool { return eachOf(body["Errors"], change) }
}

func eachOf(list any, change func(object) bool) bool {
	elements, _ := list.([]any)
	changed := false
	for _, element := range elements {
		if members, ok := element.(object); ok && change(members) {
			changed = true
		}
	}
	return changed
}

// zoneless takes the timezone off a date-time.
func zoneless(name string) func(data object) bool {
	const withZone, zone = len("2006-01-02T15:04:05+00:00"), len("+00:00")
	return func(data object) bool {
		text, _ := data[name].(string)
		if len(text) < withZone {
			return false
		}
		data[name] = text[:len(text)-zone]
		return true
	}
}

func self(where spot, change func(b *Bank, self string) string) misanswering {
	return answering(where, func(b *Bank, _ *call, a *answer) bool {
		links, _ := a.object()["Links"].(object)
		before, ok := links["Self"].(string)
		if ok {
			links["Self"] = change(b, before)
		}
		return ok
	})
}

// rebody changes the bytes of a body.
func rebody(where spot, change func(body []byte) []byte) distortion {
	return resending(where, func(_ *call, out *response) bool {
		if len(out.body) == 0 || out.status >= http.StatusBadRequest && where.status == 0 {
			return false
		}
		changed := change(bytes.Clone(out.body))
		same := bytes.Equal(changed, out.body)
		out.body = changed
		return !same
	})
}

// retype changes the media type; none at all when it is empty.
func retype(where spot, mediaType string) distortion {
	return resending(where, func(_ *call, out *response) bool {
		out.header["Content-Type"] = nil // net/http guesses one unless the key is there
		if mediaType != "" {
			out.header.Set("Content-Type", mediaType)
		}
		return true
	})
}
