package mockbank

import (
	"net/http"

	"github.com/google/uuid"
)

// managementFaults break reading, changing and deleting a registration.
func managementFaults() []fault {
	return []fault{
		{Fault{"dcr-get-200-other-values", "DCR-GET-200", "A registration that is read has other redirect URIs than were answered at first."},
			deviation{misanswer: setting(at(200, getClient), "redirect_uris", []string{"https://tpp.example/third-callback"})}},
		{Fault{"dcr-get-200-other-secret", "DCR-GET-200", "A registration that is read shows another secret, which is no mask."},
			deviation{misanswer: setting(at(200, getClient), "client_secret", "not the secret")}},
		{Fault{"dcr-get-200-refuses", "DCR-GET-200", "No client may read its registration."},
			deviation{misanswer: saying(at(200, getClient), 403)}},
		{Fault{"dcr-get-other-shown", "DCR-GET-OTHER", "Every client may read every registration."},
			deviation{misread: managingOthers(getClient)}},
		{Fault{"dcr-get-other-unknown-is-500", "DCR-GET-OTHER", "Reading a registration that does not exist is an internal error."},
			deviation{misanswer: answering(at(403, getClient), unknownRegistration(500))}},
		{Fault{"dcr-get-auth-without-credentials", "DCR-GET-AUTH", "A registration can be read without credentials."},
			deviation{misread: managing(getClient, withoutCredentials)}},
		{Fault{"dcr-get-auth-with-any-credentials", "DCR-GET-AUTH", "A registration can be read with wrong credentials."},
			deviation{misread: managing(getClient, (*Bank).unrecognised)}},
		{Fault{"dcr-get-auth-answers-403", "DCR-GET-AUTH", "Reading a registration without credentials is forbidden."},
			deviation{misanswer: unauthorisedAs(403, withoutCredentials, getClient)}},
		{Fault{"dcr-put-200-answers-old-values", "DCR-PUT-200", "A change of a registration is answered with the old values."},
			deviation{misread: before(updateClient, noteClient), misanswer: answering(at(200, updateClient), func(b *Bank, c *call, a *answer) bool {
				old, noted := b.deviations.memory["before "+c.id].(metadata)
				if noted {
					a.body = b.describe(a.status, &client{id: c.client.id, secret: c.client.secret, registered: old}).body
				}
				return noted
			})}},
		{Fault{"dcr-put-200-other-redirect-uris", "DCR-PUT-200", "A change of a registration is answered with other redirect URIs than it has."},
			deviation{misanswer: setting(at(200, updateClient), "redirect_uris", []string{"https://tpp.example/third-callback"})}},
		{Fault{"dcr-put-200-other-algorithm", "DCR-PUT-200", "A change of a registration is answered with an algorithm that discovery does not list."},
			deviation{misanswer: setting(at(200, updateClient), "idTokenSignedResponseAlg", "RS256")}},
		{Fault{"dcr-put-200-keeps-nothing", "DCR-PUT-200", "A change of a registration is answered, and not kept."},
			deviation{misread: before(updateClient, noteClient), misanswer: answering(at(200, updateClient), restoreClient)}},
		{Fault{"dcr-put-200-new-client-id", "DCR-PUT-200", "A change of a registration answers with another client identifier."},
			deviation{misanswer: answering(at(200, updateClient), func(b *Bank, c *call, a *answer) bool {
				a.object()["client_id"] = uuid.NewString()
				return true
			})}},
		{Fault{"dcr-put-400-changes-all-the-same", "DCR-PUT-400", "A change that is refused changes the registration."},
			deviation{misanswer: answering(at(400, updateClient), func(_ *Bank, c *call, _ *answer) bool {
				if c.client == nil {
					return false
				}
				c.client.registered.redirectURIs = []string{"https://tpp.example/third-callback"}
				return true
			})}},
		{Fault{"dcr-put-400-accepts-anything", "DCR-PUT-400", "An invalid change of a registration is accepted."},
			deviation{misread: before(updateClient, func(b *Bank, c *call) bool {
				request, err := parseCompact(string(c.body))
				valid := err == nil && request.verifies(keySet{b.keys.tpp.id: &b.keys.tpp.private.PublicKey})
				if valid {
					rd := &reading{}
					statement, unfit := b.openStatement(b.tpp.credentials.SoftwareStatement)
					if unfit == nil {
						b.readClaims(rd, request.claims, statement)
					}
					valid = unfit == nil && len(rd.problems) == 0
				}
				return !valid && b.resign(c, b.soundRegistration())
			})}},
		{Fault{"dcr-put-auth-without-credentials", "DCR-PUT-AUTH", "A registration can be changed without credentials."},
			deviation{misread: managing(updateClient, withoutCredentials)}},
		{Fault{"dcr-put-auth-answers-403", "DCR-PUT-AUTH", "Changing a registration with wrong credentials is forbidden."},
			deviation{misanswer: unauthorisedAs(403, (*Bank).unrecognised, updateClient)}},
		{Fault{"dcr-put-other-changed", "DCR-PUT-OTHER", "Every client may change every registration."},
			deviation{misread: managingOthers(updateClient)}},
		{Fault{"dcr-put-other-unknown-is-500", "DCR-PUT-OTHER", "Changing a registration that does not exist is an internal error."},
			deviation{misanswer: answering(at(403, updateClient), unknownRegistration(500))}},
		{Fault{"dcr-delete-204-refuses", "DCR-DELETE-204", "A client that deletes its registration is told that this is forbidden, and it is gone."},
			deviation{misanswer: saying(at(204, deleteClient), 403)}},
		{Fault{"dcr-delete-gone-still-there", "DCR-DELETE-GONE", "A registration that is deleted is still there."},
			deviation{misread: before(deleteClient, noteClient), misanswer: answering(at(204, deleteClient), restoreClient)}},
		{Fault{"dcr-delete-gone-still-gets-tokens", "DCR-DELETE-GONE", "A client that is deleted still gets tokens."},
			deviation{misread: func(b *Bank, c *call) bool {
				if c.is(deleteClient) {
					return noteClient(b, c)
				}
				id, _, ok := basicCredentials(c.request)
				_, there := b.clients.get(id)
				_, deleted := b.deviations.memory["deleted "+id]
				known, _ := b.clients.get(b.tpp.clientID)
				return c.is(issueToken) && ok && !there && deleted && c.authenticateAs(known)
			}, misanswer: noteDeletion}},
		{Fault{"dcr-delete-auth-without-credentials", "DCR-DELETE-AUTH", "A registration can be deleted without credentials."},
			deviation{misread: managing(deleteClient, withoutCredentials)}},
		{Fault{"dcr-delete-auth-answers-403", "DCR-DELETE-AUTH", "Deleting a registration with wrong credentials is forbidden."},
			deviation{misanswer: unauthorisedAs(403, (*Bank).unrecognised, deleteClient)}},
		{Fault{"dcr-delete-auth-deletes-and-refuses", "DCR-DELETE-AUTH", "Deleting a registration without credentials is refused, and it is gone."},
			deviation{misanswer: answering(at(401, deleteClient), func(b *Bank, c *call, _ *answer) bool {
				_, there := b.clients.get(c.id)
				b.clients.remove(c.id)
				return there && withoutCredentials(b, c)
			})}},
		{Fault{"dcr-delete-other-deleted", "DCR-DELETE-OTHER", "Every client may delete every registration."},
			deviation{misread: managingOthers(deleteClient)}},
		{Fault{"dcr-delete-other-deletes-and-refuses", "DCR-DELETE-OTHER", "Deleting another client's registration is refused, and it is gone."},
			deviation{misanswer: answering(at(403, deleteClient), func(b *Bank, c *call, _ *answer) bool {
				_, there := b.clients.get(c.id)
				b.clients.remove(c.id)
				return there && c.client != nil && c.client.id != c.id
			})}},
	}
}

