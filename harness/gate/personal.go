package gate

import (
	"maps"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/redact"
	"obconform/harness/traffic"
)

// minPersonal is the shortest personal value that is replaced wherever it stands,
// in bytes: a shorter one would tear words apart. By its place it is taken out
// whatever its length.
const minPersonal = 6

// maxPersonal bounds the personal values that are taken of one message.
const maxPersonal = 100

// personal are the members that name an account or its holder, by what stands in
// the place of their values.
var personal = map[string]string{"Identification": "account number", "SecondaryIdentification": "roll number", "Name": "account name"}

// tellable finds what else an exchange carries that must not be shown, and that
// the other side may have said again somewhere else: whom an account belongs to,
// and what was signed. It costs more than the rest, and is done only for what is
// kept.
func tellable(x traffic.Exchange, operation contract.OperationID) []known {
	var found []known
	signed := func(text string) {
		if text = strings.TrimSpace(text); strings.HasPrefix(text, "eyJ") {
			found = append(found, known{"JWT", text})
		}
	}
	op, _ := contract.Lookup(operation)
	switch op.API {
	case contract.DynamicRegistration:
		signed(string(x.Request.Body.Bytes))
		signed(formOf(x.Request).Get("client_assertion"))
	case contract.Accounts, contract.ConfirmationOfFunds:
		found = people(x.Request.Body.Bytes, found)
		if x.Response != nil {
			found = people(x.Response.Body.Bytes, found)
		}
	}
	return found
}

// people adds the personal values of a body.
func people(body []byte, found []known) []known {
	personalMembers.Texts(body, func(name, text string) {
		if len(text) >= minPersonal && !traffic.Withheld(text) && len(found) < maxPersonal {
			found = append(found, known{personal[name], text})
		}
	})
	return found
}

// personalMembers finds them.
var personalMembers = redact.NewMembers(slices.Collect(maps.Keys(personal))...)
