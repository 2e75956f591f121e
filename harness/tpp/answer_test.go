package tpp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

const clause = contract.Aac201Echo

// checkCase is one check of an answer: it must find the wrong body at fault,
// not the right one, and not miss that the member is missing.
type checkCase struct {
	name, where  string
	right, wrong string
	check        func(a *Answer)
	// missing is the body without the member, {} where it is left out; "-" for
	// a check to which a missing member is right.
	missing string
}

func at(member, value string) string { return `{"Data":{"` + member + `":` + value + `}}` }

func checkCases() []checkCase {
	const day = `"2030-01-02T03:04:05Z"`
	now := time.Now().UTC()
	stamp := func(shift time.Duration) string { return fmt.Sprintf("%q", now.Add(shift).Format(time.RFC3339)) }
	text := func(a *Answer) { a.CheckText(clause, "/Data/X", "abc") }
	instant := func(a *Answer) { a.CheckInstant(clause, "/Data/X", "2030-01-02T03:04:05Z") }
	set := func(a *Answer) { a.CheckSameSet(clause, "/Data/X", []string{"a", "b"}, "c") }
	during := func(a *Answer) { a.CheckDuring(clause, "/Data/X") }
	order := func(a *Answer) { a.CheckNotBefore(clause, "/Data/X", "/Data/Y") }
	narrower := func(a *Answer) { a.CheckNarrower(clause, "/Data/X", []string{"a", "b"}) }
	boolean := func(a *Answer) { a.CheckBoolean(clause, "/Data/X", false) }
	object := func(a *Answer) { a.CheckEmptyObject(clause, "/Data/X") }
	status := func(a *Answer) { a.CheckStatus(clause) }
	unique := func(a *Answer) { a.CheckUnique(clause, "/Data/X") }
	absent := func(a *Answer) { a.CheckAbsent(clause, "/Data/X") }
	implied := func(a *Answer) { a.CheckPermissions(clause, []string{"ReadAccountsDetail"}) }
	same := func(earlier string) func(*Answer) {
		return func(a *Answer) {
			before := *a
			before.Body = must(earlier)
			a.CheckSameAs(clause, "/Data/X", &before)
		}
	}
	return []checkCase{
		{name: "text", right: at("X", `"abc"`), wrong: at("X", `"abd"`), check: text},
		{name: "text, case", right: at("X", `"abc"`), wrong: at("X", `"Abc"`), check: text},
		{name: "text, type", right: at("X", `"abc"`), wrong: at("X", `["abc"]`), check: text},
		{name: "instant", right: at("X", day), wrong: at("X", `"2030-01-02T03:04:06Z"`), check: instant},
		{name: "instant, other zone", right: at("X", `"2030-01-02T04:04:05+01:00"`), wrong: at("X", `"2030-01-02T03:04:05+01:00"`), check: instant},
		{name: "instant, fraction", right: at("X", `"2030-01-02T03:04:05.000Z"`), wrong: at("X", `"2030-01-02T03:04:05.001Z"`), check: instant},
		{name: "instant, no zone", right: at("X", `"2030-01-02t03:04:05z"`), wrong: at("X", `"2030-01-02T03:04:05"`), check: instant},
		{name: "set", right: at("X", `["b","a"]`), wrong: at("X", `["b"]`), check: set},
		{name: "set, one more", right: at("X", `["b","a","c"]`), wrong: at("X", `["b","a","d"]`), check: set},
		{name: "set, type", right: at("X", `["a","b"]`), wrong: at("X", `["a","b",1]`), check: set},
		{name: "set, no array", right: at("X", `["a","b"]`), wrong: at("X", `"a b"`), check: set},
		{name: "same", right: at("X", `{"a":[1,"2"]}`), wrong: at("X", `{"a":[1,"3"]}`), check: same(at("X", `{"a":[1,"2"]}`))},
		{name: "same instant", right: at("X", `"2030-01-02T04:04:05+01:00"`), wrong: at("X", `"2030-01-02T03:04:06Z"`), check: same(at("X", day))},
		{name: "same, null", right: at("X", `null`), wrong: at("X", `""`), check: same(at("X", `null`))},
		{name: "absent before", right: at("Y", `1`), wrong: at("X", `1`), check: same(`{}`), missing: "-"},
		{name: "during", right: at("X", stamp(0)), wrong: at("X", stamp(-2*time.Minute)), check: during},
		{name: "during, later", right: at("X", stamp(50*time.Second)), wrong: at("X", stamp(2*time.Minute)), check: during},
		{name: "not before", where: "/Data/X", right: `{"Data":{"X":` + day + `,"Y":` + day + `}}`, wrong: `{"Data":{"X":` + day + `,"Y":"2030-01-02T03:04:06Z"}}`,
			missing: at("Y", day), check: order},
		{name: "not before what is missing", right: `{"Data":{"X":` + day + `,"Y":` + day + `}}`, wrong: at("X", day), check: order},
		{name: "narrower array", right: at("X", `["a"]`), wrong: at("X", `["a","c"]`), check: narrower},
		{name: "narrower scope", right: at("X", `"b a"`), wrong: at("X", `"b c"`), check: narrower},
		{name: "narrower, nothing", right: at("X", `["a"]`), wrong: at("X", `[]`), check: narrower},
		{name: "boolean", right: at("X", `false`), wrong: at("X", `true`), check: boolean},
		{name: "boolean, type", right: at("X", `false`), wrong: at("X", `"false"`), check: boolean},
		{name: "empty object", right: at("X", `{}`), wrong: at("X", `{"a":1}`), check: object},
		{name: "empty object, null", right: at("X", `{}`), wrong: at("X", `null`), check: object},
		{name: "status", where: "/Data/Status", right: at("Status", `"AwaitingAuthorisation"`), wrong: at("Status", `"Authorised"`), check: status},
		{name: "unique", right: at("X", `"fresh"`), wrong: at("X", `"seen"`), check: unique},
		{name: "unique, empty", right: at("X", `"fresh"`), wrong: at("X", `""`), check: unique},
		{name: "absent", right: at("Y", `1`), wrong: at("X", `1`), check: absent, missing: "-"},
		{name: "permissions", where: "/Data/Permissions", right: at("Permissions", `["ReadAccountsBasic","ReadAccountsDetail"]`),
			wrong: at("Permissions", `["ReadAccountsBasic"]`), check: implied},
		{name: "permissions, more", where: "/Data/Permissions", right: at("Permissions", `["ReadAccountsDetail"]`),
			wrong: at("Permissions", `["ReadAccountsDetail","ReadBalances"]`), check: implied},
	}
}

