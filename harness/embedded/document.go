package embedded

import (
	"net/http"
	"slices"
	"strconv"

	"obconform/harness/mockbank"
)

// object is a JSON object of the configuration.
type object = map[string]any

// document is the configuration of a bank that runs here.
func (w *writer) document(name, baseURL string, c mockbank.Credentials) object {
	w.file(CurveKeyFile, c.CurveKeyPEM)
	return object{
		"version": 1,
		"target":  object{"name": name, "baseUrl": baseURL, "settleTime": c.SettleTime},
		"tls":     w.tls(c),
		"client": object{
			"id": w.secret("client-id.txt", c.ClientID), "secret": w.secret("client-secret.txt", c.ClientSecret),
			"signingKeyFile": w.file("signing-key.pem", c.SigningKeyPEM), "signingKeyId": c.SigningKeyID,
			"redirectUri": c.RedirectURIs[0],
		},
		"secondClient": object{
			"id":     w.secret("second-client-id.txt", c.SecondClientID),
			"secret": w.secret("second-client-secret.txt", c.SecondClientSecret),
		},
		"registration": object{
			"softwareId":                 c.SoftwareID,
			"audience":                   c.Audience,
			"softwareStatement":          w.secret("software-statement.jwt", c.SoftwareStatement),
			"expiredSoftwareStatement":   w.secret("expired-software-statement.jwt", c.ExpiredSoftwareStatement),
			"foreignSoftwareStatement":   w.secret("foreign-software-statement.jwt", c.ForeignSoftwareStatement),
			"untrustedSoftwareStatement": w.secret("untrusted-software-statement.jwt", c.UntrustedSoftwareStatement),
		},
		"consents": object{"way": "headless", "codesReusable": true, "codes": w.codes(c)},
		"fixtures": fixtures(c),
		"provoke":  provoke(c),
	}
}

func (w *writer) tls(c mockbank.Credentials) object {
	if c.ServerCAPEM == "" {
		return object{}
	}
	return object{
		"caFile":          w.file("ca.pem", c.ServerCAPEM),
		"certificateFile": w.file("client.pem", c.ClientCertPEM),
		"keyFile":         w.file("client-key.pem", c.ClientKeyPEM),
	}
}

// codes translates the bank's names for its codes into the configuration's.
func (w *writer) codes(c mockbank.Credentials) object {
	codes := object{}
	for theirs, ours := range map[string]string{
		"accounts": "accounts", "fundsconfirmations": "fundsConfirmations", "basic": "basic", "detail": "detail",
		"rejected": "rejected", "revoked": "revoked", "expired": "expired", "nopermission": "noPermission",
	} {
		if code := c.Codes[theirs]; code != "" {
			codes[ours] = w.secret("code-"+theirs+".txt", code)
		}
	}
	return codes
}

func fixtures(c mockbank.Credentials) object {
	return object{
		"minimumAccounts": c.AccountCount,
		"debtorAccount": object{"schemeName": c.DebtorAccount.SchemeName,
			"identification": c.DebtorAccount.Identification, "name": c.DebtorAccount.Name},
		"currency": c.DebtorAccount.Currency, "otherCurrency": "EUR",
		"availableAmount": "0.01", "unavailableAmount": "9999999999999.99",
		"foreignAccountId": c.ForeignAccountID,
	}
}

func provoke(c mockbank.Credentials) []object {
	list := []object{}
	for status, field := range c.Provoke {
		number, err := strconv.Atoi(status)
		if err != nil {
			continue // not a status, so nothing that could be provoked
		}
		entry := object{"status": number, "headers": object{field.Name: field.Value}}
		if number == http.StatusTooManyRequests && c.RateLimit > 0 && c.RateLimit <= mostLimit {
			entry["burst"] = burst(c.RateLimit)
		}
		list = append(list, entry)
	}
	slices.SortFunc(list, func(a, b object) int { return a["status"].(int) - b["status"].(int) })
	return list
}

// mostLimit is the highest limit, in requests a second, that a burst is sure to
// pass.
const mostLimit = 33

// burst asks for accounts three times as fast as the limit allows, for 5 s.
func burst(limit int) object {
	return object{"operations": []string{"ListAccounts"}, "requests": 15 * limit, "within": "10s"}
}
