package mockbank

import "net/http"

// consentKind is one of the two kinds of consents; their lives are alike.
type consentKind struct {
	prefix, clause, thing string
	get, remove           string // operations
	of                    func(b *Bank, id string) *grant
	// keep notes a consent, for it to be put back.
	keep func(b *Bank, id string) (restore func())
}

// consentLifeFaults break reading and deleting consents of a kind.
func consentLifeFaults(kind consentKind) []fault {
	return []fault{
		{Fault{kind.prefix + "-get-200-refuses", kind.clause + "-GET-200", "No " + kind.thing + " can be read."},
			deviation{misanswer: saying(at(200, kind.get), 403)}},
		{Fault{kind.prefix + "-get-unknown-is-500", kind.clause + "-GET-UNKNOWN", "An unknown " + kind.thing + " is an internal error."},
			deviation{misanswer: kind.neverKnownIs(kind.get, 500)}},
		{Fault{kind.prefix + "-get-unknown-is-404", kind.clause + "-GET-UNKNOWN", "An unknown " + kind.thing + " is not found."},
			deviation{misanswer: kind.neverKnownIs(kind.get, 404)}},
		{Fault{kind.prefix + "-get-unknown-shows-others", kind.clause + "-GET-UNKNOWN", "A client may read another client's " + kind.thing + "."},
			deviation{misread: before(kind.get, kind.asOwner)}},
		{Fault{kind.prefix + "-delete-204-refuses", kind.clause + "-DELETE-204", "A client that deletes its " + kind.thing + " is told that this is forbidden, and it is gone."},
			deviation{misanswer: saying(at(204, kind.remove), 403)}},
		{Fault{kind.prefix + "-delete-gone-still-there", kind.clause + "-DELETE-GONE", "A deleted " + kind.thing + " is still there."},
			deviation{misread: before(kind.remove, kind.note), misanswer: answering(at(204, kind.remove), kind.putBack)}},
		{Fault{kind.prefix + "-delete-gone-again-is-500", kind.clause + "-DELETE-GONE", "Deleting a deleted " + kind.thing + " again is an internal error."},
			deviation{misanswer: func(b *Bank, c *call, a *answer) bool {
				if a.status == http.StatusNoContent {
					b.deviations.memory["gone "+c.id] = true
					return false // it shows the next time
				}
				again := c.is(kind.remove) && a.status == http.StatusBadRequest && b.deviations.memory["gone "+c.id] != nil
				return again && saying(at(0), 500)(b, c, a)
			}}},
		{Fault{kind.prefix + "-delete-unknown-is-500", kind.clause + "-DELETE-UNKNOWN", "Deleting an unknown " + kind.thing + " is an internal error."},
			deviation{misanswer: kind.neverKnownIs(kind.remove, 500)}},
		{Fault{kind.prefix + "-delete-unknown-deletes-others", kind.clause + "-DELETE-UNKNOWN", "A client may delete another client's " + kind.thing + "."},
			deviation{misread: before(kind.remove, kind.asOwner)}},
		{Fault{kind.prefix + "-delete-unknown-deletes-and-refuses", kind.clause + "-DELETE-UNKNOWN", "Deleting another client's " + kind.thing + " is refused, and it is gone."},
			deviation{misanswer: answering(at(403, kind.remove), func(b *Bank, c *call, _ *answer) bool {
				there := kind.of(b, c.id)
				others := c.client != nil && there != nil && there.clientID != c.client.id
				if others {
					b.accountGrants.remove(c.id)
					b.fundsGrants.remove(c.id)
				}
				return others
			})}},
	}
}

// unknownIs answers another status where there is no such consent.
func (kind consentKind) unknownIs(status int) misanswering {
	return func(b *Bank, c *call, a *answer) bool {
		return c.client != nil && kind.of(b, c.id) == nil && saying(at(0), status)(b, c, a)
	}
}

// neverKnownIs does so for consents that were not deleted, and never made.
func (kind consentKind) neverKnownIs(name string, status int) misanswering {
	return func(b *Bank, c *call, a *answer) bool {
		if a.status == http.StatusNoContent {
			b.deviations.memory["gone "+c.id] = true
			return false // that one was known
		}
		refused := c.is(name) && a.status == http.StatusBadRequest
		return refused && b.deviations.memory["gone "+c.id] == nil && kind.unknownIs(status)(b, c, a)
	}
}

// asOwner takes the caller for the client whose consent it names.
func (kind consentKind) asOwner(b *Bank, c *call) bool {
	known, ok := b.presented(c)
	consent := kind.of(b, c.id)
	if !ok || consent == nil || consent.clientID == known.clientID || known.grant != clientCredentials {
		return false
	}
	b.actAs(c, consent.clientID, "")
	return true
}

func (kind consentKind) note(b *Bank, c *call) bool {
	if kind.of(b, c.id) != nil {
		b.deviations.memory["kept "+c.id] = kind.keep(b, c.id)
	}
	return false // nothing shows by that
}

func (kind consentKind) putBack(b *Bank, c *call, _ *answer) bool {
	restore, noted := b.deviations.memory["kept "+c.id].(func())
	if noted {
		restore()
	}
	return noted
}
