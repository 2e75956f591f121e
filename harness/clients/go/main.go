// Command client lists the accounts of a customer who consents to it: a small
// Open Banking client as a user of golang.org/x/oauth2 would write it. It is
// something for obconform to judge, and knows nothing of obconform.
//
// BANK names the folder that 'obconform mock --credentials' writes. With
// BREACH=1 it has a mistake that no bank refuses: the state of every
// authorisation is the word that examples of OAuth have, so that whoever knows
// it can slip a code of his own to a customer.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	accounts, err := run(ctx, os.Getenv("BANK"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
	fmt.Printf("%d accounts\n", accounts)
}

// run goes from a consent to the accounts and back.
func run(ctx context.Context, dir string) (accounts int, err error) {
	bank, err := connect(ctx, dir)
	if err != nil {
		return 0, err
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, bank.http)
	own := (&clientcredentials.Config{ClientID: bank.clientID, ClientSecret: bank.secret, TokenURL: bank.Token,
		Scopes: []string{"accounts"}, AuthStyle: oauth2.AuthStyleInHeader}).Client(ctx)
	var consent struct{ Data struct{ ConsentId string } }
	consents := bank.base + "/open-banking/v3.1/aisp/account-access-consents"
	err = bank.call(ctx, own, http.MethodPost, consents, map[string]any{
		"Data": map[string]any{"Permissions": []string{"ReadAccountsDetail", "ReadBalances"},
			"ExpirationDateTime": time.Now().AddDate(0, 0, 90).Format(time.RFC3339)},
		"Risk": map[string]any{},
	}, &consent)
	if err != nil {
		return 0, err
	}
	// The customer's access ends with this program.
	defer func() {
		err = errors.Join(err, bank.call(ctx, own, http.MethodDelete, consents+"/"+url.PathEscape(consent.Data.ConsentId), nil, nil))
	}()
	token, err := bank.authorise(ctx, consent.Data.ConsentId)
	if err != nil {
		return 0, err
	}
	customers := oauth2.NewClient(ctx, oauth2.StaticTokenSource(token))
	next := bank.base + "/open-banking/v3.1/aisp/accounts"
	for next != "" {
		var page struct {
			Data  struct{ Account []struct{ AccountId string } }
			Links struct{ Next string }
		}
		if err := bank.call(ctx, customers, http.MethodGet, next, nil, &page); err != nil {
			return 0, err
		}
		accounts += len(page.Data.Account)
		next = page.Links.Next
	}
	return accounts, nil
}

// bank is what the client knows of its bank.
type bank struct {
	http             *http.Client
	base, redirect   string
	clientID, secret string
	key              any
	keyID            string
	Issuer           string `json:"issuer"`
	Authorize        string `json:"authorization_endpoint"`
	Token            string `json:"token_endpoint"`
}

func connect(ctx context.Context, dir string) (*bank, error) {
	var files struct {
		Target struct{ BaseURL string }
		Client struct{ RedirectURI, SigningKeyID string }
	}
	texts := map[string]string{}
	for _, name := range []string{"config.json", "client-id.txt", "client-secret.txt", "signing-key.pem", "ca.pem", "client.pem", "client-key.pem"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		texts[name] = string(text)
	}
	if err := json.Unmarshal([]byte(texts["config.json"]), &files); err != nil {
		return nil, err
	}
	certificate, err := tls.X509KeyPair([]byte(texts["client.pem"]), []byte(texts["client-key.pem"]))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(texts["ca.pem"]))
	b := &bank{base: files.Target.BaseURL, redirect: files.Client.RedirectURI, keyID: files.Client.SigningKeyID,
		clientID: texts["client-id.txt"], secret: texts["client-secret.txt"]}
	b.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}}}}
	if b.key, err = jwt.ParseRSAPrivateKeyFromPEM([]byte(texts["signing-key.pem"])); err != nil {
		return nil, err
	}
	return b, b.call(ctx, b.http, http.MethodGet, b.base+"/open-banking/v3.0/.well-known/openid-configuration", nil, b)
}

// authorise sends the customer to the bank, and exchanges the code that comes
// back. The mock bank consents at once, so no browser is needed.
func (b *bank) authorise(ctx context.Context, consent string) (*oauth2.Token, error) {
	flow := oauth2.Config{ClientID: b.clientID, ClientSecret: b.secret, RedirectURL: b.redirect, Scopes: []string{"openid", "accounts"},
		Endpoint: oauth2.Endpoint{AuthURL: b.Authorize, TokenURL: b.Token, AuthStyle: oauth2.AuthStyleInHeader}}
	state, nonce := uuid.NewString(), uuid.NewString()
	if os.Getenv("BREACH") == "1" {
		state = "state"
	}
	claims := jwt.MapClaims{"iss": b.clientID, "aud": b.Issuer, "exp": time.Now().Add(5 * time.Minute).Unix(), "iat": time.Now().Unix(), "jti": uuid.NewString(),
		"client_id": b.clientID, "response_type": "code", "redirect_uri": b.redirect, "scope": "openid accounts", "state": state, "nonce": nonce,
		"claims": map[string]any{"id_token": map[string]any{"openbanking_intent_id": map[string]any{"value": consent, "essential": true}}}}
	object := jwt.NewWithClaims(jwt.SigningMethodPS256, claims)
	object.Header["kid"] = b.keyID
	signed, err := object.SignedString(b.key)
	if err != nil {
		return nil, err
	}
	browser := *b.http
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		flow.AuthCodeURL(state, oauth2.SetAuthURLParam("nonce", nonce), oauth2.SetAuthURLParam("request", signed)), nil)
	if err != nil {
		return nil, err
	}
	response, err := browser.Do(request)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	back, err := response.Location()
	if err != nil {
		return nil, fmt.Errorf("the bank does not redirect: %s", response.Status)
	}
	if back.Query().Get("state") != state {
		return nil, errors.New("the state that came back is not the one that was sent")
	}
	return flow.Exchange(ctx, back.Query().Get("code"))
}

// call makes one request with the headers that each needs.
func (b *bank) call(ctx context.Context, client *http.Client, method, address string, body, answer any) error {
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if answer != nil {
		request.Header.Set("Accept", "application/json")
	}
	if strings.Contains(address, "/aisp/") {
		request.Header.Set("x-fapi-interaction-id", uuid.NewString())
		request.Header.Set("x-fapi-customer-ip-address", "203.0.113.7")
		request.Header.Set("x-fapi-auth-date", time.Now().UTC().Format(http.TimeFormat))
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err
	case response.StatusCode >= 400:
		return fmt.Errorf("%s %s: %s: %s", method, address, response.Status, text)
	case answer == nil:
		return nil
	}
	return json.Unmarshal(text, answer)
}