// unrecognised tells whether the credentials are there and open no registration.
func (b *Bank) unrecognised(c *call) bool {
	probe := *c
	return !withoutCredentials(b, c) && !b.basicClient(&probe) && !b.bearer(&probe)
}

// managing lets requests with the wrong credentials manage a registration.
func managing(name string, when condition) misreading {
	return before(name, func(b *Bank, c *call) bool {
		_, there := b.clients.get(c.id)
		if !there || !when(b, c) {
			return false
		}
		b.actAs(c, c.id, "")
		return true
	})
}

// managingOthers lets one client manage another's registration.
func managingOthers(name string) misreading {
	return managing(name, func(b *Bank, c *call) bool {
		known, ok := b.presented(c)
		if ok {
			return known.clientID != c.id
		}
		id, _, basic := basicCredentials(c.request)
		return basic && id != c.id && b.basicClient(&call{request: c.request})
	})
}

// unknownRegistration answers another status where no such client exists.
func unknownRegistration(status int) misanswering {
	return func(b *Bank, c *call, a *answer) bool {
		_, there := b.clients.get(c.id)
		return !there && saying(at(0), status)(b, c, a)
	}
}

// noteClient remembers a registration as it is before the request.
func noteClient(b *Bank, c *call) bool {
	if known, there := b.clients.get(c.id); there {
		b.deviations.memory["before "+c.id] = known.registered
		b.deviations.memory["client "+c.id] = known
	}
	return false // nothing shows by that
}

// noteDeletion remembers that there was such a client.
func noteDeletion(b *Bank, c *call, a *answer) bool {
	if c.is(deleteClient) && a.status == http.StatusNoContent {
		b.deviations.memory["deleted "+c.id] = true
	}
	return false // it shows when the client asks for a token, if at all
}

// restoreClient makes a registration what it was before the request.
func restoreClient(b *Bank, c *call, _ *answer) bool {
	known, noted := b.deviations.memory["client "+c.id].(*client)
	if !noted {
		return false
	}
	known.registered, _ = b.deviations.memory["before "+c.id].(metadata)
	if _, there := b.clients.get(c.id); !there {
		b.clients.put(c.id, known)
	}
	return true
}
