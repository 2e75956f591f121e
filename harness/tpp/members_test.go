package tpp

import (
	"testing"

	"obconform/harness/contract"
)

func TestDebtorAccountsMemberByMember(t *testing.T) {
	const right = `{"SchemeName":"UK.OBIE.IBAN","Identification":"GB1","Name":"A N Other"}`
	request := Document{"Data": map[string]any{"DebtorAccount": map[string]any{
		"SchemeName": "UK.OBIE.IBAN", "Identification": "GB1", "Name": "A N Other"}}}
	c := testClient(t, "http://127.0.0.1:1")
	look := func(account string) {
		c.nextSpec()
		c.testAnswer(t, contract.CreateFundsConfirmationConsent, 201, at("DebtorAccount", account)).CheckDebtor(contract.CofConsent201Echo, request)
	}
	look(right)
	c.mustHold(t, contract.CofConsent201Echo)
	for where, account := range map[string]string{
		"SchemeName":              `{"SchemeName":"UK.OBIE.BBAN","Identification":"GB1","Name":"A N Other"}`,
		"Identification":          `{"SchemeName":"UK.OBIE.IBAN","Identification":"GB2","Name":"A N Other"}`,
		"Name":                    `{"SchemeName":"UK.OBIE.IBAN","Identification":"GB1"}`,
		"SecondaryIdentification": `{"SchemeName":"UK.OBIE.IBAN","Identification":"GB1","Name":"A N Other","SecondaryIdentification":"1"}`,
	} {
		look(account)
		c.mustFind(t, contract.CofConsent201Echo, "/Data/DebtorAccount/"+where)
	}
}

func TestOneAccountIsTheListedOneAlone(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	listed := c.testAnswer(t, contract.ListAccounts, 200, at("Account", `[{"AccountId":"a1","Currency":"GBP"}]`)).accounts()[0]
	look := func(accounts string) {
		c.nextSpec()
		c.testAnswer(t, contract.GetAccount, 200, at("Account", accounts)).CheckOnly(contract.AccGet200, listed)
	}
	look(`[{"Currency":"GBP","AccountId":"a1"}]`)
	c.mustHold(t, contract.AccGet200)
	for accounts, where := range map[string]string{
		`[]`:                                    "/Data/Account",
		`[{"AccountId":"a2","Currency":"GBP"}]`: "/Data/Account",
		`[{"AccountId":"a1","Currency":"GBP"},{"AccountId":"a2","Currency":"GBP"}]`: "/Data/Account",
		`[{"AccountId":"a1","Currency":"EUR"}]`:                                     "/Data/Account/0/Currency",
		`[{"AccountId":"a1"}]`:                                                      "/Data/Account/0/Currency",
		`[{"AccountId":"a1","Currency":"GBP","Nickname":"x"}]`:                      "/Data/Account/0/Nickname",
	} {
		look(accounts)
		c.mustFind(t, contract.AccGet200, where)
	}
}

func TestTheSameAccountsFromCallToCall(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	list := func(accounts string) *AccountList {
		l := &AccountList{}
		l.add("", c.testAnswer(t, contract.ListAccounts, 200, at("Account", accounts)))
		return l
	}
	look := func(first, second string) {
		c.nextSpec()
		list(first).CheckSameAccounts(contract.AccListStable, list(second))
	}
	look(`[{"AccountId":"a1"},{"AccountId":"a2"}]`, `[{"AccountId":"a2"},{"AccountId":"a1"}]`)
	c.mustHold(t, contract.AccListStable)
	for _, second := range []string{`[{"AccountId":"a1"}]`, `[{"AccountId":"a1"},{"AccountId":"a3"}]`, `[]`} {
		look(`[{"AccountId":"a1"},{"AccountId":"a2"}]`, second)
		c.mustFind(t, contract.AccListStable, "/Data/Account")
	}
	look(`[]`, `[]`) // nothing is the same as nothing, but proves nothing
	if len(c.spec.Findings) == 0 {
		t.Error("two empty lists are held to be stable")
	}
}

func TestCredentialsOfARegistration(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	look := func(who Identity) {
		c.nextSpec()
		Registration{Identity: who, Answer: c.testAnswer(t, contract.RegisterClient, 201, `{}`)}.CheckCredentials(contract.Dcr201)
	}
	for _, who := range []Identity{{"id", "secret", "client_secret_basic"}, {"id", "secret", "client_secret_post"}, {"id", "", "private_key_jwt"}, {"id", "", "tls_client_auth"}} {
		look(who)
		c.mustHold(t, contract.Dcr201)
	}
	for where, who := range map[string]Identity{"/client_id": {"", "secret", "client_secret_basic"}, "/client_secret": {"id", "", "client_secret_post"}} {
		look(who)
		c.mustFind(t, contract.Dcr201, where)
	}
}
