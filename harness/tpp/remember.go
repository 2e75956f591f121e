package tpp

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/leftovers"
)

// Remembering has the client write down what it creates, as it creates it, so
// that it can be deleted after a run that was killed.
func Remembering(log *leftovers.Log) Option { return func(c *Client) { c.log = log } }

// creates tells whether the request makes something that has to be deleted.
func (r *request) creates() bool {
	return r.method == http.MethodPost && slices.Contains([]contract.OperationID{contract.RegisterClient,
		contract.CreateAccountAccessConsent, contract.CreateFundsConfirmationConsent}, r.operation.ID)
}

// announce writes down that a request is about to be sent which may create
// something. What cannot be written down is not created.
func (c *Client) announce(r *request) (name string) {
	if c.log == nil || !r.creates() {
		return ""
	}
	name, err := c.log.Sending(r.operation.ID, r.header.Get(contract.HeaderInteractionID))
	if err != nil {
		c.inconclusiveSpec("what a run creates cannot be written down: " + err.Error())
	}
	return name
}

// account writes down what came of a request. Where the environment answered,
// or the bank without an identifier, nobody knows what is left to delete; that
// it is not known stays in the log.
func (c *Client) account(name string, r *request, a *Answer) {
	if c.log == nil || a.inconclusive != "" {
		return
	}
	thing := leftovers.Thing{Request: name, Operation: r.operation.ID, InteractionID: r.header.Get(contract.HeaderInteractionID)}
	var err error
	switch {
	case name != "" && a.Status/100 != 2:
		err = c.log.Nothing(name)
	case name != "":
		switch thing.ID, thing.Method, thing.Sealed = c.made(a); {
		case c.isConfigured(thing.ID) || c.isPreauthorised(thing.ID):
			err = c.log.Nothing(name) // it was there before, and stays
		case thing.ID != "":
			err = c.log.Created(thing)
		}
	case r.operation.ID == contract.UpdateClient && a.Status == 200:
		if secret, _ := a.Text("/client_secret"); !isMask(secret) {
			thing.ID, thing.Method, thing.Sealed = c.made(a)
			err = c.log.Changed(thing)
		}
	case r.method == http.MethodDelete && a.Status == 204:
		err = c.log.Deleted(lastSegment(r.url))
	}
	if err != nil {
		c.note("what came of %s could not be written down: %s", r.operation.ID, err)
	}
}

// made is what an answer says of the thing it made or changed: its identifier,
// and of a client how it proves itself, its secret sealed.
func (c *Client) made(a *Answer) (id, method, sealed string) {
	if id, ok := a.Text("/Data/ConsentId"); ok {
		return id, "", ""
	}
	client, ok := c.registered(a)
	if !ok {
		return "", "", ""
	}
	if client.Secret == "" {
		return client.ID, client.Method, ""
	}
	key, err := os.ReadFile(c.cfg.Client.SigningKeyFile)
	if err == nil {
		sealed, err = leftovers.Seal(key, client.ID, client.Secret)
	}
	if err != nil {
		c.note("the secret of a registered client could not be written down: %s", err)
	}
	return client.ID, client.Method, sealed
}

// lastSegment is the identifier at the end of a resource's address.
func lastSegment(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	escaped := parsed.EscapedPath()
	id, err := url.PathUnescape(escaped[strings.LastIndex(escaped, "/")+1:])
	if err != nil {
		return ""
	}
	return id
}