func must(body string) any {
	return (&Client{}).testAnswer(&testing.T{}, contract.GetAccountAccessConsent, 200, body).Body
}

func TestChecksFindTheSmallestFault(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	for _, tc := range checkCases() {
		t.Run(tc.name, func(t *testing.T) {
			where := tc.where
			if where == "" {
				where = "/Data/X"
			}
			look := func(body string, found ...evidence.Finding) *Client {
				c.spec, c.memo = newRecorder(), map[string]*remembered{}
				c.memo["seen "+string(contract.GetAccountAccessConsent)+"/Data/X seen"] = &remembered{}
				a := c.testAnswer(t, contract.GetAccountAccessConsent, 200, body, found...)
				tc.check(a)
				return c
			}
			look(tc.right).mustHold(t, clause)
			look(tc.wrong).mustFind(t, clause, where)
			switch tc.missing {
			case "-":
			case "":
				look(`{}`).mustFind(t, clause, where)
				look(``).mustFind(t, clause, where)
			default:
				look(tc.missing).mustFind(t, clause, where)
			}
			for _, owner := range []string{where, "/Data", "body"} {
				c := look(tc.wrong, evidence.Finding{Clause: contract.ComBody, Level: contract.Std, Where: owner})
				if len(c.spec.Findings) > 0 || len(c.spec.Exercised) > 0 {
					t.Errorf("a fault that the audit has found at %s is found again: %v", owner, c.spec.Findings)
				}
			}
			for _, stranger := range []evidence.Finding{{Clause: contract.ComBody, Level: contract.Std, Where: where + "Y"},
				{Clause: contract.ComBody, Level: contract.Std, Where: "header X"}, {Clause: contract.ComMeta, Level: contract.Adv, Where: where},
				{Clause: contract.ComBody, Level: contract.Adv, Where: "body"}} {
				look(tc.wrong, stranger).mustFind(t, clause, where)
			}
		})
	}
}

