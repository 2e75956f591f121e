package mockbank

import "net/http"

// statusFaults answer statuses that an operation does not document (COM-STATUS),
// and misjudge paths, methods and media types.
func statusFaults() []fault {
	return []fault{
		{Fault{"com-status-creation-is-200", "COM-STATUS", "A new account access consent is answered with 200."},
			deviation{misanswer: relabelling(at(201, createAccountConsent), 200)}},
		{Fault{"com-status-unknown-deletion-is-410", "COM-STATUS", "The deletion of an unknown funds confirmation consent is answered with 410."},
			deviation{misanswer: relabelling(at(400, deleteFundsConsent), 410)}},
		{Fault{"com-status-list-is-206", "COM-STATUS", "The list of accounts is answered with 206."},
			deviation{misanswer: relabelling(at(200, listAccounts), 206)}},
		{Fault{"com-status-registration-is-200", "COM-STATUS", "A new registration is answered with 200."},
			deviation{misanswer: relabelling(at(201, registerClient), 200)}},
		{Fault{"com-status-refusal-is-422", "COM-STATUS", "A wrong funds confirmation consent is refused with 422."},
			deviation{misanswer: relabelling(at(400, createFundsConsent), 422)}},
		{Fault{"com-status-unknown-account-redirects", "COM-STATUS", "A request for an unknown account is redirected."},
			deviation{misanswer: answering(at(400, getAccount), func(b *Bank, _ *call, a *answer) bool {
				*a = reply(http.StatusFound, nil).with("Location", b.base+aispBase+"/accounts")
				return true
			})}},
		{Fault{"com-404-path-answers-400", "COM-404-PATH", "A path that does not exist is refused with 400."},
			deviation{misanswer: onNoPath(func() answer {
				return refusal(http.StatusBadRequest, "400 BadRequest", problem{code: unexpectedError, message: "There is no such path."})
			})}},
		{Fault{"com-404-path-answers-403", "COM-404-PATH", "A path that does not exist is forbidden."},
			deviation{misanswer: onNoPath(func() answer { return forbidden(problem{code: unexpectedError, message: "There is no such path."}) })}},
		{Fault{"com-405-method-takes-put-for-post", "COM-405-METHOD", "PUT on the collection of account access consents creates one."},
			deviation{misread: remethod(http.MethodPut, http.MethodPost, createAccountConsent)}},
		{Fault{"com-405-method-takes-patch-for-get", "COM-405-METHOD", "PATCH on an account reads it."},
			deviation{misread: remethod(http.MethodPatch, http.MethodGet, getAccount)}},
		{Fault{"com-405-method-answers-404", "COM-405-METHOD", "A method that the path of a funds confirmation does not have is answered with 404."},
			deviation{misanswer: func(b *Bank, c *call, a *answer) bool {
				if a.status != http.StatusMethodNotAllowed || c.request.URL.Path != cbpiiBase+"/funds-confirmations" {
					return false
				}
				*a = reply(http.StatusNotFound, nil)
				return true
			}}},
		{Fault{"com-406-accept-ignores-accept", "COM-406-ACCEPT", "The list of accounts is sent as JSON to a client that accepts XML only."},
			deviation{misread: before(listAccounts, func(_ *Bank, c *call) bool {
				if acceptsJSON(c.request.Header.Values("Accept")) {
					return false
				}
				c.dropHeader("Accept")
				return true
			})}},
		{Fault{"com-406-accept-answers-400", "COM-406-ACCEPT", "A client that accepts XML only is refused a funds confirmation consent with 400."},
			deviation{misanswer: saying(at(406, createFundsConsent, getFundsConsent), 400)}},
		{Fault{"com-415-type-reads-anything-as-json", "COM-415-TYPE", "The body of an account access consent is read as JSON, whatever its media type."},
			deviation{misread: retyping(createAccountConsent, "application/json")}},
		{Fault{"com-415-type-reads-anything-as-jose", "COM-415-TYPE", "The body of a registration is read as a JWS, whatever its media type."},
			deviation{misread: retyping(registerClient, "application/jose")}},
		{Fault{"com-415-type-answers-403", "COM-415-TYPE", "A funds confirmation in a wrong media type is forbidden."},
			deviation{misanswer: saying(at(415, confirmFunds), 403)}},
		{Fault{"com-429-burst-answers-500", "COM-429-BURST", "More requests than fair use allows are answered with 500."},
			deviation{misanswer: saying(at(429), 500)}},
		{Fault{"com-429-burst-answers-success", "COM-429-BURST", "There is no limit to the requests for accounts."},
			deviation{misread: unprovoked("429")}},
		{Fault{"com-500-fault-answers-400", "COM-500-FAULT", "An internal error is blamed on the client."},
			deviation{misanswer: saying(at(500), 400)}},
	}
}

func onNoPath(instead func() answer) misanswering {
	return func(_ *Bank, c *call, a *answer) bool {
		if c.op != nil || len(c.allowed) > 0 {
			return false
		}
		*a = instead()
		return true
	}
}

// remethod takes one method for another that leads to the operation.
func remethod(from, to, name string) misreading {
	return func(_ *Bank, c *call) bool {
		meant := route(to, c.request.URL).op
		return c.request.Method == from && meant != nil && meant.name == name && c.reroute(to)
	}
}

// retyping takes a body that is there for one of the media type.
func retyping(name, mediaType string) misreading {
	return before(name, func(_ *Bank, c *call) bool {
		if len(c.body) == 0 || hasMediaType(c.request.Header, mediaTypes[c.op.takes]) {
			return false
		}
		c.setHeader("Content-Type", mediaType)
		return true
	})
}

// unprovoked overlooks the header that asks for a status, where accounts are read.
func unprovoked(status string) misreading {
	return func(_ *Bank, c *call) bool {
		if !c.is(listAccounts, getAccount) || c.request.Header.Get(provokeHeader) != status {
			return false
		}
		c.dropHeader(provokeHeader)
		return true
	}
}
