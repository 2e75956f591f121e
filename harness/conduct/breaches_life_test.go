package conduct_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// then repeats a step, with an interaction id of its own.
func then(s *story, name, copyOf, behind string, after time.Duration) {
	x := s.insert(name, copyOf, behind, after)
	if x.Request.Header.Get("X-Fapi-Interaction-Id") != "" {
		x.Request.Header.Set("X-Fapi-Interaction-Id", uuid.NewString())
	}
}

func consentBreaches() []breach {
	gone := func(status string) func(*story) {
		return func(s *story) {
			s.answers("get consent again", 200, object{"Data": object{"ConsentId": "aac-1", "Status": status}})
			s.drop("refresh", "list all", "list page 2", "account")
		}
	}
	return []breach{
		{contract.CliConsentPeriod, "expired before it begins", "create funds consent", "/Data/ExpirationDateTime", func(s *story) {
			// Nobody uses it afterwards.
			s.member("create funds consent", "/Data/ExpirationDateTime", "2026-03-04T04:00:00Z")
			s.drop("authorize funds", "exchange funds", "funds")
		}, ""},
		{contract.CliConsentGone, "accounts after its deletion", "list after", "header Authorization", func(s *story) {
			then(s, "list after", "list all", "delete consent", time.Second)
		}, ""},
		{contract.CliConsentGone, "a refresh after its deletion", "refresh after", "form refresh_token", func(s *story) {
			s.insert("refresh after", "refresh", "delete consent", time.Second)
			s.field("refresh after", "refresh_token", "rt-accounts-2")
			s.asserts("refresh after", func(object) {})
		}, ""},
		{contract.CliConsentGone, "a question after its deletion", "funds after", "/Data/ConsentId", func(s *story) {
			then(s, "funds after", "funds", "delete funds consent", time.Second)
		}, ""},
		{contract.CliConsentGone, "an authorisation after its deletion", "authorize after", "claim claims", func(s *story) {
			s.insert("authorize after", "authorize", "delete consent", time.Second)
			s.asks("authorize after", func(claims object) { claims["state"], claims["nonce"] = "s-3", "n-3" })
		}, ""},
		{contract.CliConsentGone, "revoked", "list", "header Authorization", gone("Revoked"), ""},
		{contract.CliConsentGone, "rejected", "list", "header Authorization", gone("Rejected"), ""},
		{contract.CliConsentGone, "expired", "list", "header Authorization", func(s *story) {
			s.member("create consent", "/Data/ExpirationDateTime", s.at("authorize").Started.Format(time.RFC3339))
			s.drop("refresh", "list all", "list page 2", "account")
			x := s.at("list")
			x.Started = x.Started.Add(2 * time.Minute)
			x.Ended = x.Started.Add(time.Second)
		}, ""},
		{contract.CliConsentDeleted, "left behind by a client that goes", "delete client", "path", func(s *story) { s.drop("delete consent") }, ""},
		{contract.CliAccountID, "made up", "account", "path", func(s *story) {
			s.answers("list", 200, object{"Data": object{"Account": []object{{"AccountId": "22289"}}}})
			s.drop("list page 2")
			s.at("account").Request.URL.Path = "/open-banking/v3.1/aisp/accounts/1"
			s.answers("account", 400, nil)
		}, ""},
		{contract.CliFundsConsent, "another", "funds", "/Data/ConsentId", having("funds", "/Data/ConsentId", "cof-2"), ""},
	}
}

