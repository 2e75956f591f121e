package main_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// commonDeviations breach what holds for every answer.
func commonDeviations() []deviation {
	return []deviation{
		{"a creation is answered with 200", "accountaccessconsents", always(func(x exchange) {
			if x.to(http.MethodPost, consentsPath, http.StatusCreated) {
				x.status = http.StatusOK
			}
		}), []string{"COM-STATUS"}, nil},
		{"the interaction id is not there", "accountaccessconsents", always(func(x exchange) {
			if x.to(http.MethodPost, consentsPath, http.StatusCreated) && x.request.Header.Get(interactionID) != "" {
				x.header.Del(interactionID)
			}
		}), []string{"COM-FAPI-PRESENT"}, nil},
		{"the interaction id is there twice", "confirmationoffunds", always(func(x exchange) {
			if x.to(http.MethodPost, fundsPath, http.StatusCreated) {
				x.header.Add(interactionID, x.header.Get(interactionID))
			}
		}), []string{"COM-FAPI-PRESENT"}, nil},
		{"the interaction id is another one", "accounts", always(func(x exchange) {
			if x.to(http.MethodGet, accountsPath, http.StatusOK) && x.request.Header.Get(interactionID) != "" {
				x.header.Set(interactionID, uuid.NewString())
			}
		}), []string{"COM-FAPI-ECHO"}, nil},
		{"the interaction id is not made up", "accounts", always(func(x exchange) {
			if x.request.Header.Get(interactionID) == "" && strings.HasPrefix(x.request.URL.Path, accountsPath) {
				x.header.Del(interactionID)
			}
		}), []string{"COM-FAPI-MINT"}, nil},
		{"JSON is called text", "accounts", always(func(x exchange) {
			if x.to(http.MethodGet, accountsPath, http.StatusOK) {
				x.header.Set("Content-Type", "text/plain")
			}
		}), []string{"COM-CONTENT-TYPE"}, nil},
		{"there is more after the JSON", "accountaccessconsents", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, consentsPath); ok && x.status == http.StatusOK {
				x.body = append(x.body, "{}"...)
			}
		}), []string{"COM-JSON"}, nil},
		{"a member is there twice", "confirmationoffunds", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, debtorsPath); ok && x.status == http.StatusOK {
				x.body = bytes.Replace(x.body, []byte(`"Status":`), []byte(`"Status":"Rejected","Status":`), 1)
			}
		}), []string{"COM-JSON"}, nil},
		{"a deletion has a body", "accountaccessconsents", always(func(x exchange) {
			if _, ok := x.below(http.MethodDelete, consentsPath); ok && x.status == http.StatusNoContent {
				x.body = []byte(`{"Deleted":true}`)
			}
		}), []string{"COM-EMPTY"}, nil},
		{"a date-time has no timezone when it is created", "accountaccessconsents", always(func(x exchange) {
			if x.to(http.MethodPost, consentsPath, http.StatusCreated) {
				x.editData(localTime("CreationDateTime"))
			}
		}), []string{"COM-DATETIME"}, nil},
		{"a date-time has no timezone when it is read", "confirmationoffunds", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, debtorsPath); ok && x.status == http.StatusOK {
				x.editData(localTime("CreationDateTime"))
			}
		}), []string{"COM-DATETIME"}, nil},
		{"Self leads elsewhere", "confirmationoffunds", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, debtorsPath); ok {
				x.edit(func(body map[string]any) {
					if links, ok := body["Links"].(map[string]any); ok {
						links["Self"] = "https://bank.example/elsewhere"
					}
				})
			}
		}), []string{"COM-LINKS-SELF"}, nil},
		{"a member has a value that the model does not know", "accounts", always(func(x exchange) {
			if strings.HasPrefix(x.request.URL.Path, accountsPath) {
				x.editAccounts(func(account map[string]any) { account["AccountSubType"] = "Piggybank" })
			}
		}), []string{"COM-BODY"}, nil},
		{"a required member is missing", "accountaccessconsents", always(func(x exchange) {
			if x.ofResource(consentsPath) {
				x.editData(func(data map[string]any) { delete(data, "StatusUpdateDateTime") })
			}
		}), []string{"COM-BODY"}, nil},
		{"an error says nothing", "accountaccessconsents", always(func(x exchange) {
			if x.to(http.MethodPost, consentsPath, http.StatusBadRequest) {
				x.body = nil
				x.header.Del("Content-Type")
			}
		}), []string{"COM-BODY"}, nil},
		{"Retry-After is a word", "accounts", always(func(x exchange) {
			if x.status == http.StatusTooManyRequests {
				x.header.Set("Retry-After", "soon")
			}
		}), []string{"COM-RETRY-AFTER"}, nil},
		{"an answer repeats the token", "accounts", always(func(x exchange) {
			if x.to(http.MethodGet, accountsPath, http.StatusOK) {
				x.header.Set("X-Debug", "called with "+x.bearer())
			}
		}), []string{"COM-SECRETS"}, nil},
		{"no token is 404", "accounts", always(func(x exchange) {
			if x.request.Header.Get("Authorization") == "" && x.request.URL.Path == accountsPath && x.status == http.StatusUnauthorized {
				x.bare(http.StatusNotFound)
			}
		}), []string{"COM-401-MISSING"}, nil},
		{"a token of the wrong grant is 404", "accounts", refuseGrantWith404, []string{"COM-403-GRANT"}, nil},
	}
}

