package conform_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/conform"
	"obconform/harness/contract"
	"obconform/harness/mockbank"
)

// A judge of the bank's verifies signatures; one without keys does not.
func TestTheBanksJudgeVerifiesSignatures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults     []string
		with, bare string
	}{
		"a right signature": {nil, "", ""},
		"a wrong one":       {[]string{"com-signature-of-another-refusal"}, "COM-SIGNATURE", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bank := conform.NewBank(t, mockbank.Options{Faults: c.faults})
			response, err := bank.Client().Post(bank.URL+"/open-banking/v3.2/register", "application/jwt", strings.NewReader("no JWT"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			if response.StatusCode != http.StatusBadRequest || response.Header.Get("x-jws-signature") == "" {
				t.Fatalf("the refusal is %s and %q", response.Status, response.Header)
			}
			with, err := bank.Judge(conform.Options{}).Check(contract.RegisterClient, response)
			if got := clauses(with); got != c.with || err != nil {
				t.Errorf("with keys: found %q (%v)", got, err)
			}
			bare, err := conform.Check(contract.RegisterClient, response)
			if got := clauses(bare); got != c.bare || err != nil {
				t.Errorf("without: found %q (%v)", got, err)
			}
		})
	}
}

func TestTheBankHasWhatAClientNeeds(t *testing.T) {
	t.Parallel()
	test := &recordingTest{T: t}
	bank := conform.NewBank(test, mockbank.Options{TLS: true, RequireClientCert: true})
	loaded, err := config.Load(bank.ConfigFile, nil)
	if err != nil || loaded.Target.BaseURL != bank.URL || !strings.HasPrefix(bank.URL, "https://127.0.0.1:") {
		t.Errorf("the configuration is of %s, the bank at %s (%v)", loaded.Target.BaseURL, bank.URL, err)
	}
	for scope, code := range map[string]string{"accounts": "accounts", "fundsconfirmations": "fundsconfirmations"} {
		if own, customers := bank.ClientToken(scope), bank.CustomerToken(code); own == "" || customers == "" || own == customers {
			t.Errorf("the tokens for %s are %q and %q", scope, own, customers)
		}
	}
	if _, err := os.Stat(bank.ConfigFile); err != nil {
		t.Error(err)
	}
	test.end()
	if response, err := bank.Client().Get(bank.URL); err == nil {
		_ = response.Body.Close()
		t.Error("the bank serves after the test's end")
	}
}
