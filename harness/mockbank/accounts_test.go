package mockbank_test

import (
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"obconform/harness/mockbank"
)

func accountsOf(g got) []map[string]any {
	g.t.Helper()
	list, _ := g.at("Data", "Account").([]any)
	var accounts []map[string]any
	for _, one := range list {
		account, ok := one.(map[string]any)
		if !ok {
			g.t.Fatalf("an account is %v", one)
		}
		accounts = append(accounts, account)
	}
	return accounts
}

// walk follows Next from the first page to the last.
func (f *fixture) walk(token string) (accounts []map[string]any, pages []got) {
	f.t.Helper()
	path := accountsPath
	for {
		page := f.send(get(path).bearer(token)).must(200)
		accounts, pages = append(accounts, accountsOf(page)...), append(pages, page)
		next, _ := page.at("Links", "Next").(string)
		if next == "" {
			return accounts, pages
		}
		path = strings.TrimPrefix(next, f.url)
	}
}

func TestAccountsArePaged(t *testing.T) {
	for size, wantPages := range map[int]int{0: 3, 1: 5, 4: 2, 5: 1, 50: 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			f := newFixture(t, mockbank.Options{PageSize: size})
			token := f.codeToken("accounts")
			accounts, pages := f.walk(token)
			if len(accounts) != f.creds.AccountCount || len(pages) != wantPages {
				t.Fatalf("%d accounts on %d pages", len(accounts), len(pages))
			}
			seen := map[any]bool{}
			for _, account := range accounts {
				seen[account["AccountId"]] = true
			}
			if len(seen) != len(accounts) || seen[f.creds.ForeignAccountID] {
				t.Errorf("identifiers %v", seen)
			}
			for i, page := range pages {
				checkPageLinks(t, f, token, page, pages, i)
			}
		})
	}
}

func checkPageLinks(t *testing.T, f *fixture, token string, page got, pages []got, i int) {
	t.Helper()
	if total := page.at("Meta", "TotalPages"); total != float64(len(pages)) {
		t.Errorf("page %d: TotalPages %v", i, total)
	}
	for name, target := range map[string]int{"First": 0, "Last": len(pages) - 1, "Prev": i - 1, "Next": i + 1} {
		link, _ := page.at("Links", name).(string)
		exists := target >= 0 && target < len(pages) && len(pages) > 1
		if exists != (link != "") {
			t.Errorf("page %d: %s is %q", i, name, link)
		}
		if link == "" {
			continue
		}
		there := f.send(get(strings.TrimPrefix(link, f.url)).bearer(token)).must(200)
		if compactJSON(t, there.at("Data")) != compactJSON(t, pages[target].at("Data")) {
			t.Errorf("page %d: %s leads elsewhere", i, name)
		}
	}
}

func TestAccountsRefusePages(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	token := f.codeToken("accounts")
	for _, page := range []string{"0", "-1", "4", "x", "", "1&page=2"} {
		f.send(get(accountsPath + "?page=" + page).bearer(token)).must(400).blames("page")
	}
}

func TestAccountsFollowPermissions(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	plain, _ := f.walk(f.codeToken("basic"))
	for _, account := range plain {
		if _, shown := account["Account"]; shown {
			t.Errorf("basic shows %v", account)
		}
	}
	detailed, _ := f.walk(f.codeToken("detail"))
	full, _ := f.walk(f.codeToken("accounts"))
	sortCode := regexp.MustCompile(`^\d{14}$`)
	for i, account := range detailed {
		identifications, _ := account["Account"].([]any)
		if len(identifications) == 0 || account["AccountId"] != plain[i]["AccountId"] {
			t.Errorf("detail shows %v", account)
		}
		for j, one := range identifications {
			named := one.(map[string]any)
			value := named["Identification"].(string)
			inFull := full[i]["Account"].([]any)[j].(map[string]any)["Identification"]
			switch named["SchemeName"] {
			case "UK.OBIE.SortCodeAccountNumber":
				if !sortCode.MatchString(value) {
					t.Errorf("sort code and number %q", value)
				}
			case "UK.OBIE.IBAN":
				if !validIBAN(value) {
					t.Errorf("IBAN %q", value)
				}
			case "UK.OBIE.PAN":
				if value != "xxxxxxxxxxxx0002" || inFull != "4000000000000002" {
					t.Errorf("PAN %q, in full %q", value, inFull)
				}
			default:
				t.Errorf("scheme %v", named["SchemeName"])
			}
		}
	}
}

// validIBAN computes ISO 13616 the long way, as a whole number.
func validIBAN(iban string) bool {
	var digits strings.Builder
	for _, char := range iban[4:] + iban[:4] {
		if char >= 'A' && char <= 'Z' {
			fmt.Fprint(&digits, char-'A'+10)
		} else {
			digits.WriteRune(char)
		}
	}
	number, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && new(big.Int).Mod(number, big.NewInt(97)).Int64() == 1
}

func TestSingleAccountEqualsItsEntry(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, code := range []string{"basic", "detail", "accounts"} {
		token := f.codeToken(code)
		listed, _ := f.walk(token)
		for _, entry := range listed {
			one := f.send(get(accountsPath + "/" + entry["AccountId"].(string)).bearer(token)).must(200)
			if got := accountsOf(one); len(got) != 1 || compactJSON(t, got[0]) != compactJSON(t, entry) {
				t.Errorf("%v, listed as %v", got, entry)
			}
		}
	}
}

func TestUnknownAndForeignAccounts(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	token := f.codeToken("accounts")
	for _, id := range []string{"a/b", "..", "a?b#c", "' OR '1'='1", strings.Repeat("1", 41), "\x00", "%", "ü"} {
		f.send(get(accountsPath + "/" + url.PathEscape(id)).bearer(token)).must(400).blames("AccountId")
	}
	f.send(get(accountsPath + "/" + f.creds.ForeignAccountID).bearer(token)).must(403)
}

func TestConsentsThatOpenNoAccounts(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, code := range []string{"rejected", "revoked", "expired", "nopermission"} {
		token := f.codeToken(code)
		f.send(get(accountsPath).bearer(token)).must(403)
		f.send(get(accountsPath + "/" + f.creds.ForeignAccountID).bearer(token)).must(403)
	}
}

func TestOptionalHeadersChangeNothing(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	request := get(accountsPath).bearer(f.codeToken("accounts"))
	plain := f.send(request).must(200)
	dressed := f.send(request.with("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 UTC").with("x-fapi-customer-ip-address", "104.25.212.99")).must(200)
	if string(plain.body) != string(dressed.body) {
		t.Error("optional headers change the answer")
	}
}