// mustHold fails the test unless the clause is exercised without a finding.
func (c *Client) mustHold(t *testing.T, id contract.ClauseID) {
	t.Helper()
	if len(c.spec.Findings) > 0 || !slices.Contains(c.spec.Exercised, id) {
		t.Errorf("the right one: exercised %v, findings %+v", c.spec.Exercised, c.spec.Findings)
	}
}

// mustFind fails the test unless there is one finding, of the clause and there.
func (c *Client) mustFind(t *testing.T, id contract.ClauseID, where string) {
	t.Helper()
	if len(c.spec.Findings) != 1 || c.spec.Findings[0].Clause != id || c.spec.Findings[0].Where != where || !slices.Contains(c.spec.Exercised, id) {
		t.Errorf("the wrong one: exercised %v, findings %+v; want one of %s at %s", c.spec.Exercised, c.spec.Findings, id, where)
		return
	}
	f := c.spec.Findings[0]
	if known, _ := contract.ClauseByID(id); f.Level != known.Level || f.Expected == "" || f.Actual == "" {
		t.Errorf("the finding does not say all: %+v", f)
	}
}

func TestCheckAbsentLeavesEmptyMembersToTheAudit(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	empty := evidence.Finding{Clause: contract.ComOptional, Level: contract.Adv, Where: "/Data/X"}
	c.testAnswer(t, contract.GetAccountAccessConsent, 200, at("X", `null`), empty).CheckAbsent(clause, "/Data/X")
	if len(c.spec.Findings) > 0 || len(c.spec.Exercised) > 0 {
		t.Errorf("findings %v, exercised %v", c.spec.Findings, c.spec.Exercised)
	}
	// A value that was sent and is lost is another matter.
	c.testAnswer(t, contract.GetAccountAccessConsent, 200, at("X", `null`), empty).CheckText(clause, "/Data/X", "abc")
	c.mustFind(t, clause, "/Data/X")
}

func TestCheckUniqueRemembersThroughTheProcess(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	for _, id := range []string{"one", "two"} {
		c.testAnswer(t, contract.CreateAccountAccessConsent, 201, at("X", `"`+id+`"`)).CheckUnique(clause, "/Data/X")
	}
	c.testAnswer(t, contract.CreateFundsConfirmationConsent, 201, at("X", `"one"`)).CheckUnique(clause, "/Data/X") // another kind
	c.mustHold(t, clause)
	c.spec = newRecorder()
	c.testAnswer(t, contract.CreateAccountAccessConsent, 201, at("X", `"one"`)).CheckUnique(clause, "/Data/X")
	c.mustFind(t, clause, "/Data/X")
}

