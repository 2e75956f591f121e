package tpp

import (
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

const consentBody = `{"Data":{"ConsentId":"1","CreationDateTime":"2026-04-05T10:43:07Z","Status":"AwaitingAuthorisation",
	"StatusUpdateDateTime":"2026-04-05T10:43:07Z","Permissions":["ReadAccountsBasic","ReadBalances"],"ExpirationDateTime":"2027-04-05T10:43:07+00:00"},"Risk":{}}`

// altered is the consent's body with one member set, or without it for nil.
func altered(c *Client, t *testing.T, member string, value any) *Answer {
	t.Helper()
	a := c.testAnswer(t, contract.GetAccountAccessConsent, 200, consentBody)
	data := a.Body.(map[string]any)["Data"].(map[string]any)
	if data[member] = value; value == nil {
		delete(data, member)
	}
	return a
}

func TestSameAccountsConsent(t *testing.T) {
	for _, test := range []struct {
		name, member string
		value        any
		found        string
	}{
		{"the same", "ConsentId", "1", ""},
		{"another identifier", "ConsentId", "2", "/Data/ConsentId"},
		{"the same instant in another zone", "CreationDateTime", "2026-04-05T11:43:07+01:00", ""},
		{"another instant", "CreationDateTime", "2026-04-05T10:43:08Z", "/Data/CreationDateTime"},
		{"permissions in another order", "Permissions", []any{"ReadBalances", "ReadAccountsBasic"}, ""},
		{"a permission fewer", "Permissions", []any{"ReadBalances"}, "/Data/Permissions"},
		{"a permission more", "Permissions", []any{"ReadBalances", "ReadAccountsBasic", "ReadPAN"}, "/Data/Permissions"},
		{"a date gone", "ExpirationDateTime", nil, "/Data/ExpirationDateTime"},
		{"a date that was not there", "TransactionToDateTime", "2026-04-05T10:43:07Z", "/Data/TransactionToDateTime"},
		{"decided at that instant", "Status", "Authorised", ""},
		{"rejected", "Status", "Rejected", ""},
		{"a status that is none", "Status", "Consumed", "/Data/Status"},
		{"no status", "Status", nil, "/Data/Status"},
		{"updated, with the status that it had", "StatusUpdateDateTime", "2026-04-05T10:44:07Z", "/Data/StatusUpdateDateTime"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			altered(c, t, test.member, test.value).CheckSameAccountsConsent(contract.AacGet200, altered(c, t, "ConsentId", "1"))
			mustFind(t, c, contract.AacGet200, test.found)
		})
	}
}

func TestStatusMovesOnOnce(t *testing.T) {
	for _, test := range []struct{ name, before, after, updated, found string }{
		{"decided later", "AwaitingAuthorisation", "Authorised", "2026-04-05T10:50:00Z", ""},
		{"decided before it was created", "AwaitingAuthorisation", "Authorised", "2026-04-05T10:43:06Z", "/Data/StatusUpdateDateTime"},
		{"decided twice", "Authorised", "Revoked", "2026-04-05T10:50:00Z", "/Data/Status"},
		{"waiting again", "Authorised", "AwaitingAuthorisation", "2026-04-05T10:43:07Z", "/Data/Status"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			after := altered(c, t, "Status", test.after)
			after.Body.(map[string]any)["Data"].(map[string]any)["StatusUpdateDateTime"] = test.updated
			after.CheckSameAccountsConsent(contract.AacGet200, altered(c, t, "Status", test.before))
			mustFind(t, c, contract.AacGet200, test.found)
		})
	}
}

func TestPermissionsOfAConsent(t *testing.T) {
	for _, test := range []struct {
		name  string
		asked []string
		given []any
		found string
	}{
		{"as asked", []string{"ReadAccountsBasic"}, []any{"ReadAccountsBasic"}, ""},
		{"the implied Basic code added", []string{"ReadAccountsDetail"}, []any{"ReadAccountsDetail", "ReadAccountsBasic"}, ""},
		{"a Basic code added that nothing implies", []string{"ReadAccountsDetail"}, []any{"ReadAccountsDetail", "ReadStatementsBasic"}, "/Data/Permissions"},
		{"the Detail code added", []string{"ReadAccountsBasic"}, []any{"ReadAccountsDetail", "ReadAccountsBasic"}, "/Data/Permissions"},
		{"replaced by its Basic code", []string{"ReadAccountsDetail"}, []any{"ReadAccountsBasic"}, "/Data/Permissions"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			altered(c, t, "Permissions", test.given).CheckPermissions(contract.Aac201Echo, test.asked)
			mustFind(t, c, contract.Aac201Echo, test.found)
		})
	}
}

func TestErrorPath(t *testing.T) {
	const at = "/Errors/0/Path"
	body := func(path string) string {
		return `{"Errors":[{"ErrorCode":"a","Message":"b"},{"ErrorCode":"a","Message":"b","Path":"` + path + `"}]}`
	}
	for _, test := range []struct{ name, body, found string }{
		{"dotted", body("Data.Permissions"), ""},
		{"a pointer with an index", body("/Data/Permissions/0"), ""},
		{"JSONPath", body("$.Data['Permissions'][0]"), ""},
		{"the parent", body("Data"), at},
		{"a longer name", body("Data.PermissionsX"), at},
		{"none", `{"Errors":[{"ErrorCode":"a","Message":"b"}]}`, at},
		{"no errors", `{}`, at},
		{"no body", ``, at},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			c.testAnswer(t, contract.CreateAccountAccessConsent, 400, test.body).CheckPath(contract.Aac400Path, "Permissions")
			mustFind(t, c, contract.Aac400Path, test.found)
		})
	}
	c := testClient(t, "http://127.0.0.1:1")
	owned := evidence.Finding{Clause: contract.ComBody, Level: contract.Doc, Where: "/Errors"}
	c.testAnswer(t, contract.CreateAccountAccessConsent, 400, `{}`, owned).CheckPath(contract.Aac400Path, "Permissions")
	if len(c.spec.Findings)+len(c.spec.Exercised) > 0 {
		t.Error("what the audit has found was found again, or counted as exercised")
	}
}

func TestFindingAtAnotherLevel(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	created := c.testAnswer(t, contract.CreateAccountAccessConsent, 201, "")
	created.find(contract.Aac201, "status", "", "") // an earlier finding keeps its level
	if created.IsAt(contract.Adv, contract.Aac400DateTime, 400) {
		t.Error("201 was taken for 400")
	}
	if got := c.spec.Findings; len(got) != 2 || got[0].Level != contract.Doc || got[1].Level != contract.Adv || got[1].Clause != contract.Aac400DateTime {
		t.Errorf("found %+v, want AAC-201 at doc and AAC-400-DATETIME at adv", got)
	}
	if !c.testAnswer(t, contract.CreateAccountAccessConsent, 400, "").IsAt(contract.Adv, contract.Aac400DateTime, 400) || len(c.spec.Findings) != 2 {
		t.Error("400 was not taken for 400")
	}
}
