package audit

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/strictjson"
)

// dateTimeMembers are the date-times of the models that answers have (contract,
// section 2), all of them members of Data or Meta.
var dateTimeMembers = []string{
	"/Data/CreationDateTime", "/Data/StatusUpdateDateTime", "/Data/ExpirationDateTime",
	"/Data/TransactionFromDateTime", "/Data/TransactionToDateTime",
	"/Meta/FirstAvailableDateTime", "/Meta/LastAvailableDateTime",
}

var (
	localForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?$`)
	zonedForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$`)
)

// COM-DATETIME: every date-time says its timezone. What is no date-time at all
// decides nothing here and is COM-BODY's.
func (e *examination) dateTimes() {
	for _, pointer := range dateTimeMembers {
		value, _ := strictjson.Pointer(e.body, pointer)
		text, _ := value.(string)
		switch {
		case localForm.MatchString(text):
			e.breach(contract.ComDateTime, pointer, "a date-time with a timezone", e.show(pointer))
		case zonedForm.MatchString(text):
			e.decide(contract.ComDateTime)
		}
	}
}

// lacksOnlyZone tells whether the member is a date-time that would be right
// with a timezone: then COM-DATETIME has the whole of the fault.
func (e *examination) lacksOnlyZone(pointer string) bool {
	value, _ := strictjson.Pointer(e.body, pointer)
	text, _ := value.(string)
	if !e.isSuccess() || !slices.Contains(dateTimeMembers, pointer) || !localForm.MatchString(text) {
		return false
	}
	// A leap second is a right time (RFC 3339, section 5.7), unknown to the
	// time package.
	text = strings.Replace(strings.ToUpper(text), ":60", ":59", 1)
	_, err := time.Parse("2006-01-02T15:04:05", text)
	return err == nil
}

// createdID is where the answer to a POST has the new resource's identifier.
var createdID = map[contract.OperationID]string{
	contract.CreateAccountAccessConsent:     "/Data/ConsentId",
	contract.CreateFundsConfirmationConsent: "/Data/ConsentId",
	contract.CreateFundsConfirmation:        "/Data/FundsConfirmationId",
}

// COM-LINKS-SELF: Self is an absolute URI, and its path is that of the
// resource; for a POST that of the collection or of what was created in it. The
// query is free. noURI says that the schema found no absolute URI there.
func (e *examination) linksSelf(noURI bool) {
	value, _ := strictjson.Pointer(e.body, "/Links/Self")
	self, ok := value.(string)
	if !ok {
		return // no Links, or COM-BODY's
	}
	e.decide(contract.ComLinksSelf)
	address, err := url.Parse(self)
	switch {
	case self == "":
		e.breachAsHabit(contract.SelfEmpty, contract.ComLinksSelf, "/Links/Self", "an absolute URI", e.show("/Links/Self"))
		return
	case noURI || err != nil || !address.IsAbs() || address.Host == "":
		e.breach(contract.ComLinksSelf, "/Links/Self", "an absolute URI", e.show("/Links/Self"))
		return
	}
	if e.req.URL == nil || e.replaced(e.requestPath()) {
		return // nobody knows what was asked for
	}
	wanted := []string{e.requestPath()}
	if pointer, isPost := createdID[e.op.ID]; isPost {
		id, _ := strictjson.Pointer(e.body, pointer)
		if text, ok := id.(string); ok && text != "" {
			wanted = append(wanted, e.requestPath()+"/"+text)
		}
	}
	if !slices.Contains(wanted, address.Path) {
		var habit contract.HabitID
		if address.Path == e.collectionPath() {
			habit = contract.SelfCollection
		}
		e.breachAsHabit(habit, contract.ComLinksSelf, "/Links/Self", "the path "+quote(strings.Join(wanted, " or ")), e.show("/Links/Self"))
	}
}

func (e *examination) requestPath() string {
	if e.req.URL == nil {
		return ""
	}
	return e.req.URL.Path
}

// collectionPath is the path of the collection that the resource of the request
// is in, empty for an operation that is not on one resource.
func (e *examination) collectionPath() string {
	if !strings.HasSuffix(e.op.Path, "}") {
		return ""
	}
	path := e.requestPath()
	return path[:max(strings.LastIndex(path, "/"), 0)]
}