func consentTwins() []twin {
	return []twin{
		{"a consent that is read and deleted after its end", func(s *story) {
			then(s, "get after", "get consent", "delete consent", time.Second)
			s.answers("get after", 400, nil)
			then(s, "delete after", "delete consent", "get after", time.Second)
			s.answers("delete after", 400, nil)
		}},
		{"a list that was on its way when the consent was deleted", func(s *story) {
			then(s, "list after", "list all", "delete consent", 0)
			s.at("list after").Started = s.at("delete consent").Started
		}},
		{"an account that was known before", func(s *story) {
			s.drop("list", "list page 2")
			s.at("account").Request.URL.Path = "/open-banking/v3.1/aisp/accounts/1"
			s.answers("account", 403, nil)
		}},
		{"an account that no list has, and that the bank knows", func(s *story) {
			s.at("account").Request.URL.Path = "/open-banking/v3.1/aisp/accounts/1"
		}},
		{"the bank's own names of scopes", func(s *story) {
			s.options.Scopes = map[string]string{"accounts": "vm.accounts"}
			registeredFor("scope", "openid vm.accounts fundsconfirmations")(s)
			s.field("token accounts", "scope", "vm.accounts")
			s.answers("token accounts", 200, object{"access_token": "cc-accounts"})
			s.asks("authorize", func(claims object) { claims["scope"] = "openid vm.accounts" })
		}},
		{"another name of the intent claim", func(s *story) {
			s.options.IntentClaim = "consent_id"
			for name, id := range map[string]string{"authorize": "aac-1", "authorize funds": "cof-1"} {
				s.asks(name, func(claims object) {
					claims["claims"] = object{"id_token": object{"consent_id": object{"value": id, "essential": true}}}
				})
			}
		}},
	}
}

// limited has a step answered with 429.
func limited(s *story, step, retryAfter string) {
	s.answers(step, http.StatusTooManyRequests, nil)
	s.at(step).Response.Header.Set("Retry-After", retryAfter)
}

// onConnections asks for the list again and again, so long after one another, and
// is told each time to wait.
func onConnections(s *story, after time.Duration, connections ...string) {
	limited(s, "list", "3")
	s.drop("list page 2", "account")
	rows(s, "list", len(connections), after)
	for i, connection := range connections {
		name := "list"
		if i > 0 {
			name = fmt.Sprintf("list %d", i+1)
		}
		s.at(name).Connection = connection
	}
}

// rows repeats a step n times, so long after one another.
func rows(s *story, step string, n int, after time.Duration) {
	before := step
	for i := 2; i <= n; i++ {
		name := fmt.Sprintf("%s %d", step, i)
		then(s, name, step, before, after)
		before = name
	}
}

func paceBreaches() []breach {
	return []breach{
		{contract.CliRetryAfter, "at once", "list 2", "time", func(s *story) {
			limited(s, "list", "3")
			s.drop("list page 2", "account")
			then(s, "list 2", "list all", "list", time.Second)
			s.at("list 2").Request.Header.Set("Authorization", "Bearer at-accounts")
		}, ""},
		{contract.CliRetryAfter, "at once, on the same connection", "list 2", "time", func(s *story) {
			onConnections(s, 10*time.Millisecond, "c1", "c1")
		}, ""},
		{contract.CliRetryAfter, "over and over, on connections of their own", "list 3", "time", func(s *story) {
			onConnections(s, 80*time.Millisecond, "c1", "c2", "c3")
		}, ""},
		{contract.CliRetryAfter, "at the token endpoint", "token funds 2", "time", func(s *story) {
			s.insert("token funds 2", "token funds", "token funds", time.Second)
			s.asserts("token funds 2", func(object) {})
			limited(s, "token funds", "3")
		}, ""},
		{contract.CliPolling, "six in a row", "get consent again 6", "time", func(s *story) { rows(s, "get consent again", 6, 50*time.Millisecond) }, ""},
		{contract.CliRepeatedPost, "what succeeded", "funds again", "request", func(s *story) { s.insert("funds again", "funds", "funds", time.Minute) }, ""},
		{contract.CliRepeatedPost, "errors, without a pause", "funds 3", "time", func(s *story) {
			s.answers("funds", 500, nil)
			rows(s, "funds", 3, 10*time.Millisecond)
		}, ""},
		{contract.CliRepeatedRefusal, "the fourth time", "account 4", "request", func(s *story) {
			s.answers("account", 403, nil)
			rows(s, "account", 4, time.Second)
		}, ""},
		{contract.CliLinks, "a page that no link has", "list page 2", "query", func(s *story) { s.at("list page 2").Request.URL.RawQuery = "page=3" }, ""},
	}
}

