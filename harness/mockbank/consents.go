package mockbank

import (
	"net/http"
	"time"
)

// Consent statuses, the same for both kinds of consent.
const (
	statusAuthorised = "Authorised"
	statusAwaiting   = "AwaitingAuthorisation"
	statusRejected   = "Rejected"
	statusRevoked    = "Revoked"
)

// grant is what account access and funds confirmation consents have in common.
type grant struct {
	id       string
	clientID string
	scope    string
	status   string
	created  time.Time // as the resource says it
	updated  time.Time
	expires  *time.Time // nil: open-ended
}

func newGrant(id, clientID, scope string, now time.Time, expires *time.Time) grant {
	return grant{id: id, clientID: clientID, scope: scope, status: statusAwaiting, created: now, updated: now, expires: expires}
}

// decide moves the consent out of AwaitingAuthorisation.
func (g *grant) decide(status string, now time.Time) {
	g.status, g.updated = status, now
}

func (g *grant) expired(now time.Time) bool {
	return g.expires != nil && !now.Before(*g.expires)
}

// unusable says why the consent opens nothing at this moment; "" when it does.
func (g *grant) unusable(now time.Time) string {
	switch {
	case g == nil:
		return "The consent does not exist any more."
	case g.status != statusAuthorised:
		return "The consent is not authorised."
	case g.expired(now):
		return "The consent has expired."
	default:
		return ""
	}
}

// grantOf finds a consent of either kind; nil when there is none.
func (b *Bank) grantOf(consentID string) *grant {
	if consent, ok := b.accountGrants.get(consentID); ok {
		return &consent.grant
	}
	if consent, ok := b.fundsGrants.get(consentID); ok {
		return &consent.grant
	}
	return nil
}

// ownConsent finds the consent that the path names, in the store of its kind,
// and sees to it that it is the caller's (AAC-GET-UNKNOWN and its relatives).
func ownConsent[C interface{ owner() string }](c *call, store *bounded[C]) (found C, refused *answer) {
	consent, ok := store.get(c.id)
	if !ok {
		a := c.unknownResource("ConsentId")
		return found, &a
	}
	if consent.owner() != c.client.id {
		a := forbidden(problem{code: consentMismatch, message: "The consent belongs to another client.", path: "ConsentId"})
		return found, &a
	}
	return consent, nil
}

func (g *grant) owner() string { return g.clientID }

// links and meta are Links and Meta of the models.
type links struct {
	Self  string `json:"Self"`
	First string `json:"First,omitempty"`
	Prev  string `json:"Prev,omitempty"`
	Next  string `json:"Next,omitempty"`
	Last  string `json:"Last,omitempty"`
}

type meta struct {
	TotalPages int `json:"TotalPages"`
}

// singlePage is the Meta of everything that is not a list.
func singlePage() meta { return meta{TotalPages: 1} }

// linksTo names the resource itself, under the path of the call and, for one
// just created, its identifier (COM-LINKS-SELF).
func (b *Bank) linksTo(c *call, createdID string) links {
	self := b.base + c.request.URL.EscapedPath()
	if createdID != "" {
		self += "/" + createdID
	}
	return links{Self: self}
}

// statedDate renders a date-time that a client sent: the same instant, in the
// zone it was sent in. Absent stays absent.
func statedDate(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(dateTimeLayout)
}

// checkExpiration refuses an expiration that has passed already (AAC-400-EXPIRED).
func (rd *reading) checkExpiration(expires *time.Time, now time.Time) {
	if expires != nil && !expires.After(now) {
		rd.complain(fieldInvalidDate, "Data.ExpirationDateTime", "The expiration must lie in the future.")
	}
}

func created(body any) answer { return reply(http.StatusCreated, body) }

func ok(body any) answer { return reply(http.StatusOK, body) }

func noContent() answer { return reply(http.StatusNoContent, nil) }