func TestMustAndIs(t *testing.T) {
	undocumented := evidence.Finding{Clause: contract.ComStatus, Level: contract.Doc, Where: "status", Expected: "documented", Actual: "418"}
	for _, tc := range []struct {
		name      string
		status    int
		body      string
		found     []evidence.Finding
		ends      string
		says      []string
		findings  int
		exercised bool
	}{
		{name: "accepted", status: 200, exercised: true},
		{name: "the other one", status: 201, exercised: true},
		{name: "documented, but not this time", status: 400, body: oneError, ends: "failed", findings: 1, exercised: true,
			says: []string{string(clause), "status 200 or 201", "status 400", `"no"`}},
		{name: "undocumented", status: 418, found: []evidence.Finding{undocumented}, ends: "failed", says: []string{string(contract.ComStatus)}},
	} {
		c := testClient(t, "http://127.0.0.1:1")
		c.spec.Findings = slices.Clone(tc.found)
		a := c.testAnswer(t, contract.GetAccountAccessConsent, tc.status, tc.body, tc.found...)
		mustEnd(t, tc.ends, tc.says, func() { a.Must(clause, 200, 201) })
		if got := len(c.spec.Findings) - len(tc.found); got != tc.findings || slices.Contains(c.spec.Exercised, clause) != tc.exercised {
			t.Errorf("%s: %d findings of the spec's own, exercised %v", tc.name, got, c.spec.Exercised)
		}
		if met := a.Is(clause, 200, 201); met != (tc.ends == "") {
			t.Errorf("%s: Is says %v", tc.name, met)
		}
	}
}

func TestMustStopsWithoutFailureWhereTheLevelDoesNotFail(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) { cfg.FailOn = []contract.Level{contract.Doc} })
	a := c.testAnswer(t, contract.GetAccountAccessConsent, 400, "")
	mustEnd(t, "skipped", []string{"cannot go on"}, func() { a.Must(clause, 200) }) // clause is std
	c.mustFind(t, clause, "status")
	mustEnd(t, "failed", nil, func() { a.Must(contract.Aac201, 200) }) // doc
}

func TestMustText(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	if got := c.testAnswer(t, contract.GetAccountAccessConsent, 200, at("X", `"abc"`)).MustText(clause, "/Data/X"); got != "abc" {
		t.Errorf("got %q", got)
	}
	for _, body := range []string{at("X", `""`), at("X", `1`), `{}`, ``} {
		c.spec = newRecorder()
		mustEnd(t, "failed", []string{"a non-empty string"}, func() {
			c.testAnswer(t, contract.GetAccountAccessConsent, 200, body).MustText(clause, "/Data/X")
		})
		c.mustFind(t, clause, "/Data/X")
		c.spec = newRecorder()
		owner := evidence.Finding{Clause: contract.ComBody, Level: contract.Doc, Where: "/Data", Expected: "a member", Actual: "none"}
		c.spec.Findings = []evidence.Finding{owner}
		mustEnd(t, "failed", []string{"COM-BODY"}, func() {
			c.testAnswer(t, contract.GetAccountAccessConsent, 200, body, owner).MustText(clause, "/Data/X")
		})
		if len(c.spec.Findings) != 1 || len(c.spec.Exercised) > 0 {
			t.Errorf("%s: the audit's finding is found again: %v", body, c.spec.Findings)
		}
	}
}

func TestMustBeUnknown(t *testing.T) {
	for status, level := range map[int]contract.Level{400: "", 403: "", 404: contract.Adv, 200: contract.Std, 401: contract.Std, 500: contract.Std} {
		c := testClient(t, "http://127.0.0.1:1")
		ends(func() {
			c.testAnswer(t, contract.GetAccountAccessConsent, status, "").MustBeUnknown(contract.AacGetUnknown)
		})
		var got contract.Level
		for _, f := range c.spec.Findings {
			got = f.Level
		}
		if got != level || len(c.spec.Findings) > 1 {
			t.Errorf("%d: findings %+v, want level %q", status, c.spec.Findings, level)
		}
	}
}

