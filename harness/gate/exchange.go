package gate

import (
	"errors"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// recorded tells an exchange that somebody else recorded, who may have left out
// or replaced what is in it, from one that was seen as it went by.
func recorded(x traffic.Exchange) bool { return x.Origin != "" }

// auditable is the exchange as the audit takes it, with all that is not known.
func auditable(x traffic.Exchange, operation contract.OperationID) audit.Exchange {
	out := audit.Exchange{Operation: operation, Started: x.Started, Ended: x.Ended,
		Request: audit.Request{Method: x.Request.Method, URL: x.Request.URL, Header: x.Request.Header, Body: x.Request.Body.Bytes,
			InteractionID: x.Request.Header.Get(contract.HeaderInteractionID)}}
	if operation == contract.RequestToken {
		out.Request.Form = formOf(x.Request)
	}
	if out.Ended.IsZero() {
		out.Ended = x.Started
	}
	out.Unknown = audit.Unknown{
		RequestHeader: recorded(x) && len(x.Request.Header) == 0,
		RequestBody:   !x.Request.Body.Whole(),
		Time:          out.Ended.IsZero(),
		Placeholders:  recorded(x),
	}
	if x.Err != "" {
		out.Err = errors.New(x.Err)
	}
	if x.Response == nil {
		return out
	}
	body := x.Response.Body
	out.Unknown.Header = recorded(x) && len(x.Response.Header) == 0
	out.Unknown.Body = body.Lack == traffic.Unrecorded || body.Lack == traffic.Cut
	out.Unknown.Redacted = body.Lack == traffic.Redacted
	out.Response = &audit.Response{Status: x.Response.Status, Header: x.Response.Header, Body: body.Bytes, RawBody: body.Bytes, ContentLength: -1}
	return out
}

// What an exchange can lack, in words.
const (
	lackRequestHeader = "the header fields of the request"
	lackRequestBody   = "the body of the request"
	lackHeader        = "the header fields of the answer"
	lackBody          = "the body of the answer"
	lackAnswer        = "the answer"
	lackValues        = "values that placeholders stand for"
)

// lacks lists what is not known of an exchange.
func lacks(x traffic.Exchange) []string {
	var list []string
	note := func(lacking bool, what string) {
		if lacking {
			list = append(list, what)
		}
	}
	unkept := func(body traffic.Body) bool { return body.Lack == traffic.Unrecorded || body.Lack == traffic.Cut }
	note(recorded(x) && len(x.Request.Header) == 0, lackRequestHeader)
	note(unkept(x.Request.Body), lackRequestBody)
	replaced := x.Request.Body.Lack == traffic.Redacted
	if x.Response == nil {
		note(x.Err == "", lackAnswer)
	} else {
		note(recorded(x) && len(x.Response.Header) == 0, lackHeader)
		note(unkept(x.Response.Body), lackBody)
		replaced = replaced || x.Response.Body.Lack == traffic.Redacted
	}
	note(replaced || recorded(x) && traffic.Withheld(x.Request.Header.Get("Authorization")), lackValues)
	return list
}
