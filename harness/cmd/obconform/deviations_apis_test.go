package main_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

func registrationDeviations() []deviation {
	return []deviation{
		{"a signature is not of the body", "dynamicregistration", always(func(x exchange) {
			if x.to(http.MethodPost, registerPath, http.StatusCreated) {
				header, signature, _ := strings.Cut(x.header.Get("X-Jws-Signature"), "..")
				x.header.Set("X-Jws-Signature", header+".."+rotated(signature))
			}
		}), []string{"COM-SIGNATURE"}, nil},
		{"a registration has another algorithm", "dynamicregistration", otherAlgorithm,
			[]string{"DCR-201-ECHO"}, []string{"COM-SIGNATURE-PRESENT"}},
		{"a registration is 404 without credentials", "dynamicregistration", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, registerPath); ok && x.status == http.StatusUnauthorized && x.request.Header.Get("Authorization") == "" {
				x.bare(http.StatusNotFound)
			}
		}), []string{"DCR-GET-AUTH"}, nil},
		{"a deleted registration is still shown", "dynamicregistration", unforgetting(registerPath), []string{"DCR-DELETE-GONE"}, nil},
		{"discovery does not say where to register", "dynamicregistration", always(func(x exchange) {
			if x.request.URL.Path == discoveryPath {
				x.edit(func(body map[string]any) { delete(body, "registration_endpoint") })
			}
		}), []string{"DIS-200"}, nil},
		{"two keys have one kid", "dynamicregistration", always(func(x exchange) {
			if x.request.URL.Path == keysPath {
				x.edit(func(body map[string]any) {
					if set, ok := body["keys"].([]any); ok {
						body["keys"] = append(set, set[0])
					}
				})
			}
		}), []string{"DIS-JWKS"}, nil},
	}
}

// rotated moves the first character of a text to its end.
func rotated(text string) string {
	if text == "" {
		return text
	}
	return text[1:] + text[:1]
}

// unforgetting keeps showing a resource, as it was last read, after its deletion.
func unforgetting(path string) func() func(exchange) {
	return func() func(exchange) {
		shown, gone := map[string][]byte{}, map[string]bool{}
		return func(x exchange) {
			if id, ok := x.below(http.MethodGet, path); ok {
				switch {
				case x.status == http.StatusOK:
					shown[id] = x.body
				case gone[id] && shown[id] != nil:
					x.header.Set("Cache-Control", "no-store")
					x.json(http.StatusOK, shown[id])
				}
			}
			if id, ok := x.below(http.MethodDelete, path); ok && x.status == http.StatusNoContent {
				gone[id] = true
			}
		}
	}
}

// otherAlgorithm registers another algorithm than was asked for, and one that
// discovery does not list, until the client changes its registration.
func otherAlgorithm() func(exchange) {
	changed := map[string]bool{}
	return func(x exchange) {
		if id, ok := x.below(http.MethodPut, registerPath); ok && x.status == http.StatusOK {
			changed[id] = true
		}
		if x.ofResource(registerPath) && !changed[text(x.body, "client_id")] {
			x.edit(func(body map[string]any) { body["idTokenSignedResponseAlg"] = "ES256" })
		}
	}
}

func tokenDeviations() []deviation {
	return []deviation{
		{"a token is of another type", "dynamicregistration", always(func(x exchange) {
			if x.to(http.MethodPost, tokenPath, http.StatusOK) && x.form().Get("grant_type") == "client_credentials" {
				x.edit(func(body map[string]any) { body["token_type"] = "mac" })
			}
		}), []string{"TOK-200"}, nil},
		{"a token may be stored", "dynamicregistration", always(func(x exchange) {
			if x.to(http.MethodPost, tokenPath, http.StatusOK) && x.form().Get("grant_type") == "client_credentials" {
				x.header.Del("Cache-Control")
			}
		}), []string{"TOK-200"}, nil},
		{"an ID token is signed by nobody", "dynamicregistration", always(func(x exchange) {
			if token := text(x.body, "id_token"); token != "" && x.request.URL.Path == tokenPath {
				end := strings.LastIndex(token, ".") + 1
				x.edit(func(body map[string]any) { body["id_token"] = token[:end] + rotated(token[end:]) })
			}
		}), []string{"TOK-IDTOKEN"}, nil},
		{"an unknown client is told that its grant is wrong", "dynamicregistration", always(func(x exchange) {
			if x.to(http.MethodPost, tokenPath, http.StatusUnauthorized) {
				x.edit(func(body map[string]any) { body["error"] = "invalid_grant" })
			}
		}), []string{"TOK-SECRET"}, nil},
	}
}