// localTime cuts the timezone off a date-time.
func localTime(name string) func(map[string]any) {
	return func(data map[string]any) {
		if value, ok := data[name].(string); ok {
			data[name], _, _ = strings.Cut(strings.TrimSuffix(value, "Z"), "+")
		}
	}
}

// refuseGrantWith404 hides the list of accounts from client-credentials tokens
// of the right scope, in place of refusing them.
func refuseGrantWith404() func(exchange) {
	var ofClient []string
	return func(x exchange) {
		if form := x.form(); x.to(http.MethodPost, tokenPath, http.StatusOK) &&
			form.Get("grant_type") == "client_credentials" && form.Get("scope") == "accounts" {
			ofClient = append(ofClient, text(x.body, "access_token"))
		}
		refused := x.status == http.StatusForbidden || x.status == http.StatusUnauthorized
		if x.request.URL.Path == accountsPath && refused && slices.Contains(ofClient, x.bearer()) {
			x.bare(http.StatusNotFound)
		}
	}
}

// adviceDeviations breach advice: they are warned of and fail nothing.
func adviceDeviations() []deviation {
	return []deviation{
		{"a registration is not signed", "dynamicregistration", always(func(x exchange) {
			if x.to(http.MethodPost, registerPath, http.StatusCreated) {
				x.header.Del("X-Jws-Signature")
			}
		}), nil, []string{"COM-SIGNATURE-PRESENT"}},
		{"a member without a value is null", "accounts", always(func(x exchange) {
			if strings.HasPrefix(x.request.URL.Path, accountsPath) {
				x.editAccounts(func(account map[string]any) { account["Nickname"] = nil })
			}
		}), nil, []string{"COM-OPTIONAL"}},
		{"an error code is invented in Open Banking's namespace", "confirmationoffunds", always(func(x exchange) {
			if x.to(http.MethodPost, fundsPath, http.StatusBadRequest) {
				x.edit(func(body map[string]any) { body["Code"] = "UK.OBIE.Rules.Invented" })
			}
		}), nil, []string{"COM-ERROR-CODE"}},
		{"Meta is left out", "accountaccessconsents", always(func(x exchange) {
			if x.ofResource(consentsPath) {
				x.edit(func(body map[string]any) { delete(body, "Meta") })
			}
		}), nil, []string{"COM-META"}},
		{"a refused method has no Allow", "accounts", always(func(x exchange) {
			if x.status == http.StatusMethodNotAllowed {
				x.header.Del("Allow")
			}
		}), nil, []string{"COM-ALLOW"}},
		{"an unknown consent is 404", "accountaccessconsents", unknownConsentIs404, nil, []string{"AAC-GET-UNKNOWN"}},
	}
}

// unknownConsentIs404 answers 404 for consents that the bank has never made.
func unknownConsentIs404() func(exchange) {
	var made []string
	return func(x exchange) {
		if x.to(http.MethodPost, consentsPath, http.StatusCreated) {
			made = append(made, text(x.body, "Data", "ConsentId"))
		}
		if id, ok := x.below(http.MethodGet, consentsPath); ok && x.unknown() && !slices.Contains(made, id) {
			x.bare(http.StatusNotFound)
		}
	}
}
