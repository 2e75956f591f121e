package tpp

import (
	"fmt"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/redact/redacttest"
)

func listOf(t *testing.T, c *Client, account string, findings ...evidence.Finding) *AccountList {
	t.Helper()
	list := &AccountList{}
	list.add("", c.testAnswer(t, contract.ListAccounts, 200, `{"Data":{"Account":[`+account+`]}}`, findings...))
	return list
}

func TestIdentifications(t *testing.T) {
	const at = "/Data/Account/0/Account"
	of := func(scheme, identification string) string {
		return fmt.Sprintf(`{"AccountId":"a","Account":[{"SchemeName":%q,"Identification":%q}]}`, scheme, identification)
	}
	const sortCode, iban = "UK.OBIE.SortCodeAccountNumber", "UK.OBIE.IBAN"
	for _, test := range []struct{ name, account, found string }{
		{"a sort code and account number", of(sortCode, "08080021325698"), ""},
		{"13 digits", of(sortCode, "0808002132569"), at + "/0/Identification"},
		{"15 digits", of(sortCode, "080800213256981"), at + "/0/Identification"},
		{"digits and a dash", of(sortCode, "08-80021325698"), at + "/0/Identification"},
		{"digits of another script", of(sortCode, "0808002132569\u0668"), at + "/0/Identification"},
		{"no identification", `{"Account":[{"SchemeName":"UK.OBIE.IBAN"}]}`, at + "/0/Identification"},
		{"an IBAN", of(iban, "GB29NWBK60161331926819"), ""},
		{"another country's IBAN", of(iban, "NO9386011117947"), ""},
		{"wrong check digits", of(iban, "GB28NWBK60161331926819"), at + "/0/Identification"},
		{"an IBAN with blanks", of(iban, "GB29 NWBK 6016 1331 9268 19"), at + "/0/Identification"},
		{"an IBAN in lower case", of(iban, "gb29nwbk60161331926819"), at + "/0/Identification"},
		{"a British IBAN too long", of(iban, "GB29NWBK601613319268190"), at + "/0/Identification"},
		{"any text in another scheme", of("UK.OBIE.PAN", "xxxx 0002"), ""},
		{"none", `{"AccountId":"a"}`, at},
		{"an empty list", `{"Account":[]}`, at},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			listOf(t, c, test.account).CheckIdentifications(contract.AccListDetail)
			mustFind(t, c, contract.AccListDetail, test.found)
		})
	}
}

func TestNoIdentifications(t *testing.T) {
	for _, test := range []struct{ name, account, found string }{
		{"none", `{"AccountId":"a"}`, ""},
		{"one", `{"Account":[{"SchemeName":"a","Identification":"40000000000002"}]}`, "/Data/Account/0/Account"},
		{"an empty list", `{"Account":[]}`, "/Data/Account/0/Account"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			listOf(t, c, test.account).CheckNoIdentifications(contract.AccListBasic)
			mustFind(t, c, contract.AccListBasic, test.found)
			if redacttest.Shown(c.dump(t), "40000000000002") {
				t.Error("the finding shows the account number")
			}
		})
	}
}

func TestCurrencies(t *testing.T) {
	const at = "/Data/Account/0/Currency"
	for _, test := range []struct{ name, account, found string }{
		{"in use", `{"Currency":"GBP"}`, ""},
		{"historic", `{"Currency":"DEM"}`, ""},
		{"first of the list", `{"Currency":"AED"}`, ""},
		{"last of the list", `{"Currency":"ZWR"}`, ""},
		{"unknown", `{"Currency":"GBX"}`, at},
		{"lower case", `{"Currency":"gbp"}`, at},
		{"across two codes", `{"Currency":"D A"}`, at},
		{"empty", `{"Currency":""}`, at},
		{"a number", `{"Currency":826}`, at},
		{"none", `{"AccountId":"a"}`, at},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			listOf(t, c, test.account).CheckCurrencies(contract.AccListCurrency)
			mustFind(t, c, contract.AccListCurrency, test.found)
		})
	}
	c := testClient(t, "http://127.0.0.1:1")
	owned := evidence.Finding{Clause: contract.ComBody, Level: contract.Doc, Where: at}
	listOf(t, c, `{"Currency":"gbp"}`, owned).CheckCurrencies(contract.AccListCurrency)
	if len(c.spec.Findings)+len(c.spec.Exercised) > 0 {
		t.Error("what the audit has found was found again, or counted as exercised")
	}
}

func TestSameList(t *testing.T) {
	const before = `{"Data":{"Account":[{"AccountId":"a","Account":[{"SchemeName":"x"},{"SchemeName":"y"}]},{"AccountId":"b"}]}}`
	for _, test := range []struct{ name, body, found string }{
		{"the same", before, ""},
		{"in another order", `{"Data":{"Account":[{"AccountId":"b"},{"AccountId":"a","Account":[{"SchemeName":"y"},{"SchemeName":"x"}]}]}}`, ""},
		{"one fewer", `{"Data":{"Account":[{"AccountId":"b"}]}}`, "/Data/Account"},
		{"one twice for another", `{"Data":{"Account":[{"AccountId":"b"},{"AccountId":"b"}]}}`, "/Data/Account"},
		{"a member changed", `{"Data":{"Account":[{"AccountId":"b"},{"AccountId":"a","Account":[{"SchemeName":"y"},{"SchemeName":"y"}]}]}}`, "/Data/Account"},
		{"a member more", `{"Data":{"Account":[{"AccountId":"b","Nickname":"n"},{"AccountId":"a","Account":[{"SchemeName":"x"},{"SchemeName":"y"}]}]}}`, "/Data/Account"},
		{"none", `{"Data":{}}`, "/Data/Account"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := testClient(t, "http://127.0.0.1:1")
			c.testAnswer(t, contract.ListAccounts, 200, test.body).CheckSameList(contract.AccHeaders, c.testAnswer(t, contract.ListAccounts, 200, before))
			mustFind(t, c, contract.AccHeaders, test.found)
		})
	}
}