func consentDeviations() []deviation {
	return []deviation{
		{"a consent is authorised at once", "accountaccessconsents", always(func(x exchange) {
			if x.ofResource(consentsPath) {
				x.editData(func(data map[string]any) {
					if data["Status"] == "AwaitingAuthorisation" || data["Status"] == "Authorised" {
						data["Status"], data["StatusUpdateDateTime"] = "Authorised", data["CreationDateTime"]
					}
				})
			}
		}), []string{"AAC-201"}, nil},
		{"a consent forgets a permission", "accountaccessconsents", always(func(x exchange) {
			if x.ofResource(consentsPath) {
				x.editData(func(data map[string]any) {
					if codes, ok := data["Permissions"].([]any); ok && len(codes) > 1 {
						data["Permissions"] = codes[:len(codes)-1]
					}
				})
			}
		}), []string{"AAC-201-ECHO"}, nil},
		{"a consent was updated before it was created", "accountaccessconsents", always(func(x exchange) {
			if x.ofResource(consentsPath) {
				x.editData(later("StatusUpdateDateTime", -time.Hour))
			}
		}), []string{"AAC-201-TIMES"}, nil},
		{"a consent without Data is 403", "accountaccessconsents", always(func(x exchange) {
			if x.to(http.MethodPost, consentsPath, http.StatusBadRequest) && string(x.sent) == `{"Risk":{}}` {
				x.status = http.StatusForbidden
			}
		}), []string{"AAC-400-MISSING"}, nil},
		{"a deleted consent is still shown", "accountaccessconsents", unforgetting(consentsPath), []string{"AAC-DELETE-GONE"}, nil},
	}
}

// later moves a date-time.
func later(name string, by time.Duration) func(map[string]any) {
	return func(data map[string]any) {
		value, _ := data[name].(string)
		if moment, err := time.Parse(time.RFC3339Nano, value); err == nil {
			data[name] = moment.Add(by).Format(time.RFC3339Nano)
		}
	}
}

func accountDeviations() []deviation {
	return []deviation{
		{"an account alone is not as in the list", "accounts", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, accountsPath); ok && x.status == http.StatusOK {
				x.editAccounts(func(account map[string]any) { account["Nickname"] = "Other savings" })
			}
		}), []string{"ACC-GET-200"}, nil},
		{"an account that never existed is a fault of the bank's", "accounts", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, accountsPath); ok && x.unknown() {
				x.status = http.StatusInternalServerError
			}
		}), []string{"ACC-GET-UNKNOWN"}, nil},
	}
}

func fundsDeviations() []deviation {
	return []deviation{
		{"funds are always available", "confirmationoffunds", always(func(x exchange) {
			if x.to(http.MethodPost, fundsPath, http.StatusCreated) {
				x.editData(func(data map[string]any) { data["FundsAvailable"] = true })
			}
		}), []string{"COF-FUNDS-201-FALSE"}, nil},
		{"a confirmation has another reference", "confirmationoffunds", always(func(x exchange) {
			if x.to(http.MethodPost, fundsPath, http.StatusCreated) {
				x.editData(func(data map[string]any) { data["Reference"] = "another reference" })
			}
		}), []string{"COF-FUNDS-201-ECHO"}, nil},
		{"an amount without decimals is 403", "confirmationoffunds", always(func(x exchange) {
			if x.to(http.MethodPost, fundsPath, http.StatusBadRequest) && text(x.sent, "Data", "InstructedAmount", "Amount") == "1" {
				x.status = http.StatusForbidden
			}
		}), []string{"COF-FUNDS-400-AMOUNT"}, nil},
		{"a consent has another debtor", "confirmationoffunds", always(func(x exchange) {
			if x.ofResource(debtorsPath) {
				x.editData(func(data map[string]any) {
					if debtor, ok := data["DebtorAccount"].(map[string]any); ok && debtor["Name"] != nil {
						debtor["Name"] = "Someone Else"
					}
				})
			}
		}), []string{"COF-CONSENT-201-ECHO"}, nil},
		{"a consent was created at another time when it is read", "confirmationoffunds", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, debtorsPath); ok && x.status == http.StatusOK {
				x.editData(later("CreationDateTime", time.Second))
			}
		}), []string{"COF-CONSENT-GET-200"}, nil},
		{"a deleted consent still confirms funds", "confirmationoffunds", confirmForever, []string{"COF-CONSENT-DELETE-GONE"}, nil},
	}
}

// confirmForever goes on confirming funds for a consent that has been deleted.
func confirmForever() func(exchange) {
	confirmed, gone := map[string][]byte{}, map[string]bool{}
	return func(x exchange) {
		if id, ok := x.below(http.MethodDelete, debtorsPath); ok && x.status == http.StatusNoContent {
			gone[id] = true
		}
		if x.request.Method != http.MethodPost || x.request.URL.Path != fundsPath {
			return
		}
		consent := text(x.sent, "Data", "ConsentId")
		switch {
		case x.status == http.StatusCreated:
			confirmed[consent] = x.body
		case gone[consent] && confirmed[consent] != nil:
			x.json(http.StatusCreated, confirmed[consent])
			x.editData(func(data map[string]any) { data["FundsConfirmationId"] = uuid.NewString() })
		}
	}
}