func TestFailureMessages(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	c.spec.Exchanges = []evidence.Exchange{{Method: "GET", URL: "http://x/y", Status: 200, InteractionID: "the-id", Started: time.Unix(0, 0).UTC()}}
	a := c.testAnswer(t, contract.GetAccountAccessConsent, 200, `{"Data":{"X":1,"Name":"private","List":[1,2,3]}}`)
	a.index = 0
	for i := range maxShown + 1 {
		a.CheckText(clause, "/Data/X", fmt.Sprint("abc", i))
	}
	a.CheckText(clause, "/Data/Name", "abc")
	a.advise(clause, "status", "advice", "ignored")
	message := c.unreported()
	for _, want := range []string{"AAC-201-ECHO (std): ", "source: ", "at /Data/X\n", `expected: "abc0"`, "actual:   1", "and 2 more",
		`GET http://x/y -> 200, x-fapi-interaction-id sent "the-id", received "", 1970-01-01T00:00:00Z`} {
		if !strings.Contains(message, want) {
			t.Errorf("the message does not say %q: %s", want, message)
		}
	}
	if strings.Contains(message, "private") || strings.Contains(message, "advice") || strings.Contains(c.dump(t), "private") {
		t.Errorf("the message says too much: %s", message)
	}
	for i := range 3 {
		a.CheckText(clause, fmt.Sprintf("/Data/List/%d", i), "abc")
	}
	if grouped := c.unreported(); !strings.Contains(grouped, "at /Data/List/0 (the first of 3 at /Data/List/*)\n") || strings.Contains(grouped, "/Data/List/1") {
		t.Errorf("equal findings are not one: %s", grouped)
	}
	if again := c.unreported(); again != "" {
		t.Errorf("findings are reported twice: %s", again)
	}
}

// A success with nothing of its body meets no clause by its status alone; one
// with a fault somewhere, a refusal and an empty answer do.
func TestAHollowSuccessPutsNothingToTheTest(t *testing.T) {
	found := func(clause contract.ClauseID, level contract.Level, where string) []evidence.Finding {
		return []evidence.Finding{{Clause: clause, Level: level, Where: where}}
	}
	for name, c := range map[string]struct {
		status    int
		findings  []evidence.Finding
		exercised bool
	}{
		"a whole body":             {200, nil, true},
		"no Data":                  {200, found(contract.ComBody, contract.Doc, "/Data"), false},
		"no body":                  {200, found(contract.ComBody, contract.Doc, "body"), false},
		"no JSON":                  {200, found(contract.ComJSON, contract.Std, "body"), false},
		"a wrong member":           {200, found(contract.ComBody, contract.Doc, "/Data/Account/0/Currency"), true},
		"advice on Data":           {200, found(contract.ComBody, contract.Adv, "/Data"), true},
		"a header":                 {200, found(contract.ComFapiPresent, contract.Doc, "header x-fapi-interaction-id"), true},
		"a refusal without a body": {400, found(contract.ComBody, contract.Doc, "body"), true},
		"a deletion with a body":   {204, found(contract.ComEmpty, contract.Doc, "body"), true},
	} {
		client := testClient(t, "http://127.0.0.1")
		answer := client.testAnswer(t, contract.ListAccounts, c.status, "", c.findings...)
		mustRun(t, func() { answer.Must(contract.AccList200, c.status) })
		if got := slices.Contains(client.spec.Exercised, contract.AccList200); got != c.exercised {
			t.Errorf("%s: exercised is %t", name, got)
		}
	}
}

// A finding says what was asked for, where that makes a difference.
func TestMustTo(t *testing.T) {
	client := testClient(t, "http://127.0.0.1")
	mustEnd(t, "failed", []string{"expected: status 201 to ReadParty"}, func() {
		client.testAnswer(t, contract.CreateAccountAccessConsent, 400, "").MustTo(contract.Aac201EveryPermission, "ReadParty", 201)
	})
	mustRun(t, func() {
		client.testAnswer(t, contract.CreateAccountAccessConsent, 201, "").MustTo(contract.Aac201EveryPermission, "ReadParty", 201)
	})
}