func paceTwins() []twin {
	return []twin{
		{"the seconds of Retry-After are waited for", func(s *story) {
			limited(s, "list", "3")
			s.drop("list page 2")
			then(s, "list 2", "list all", "list", 3*time.Second)
			s.at("list 2").Request.Header.Set("Authorization", "Bearer at-accounts")
		}},
		{"another operation after a 429", func(s *story) {
			limited(s, "get consent again", "3000")
		}},
		{"a 429 without a time", func(s *story) {
			s.answers("list", 429, nil)
			s.drop("list page 2", "account")
			then(s, "list 2", "list", "list", 0)
		}},
		{"what was on its way when the 429 came", func(s *story) {
			limited(s, "list", "3")
			s.drop("list page 2", "account")
			then(s, "list 2", "list", "list", 0)
			s.at("list 2").Started = s.at("list").Started
		}},
		{"what was on its way on other connections", func(s *story) {
			onConnections(s, 10*time.Millisecond, "c1", "c2", "c3")
		}},
		{"five reads in a row", func(s *story) { rows(s, "get consent again", 5, 50*time.Millisecond) }},
		{"many reads, a second apart", func(s *story) { rows(s, "get consent again", 20, time.Second) }},
		{"the same question for another purchase", func(s *story) { then(s, "funds again", "funds", "funds", time.Millisecond) }},
		{"errors, repeated after pauses", func(s *story) {
			s.answers("funds", 500, nil)
			rows(s, "funds", 6, 2*time.Second)
		}},
		{"an error, sent again at once", func(s *story) {
			then(s, "funds again", "funds", "funds", time.Millisecond)
			s.answers("funds", 500, nil)
		}},
		{"a refusal, tried three times", func(s *story) {
			s.answers("account", 403, nil)
			rows(s, "account", 3, time.Second)
		}},
		{"a refusal, tried every other minute", func(s *story) {
			s.answers("account", 403, nil)
			s.answers("token accounts", 200, object{"access_token": "cc-accounts"})
			s.answers("exchange", 200, object{"access_token": "at-accounts", "refresh_token": "rt-accounts"})
			s.member("create consent", "/Data/ExpirationDateTime", nil)
			rows(s, "account", 6, 2*time.Minute)
		}},
		{"a link whose parameters come in another order", func(s *story) { s.at("list page 2").Request.URL.RawQuery = "page=2&of=2" }},
		{"a page whose link was from before", func(s *story) {
			s.drop("list")
			s.at("list page 2").Request.URL.RawQuery = "page=7"
		}},
		{"no times at all", func(s *story) {
			for i := range s.steps {
				s.steps[i].x.Started, s.steps[i].x.Ended = time.Time{}, time.Time{}
			}
		}},
	}
}

// Where exchanges were lost nothing is said of what never went by.
func TestLostExchangesMayHaveBeenTheOnes(t *testing.T) {
	t.Parallel()
	auditor, err := conduct.New(conduct.Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	s := wholeLife(t)
	s.drop("delete consent", "delete funds consent", "delete client")
	addresses := traffic.NewAddresses()
	for _, one := range s.steps {
		auditor.Observe(one.x, addresses.Of(one.x.Request))
		addresses.Learn(one.x)
	}
	if before := auditor.End(begin.Add(time.Hour)); len(before.Findings) != 2 {
		t.Errorf("before: %v", before)
	}
	auditor.Lose()
	if after := auditor.End(begin.Add(time.Hour)); len(after.Findings) > 0 {
		t.Errorf("after: %v", after)
	}
}

// What is left at the end shows only where the traffic is the client's whole life.
func TestAtTheEndOfAWholeLifeConsentsAreLeftBehind(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		s := wholeLife(t)
		s.drop("delete consent", "delete funds consent", "delete client")
		s.options.Whole, s.end = whole, true
		findings := s.tell().findings
		if !whole && len(findings) > 0 {
			t.Errorf("of a part of a life: %v", findings)
		}
		if whole && (len(findings) != 2 || findings[0].step != "end" || findings[0].Operation != contract.DeleteAccountAccessConsent ||
			findings[1].Operation != contract.DeleteFundsConfirmationConsent || findings[0].Clause != contract.CliConsentDeleted) {
			t.Errorf("got %v", findings)
		}
	}
}
