package conform_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/onsi/gomega"

	"obconform/harness/conform"
	"obconform/harness/contract"
	"obconform/harness/mockbank"
)

// interactionID is a UUID, as a client makes one for each request.
const interactionID = "93bac548-d2de-4546-b106-880a5018460d"

// printing stands for the *testing.T of a test, which an example does not have.
type printing struct{ cleanups []func() }

func (*printing) Helper() {}

// Errorf prints the first line: the rest has the time in it.
func (*printing) Errorf(format string, args ...any) {
	fmt.Println(strings.SplitN(fmt.Sprintf(format, args...), "\n", 2)[0])
}
func (*printing) Logf(string, ...any)               {}
func (*printing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (p *printing) Cleanup(f func())                { p.cleanups = append(p.cleanups, f) }

func (p *printing) TempDir() string {
	dir, err := os.MkdirTemp("", "conform-")
	if err != nil {
		panic(err)
	}
	p.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// end does what the testing package does at the end of a test.
func (p *printing) end() {
	for i := len(p.cleanups) - 1; i >= 0; i-- {
		p.cleanups[i]()
	}
}

// list asks for the accounts, as a client does.
func list(client *http.Client, address, token string) *http.Response {
	request, err := http.NewRequest(http.MethodGet, address+"/open-banking/v3.1/aisp/accounts", nil)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("x-fapi-interaction-id", interactionID)
	response, err := client.Do(request)
	if err != nil {
		panic(err)
	}
	return response
}

// A stub of the bank, such as client teams have many of, holds what the contract
// says, or does not.
func ExampleCheck() {
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"Data":{"Account":[{"AccountId":"22289","Currency":"GBP","AccountType":"Private",`+
			`"AccountSubType":"CurrentAccount"}]},"Links":{"Self":"https://bank.example/open-banking/v3.1/aisp/accounts"},"Meta":{"TotalPages":1}}`)
	}))
	defer stub.Close()
	response := list(stub.Client(), stub.URL, "a-token")
	defer func() { _ = response.Body.Close() }()

	findings, err := conform.Check(contract.ListAccounts, response)
	if err != nil {
		panic(err)
	}
	for _, f := range findings {
		fmt.Printf("%s (%s) %s\n  expected %s, got %s\n", f.Clause.ID, f.Level, f.Where, f.Expected, f.Actual)
	}
	// Output:
	// COM-FAPI-PRESENT (doc) header x-fapi-interaction-id
	//   expected exactly once, an RFC 4122 UUID, got no such header
	// COM-BODY (doc) /Data/Account/0/AccountType
	//   expected one of Business, Personal, got "Private"
}

// In a Ginkgo suite, or with gomega.NewWithT in a plain test.
func ExampleConformTo() {
	t := &printing{}
	defer t.end()
	Expect := gomega.NewGomega(func(message string, _ ...int) { fmt.Println(strings.SplitN(message, "\n  request:", 2)[0]) }).Expect

	bank := conform.NewBank(t, mockbank.Options{})
	response := list(bank.Client(), bank.URL, bank.CustomerToken("accounts"))
	Expect(response).To(conform.ConformTo(contract.ListAccounts))
	fmt.Println(response.Status)

	bank = conform.NewBank(t, mockbank.Options{Faults: []string{"com-body-account-sub-type-unknown"}})
	response = list(bank.Client(), bank.URL, bank.CustomerToken("accounts"))
	Expect(response).To(conform.ConformTo(contract.ListAccounts))
	// Output:
	// 200 OK
	// Expected the answer to ListAccounts to conform to the contract.
	//
	// COM-BODY (doc, breach): Where the documentation shows a body there must be one, and it must conform to the documented model.
	//   source:   the API's own documentation page, Responses and Models
	//   where:    /Data/Account/*/AccountSubType, 2 accounts, the first /Data/Account/0/AccountSubType
	//   expected: one of ChargeCard, CreditCard, CurrentAccount, EMoney, Loan, Mortgage, PrePaidCard, Savings
	//   actual:   "Piggybank"
	//   count:    2, at ListAccounts
}

// A handler's answer in a recorder does not know its request; To names it.
func ExampleMatcher_To() {
	Expect := gomega.NewGomega(func(message string, _ ...int) { fmt.Println(message) }).Expect

	request := httptest.NewRequest(http.MethodGet, "https://bank.example/open-banking/v3.1/aisp/accounts", nil)
	request.Header.Set("x-fapi-interaction-id", interactionID)
	recorder := httptest.NewRecorder()
	recorder.Header().Set("x-fapi-interaction-id", interactionID)
	recorder.WriteHeader(http.StatusNotFound)

	Expect(recorder).To(conform.ConformTo(contract.ListAccounts).To(request))
	fmt.Println("a bare 404 conforms")
	// Output:
	// a bare 404 conforms
}

// A request is judged before anybody sends it.
func ExampleBeConforming() {
	Expect := gomega.NewGomega(func(message string, _ ...int) { fmt.Println(strings.SplitN(message, "\n  request:", 2)[0]) }).Expect

	body := strings.NewReader(`{"Data":{"ConsentId":"1","Reference":"Order 66","InstructedAmount":{"Amount":20.00,"Currency":"GBP"}}}`)
	request := httptest.NewRequest(http.MethodPost, "https://bank.example/open-banking/v3.1/cbpii/funds-confirmations", body)
	request.Header = http.Header{"Authorization": {"Bearer a-token"}, "Content-Type": {"application/json"}}
	Expect(request).To(conform.BeConforming())
	// Output:
	// Expected the request to conform to the contract.
	//
	// CLI-FUNDS-AMOUNT (doc, breach): An amount must be a string of 1 to 13 digits, a point and 1 to 5 digits, its currency a string of three capital letters.
	//   source:   Confirmation of Funds v3.1, POST /funds-confirmations, InstructedAmount
	//   where:    /Data/InstructedAmount/Amount
	//   expected: a string matching ^\d{1,13}\.\d{1,5}$
	//   actual:   20.00
}

// A client in another process, or in another language, is judged at the door of
// the bank.
func ExampleFront() {
	t := &printing{}
	defer t.end() // the report comes with the end of the test
	bank := conform.NewBank(t, mockbank.Options{Front: conform.Front(t, conform.Options{Require: []string{"DeleteAccountAccessConsent"}})})

	list(bank.Client(), bank.URL, bank.CustomerToken("accounts"))
	// Output:
	// conform: DeleteAccountAccessConsent is required, and was not exercised
}

// All that a client does goes through one transport, and is judged by itself.
func ExampleTransport() {
	t := &printing{}
	defer t.end() // the report comes with the end of the test
	bank := conform.NewBank(t, mockbank.Options{Faults: []string{"com-fapi-present-missing-on-success"}})

	client := bank.Client()
	client.Transport = conform.NewTransport(t, client.Transport, conform.Options{})
	for range 3 {
		list(client, bank.URL, bank.CustomerToken("accounts"))
	}
	// Output:
	// conform: ListAccounts: An answer must carry x-fapi-interaction-id exactly once, and it must be an RFC 4122 UUID.
}
